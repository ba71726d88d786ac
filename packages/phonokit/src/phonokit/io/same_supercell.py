"""Whether a finished calculation is of the supercell it should be, told by geometry."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.errors import FileError
from phono_grid.units import BOHR

from phonokit.io.frames import frames_of
from phonokit.io.outputs.calculation import Finished
from phonokit.io.species import element_of

TYPES = ("H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne")
"""Elements that ASE takes types 1, 2, ... for where a dump names none."""
SAME = 2e-3
"""Fraction of the displacement: a calculation whose atoms are farther from where we put
them, beyond the rounding of its file, is another. Forces are wrong by as much."""
COARSEST = 0.05
"""Fraction of the displacement; coordinates rounded to more cannot tell it."""
FIGURES = 9
"""Coordinates with more figures are taken as exact."""


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """The displaced supercell that a calculation should be of.

    Parameters
    ----------
    name : str
        Of the file and the supercell, for errors.
    cell : Cell
        The undisplaced supercell.
    positions : (n_s, 3) array
        Where its atoms should be, Cartesian, Å.
    displacement : float
        How far atoms are displaced, Å.
    """

    name: str
    cell: Cell
    positions: NDArray[np.float64]
    displacement: float


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Rotation and order that bring a calculation to the atoms of a supercell.

    Parameters
    ----------
    turn : (3, 3) array
        Vectors of the calculation, rows, times it are in the frame of the supercell.
    order : (n_s,) array of int or None
        The atom of the calculation that each one of the supercell is; None if the order is
        the same.
    """

    turn: NDArray[np.float64]
    order: NDArray[np.intp] | None = None

    def forces(self, forces: NDArray[np.float64]) -> NDArray[np.float64]:
        """Forces on the atoms of the supercell, in its frame."""
        ordered = forces if self.order is None else forces[self.order]
        return np.asarray(ordered @ self.turn)


def placement(expected: Expected, finished: Finished) -> Placement:
    """Find how the atoms of a calculation are those that a supercell should have.

    Programs that sort atoms by their species have another order, which positions tell.

    Parameters
    ----------
    expected : Expected
    finished : Finished

    Raises
    ------
    FileError
        If the atoms are not as many, or elsewhere; without positions in another order too.
    """
    cell = expected.cell
    if finished.n_atoms != cell.n_atoms:
        alone = finished.positions is None and finished.n_atoms < cell.n_atoms
        why = ", or its forces are of inequivalent atoms: compute without symmetry"
        raise FileError(
            f"{expected.name}: expected {cell.n_atoms} atoms, got {finished.n_atoms}; it "
            f"is another supercell{why * alone}"
        )
    kinds = [element_of(s) or s for s in cell.symbols]
    symbols = kinds if finished.symbols is None else finished.symbols
    same_kinds = _same_kinds(symbols, kinds)
    if finished.fractional is not None:
        x = finished.fractional @ cell.lattice
        finished = replace(finished, positions=x, lattice=cell.lattice)
    frames = list(frames_of(cell.lattice, finished.lattice))
    if not frames:
        raise FileError(
            f"{expected.name}: its lattice vectors are not those of the supercell; it is "
            "another supercell"
        )
    if finished.along_lattice:
        lengths = np.linalg.norm(cell.lattice, axis=1)
        return Placement(cell.lattice / lengths[:, None])
    if finished.positions is None:
        return Placement(_without_positions(expected, same_kinds, frames))
    for turn in frames:
        if (_in_place(expected, finished, turn) & same_kinds).all():
            return Placement(turn)
    for turn in frames:
        # Some programs move the first atom to the origin.
        moved = _moved_as_a_whole(expected, finished.positions @ turn)
        if moved is not None and (_in_place(moved, finished, turn) & same_kinds).all():
            return Placement(turn)
    for turn in frames:
        order = _in_another_order(expected, finished.positions @ turn)
        if order is None:
            continue
        back = np.argsort(order)
        sorted_there = replace(finished, positions=finished.positions[back])
        same = _same_kinds([symbols[i] for i in back], kinds)
        if (_in_place(expected, sorted_there, turn) & same).all():
            return Placement(turn, back)
    raise _elsewhere(expected, finished, frames[0], same_kinds)


