"""Constants moved between supercells and lattice vectors."""

import math
from itertools import product

import numpy as np
from numpy.typing import NDArray
from phono_3ph import Series3
from phono_fc import ForceConstants, LatticeForceConstants
from phono_grid import Cell, Supercell
from phono_grid.errors import DomainError

from phonokit.io.formats.cells import SAME, grid_supercell, on_cell

MOST_CELLS = 4096
"""Primitive cells in a supercell that is tried."""
MOST_NUMBERS = 40_000_000
"""Third-order constants of a supercell that is tried."""
DEARER = 4
"""Times as many cells must multiples of the primitive axes have before others are tried."""
EXACT = 1e-10
"""Relative to the largest element."""


def folded(constants: LatticeForceConstants, supercell: Supercell) -> ForceConstants:
    """Constants in a supercell, entries a supercell vector apart added up."""
    moved = on_cell(constants, supercell.primitive)
    n_a, n_s = supercell.primitive.n_atoms, supercell.cell.n_atoms
    order = moved.order
    find = AtomFinder(supercell)
    home = find.cells_of(supercell.primitive_to_supercell)
    index = [moved.atoms[:, 0]]
    for i in range(1, order):
        # Cells are counted from that of the first atom's representative.
        cells = moved.cells[:, i - 1] + home[moved.atoms[:, 0]]
        index.append(find(moved.atoms[:, i], cells))
    values = np.zeros((n_a, *[n_s] * (order - 1), *[3] * order))
    np.add.at(values, tuple(index), moved.values)
    return ForceConstants(values, supercell)


def embedded(
    constants: ForceConstants | LatticeForceConstants, like: Supercell | None = None
) -> ForceConstants:
    """Second-order constants in a supercell that multiplies the primitive axes.

    In phonopy's order, and such that its nearest images make the constants on lattice
    vectors that these are.

    Parameters
    ----------
    constants : ForceConstants or LatticeForceConstants
    like : Supercell, optional
        Whose nearest images those on lattice vectors are of.
    """
    if isinstance(constants, ForceConstants) and multiplies(constants.supercell):
        return constants
    lattice = constants
    if isinstance(constants, ForceConstants):
        lattice = LatticeForceConstants.of(constants)
    assert isinstance(lattice, LatticeForceConstants)
    if isinstance(constants, ForceConstants):
        like = constants.supercell
    for n in _candidates(lattice, like):
        supercell = grid_supercell(lattice.cell, n)
        trial = folded(lattice, supercell)
        again = on_cell(LatticeForceConstants.of(trial), lattice.cell)
        if _same(again, lattice):
            return trial
    raise DomainError(
        "supercell: none that multiplies the axes of the primitive cell and has up to "
        f"{MOST_CELLS} cells holds the same constants"
    )


def embedded3(constants: LatticeForceConstants) -> ForceConstants:
    """Third-order constants in the smallest supercell that holds them.

    Such that scattering reads the same series from it: each end has its nearest images,
    and the choices of the origin atom are averaged. Supercells multiply the axes of the
    primitive cell, or, where those must be far larger, those of a cell with right angles:
    the primitive axes of the crystal stay where they can.
    """
    cell, wanted = constants.cell, _of_series(constants)
    n_a = cell.n_atoms
    tried = [(math.prod(n), np.diag(n)) for n in _candidates(wanted, None)]
    for each in orthogonal_cells(cell):
        n_c = round(np.linalg.det(each))
        tried += [(DEARER * n**3 * n_c, n * each) for n in range(1, 7)]
    for _, matrix in sorted(tried, key=lambda pair: pair[0]):
        n_s = n_a * round(np.linalg.det(matrix))
        if 27 * n_a * n_s**2 > MOST_NUMBERS:
            continue
        trial = folded(wanted, Supercell.of(cell, matrix.T, np.eye(3)))
        if _same(on_cell(_of_series(trial), cell), wanted):
            return trial
    raise DomainError(
        f"supercell: none with up to {MOST_NUMBERS:.0e} third-order constants holds those "
        f"up to {constants.range:.2f} Å; write a format on lattice vectors"
    )


def embedded_in(
    constants: LatticeForceConstants, unit: NDArray[np.int64]
) -> ForceConstants:
    """Second-order constants in the smallest multiple of a unit cell, vectors in rows."""
    cell = constants.cell
    for n in range(1, 9):
        trial = folded(constants, Supercell.of(cell, n * unit.T, np.eye(3)))
        if _same(on_cell(LatticeForceConstants.of(trial), cell), constants):
            return trial
    raise DomainError(
        "supercell: none that multiplies the unit cell of third order up to 8 times holds "
        "the same second-order constants"
    )


def orthogonal_cells(cell: Cell) -> list[NDArray[np.int64]]:
    """Cells with right angles, vectors in rows; of each volume that of short edges."""
    short = np.array(list(product((-1, 0, 1), repeat=3)))
    short = short[np.any(short != 0, axis=1)]
    products = short @ cell.lattice @ cell.lattice.T @ short.T
    lengths = np.sqrt(np.diag(products))
    right = np.abs(products) < SAME * lengths[:, None] * lengths
    best: dict[int, tuple[float, NDArray[np.int64]]] = {}
    for a, b in np.argwhere(right):
        for c in np.flatnonzero(right[a] & right[b]):
            matrix = short[[a, b, c]]
            volume, longest = round(np.linalg.det(matrix)), float(lengths[[a, b, c]].max())
            if volume > 1 and longest < best.get(volume, (np.inf, matrix))[0] - SAME:
                best[volume] = longest, matrix
    return [matrix for _, matrix in best.values()]


