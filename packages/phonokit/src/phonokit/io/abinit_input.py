"""Data on atoms in an input of ABINIT that ASE leaves out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError

from phonokit.io.files import open_text
from phonokit.io.lines import number_of


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
    match = re.search(rf"\b{name}\b((?:\s+[-+\d.*edED]+)+)", text)
    if match is None:
        return None
    numbers: list[float] = []
    for word in match[1].split():
        count, times, value = word.rpartition("*")
        try:
            numbers += [number_of(value)] * (int(count) if times else 1)
        except ValueError:
            break
    return numbers
