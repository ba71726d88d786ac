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
    order = axes.shape[1]
    columns = [*atoms.T, *cells.reshape(len(atoms), -1).T]
    low = [int(column.min(initial=0)) for column in columns]
    sizes = [
        int(column.max(initial=0)) - least + 1
        for column, least in zip(columns, low, strict=True)
    ]
    if np.prod(sizes, dtype=float) > 2.0**62:
        raise DomainError("constants: lattice vectors that are too far apart")
    code = np.zeros(len(atoms), dtype=np.int64)
    for column, least, size in zip(columns, low, sizes, strict=True):
        code = code * size + (column - least)
    unique, place = np.unique(code, return_inverse=True)
    flat: NDArray[np.int64] = place.reshape(-1)
    for column in axes.T:
        flat = np.asarray(3 * flat + column, dtype=np.int64)
    most = len(unique) * 3**order
    sums = np.bincount(flat, weights=values, minlength=most)
    blocks = np.asarray(sums, dtype=np.float64)
    rows = np.empty((len(unique), len(columns)), dtype=np.int64)
    for i, (least, size) in reversed([*enumerate(zip(low, sizes, strict=True))]):
        unique, rows[:, i] = unique // size, unique % size + least
    return LatticeForceConstants(
        blocks.reshape(-1, *[3] * order),
        np.ascontiguousarray(rows[:, :order]),
        np.ascontiguousarray(rows[:, order:]).reshape(-1, order - 1, 3),
        primitive,
    )
