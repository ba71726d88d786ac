"""Whether a finished calculation is of the supercell it should be, told by geometry."""

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.errors import FileError

TYPES = ("H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne")
"""Elements that ASE takes types 1, 2, ... for where a dump names none."""
SAME_PLACE = 0.003
"""Å; a finished calculation whose atoms are farther from where we put them is another.
Above the rounding of what programs print, below usual displacements, 0.01 and 0.03."""


def ensure_same_supercell(
    name: str,
    cell: Cell,
    positions: NDArray[np.float64],
    symbols: list[str],
    actual: NDArray[np.float64],
) -> None:
    """Require the atoms of a calculation where they should be.

    Parameters
    ----------
    name : str
        Of the calculation, for errors.
    cell : Cell
        The supercell.
    positions : (n_s, 3) array
        Where its atoms should be, Cartesian, Å.
    symbols : list of str
        Of the calculation.
    actual : (n, 3) array
        Positions of the calculation, Å.

    Raises
    ------
    FileError
        If the atoms are not as many, in another order, or elsewhere.
    """
    if len(symbols) != cell.n_atoms:
        raise FileError(
            f"{name}: expected {cell.n_atoms} atoms, got {len(symbols)}; it is another "
            "supercell"
        )
    expected = [s.rstrip("0123456789") for s in cell.symbols]
    apart = _distances(cell, actual, positions)
    same = _same_kinds(symbols, expected)
    wrong = np.flatnonzero(~((apart <= SAME_PLACE) & same))
    if not wrong.size:
        return
    k = int(wrong[0])
    there = (
        f"atom {k + 1} is {symbols[k]}, {apart[k]:.3f} Å from where {expected[k]} should be"
    )
    other = _in_another_order(cell, positions, actual)
    if other is not None:
        raise FileError(
            f"{name}: {there}, where atom {other[k] + 1} should be; the atoms are in "
            "another order, compute with the order of the supercell"
        )
    raise FileError(
        f"{name}: {there}; it is another supercell, name the files in the order of their "
        "numbers"
    )


def _distances(
    cell: Cell, one: NDArray[np.float64], other: NDArray[np.float64]
) -> NDArray[np.float64]:
    """From images of points to points, Å."""
    fractional = (one - other) @ np.linalg.inv(cell.lattice)
    nearest = (fractional - np.rint(fractional)) @ cell.lattice
    distances: NDArray[np.float64] = np.linalg.norm(nearest, axis=-1)
    return distances


def _in_another_order(
    cell: Cell, positions: NDArray[np.float64], actual: NDArray[np.float64]
) -> NDArray[np.intp] | None:
    """Which atom is where each one was actual; None if not every one is somewhere."""
    other = np.array([_distances(cell, x, positions).argmin() for x in actual])
    there = _distances(cell, actual, positions[other]) <= SAME_PLACE
    one_each = len(set(other.tolist())) == len(other)
    moved = (other != np.arange(len(other))).any()
    return other if there.all() and one_each and moved else None


def _same_kinds(symbols: list[str], expected: list[str]) -> NDArray[np.bool_]:
    """Which atoms are of the kind they should be.

    The kinds of a LAMMPS dump without elements are those of the supercell by other names,
    one for one.
    """
    names = list(dict.fromkeys(expected))
    if set(symbols) == set(TYPES[: len(names)]):
        pairs = set(zip(symbols, expected, strict=True))
        if len(pairs) == len(names):
            return np.ones(len(symbols), dtype=np.bool_)
    same: NDArray[np.bool_] = np.array(symbols) == np.array(expected)
    return same
