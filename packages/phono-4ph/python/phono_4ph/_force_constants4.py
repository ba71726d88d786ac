"""Fourth-order force constants on lattice vectors, block by block."""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from phono_grid import ValueNoun
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_finite,
    ensure_volume,
    frozen,
)

EXCHANGES = tuple(permutations(range(4)))
"""Exchanges of the four (atom, axis) pairs, the identity first."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ForceConstants4(ValueNoun):
    r"""Fourth-order force constants; what is not there is zero.

    .. math::

        \Phi(\kappa_0 \alpha; \kappa_1 R_1 \beta; \kappa_2 R_2 \gamma;
             \kappa_3 R_3 \delta) = \frac{\partial^4 E}{\partial u_{\kappa_0 \alpha}\,
             \partial u_{\kappa_1 R_1 \beta}\, \partial u_{\kappa_2 R_2 \gamma}\,
             \partial u_{\kappa_3 R_3 \delta}}

    couples atom :math:`\kappa_0` of the home cell to atoms :math:`\kappa_i` of the cells
    :math:`R_i`. Equidistant images of an atom in a supercell each have their share, so that
    a sum over blocks needs no multiplicities.

    Parameters
    ----------
    values : (n_e, 3, 3, 3, 3) array_like
        ``Φ[e, α, β, γ, δ]``, eV/Å⁴.
    atoms : (n_e, 4) array_like of int
        ``κ_0, κ_1, κ_2, κ_3``.
    cells : (n_e, 3, 3) array_like of int
        ``R_1, R_2, R_3`` in primitive lattice vectors; no two blocks have the same atoms
        and cells.
    lattice : (3, 3) array_like
        Primitive lattice vectors in rows, Å.
    """

    values: NDArray[np.float64]
    atoms: NDArray[np.int64]
    cells: NDArray[np.int64]
    lattice: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        values = frozen(self.values, "values", shape=("n_e", 3, 3, 3, 3))
        ensure_finite("values", values)
        n_e = len(values)
        lattice = frozen(self.lattice, "lattice", shape=(3, 3))
        ensure_finite("lattice", lattice)
        ensure_volume("lattice", lattice)
        for name, array in (
            ("values", values),
            ("atoms", frozen(self.atoms, "atoms", np.int64, (n_e, 4))),
            ("cells", frozen(self.cells, "cells", np.int64, (n_e, 3, 3))),
            ("lattice", lattice),
        ):
            object.__setattr__(self, name, array)
        if (self.atoms < 0).any():
            raise DomainError(f"atoms must not be negative, got {self.atoms.min()}")
        keys, counts = np.unique(self.keys, axis=0, return_counts=True)
        if (counts > 1).any():
            twice = keys[counts.argmax()]
            raise DomainError(
                f"atoms, cells: expected each block once, got {counts.max()} of atoms "
                f"{twice[:4]} in cells {twice[4:].reshape(3, 3).tolist()}"
            )

    @classmethod
    def of(
        cls,
        values: NDArray[np.float64],
        atoms: NDArray[np.int64],
        cells: NDArray[np.int64],
        lattice: NDArray[np.float64],
    ) -> "ForceConstants4":
        """Add up blocks of the same atoms and cells; ascending atoms, then cells."""
        values = as_numbers(values, "values", shape=("n_e", 3, 3, 3, 3))
        n = len(values)
        atoms = as_numbers(atoms, "atoms", np.int64, (n, 4))
        cells = as_numbers(cells, "cells", np.int64, (n, 3, 3))
        keys = np.concatenate([atoms, cells.reshape(-1, 9)], axis=1)
        key, inverse = np.unique(keys, axis=0, return_inverse=True)
        total = np.zeros((len(key), 3, 3, 3, 3))
        np.add.at(total, inverse.ravel(), values)
        return cls(total, key[:, :4], key[:, 4:].reshape(-1, 3, 3), lattice)

    def __len__(self) -> int:
        """Number of blocks."""
        return len(self.values)

    def __repr__(self) -> str:
        """Number of blocks and of atoms: ``ForceConstants4(421 blocks, 1 atom)``."""
        n_a = self.n_atoms
        return f"ForceConstants4({len(self)} blocks, {n_a} atom{'s' * (n_a != 1)})"

    @property
    def n_atoms(self) -> int:
        """Number of primitive atoms that are coupled: one more than the largest index."""
        return int(self.atoms.max(initial=-1)) + 1

    @property
    def keys(self) -> NDArray[np.int64]:
        """Atoms and cells of every block in a row, (n_e, 13)."""
        return np.concatenate([self.atoms, self.cells.reshape(-1, 9)], axis=1)

    def exchanged(self) -> NDArray[np.int64]:
        """Where the blocks with exchanged atoms are.

        Returns
        -------
        (24, n_e) array of int
            For each exchange of the four atoms, in the order of `itertools.permutations`,
            the block that has the atoms of block ``e`` in that order; -1 if there is none.
        """
        places = np.full((len(EXCHANGES), len(self)), -1)
        keys, exchanged = _numbered(self.keys, self._exchanged_keys())
        order = np.argsort(keys)
        for row, wanted in zip(places, exchanged, strict=True):
            index = np.searchsorted(keys[order], wanted).clip(max=max(len(keys) - 1, 0))
            there = keys[order][index] == wanted
            row[there] = order[index[there]]
        return places

    def complete(self) -> "ForceConstants4":
        """The blocks of which all exchanges are there too; the others are dropped."""
        keep = (self.exchanged() >= 0).all(axis=0)
        if keep.all():
            return self
        part = ForceConstants4(
            self.values[keep], self.atoms[keep], self.cells[keep], self.lattice
        )
        return part.complete()

    def _exchanged_keys(self) -> list[NDArray[np.int64]]:
        """`keys` of every exchange of every block."""
        cells = np.insert(self.cells, 0, 0, axis=1)
        return [
            np.concatenate(
                [
                    self.atoms[:, exchange],
                    (cells[:, exchange[1:]] - cells[:, exchange[:1]]).reshape(-1, 9),
                ],
                axis=1,
            )
            for exchange in EXCHANGES
        ]


def _numbered(
    keys: NDArray[np.int64], others: list[NDArray[np.int64]]
) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """One number for each row of ``keys`` and of ``others``, equal where the rows are."""
    rows = np.concatenate([keys, *others])
    _, numbers = np.unique(rows, axis=0, return_inverse=True)
    first, *rest = np.split(numbers.ravel(), 1 + len(others))
    return first, rest
