"""Structures in input and restart files of CP2K."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError
from phono_grid.units import BOHR

from phonokit.io.files import open_text
from phonokit.io.fractional import fractional, lattice_vectors
from phonokit.io.lines import number_of
from phonokit.io.species import Structure

UNITS = {"ANGSTROM": 1.0, "BOHR": BOHR, "NM": 10.0, "PM": 0.01}
_UNIT = re.compile(r"\[\s*(\w+)\s*\]")
Section = list[list[str]]


def read_cp2k_input(path: Path) -> Structure:
    """Read ``&CELL``, ``&COORD`` and ``&KIND``: labels, masses and magnetisations.

    Raises
    ------
    FileError
        If a section is missing, or does not hold what it should.
    """
    with open_text(path) as file:
        lines = [re.split(r"[!#]", line)[0].strip() for line in file.read().splitlines()]
    found = _sections([line for line in lines if line])
    if not found.get("CELL") or not found.get("COORD"):
        raise FileError(f"{path}: expected &CELL and &COORD with lines in both")
    _ensure_crystal(path, found["CELL"][0])
    lattice = _lattice(path, found["CELL"][0])
    labels, positions = _atoms(path, found["COORD"][0], lattice)
    kinds = {section[0][0]: section[1:] for section in found.get("KIND", []) if section[0]}
    for label in labels:
        _refuse_ghost(path, label, kinds.get(label, []))
    masses = [
        _of_kind(path, kinds.get(label, []), ("MASS", "ATOMIC_MASS")) for label in labels
    ]
    moments = [_of_kind(path, kinds.get(label, []), ("MAGNETIZATION",)) for label in labels]
    elements = [_element(kinds.get(label, []), label) for label in labels]
    return Structure(
        lattice, positions, elements, np.array(masses), np.nan_to_num(np.array(moments))
    )


def _sections(lines: list[str]) -> dict[str, list[Section]]:
    """The lines of every section by its name; for kinds their label is the first."""
    found: dict[str, list[Section]] = {}
    inside: list[Section] = []
    for line in lines:
        words = line.split()
        if line.upper().startswith("&END"):
            inside = inside[:-1]
        elif line.startswith("&"):
            name = words[0][1:].upper()
            section: Section = [words[1:2]] if name == "KIND" else []
            found.setdefault(name, []).append(section)
            inside = [*inside, section]
        elif inside:
            inside[-1].append(words)
    return found


def _ensure_crystal(path: Path, section: Section) -> None:
    """Refuse a cell that is repeated, or a molecule."""
    rows = {words[0].upper(): words[1:] for words in section}
    if rows.get("MULTIPLE_UNIT_CELL", ["1"] * 3) != ["1"] * 3:
        raise FileError(
            f"{path}: MULTIPLE_UNIT_CELL repeats the cell; write the one that is repeated"
        )
    if [word.upper() for word in rows.get("PERIODIC", [])] == ["NONE"]:
        raise FileError(f"{path}: PERIODIC NONE is a molecule, not a crystal")


def _refuse_ghost(path: Path, label: str, section: Section) -> None:
    """Refuse a kind of functions without an atom."""
    for words in section:
        if words[0].upper() == "GHOST" and _is_set(words[1:]):
            raise FileError(
                f"{path}: &KIND {label}: a ghost atom does not vibrate; remove it"
            )


def _lattice(path: Path, section: Section) -> NDArray[np.float64]:
    """Lattice vectors, Å."""
    rows = {words[0].upper(): words[1:] for words in section}
    if all(name in rows for name in "ABC"):
        return np.array([_vector(path, rows[name]) for name in "ABC"])
    if "ABC" not in rows:
        raise FileError(f"{path}: &CELL: expected A, B and C, or ABC")
    angles = np.array([90.0, 90.0, 90.0])
    if "ALPHA_BETA_GAMMA" in rows:
        words = [word for word in rows["ALPHA_BETA_GAMMA"] if not word.startswith("[")]
        angles = _numbers(path, words)
    return lattice_vectors(_vector(path, rows["ABC"]), angles)


def _vector(path: Path, words: list[str]) -> NDArray[np.float64]:
    """Three lengths, Å, with a unit before them or not."""
    unit = _UNIT.fullmatch(words[0]) if words else None
    factor = 1.0 if unit is None else _unit(path, unit[1])
    return _numbers(path, words[1:] if unit else words) * factor


def _unit(path: Path, name: str) -> float:
    """The value of a unit of length, Å."""
    if name.upper() not in UNITS:
        raise FileError(f"{path}: expected one of {', '.join(UNITS)}, got {name!r}")
    return UNITS[name.upper()]


def _numbers(path: Path, words: list[str]) -> NDArray[np.float64]:
    """The three numbers that words begin with."""
    try:
        values = np.array([number_of(word) for word in words[:3]])
    except ValueError:
        values = np.array([])
    if values.shape != (3,) or not np.isfinite(values).all():
        raise FileError(f"{path}: expected three numbers, got {' '.join(words)[:60]!r}")
    return values


def _atoms(
    path: Path, section: Section, lattice: NDArray[np.float64]
) -> tuple[list[str], NDArray[np.float64]]:
    """Labels and fractional positions."""
    settings = {words[0].upper(): words[1:] for words in section}
    atoms = [words for words in section if len(words) >= 4]
    labels = [words[0] for words in atoms]
    x = np.array([_numbers(path, words[1:]) for words in atoms]).reshape(-1, 3)
    if _is_set(settings.get("SCALED", ["F"])):
        return labels, x
    factor = _unit(path, settings.get("UNIT", ["ANGSTROM"])[0])
    return labels, fractional(x * factor, lattice)


def _is_set(values: list[str]) -> bool:
    """The value of a logical keyword; it is set where it stands alone."""
    return not values or values[0].strip(".").upper() in ("T", "TRUE", "YES", "ON", "1")


def _of_kind(path: Path, section: Section, names: tuple[str, ...]) -> float:
    """A number of a kind, NaN if it is not there."""
    for words in section:
        if words[0].upper() in names and len(words) > 1:
            try:
                return number_of(words[-1])
            except ValueError:
                raise FileError(f"{path}: &KIND: {' '.join(words)!r}") from None
    return float("nan")


def _element(section: Section, label: str) -> str:
    """The label with its element for letters, which ``ELEMENT`` may tell."""
    elements = [
        words[1] for words in section if words[0].upper() == "ELEMENT" and words[1:]
    ]
    if not elements or label.upper().startswith(elements[0].upper()):
        return label
    return f"{elements[0]}_{label}"
