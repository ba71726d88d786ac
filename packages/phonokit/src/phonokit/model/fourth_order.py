"""Supercells with three displaced atoms, and the forces in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_4ph import TripleDisplacements
from phono_grid import Cell, Supercell
from phono_grid.errors import ensure_index, ensure_type, finite, frozen
from phono_grid.nouns import ValueNoun

from phonokit.model.displaced_supercells import Move, comment_lines
from phonokit.model.provenance import InputFile


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class FourthOrderSupercells(ValueNoun):
    """A crystal and supercells with up to three displaced atoms, for fourth order.

    Parameters
    ----------
    unit_cell : Cell
    triples : TripleDisplacements
        With the supercell, the cutoff and the distance.
    """

    unit_cell: Cell
    triples: TripleDisplacements
    _moves: tuple[list[Move], ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("unit_cell", self.unit_cell, Cell)
        ensure_type("triples", self.triples, TripleDisplacements)
        moves = tuple(
            [(int(atom), u[atom]) for atom in np.flatnonzero(u.any(axis=1))]
            for u in self.triples.displacements()
        )
        object.__setattr__(self, "_moves", moves)

    def __len__(self) -> int:
        """Number of supercells."""
        return len(self._moves)

    @property
    def supercell(self) -> Supercell:
        """The undisplaced supercell."""
        return self.triples.supercell

    @property
    def phonon(self) -> None:
        """There is no separate supercell of second order."""
        return

    @property
    def order(self) -> int:
        """The order the displacements are for."""
        return 4

    @property
    def arrays(self) -> list[NDArray[Any]]:
        """All that tells these supercells from others."""
        triples = self.triples
        return [triples.atoms, triples.axes, np.array([triples.distance])]

    @property
    def included(self) -> NDArray[np.bool_]:
        """All of them need forces."""
        return np.ones(len(self), dtype=np.bool_)

    def moves(self, number: int) -> list[Move]:
        """The displaced atoms of one supercell and how they move, Cartesian, Å."""
        return self._moves[ensure_index("number", number, len(self))]

    def positions(self, number: int) -> NDArray[np.float64]:
        """Cartesian positions of all atoms of one supercell, (n_s, 3), Å."""
        cell = self.supercell.cell
        x: NDArray[np.float64] = cell.positions @ cell.lattice
        for atom, u in self.moves(number):
            x[atom] += u
        return x

    def comments(self, length: float = 1.0) -> Iterator[str]:
        """Up to three lines that say what moves, supercell by supercell, in a unit of Å."""
        return (comment_lines(moves, length) for moves in self._moves)

    @property
    def description(self) -> str:
        """Atoms and displacements, for a person."""
        return (
            f"{self.supercell.cell.n_atoms} atoms, {len(self)} displacements of up to "
            f"three atoms within {self.triples.cutoff:g} Å"
        )

    def __repr__(self) -> str:
        """Formula, atoms and displacements."""
        formula = self.supercell.primitive.formula
        return f"FourthOrderSupercells({formula}, {self.description})"


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class FourthOrderData(ValueNoun):
    """Supercells with three displaced atoms and the forces in them.

    Parameters
    ----------
    supercells : FourthOrderSupercells
        See `phonokit.displace_fourth_order`.
    forces : (n, n_s, 3) array_like
        eV/Å, in their order; see `phonokit.compute_forces`.
    files : tuple of InputFile
        All that was read.
    """

    supercells: FourthOrderSupercells
    forces: NDArray[np.float64]
    files: tuple[InputFile, ...] = ()

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("supercells", self.supercells, FourthOrderSupercells)
        shape = (len(self.supercells), self.supercells.supercell.cell.n_atoms, 3)
        forces = finite(self.forces, "forces", shape)
        object.__setattr__(self, "forces", frozen(forces, "forces"))

    def __repr__(self) -> str:
        """Formula, atoms and displacements."""
        cells = self.supercells
        return f"FourthOrderData({cells.supercell.primitive.formula}, {cells.description})"
