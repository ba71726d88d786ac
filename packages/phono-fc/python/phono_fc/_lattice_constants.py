"""Force constants of any order on lattice vectors, without a supercell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell, ShortestVectors
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_finite,
    ensure_indices,
    ensure_type,
    frozen,
)
from phono_grid.nouns import ValueNoun

from phono_fc._force_constants import ForceConstants
from phono_fc._sparse import SparseForceConstants3

ON_LATTICE = 1e-3
"""Part of a lattice vector that a shortest vector may be off."""

MOST_CODES = 2.0**62
"""Largest number of distinct rows that one whole number of 64 bits can code."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LatticeForceConstants(ValueNoun):
    r"""Force constants on lattice vectors: what is not there is zero.

    .. math::

        \Phi_{\alpha\beta\dots}(k_0\, 0;\ k_1 R_1;\ \dots)

    couples atom :math:`k_0` of the home cell to atoms :math:`k_i` of the cells
    :math:`R_i`. Nothing is periodic, so there are neither shortest vectors nor
    multiplicities: an atom on the boundary of a Wigner-Seitz cell is there once at each of
    its places, with its share.

    Parameters
    ----------
    values : (n_e, 3, …) array_like
        eV/Å² for two Cartesian axes, eV/Å³ for three, and so on.
    atoms : (n_e, order) array_like of int
        ``k_0, k_1, …``.
    cells : (n_e, order - 1, 3) array_like of int
        ``R_1, …`` in primitive lattice vectors.
    cell : Cell
        The primitive cell, ``n_a`` atoms.
    """

    values: NDArray[np.float64]
    atoms: NDArray[np.int64]
    cells: NDArray[np.int64]
    cell: Cell

    def __post_init__(self) -> None:
        """Establish the invariants: every entry once, in ascending order."""
        ensure_type("cell", self.cell, Cell)
        order = as_numbers(self.values, "values").ndim - 1
        if order < 2:
            raise DomainError(
                f"values: expected entries with two Cartesian axes or more, got {order}"
            )
        values = frozen(self.values, "values", shape=("n_e", *[3] * order))
        ensure_finite("values", values)
        n_e = len(values)
        atoms = frozen(self.atoms, "atoms", np.int64, (n_e, order))
        cells = frozen(self.cells, "cells", np.int64, (n_e, order - 1, 3))
        ensure_indices("atoms", atoms, self.cell.n_atoms)
        values, atoms, cells = _merged(values, atoms, cells)
        for name, array in (("values", values), ("atoms", atoms), ("cells", cells)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @classmethod
    def of(
        cls, force_constants: ForceConstants | SparseForceConstants3
    ) -> "LatticeForceConstants":
        """Constants of a supercell on lattice vectors, each equidistant image its share.

        An image is the nearest to the first atom. In third order the choice of that atom
        counts where images are equidistant; for the mean over all choices see
        `phono_3ph.Series3`.
        """
        ensure_type(
            "force_constants", force_constants, ForceConstants, SparseForceConstants3
        )
        supercell = force_constants.supercell
        if isinstance(force_constants, SparseForceConstants3):
            blocks, places = force_constants.blocks, force_constants.atoms
        else:
            order = force_constants.order
            places = np.argwhere(
                force_constants.values.any(axis=tuple(range(order, 2 * order)))
            )
            blocks = force_constants.values[tuple(places.T)]
        vectors = ShortestVectors.of(supercell)
        m, first = vectors.multiplicities, vectors.first
        x, kind = supercell.primitive.positions, supercell.supercell_to_primitive
        cells = np.zeros((len(blocks), 0, 3), dtype=np.int64)
        for axis in range(1, places.shape[1]):
            k, s = places[:, 0], places[:, axis]
            n = m[s, k]
            entry = np.repeat(np.arange(len(n)), n)
            number = np.arange(len(entry)) - np.repeat(np.cumsum(n) - n, n)
            vector = vectors.vectors[first[s, k][entry] + number]
            exact = vector - x[kind[s[entry]]] + x[k[entry]]
            cell = np.rint(exact).astype(np.int64)
            if len(exact) and np.abs(exact - cell).max() > ON_LATTICE:
                raise DomainError("vectors do not join atoms of the primitive cell")
            share = 1 / n[entry]
            blocks = blocks[entry] * share.reshape(-1, *[1] * (blocks.ndim - 1))
            cells = np.concatenate([cells[entry], cell[:, None]], axis=1)
            places = places[entry]
        atoms = np.concatenate([places[:, :1], kind[places[:, 1:]]], axis=1)
        return cls(blocks, atoms, cells, supercell.primitive)

    def __repr__(self) -> str:
        """Order, size, crystal: ``LatticeForceConstants(order 2, 250 blocks, Si2)``."""
        about = f"order {self.order}, {len(self)} blocks, {self.cell.formula}"
        return f"LatticeForceConstants({about})"

    def __len__(self) -> int:
        """Number of entries."""
        return len(self.values)

    @property
    def order(self) -> int:
        """2 for harmonic, 3 for cubic constants."""
        return self.values.ndim - 1

    @property
    def range(self) -> float:
        """The longest distance between two atoms of an entry, Å."""
        x, lattice = self.cell.positions, self.cell.lattice
        ends = np.concatenate([np.zeros_like(self.cells[:, :1]), self.cells], axis=1)
        places = (ends + x[self.atoms]) @ lattice
        far = [
            np.linalg.norm(places[:, i] - places[:, j], axis=1).max(initial=0)
            for i in range(self.order)
            for j in range(i)
        ]
        return float(max(far))


def _merged(
    values: NDArray[np.float64], atoms: NDArray[np.int64], cells: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Entries in ascending order, equal ones added up."""
    order = atoms.shape[1]
    key = np.concatenate([atoms, cells.reshape(len(atoms), 3 * (order - 1))], axis=1)
    codes = codes_of(key)
    if (np.diff(codes) > 0).all():
        return values.copy(), atoms.copy(), cells.copy()
    sort = np.argsort(codes, kind="stable")
    new = np.ones(len(key), dtype=np.bool_)
    new[1:] = codes[sort][1:] != codes[sort][:-1]
    starts = np.flatnonzero(new)
    sums = np.add.reduceat(values[sort], starts)
    first = sort[starts]
    return sums, atoms[first], cells[first]


def codes_of(key: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each row, ascending as rows do, the same for the same rows."""
    if not len(key):
        return np.zeros(0, dtype=np.int64)
    low = key.min(axis=0)
    sizes = [int(n) for n in key.max(axis=0) - low + 1]
    if np.prod(sizes, dtype=np.float64) > MOST_CODES:
        rows = np.unique(key, axis=0, return_inverse=True)[1]
        return np.asarray(rows.ravel(), dtype=np.int64)
    codes = np.zeros(len(key), dtype=np.int64)
    for column, least, size in zip(key.T, low, sizes, strict=True):
        codes = codes * size + (column - least)
    return codes
