"""ABACUS' structure file ``STRU``: sections, lengths in units of a constant in bohr."""

import re
from pathlib import Path

import numpy as np
from phono_grid.errors import FileError
from phono_grid.units import BOHR

from phonokit.io.fractional import fractional
from phonokit.io.lines import Lines, read_lines
from phonokit.io.species import Structure

SECTIONS = re.compile(
    r"ATOMIC_SPECIES|NUMERICAL_(?:ORBITAL|DESCRIPTOR)|ABFS_ORBITAL|"
    r"LATTICE_(?:CONSTANT|VECTORS|PARAMETERS)|ATOMIC_POSITIONS"
)
UNITS = {"cartesian_angstrom": 1.0, "cartesian_au": BOHR}


def read_abacus_input(path: Path) -> Structure:
    """Read a ``STRU``: vectors, masses, positions, moments.

    Raises
    ------
    FileError
        If a section is missing, or is one of lattices that only ``INPUT`` names.
    """
    lines = _without_comments(read_lines(path))
    starts = [i for i in range(len(lines)) if SECTIONS.fullmatch(lines.words(i)[0])]
    sections = {lines.words(i)[0]: i + 1 for i in starts}
    for name in ("ATOMIC_SPECIES", "LATTICE_CONSTANT", "ATOMIC_POSITIONS"):
        if name not in sections:
            raise FileError(f"{path}: has no {name}")
    if "LATTICE_VECTORS" not in sections:
        raise FileError(
            f"{path}: has no LATTICE_VECTORS; write those of the lattice that INPUT names"
        )
    scale = lines.leading(sections["LATTICE_CONSTANT"], 1)[0] * BOHR
    row = sections["LATTICE_VECTORS"]
    lattice = scale * np.array([lines.leading(row + i, 3) for i in range(3)])
    masses = {}
    row = sections["ATOMIC_SPECIES"]
    while row not in starts and len(lines.words(row)) > 1:
        words = lines.words(row)
        masses[words[0]] = Lines(path, [(lines.line(row), words[1:2])]).numbers(0, 1)[0]
        row += 1
    row = sections["ATOMIC_POSITIONS"]
    kind = " ".join(lines.words(row)[:1]).lower()
    if kind not in ("direct", "cartesian", *UNITS):
        raise FileError(
            f"{path}: line {lines.line(row)}: expected Direct or Cartesian, got {kind!r}"
        )
    labels, x, moments = _atoms(lines, row + 1)
    places = np.array(x)
    if kind != "direct":
        places = fractional(places * UNITS.get(kind, scale), lattice)
    known = np.array([masses.get(label, np.nan) for label in labels])
    return Structure(lattice, places, labels, known, np.array(moments))


def _without_comments(lines: Lines) -> Lines:
    """Lines up to ``//`` and ``#``."""
    rows = []
    for number, words in lines.rows:
        end = next((i for i, w in enumerate(words) if w.startswith(("//", "#"))), None)
        if words[:end]:
            rows.append((number, words[:end]))
    return Lines(lines.path, rows)


def _atoms(
    lines: Lines, row: int
) -> tuple[list[str], list[list[float]], list[float] | list[list[float]]]:
    """Labels, coordinates and moments of the atoms of all kinds."""
    labels: list[str] = []
    x: list[list[float]] = []
    moments: list[list[float]] = []
    while row < len(lines) and not SECTIONS.fullmatch(lines.words(row)[0]):
        label = lines.words(row)[0]
        if label.endswith("_empty"):
            raise FileError(
                f"{lines.path}: line {lines.line(row)}: a ghost atom does not vibrate; "
                "remove it"
            )
        moment = lines.leading(row + 1, 1)[0]
        count = lines.leading(row + 2, 1)[0]
        if count != int(count) or not 0 <= count <= len(lines) - row - 3:
            raise FileError(
                f"{lines.path}: line {lines.line(row + 2)}: expected a number of atoms"
            )
        for i in range(row + 3, row + 3 + int(count)):
            x.append(lines.leading(i, 3))
            labels.append(label)
            moments.append(_moment(lines, i, moment))
        row += 3 + int(count)
    if any(any(m[:2]) for m in moments):
        return labels, x, moments
    return labels, x, [m[2] for m in moments]


def _moment(lines: Lines, row: int, default: float) -> list[float]:
    """The moment of an atom: its own after ``mag``, one number or three, or its kind's."""
    words = lines.words(row)
    place = next((i for i, w in enumerate(words) if w in ("mag", "magmom")), None)
    if place is None:
        return [0.0, 0.0, default]
    values = []
    for word in words[place + 1 : place + 4]:
        try:
            values.append(float(word))
        except ValueError:
            break
    if len(values) not in (1, 3):
        raise FileError(
            f"{lines.path}: line {lines.line(row)}: expected one or three numbers after "
            f"{words[place]}"
        )
    return values if len(values) == 3 else [0.0, 0.0, values[0]]
