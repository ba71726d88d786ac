"""Inputs of ABINIT: cell, atoms, masses and moments.

Numbers may be repeated (``3*5.69``), lengths have a unit behind them or are in bohr.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError
from phono_grid.units import BOHR

from phonokit.io.files import open_text
from phonokit.io.fractional import fractional, lattice_vectors
from phonokit.io.lines import number_of
from phonokit.io.species import Structure, labels_by_type, symbol_of_number

MOST = 10**5
"""Atoms."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AbinitAtoms:
    """Types, masses in Da and moments of atoms; None where the input has none."""

    types: list[int] | None
    masses: NDArray[np.float64] | None
    moments: NDArray[np.float64] | None


def read_abinit_atoms(path: Path, n_a: int) -> AbinitAtoms:
    """Read ``typat``, ``amu`` and ``spinat`` for the atoms of an input.

    Raises
    ------
    DomainError
        If types are mixtures, or numbers of masses or moments are not those of the atoms.
    """
    with open_text(path) as file:
        text = re.sub(r"[!#][^\n]*", "", file.read())
    mixtures = _numbers(text, "ntypalch")
    if mixtures and mixtures[0] > 0:
        raise DomainError(
            "a site is occupied in part (ntypalch: an alchemical mixture); choose an "
            "ordered supercell"
        )
    listed = _numbers(text, "typat")
    types = None if listed is None else [int(number) for number in listed[:n_a]]
    if types is None or len(types) < n_a:
        types = None
    return AbinitAtoms(
        types=types,
        masses=_masses(_numbers(text, "amu"), types),
        moments=_moments(text, n_a),
    )


def _masses(
    amu: Sequence[float] | None, types: list[int] | None
) -> NDArray[np.float64] | None:
    """The mass of each atom by its type."""
    if amu is None:
        return None
    if types is None or not {*types} <= {*range(1, len(amu) + 1)}:
        raise DomainError("amu: expected a mass for each type of atom of typat")
    return np.array([amu[kind - 1] for kind in types])


def _moments(text: str, n_a: int) -> NDArray[np.float64] | None:
    """Moments along z, or vectors where the magnetism is not collinear (nspden 4)."""
    numbers = _numbers(text, "spinat")
    if numbers is None:
        return None
    if len(numbers) < 3 * n_a:
        raise DomainError(
            f"spinat: expected three numbers for each of {n_a} atoms, got {len(numbers)}"
        )
    vectors = np.array(numbers[: 3 * n_a]).reshape(n_a, 3)
    free = _numbers(text, "nspden") == [4.0]
    return vectors if free and np.any(vectors[:, :2]) else vectors[:, 2]


def _numbers(text: str, name: str) -> list[float] | None:
    """The numbers after a name, where ``3*1`` is 1 three times."""
    match = re.search(rf"(?<!\S){name}\b((?:\s+[-+\d.*/edED]+)+)", text, re.I)
    if match is None:
        return None
    numbers: list[float] = []
    for word in match[1].split():
        count, times, value = word.rpartition("*")
        try:
            above, slash, below = value.partition("/")
            number = number_of(above) / (number_of(below) if slash else 1.0)
            numbers += [number] * (int(count) if times else 1)
        except (ValueError, ZeroDivisionError):
            break
    return numbers


def read_abinit_input(path: Path) -> Structure:
    """Read ``acell``, ``rprim`` or ``angdeg``, ``znucl``, ``typat`` and positions.

    Raises
    ------
    DomainError
        If what it needs is missing or has another length.
    """
    with open_text(path) as file:
        text = re.sub(r"[!#][^\n]*", "", file.read())
    n_a = _count(text, "natom")
    acell = np.array(_of_length(text, "acell", 3, [1.0] * 3)) * _unit(text, "acell")
    lattice = _directions(text) * acell[:, None]
    znucl = _numbers(text, "znucl")
    if not znucl:
        raise DomainError("has no znucl, the atomic numbers; is it an input of ABINIT?")
    said = read_abinit_atoms(path, n_a)
    types = said.types or ([1] * n_a if len(znucl) == 1 else [])
    if not types or not {*types} <= {*range(1, len(znucl) + 1)}:
        raise DomainError(f"typat: expected types 1 to {len(znucl)} of {n_a} atoms")
    if min(znucl) < 1:
        raise DomainError("znucl: ghost and dummy atoms do not vibrate, remove them")
    symbols = [symbol_of_number(round(znucl[kind - 1])) for kind in types]
    return Structure(
        lattice,
        _positions(text, n_a, lattice),
        labels_by_type(symbols, types),
        said.masses,
        said.moments,
    )


def _count(text: str, name: str) -> int:
    """A number of atoms, 1 if it is not there."""
    n = _of_length(text, name, 1, [1.0])[0]
    if n != int(n) or not 0 < n <= MOST:
        raise DomainError(f"{name}: expected a number of atoms, got {n:g}")
    return int(n)


def _of_length(text: str, name: str, n: int, default: list[float]) -> list[float]:
    """So many numbers after a name."""
    numbers = _numbers(text, name)
    if numbers is None:
        return default
    if len(numbers) < n or not np.isfinite(numbers[:n]).all():
        raise DomainError(f"{name}: expected {n} numbers, got {len(numbers)}")
    return numbers[:n]


def _unit(text: str, name: str) -> float:
    """The unit of the lengths after a name, Å."""
    match = re.search(rf"(?<!\S){name}\b(?:\s+[-+\d.*/edED]+)+\s+angstr", text, re.I)
    return BOHR if match is None else 1.0


def _directions(text: str) -> NDArray[np.float64]:
    """Vectors in units of ``acell``: ``rprim``, or those with the angles ``angdeg``."""
    angles = _numbers(text, "angdeg")
    if angles is None:
        identity = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
        return np.reshape(_of_length(text, "rprim", 9, identity), (3, 3))
    alpha = np.array(_of_length(text, "angdeg", 3, []))
    if np.ptp(alpha) > 1e-9 or abs(alpha[0] - 90) < 1e-9:
        return lattice_vectors(np.ones(3), alpha)
    # Three equal angles: about z.
    squared = 2 / 3 * (1 - np.cos(np.radians(alpha[0])))
    if not 0 < squared < 1:
        raise DomainError(f"angdeg: no cell has three angles of {alpha[0]:g}")
    a, c = np.sqrt(squared), np.sqrt(1 - squared)
    turns = 2 * np.pi / 3 * np.arange(3)
    return np.column_stack([a * np.cos(turns), a * np.sin(turns), np.full(3, c)])


def _positions(text: str, n_a: int, lattice: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fractional positions."""
    for name, unit in (("xred", None), ("xcart", _unit(text, "xcart")), ("xangst", 1.0)):
        if _numbers(text, name) is None:
            continue
        x = np.reshape(_of_length(text, name, 3 * n_a, []), (n_a, 3))
        return x if unit is None else fractional(x * unit, lattice)
    if n_a > 1:
        raise DomainError(f"has no positions of {n_a} atoms (xred, xcart)")
    return np.zeros((1, 3))
