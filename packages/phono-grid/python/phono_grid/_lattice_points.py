"""The lattice point of every atom of a supercell, as elements of a finite group."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phono_grid._cell import Cell
from phono_grid._smith import smith_normal_form
from phono_grid._spglib import SYMPREC
from phono_grid.errors import DomainError


@dataclass(frozen=True, slots=True, eq=False)
class LatticePoints:
    r"""Atoms as pairs of a primitive atom and a lattice point of the supercell.

    Lattice points are integer rows :math:`l` modulo those of the matrix :math:`N` that
    makes the supercell of the primitive cell. With :math:`U N V = D` in Smith normal form
    their classes are the addresses :math:`a = l V` modulo :math:`D`, which add like them.

    They are counted in a box of ``2 D``, in which every class is eight times, so that the
    difference of two is found without a remainder.

    Parameters
    ----------
    atoms : (8 n_s,) array of int
        The atom at each place of the boxes of all primitive atoms.
    places : (n_s,) array of int
        Where each atom is, in the upper half of its box.
    steps : (n_s / n_a,) array of int
        How far down each translation takes an atom.
    home : (n_s,) array of int
        The translation that takes each atom to its representative.
    """

    atoms: NDArray[np.int64]
    places: NDArray[np.int64]
    steps: NDArray[np.int64]
    home: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        cell: Cell,
        lattice: NDArray[np.float64],
        p2s: NDArray[np.int64],
        s2p: NDArray[np.int64],
    ) -> "LatticePoints":
        """Find them for a supercell ``cell`` of a primitive ``lattice``.

        Raises
        ------
        DomainError
            If the atoms are not copies of the representatives ``p2s``.
        """
        matrix = cell.lattice @ np.linalg.inv(lattice)
        whole = np.rint(matrix).astype(np.int64)
        n_cells = abs(round(np.linalg.det(whole)))
        if n_cells * len(p2s) != len(s2p) or not np.allclose(matrix, whole, atol=1e-4):
            raise DomainError(_NO_COPIES)
        # By the supercell's own vectors: those of the primitive cell may be rounded.
        offsets = (cell.positions - cell.positions[p2s[s2p]]) @ whole
        points = np.rint(offsets)
        away = (offsets - points) @ np.linalg.solve(whole, cell.lattice)
        if (np.linalg.norm(away, axis=1) > 2 * SYMPREC).any():
            raise DomainError(_NO_COPIES)
        sizes, _, v = smith_normal_form(whole)
        a, b, c = (points.astype(np.int64) @ v % sizes).T
        box = np.full((len(p2s), *sizes[::-1]), -1)
        box[s2p, c, b, a] = np.arange(len(s2p))
        if (box < 0).any():
            raise DomainError(_NO_COPIES)
        doubled = np.tile(box, (1, 2, 2, 2))
        steps = a + 2 * sizes[0] * (b + 2 * sizes[1] * c)
        half = sizes[0] + 2 * sizes[0] * (sizes[1] + 2 * sizes[1] * sizes[2])
        places = s2p * doubled[0].size + half + steps
        # Translations are numbered like the copies of the first primitive atom.
        copies = np.flatnonzero(s2p == 0)
        order = np.argsort(steps[copies])
        home = order[np.searchsorted(steps[copies], steps, sorter=order)]
        return cls(doubled.ravel(), places, steps[copies], home)

    def translated(
        self, translations: NDArray[np.int64], atoms: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Where translations take atoms."""
        return np.asarray(self.atoms[self.places[atoms] - self.steps[translations]])

    def table(self) -> NDArray[np.int64]:
        """Where every translation takes every atom, shape (n_s / n_a, n_s)."""
        table = np.empty((len(self.steps), len(self.places)), dtype=np.int64)
        for row, step in zip(table, self.steps, strict=True):
            np.take(self.atoms, self.places - step, out=row)
        return table


_NO_COPIES = "the atoms of the supercell are not copies of the primitive cell"
