"""Structures in input files of Quantum ESPRESSO's ``pw.x``."""

import ast
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError
from phono_grid.units import BOHR

from phonokit.io.files import open_text
from phonokit.io.formats.bravais import bravais_lattice
from phonokit.io.fractional import fractional
from phonokit.io.species import Structure, from_angles

_NAMELIST = re.compile(r"^\s*&(\w+)(.*?)(?:^|\s)/[ \t]*$", re.MULTILINE | re.DOTALL)
_SETTING = re.compile(r"(\w+(?:\([\d,\s]+\))?)\s*=\s*('[^']*'|\"[^\"]*\"|[^,\s]+)")
_CARDS = (
    *("ATOMIC_SPECIES", "ATOMIC_POSITIONS", "CELL_PARAMETERS", "K_POINTS", "OCCUPATIONS"),
    *("CONSTRAINTS", "ATOMIC_FORCES", "ATOMIC_VELOCITIES", "ADDITIONAL_K_POINTS"),
    *("SOLVENTS", "HUBBARD"),
)
_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def read_espresso_input(path: Path) -> Structure:
    """Read the structure of an input of ``pw.x``: cell, labels, masses, magnetisation.

    Species keep their labels (Fe1, Fe2) and the masses of ``ATOMIC_SPECIES``; with spin,
    atoms have the starting magnetisation of their species, in its angles if they are given.

    Raises
    ------
    FileError
        If something is missing or is not what it should be.
    """
    with open_text(path) as file:
        text = re.sub(r"[!#][^\n]*", "", file.read())
    settings = {
        name.lower().replace(" ", ""): value.strip("'\"")
        for block in _NAMELIST.finditer(text)
        for name, value in _SETTING.findall(block[2])
    }
    cards = _cards(_NAMELIST.sub("", text))
    return _Input(path, settings, cards).structure()


def _cards(text: str) -> dict[str, tuple[str, list[list[str]]]]:
    """The option and the lines of every card."""
    cards: dict[str, tuple[str, list[list[str]]]] = {}
    name = ""
    for line in text.splitlines():
        words = line.split()
        if words and words[0].upper() in _CARDS:
            name = words[0].upper()
            option = re.sub(r"[{}()\s]", "", " ".join(words[1:])).lower()
            cards[name] = (option, [])
        elif words and name:
            cards[name][1].append(words)
    return cards