def _without_positions(
    expected: Expected, same_kinds: NDArray[np.bool_], frames: list[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The frame of a file without positions, which tells no more than elements."""
    if not same_kinds.all():
        atom = int(np.flatnonzero(~same_kinds)[0])
        raise FileError(
            f"{expected.name}: atom {atom + 1} is not {expected.cell.symbols[atom]}; it is "
            "another supercell, or in another order"
        )
    return frames[0]


def _in_place(
    expected: Expected, finished: Finished, turn: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which atoms are where they should be, within the digits of the file."""
    assert finished.positions is not None  # or nobody would ask
    apart = _apart(expected.cell, finished.positions @ turn, expected.positions)
    allowed = SAME * expected.displacement
    near: NDArray[np.bool_] = np.linalg.norm(apart, axis=1) <= allowed
    if near.all() or not np.isfinite(apart).all():
        return near
    # In the frame of the file, where its numbers are rounded.
    back = apart @ turn.T
    for axes, unit in _representations(finished):
        numbers = finished.positions @ np.linalg.inv(axes)
        step = _last_digits(numbers / unit)
        if step is None:
            continue
        longest = np.linalg.norm(axes, axis=1).max() * unit
        if (step * longest).max() > COARSEST * expected.displacement:
            continue
        off = np.abs(back @ np.linalg.inv(axes)) / unit
        per_axis = allowed / (np.linalg.norm(axes, axis=1) * unit)
        rounded = (off <= 0.51 * step + per_axis).all(axis=1)
        near = near | rounded
    return near


def _representations(
    finished: Finished,
) -> Iterator[tuple[NDArray[np.float64], float]]:
    """Axes and units that a program may write coordinates in."""
    yield np.eye(3), 1.0
    yield np.eye(3), BOHR
    if finished.lattice is not None:
        yield finished.lattice, 1.0
        yield np.eye(3), float(np.linalg.norm(finished.lattice[0]))


def _last_digits(numbers: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The value of the last digit that each number is written with; None for exact ones.

    A program writes all numbers with as many decimals, or all with as many figures.
    """
    size = np.abs(numbers).max()
    for decimals in range(1, FIGURES + 1):
        scaled = numbers * 10.0**decimals
        if np.abs(scaled - np.rint(scaled)).max() < 1e-13 * size * 10.0**decimals + 1e-4:
            return np.full(numbers.shape, 10.0**-decimals)
    exponents = np.floor(np.log10(np.maximum(np.abs(numbers), 1e-12))) + 1
    for figures in range(4, FIGURES + 1):
        last = 10.0 ** (exponents - figures)
        ratio = numbers / last
        if np.abs(ratio - np.rint(ratio)).max() < 1e-3:
            return np.asarray(last)
    return None


def _elsewhere(
    expected: Expected,
    finished: Finished,
    turn: NDArray[np.float64],
    same_kinds: NDArray[np.bool_],
) -> FileError:
    """Description of the first atom that is not where it should be."""
    assert finished.positions is not None  # as they are elsewhere
    cell = expected.cell
    kinds = [element_of(s) or s for s in cell.symbols]
    symbols = finished.symbols or kinds
    positions = finished.positions
    nearest = _nearest(expected, positions @ turn)
    if nearest is not None:
        back = np.argsort(nearest)
        if [symbols[i] for i in back] == kinds != symbols:
            # Sorted by its species, as some programs do.
            symbols, same_kinds = kinds, np.ones(len(kinds), dtype=np.bool_)
            positions = positions[back]
            finished = replace(finished, positions=positions)
    there = _in_place(expected, finished, turn)
    k = int(np.flatnonzero(~(there & same_kinds))[0])
    actual = positions @ turn
    distances = np.linalg.norm(_apart(cell, actual, expected.positions), axis=1)
    distance = f"{distances[k]:.3f}" if distances[k] >= 1e-3 else f"{distances[k]:.1e}"
    what = (
        f"{expected.name}: atom {k + 1} is {symbols[k]}, {distance} Å from where "
        f"{element_of(cell.symbols[k])} should be"
    )
    other = _in_another_order(expected, actual)
    if other is not None:
        return FileError(
            f"{what}, where atom {other[k] + 1} should be; the atoms are in another order "
            "and of other elements, compute with those of the supercell"
        )
    return FileError(
        f"{what}; it is another supercell, name the files in the order of their numbers"
    )


def _apart(
    cell: Cell,
    one: NDArray[np.float64],
    other: NDArray[np.float64],
    *,
    common: bool = True,
) -> NDArray[np.float64]:
    """From images of points to points, Å; what all have in ``common`` moves no force."""
    fractional = (one - other) @ np.linalg.inv(cell.lattice)
    nearest = (fractional - np.rint(fractional)) @ cell.lattice
    if not common or len(nearest) == 1 or not np.abs(nearest).max() < 0.5:
        return np.asarray(nearest)
    # That of most atoms, which are not displaced.
    return np.asarray(nearest - np.median(nearest, axis=0))


def _moved_as_a_whole(expected: Expected, actual: NDArray[np.float64]) -> Expected | None:
    """The supercell moved to where most atoms are; None if they do not move together."""
    if len(actual) < 3 or not np.isfinite(actual).all():
        return None
    lattice = expected.cell.lattice
    for k in (1, len(actual) - 1, 0):
        shift = actual[k] - expected.positions[k]
        apart = (actual - expected.positions - shift) @ np.linalg.inv(lattice)
        apart = (apart - np.rint(apart)) @ lattice
        near = np.linalg.norm(apart, axis=1) < 3 * expected.displacement + 1e-3
        if near.all():
            return replace(expected, positions=expected.positions + shift)
    return None


def _in_another_order(
    expected: Expected, actual: NDArray[np.float64]
) -> NDArray[np.intp] | None:
    """Which atom is where each one was actual; None if not every one is somewhere."""
    order = _nearest(expected, actual)
    if order is None or (order == np.arange(len(order))).all():
        return None
    away = _apart(expected.cell, actual, expected.positions[order], common=False)
    there = np.linalg.norm(away, axis=1).max() <= COARSEST * expected.displacement
    return order if there else None


def _nearest(expected: Expected, actual: NDArray[np.float64]) -> NDArray[np.intp] | None:
    """The atom that should be nearest to where each one is; None if one is so twice."""
    if not np.isfinite(actual).all():
        return None
    apart = [
        np.linalg.norm(_apart(expected.cell, x, expected.positions, common=False), axis=1)
        for x in actual
    ]
    order = np.array([int(distances.argmin()) for distances in apart])
    return order if len(set(order.tolist())) == len(order) else None


def _same_kinds(symbols: list[str], expected: list[str]) -> NDArray[np.bool_]:
    """Which atoms are of the kind they should be.

    The kinds of a LAMMPS dump without elements are those of the supercell by other names,
    one for one.
    """
    names = list(dict.fromkeys(expected))
    if set(symbols) == set(TYPES[: len(set(symbols))]):
        pairs = set(zip(symbols, expected, strict=True))
        if len(pairs) == len(set(symbols)) >= len(names):
            return np.ones(len(symbols), dtype=np.bool_)
    same: NDArray[np.bool_] = np.array(symbols) == np.array(expected)
    return same
