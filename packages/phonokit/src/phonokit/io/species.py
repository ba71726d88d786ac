"""Species of structure files: elements, labels, masses, moments."""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell, standard_masses
from phono_grid.errors import DomainError

ISOTOPES = {"D": ("H", 2.0141017778), "T": ("H", 3.0160492777)}
"""Isotopes that have symbols of their own, Da. G. Audi et al., Nucl. Phys. A 729, 337
(2003)."""
_LETTERS = re.compile(r"[A-Za-z]*")


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """A crystal as a file has it.

    Parameters
    ----------
    lattice : (3, 3) array
        Å
    positions : (n_a, 3) array
        Fractional.
    labels : n_a strings
        Names of the species: an element with or without what tells it from others of it.
    masses : (n_a,) array, optional
        Da; NaN or None where the file says nothing.
    moments : (n_a,) or (n_a, 3) array, optional
        Magnetic moments.
    """

    lattice: NDArray[np.float64]
    positions: NDArray[np.float64]
    labels: Sequence[str]
    masses: NDArray[np.float64] | None = None
    moments: NDArray[np.float64] | None = None

    def cell(self) -> Cell:
        """The cell, with standard masses where the file says nothing."""
        symbols = symbols_of(self.labels)
        natural = [ISOTOPES.get(_letters(label), ("", None))[1] for label in self.labels]
        standard = np.array(
            [
                standard_masses([symbol])[0] if mass is None else mass
                for symbol, mass in zip(symbols, natural, strict=True)
            ]
        )
        masses = standard
        if self.masses is not None:
            masses = np.where(np.isnan(self.masses), standard, self.masses)
        moments = self.moments
        if moments is not None and not np.any(moments):
            moments = None
        return Cell(self.lattice, self.positions, symbols, masses, moments)


def element_of(label: str) -> str | None:
    """The element that a label such as Fe1, Fe_pv, SI or D is of; None if of none."""
    letters = _letters(label)
    if letters in ISOTOPES:
        return ISOTOPES[letters][0]
    return letters if _is_element(letters) else None


def symbols_of(labels: Sequence[str]) -> tuple[str, ...]:
    """Symbols, with numbers where labels tell atoms of one element apart.

    ``Fe1`` stays what it is. Labels that are no element with a number, such as ``Fe_up``,
    are numbered in their order where an element has several.

    Raises
    ------
    DomainError
        If a label is of no element: ghost and dummy atoms do not vibrate.
    """
    kinds: dict[str, list[str]] = {}
    for label in dict.fromkeys(labels):
        element = element_of(label)
        if element is None:
            raise DomainError(
                f"symbols: {label!r} is not a chemical element; ghost and dummy atoms do "
                "not vibrate, remove them"
            )
        kinds.setdefault(element, []).append(label)
    names = {}
    for element, its in kinds.items():
        plain = all(label == element or _is_numbered(label, element) for label in its)
        # Isotopes with symbols of their own are told apart by their masses.
        isotopes = all(label == element or label in ISOTOPES for label in its)
        for number, label in enumerate(its, start=1):
            if isotopes or (len(its) == 1 and not plain):
                names[label] = element
            else:
                names[label] = label if plain else f"{element}{number}"
    return tuple(names[label] for label in labels)


def labels_by_type(symbols: Sequence[str], types: Sequence[Any]) -> list[str]:
    """Labels of atoms, numbered where atoms of one element are of different types."""
    kinds: dict[str, list[Any]] = {}
    for symbol, kind in zip(symbols, types, strict=True):
        if kind not in kinds.setdefault(symbol, []):
            kinds[symbol].append(kind)
    return [
        symbol if len(kinds[symbol]) == 1 else f"{symbol}{kinds[symbol].index(kind) + 1}"
        for symbol, kind in zip(symbols, types, strict=True)
    ]


def symbol_of_number(number: int) -> str:
    """The element of an atomic number.

    Raises
    ------
    DomainError
        If it is of none.
    """
    if not 1 <= number <= 118:
        raise DomainError(f"{number} is not an atomic number")
    return Cell.of(np.eye(3), np.zeros((1, 3)), [number]).symbols[0]


def from_angles(size: float, theta: float, phi: float) -> NDArray[np.float64]:
    """The moment of a size along two polar angles, degrees, without rounding of cosines."""
    a, b = np.radians([theta, phi])
    along = np.array([np.sin(a) * np.cos(b), np.sin(a) * np.sin(b), np.cos(a)])
    return np.asarray(np.round(size * along, 12) + 0.0)


def to_angles(moment: NDArray[np.float64]) -> tuple[float, float, float]:
    """Size and polar angles of a moment, degrees; its sign where it is along z alone."""
    vector = np.atleast_1d(moment)
    if vector.size == 1:
        return float(vector[0]), 0.0, 0.0
    size = float(np.linalg.norm(vector))
    if size == 0:
        return 0.0, 0.0, 0.0
    theta = np.degrees(np.arccos(np.clip(vector[2] / size, -1, 1)))
    return size, float(theta), float(np.degrees(np.arctan2(vector[1], vector[0])))


def is_whole(shares: Mapping[str, Any]) -> bool:
    """Whether a site is full of one species; what is no number is not."""
    return len(shares) == 1 and all(
        isinstance(share, int | float) and share >= 1 for share in shares.values()
    )


def refuse_partial(shares: Mapping[str, Any]) -> None:
    """Refuse a site that is occupied in part, or by several species."""
    if not is_whole(shares):
        told = ", ".join(f"{name} {share}" for name, share in shares.items())
        raise DomainError(
            f"a site is occupied in part ({told}); choose an ordered supercell"
        )


def _letters(label: str) -> str:
    """The symbol that a label begins with, in the usual case of letters."""
    match = _LETTERS.match(label)
    letters = "" if match is None else match[0].capitalize()
    if len(letters) == 2 and not _is_element(letters) and letters[0] in "BCFHIKNOPSUVWY":
        return letters[0]  # as in Oa, a kind of oxygen
    return letters


@functools.cache
def _is_element(symbol: str) -> bool:
    """Whether this is the symbol of an element, in the usual case of letters."""
    try:
        Cell(np.eye(3), np.zeros((1, 3)), (symbol,), np.ones(1)).to_spglib()
    except DomainError:
        return False
    return symbol not in ISOTOPES


def _is_numbered(label: str, element: str) -> bool:
    """Whether a label is the element and a number."""
    return label.startswith(element) and label[len(element) :].isdigit()