@dataclass(frozen=True, slots=True, eq=False)
class _Input:
    """The settings and cards of an input."""

    path: Path
    settings: dict[str, str]
    cards: dict[str, tuple[str, list[list[str]]]]

    def structure(self) -> Structure:
        """The structure."""
        lattice = self._lattice()
        masses, moments = self._species()
        n = int(self._number("nat", 0)) or None
        option, rows = self._card("ATOMIC_POSITIONS", n)
        labels = [row[0] for row in rows]
        unknown = [label for label in labels if label not in masses]
        if unknown:
            raise FileError(
                f"{self.path}: ATOMIC_POSITIONS has {unknown[0]}, which ATOMIC_SPECIES "
                "does not name"
            )
        x = np.array([[self._value(word) for word in row[1:4]] for row in rows])
        spins = np.array([moments[label] for label in labels])
        return Structure(
            lattice,
            self._fractional(x.reshape(-1, 3), option, lattice),
            labels,
            np.array([masses[label] for label in labels]),
            spins if spins.any() else None,
        )

    def _lattice(self) -> NDArray[np.float64]:
        """Lattice vectors, Å."""
        ibrav = self._number("ibrav", 0)
        if ibrav != 0:
            return self._bravais(int(ibrav))
        option, rows = self._card("CELL_PARAMETERS", 3)
        vectors = np.array([[self._value(word) for word in row[:3]] for row in rows])
        alat = self._alat()
        units = {"angstrom": 1.0, "bohr": BOHR, "alat": alat, "": alat or BOHR}
        return vectors * self._unit(units, option, "CELL_PARAMETERS")

    def _bravais(self, ibrav: int) -> NDArray[np.float64]:
        """Lattice vectors of a number of pw.x and its lengths and cosines, Å."""
        alat = self._alat()
        if not alat or alat < 0:
            raise FileError(f"{self.path}: ibrav = {ibrav} needs a positive celldm(1) or A")
        if "celldm(1)" in self.settings:
            celldm = [self._number(f"celldm({i})", 0) for i in range(2, 7)]
        else:
            ratios = [self._number(name, 0) / alat for name in ("b", "c")]
            bc, ac, ab = (self._number(name, 0) for name in ("cosbc", "cosac", "cosab"))
            celldm = [*ratios, *((bc, ac, ab) if ibrav == 14 else (ab, ac, 0.0))]
        return alat * bravais_lattice(ibrav, [1.0, *celldm])

    def _alat(self) -> float | None:
        """The lattice parameter, Å, if it is given."""
        if "celldm(1)" in self.settings:
            return self._number("celldm(1)", 0) * BOHR
        return self._number("a", 0) if "a" in self.settings else None

    def _fractional(
        self, x: NDArray[np.float64], option: str, lattice: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Positions in units of the lattice vectors."""
        if option == "crystal":
            return x
        alat = self._alat() or float(np.linalg.norm(lattice[0]))
        units = {"angstrom": 1.0, "bohr": BOHR, "alat": alat, "": alat}
        factor = self._unit(units, option, "ATOMIC_POSITIONS")
        return fractional(x * factor, lattice)

    def _unit(self, units: dict[str, Any], option: str, card: str) -> float:
        """The unit of a card."""
        if option not in units:
            raise FileError(
                f"{self.path}: {card} {option}: expected one of "
                f"{', '.join(name for name in units if name)}"
            )
        if units[option] is None:
            raise FileError(f"{self.path}: {card} in alat needs celldm(1) or A")
        return float(units[option])

    def _species(self) -> tuple[dict[str, float], dict[str, Any]]:
        """Masses, Da, and magnetic moments by label."""
        _, rows = self._card("ATOMIC_SPECIES", int(self._number("ntyp", 0)) or None)
        masses = {row[0]: self._value(row[1]) if len(row) > 1 else 0.0 for row in rows}
        wrong = [label for label, mass in masses.items() if not mass > 0]
        if wrong:
            raise FileError(
                f"{self.path}: ATOMIC_SPECIES: the mass of {wrong[0]} must be positive"
            )
        vectors = self.settings.get("noncolin", "").strip(".").lower() in ("true", "t")
        spin = vectors or self._number("nspin", 1) in (2, 4)
        moments = {}
        for number, label in enumerate(masses, start=1):
            size = self._number(f"starting_magnetization({number})", 0) if spin else 0.0
            moments[label] = self._vector(number, size) if vectors else np.float64(size)
        return masses, moments

    def _vector(self, number: int, size: float) -> NDArray[np.float64]:
        """The moment of a species along its angles, degrees."""
        theta, phi = (self._number(f"angle{i}({number})", 0) for i in (1, 2))
        return from_angles(size, theta, phi)

    def _card(self, name: str, n: int | None) -> tuple[str, list[list[str]]]:
        """The option of a card, and its lines, ``n`` of them if it is given."""
        if name not in self.cards:
            raise FileError(f"{self.path}: has no {name}")
        option, rows = self.cards[name]
        if n is not None and len(rows) < n:
            raise FileError(f"{self.path}: {name}: expected {n} lines, got {len(rows)}")
        rows = rows if n is None else rows[:n]
        least = {"ATOMIC_POSITIONS": 4, "CELL_PARAMETERS": 3}.get(name, 1)
        short = [row for row in rows if len(row) < least]
        if short:
            raise FileError(f"{self.path}: {name}: {' '.join(short[0])!r} is not complete")
        return option, rows

    def _number(self, name: str, default: float) -> float:
        """A number among the settings."""
        return self._value(self.settings[name]) if name in self.settings else default

    def _value(self, word: str) -> float:
        """A number, or an expression of numbers such as 1/3."""
        text = re.sub(r"(?<=[\d.])[dD](?=[-+\d])", "e", word).replace("^", "**")
        try:
            value = np.nan
            if len(text) < 100:
                value = float(_evaluated(ast.parse(text, mode="eval").body))
        except (ArithmeticError, SyntaxError, TypeError, ValueError):
            value = np.nan
        if not np.isfinite(value):
            raise FileError(f"{self.path}: expected a number, got {word[:60]!r}")
        return value


def _evaluated(node: ast.expr) -> float:
    """The value of an expression of numbers; ValueError if it is something else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _evaluated(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return float(
            _OPERATORS[type(node.op)](_evaluated(node.left), _evaluated(node.right))
        )
    raise ValueError