def _of_series(constants: ForceConstants | LatticeForceConstants) -> LatticeForceConstants:
    """The entries that scattering reads."""
    series = Series3.of(constants)
    cell = (
        constants.cell
        if isinstance(constants, LatticeForceConstants)
        else constants.supercell.primitive
    )
    return LatticeForceConstants(series.values, series.atoms, series.cells, cell)


def multiplies(supercell: Supercell) -> bool:
    """Whether the supercell multiplies the primitive axes, atoms in phonopy's order."""
    ratio = supercell.cell.lattice @ np.linalg.inv(supercell.primitive.lattice)
    n = np.rint(np.diag(ratio)).astype(np.int64)
    if np.abs(ratio - np.diag(n)).max() > SAME or n.min() < 1:
        return False
    expected = grid_supercell(supercell.primitive, n.tolist()).cell
    d = supercell.cell.positions - expected.positions
    return bool(np.abs(d - np.rint(d)).max() < SAME)


def multiples(cells: Supercell) -> tuple[int, int, int]:
    """Multiple of an axis of the primitive cell that is a vector of the supercell."""
    ratio = cells.primitive.lattice @ np.linalg.inv(cells.cell.lattice)
    a, b, c = (
        next(n for n in range(1, 1000) if np.abs(n * r - np.rint(n * r)).max() < SAME)
        for r in ratio
    )
    return a, b, c


def _candidates(
    constants: LatticeForceConstants, cells: Supercell | None
) -> list[tuple[int, int, int]]:
    """Multiples that may do, small ones first."""
    if cells is None:
        heights = 1 / np.linalg.norm(constants.cell.reciprocal_lattice, axis=1)
        # The last ones hold a sphere; corners of a Wigner-Seitz cell reach further.
        sure = np.ceil(2 * _reach(constants) / heights + 1e-6)
        # Averages over the origins reach twice as far as the supercell they come from.
        most, part = int(sure.max()), 2 * (constants.order - 1)
        shares = np.arange((most + part - 1) // part, most + 4) / most
        steps = np.maximum(np.ceil(shares[:, None] * sure - 1e-6), 1).astype(int)
        return list(dict.fromkeys((int(a), int(b), int(c)) for a, b, c in steps))
    base = multiples(cells)
    steps = sorted(product(range(1, 5), repeat=3), key=lambda t: t[0] * t[1] * t[2])
    sizes = [(base[0] * i, base[1] * j, base[2] * k) for i, j, k in steps]
    return [n for n in sizes if n[0] * n[1] * n[2] <= MOST_CELLS]


def _reach(constants: LatticeForceConstants) -> float:
    """The longest distance from the first atom of an entry, Å."""
    x, atoms = constants.cell.positions, constants.atoms
    ends = constants.cells + x[atoms[:, 1:]] - x[atoms[:, :1]]
    far = np.linalg.norm(ends @ constants.cell.lattice, axis=2)
    return float(far.max(initial=0))


def _same(one: LatticeForceConstants, other: LatticeForceConstants) -> bool:
    """Whether two have the same constants; entries of zeros do not count."""
    values = np.concatenate([one.values, -other.values])
    atoms = np.concatenate([one.atoms, other.atoms])
    cells = np.concatenate([one.cells, other.cells])
    difference = LatticeForceConstants(values, atoms, cells, other.cell).values
    limit = EXACT * np.abs(other.values).max(initial=0)
    return bool(np.abs(difference).max(initial=0) <= limit)


class AtomFinder:
    """The supercell atoms that are primitive atoms moved by lattice vectors."""

    def __init__(self, supercell: Supercell) -> None:
        primitive, cell = supercell.primitive, supercell.cell
        lattice = cell.lattice @ np.linalg.inv(primitive.lattice)
        self._det = round(np.linalg.det(lattice))
        self._adjugate = np.rint(np.linalg.inv(lattice) * self._det).astype(np.int64)
        x = cell.positions @ lattice
        self._atoms = supercell.supercell_to_primitive
        exact = x - primitive.positions[self._atoms]
        self._cells = np.rint(exact).astype(np.int64)
        codes = self._codes(self._atoms, self._cells)
        self._order = np.argsort(codes)
        self._sorted = codes[self._order]

    def cells_of(self, atoms: NDArray[np.int64]) -> NDArray[np.int64]:
        """The cells that supercell atoms are in."""
        return np.asarray(self._cells[atoms])

    def __call__(
        self, atoms: NDArray[np.int64], cells: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """The supercell atom of each primitive atom and cell."""
        codes = self._codes(atoms, cells)
        place = np.searchsorted(self._sorted, codes)
        return np.asarray(self._order[place])

    def _codes(
        self, atoms: NDArray[np.int64], cells: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """A number for each atom and cell modulo the supercell; integers, no tolerance."""
        a, b, c = (cells @ self._adjugate % self._det).T
        n = self._det
        return np.asarray(((atoms * n + a) * n + b) * n + c)
