"""Primitive cells of other programs, and constants moved from one to another."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_fc import LatticeForceConstants
from phono_grid import Cell, Supercell, natural_isotopes
from phono_grid.errors import DomainError, FileError, PhonoError

SAME = 1e-3
"""Part of a lattice vector; files have positions and vectors with few decimals."""


def cell_of_file(
    path: Path,
    lattice: NDArray[np.float64],
    positions: NDArray[np.float64],
    symbols: Sequence[str],
    masses: NDArray[np.float64] | None = None,
) -> Cell:
    """A cell, with the file in what is wrong with it."""
    try:
        cell = Cell.of(lattice, positions, symbols)
        if masses is not None:
            cell = Cell(cell.lattice, cell.positions, cell.symbols, masses)
    except PhonoError as error:
        raise FileError(f"{path}: {error}") from None
    return cell


def isotope_mean_masses(symbols: Sequence[str]) -> NDArray[np.float64]:
    """Mean masses of natural isotopes, Da, which ShengBTE takes."""
    means = []
    for symbol in symbols:
        masses, fractions = natural_isotopes(symbol)
        means.append(float(masses @ fractions))
    return np.array(means)


def on_cell(constants: LatticeForceConstants, cell: Cell) -> LatticeForceConstants:
    """Constants on another choice of the atoms of the same primitive cell.

    Parameters
    ----------
    constants : LatticeForceConstants
    cell : Cell
        The same lattice; atoms in any order, moved by lattice vectors.

    Raises
    ------
    DomainError
        If the atoms are others.
    """
    own = constants.cell
    shift = cell.positions[:, None] - own.positions
    whole = np.rint(shift)
    apart = np.abs(shift - whole).max(axis=2)
    place = apart.argmin(axis=0)  # of each own atom in ``cell``
    same = (
        cell.n_atoms == own.n_atoms
        and np.abs(cell.lattice - own.lattice).max() < SAME
        and sorted(place) == list(range(own.n_atoms))
        and apart.min(axis=0).max() < SAME
        and [cell.symbols[i] for i in place] == list(own.symbols)
    )
    if not same:
        raise DomainError(f"the atoms of {cell} are not those of {own}; give one crystal")
    moved = whole[place, np.arange(own.n_atoms)].astype(np.int64)
    # x_new = x_old + n, so the same atom is in the cell R - n.
    ends = constants.cells - moved[constants.atoms[:, 1:]]
    cells = ends + moved[constants.atoms[:, :1]]
    return LatticeForceConstants(constants.values, place[constants.atoms], cells, cell)


def grid_supercell(cell: Cell, n: Sequence[int]) -> Supercell:
    """The supercell that multiplies the axes of a primitive cell."""
    return Supercell.of(cell, n, np.eye(3))


def gathered(
    values: NDArray[np.float64],
    atoms: NDArray[np.int64],
    cells: NDArray[np.int64],
    axes: NDArray[np.integer[Any]],
    primitive: Cell,
) -> LatticeForceConstants:
    """Constants of single components, those of the same atoms and cells put together."""
    reach = int(np.abs(cells).max(initial=0))
    components = Components(primitive, axes.shape[1], reach)
    components.add(values, atoms, cells, axes)
    return components.together()


class Components:
    """Constants of single components, kept in as little memory as they need.

    Parameters
    ----------
    primitive : Cell
    order : int
    reach : int
        No lattice vector has a larger component.
    """

    def __init__(self, primitive: Cell, order: int, reach: int) -> None:
        width = 2 * reach + 1
        if primitive.n_atoms**order * float(width) ** (3 * order - 3) * 3**order > 2.0**62:
            raise DomainError("constants: lattice vectors that are too far apart")
        self._primitive, self._order, self._reach = primitive, order, reach
        self._sizes = [primitive.n_atoms] * order + [width] * (3 * order - 3)
        self._codes: list[NDArray[np.int64]] = []
        self._values: list[NDArray[np.float64]] = []

    def add(
        self,
        values: NDArray[np.float64],
        atoms: NDArray[np.int64],
        cells: NDArray[np.int64],
        axes: NDArray[np.integer[Any]],
    ) -> None:
        """Take some more.

        Parameters
        ----------
        values : (n,) array
        atoms : (n, order) array
        cells : (n, order - 1, 3) array
        axes : (n, order) array
        """
        ends = cells.reshape(len(atoms), 3 * (self._order - 1)) + self._reach
        columns = [*atoms.T, *ends.T, *axes.T]
        code = np.zeros(len(atoms), dtype=np.int64)
        for column, size in zip(columns, self._sizes + [3] * self._order, strict=True):
            code = code * size + column
        self._codes.append(code)
        self._values.append(np.asarray(values, dtype=np.float64))

    def together(self) -> LatticeForceConstants:
        """All of them in blocks, those of one component added."""
        order = self._order
        codes, values = np.concatenate(self._codes), np.concatenate(self._values)
        self._codes, self._values = [], []
        sequence = codes.argsort(kind="stable")
        codes, values = codes[sequence], values[sequence]
        del sequence
        block = codes // 3**order
        first = np.flatnonzero(np.diff(block, prepend=-1))
        place = np.repeat(np.arange(len(first)), np.diff(first, append=len(block)))
        place *= 3**order
        place += codes - block * 3**order
        unique = block[first]
        del codes, block
        blocks = np.zeros(len(first) * 3**order)
        np.add.at(blocks, place, values)
        rows = np.empty((len(unique), len(self._sizes)), dtype=np.int64)
        for i in reversed(range(len(self._sizes))):
            unique, rows[:, i] = unique // self._sizes[i], unique % self._sizes[i]
        return LatticeForceConstants(
            blocks.reshape(-1, *[3] * order),
            np.ascontiguousarray(rows[:, :order]),
            (rows[:, order:] - self._reach).reshape(-1, order - 1, 3),
            self._primitive,
        )
