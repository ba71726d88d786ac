"""CASTEP's structure file, ``.cell``."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError
from phono_grid.units import BOHR

from phonokit.io.files import open_text
from phonokit.io.fractional import fractional, lattice_vectors
from phonokit.io.lines import Lines
from phonokit.io.species import Structure, element_of

UNITS = {"ang": 1.0, "bohr": BOHR, "a0": BOHR, "nm": 10.0, "cm": 1e8, "m": 1e10}
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?"
_SPIN = re.compile(
    rf"\bspin\s*[=:]?\s*(?:\(\s*)?({_NUMBER}(?:[\s,]+{_NUMBER}){{0,2}})", re.IGNORECASE
)


def read_castep_cell(path: Path) -> Structure:
    """Read the blocks of lattice, positions and masses, and spins of atoms.

    Raises
    ------
    FileError
        If a block is missing or does not hold what it should, or an atom is a mixture.
    """
    blocks = _blocks(path)
    lattice = _lattice(path, blocks)
    labels, rows, moments = [], [], []
    name = "positions_frac" if "positions_frac" in blocks else "positions_abs"
    if name not in blocks:
        raise FileError(f"{path}: expected a block positions_frac or positions_abs")
    if name == "positions_abs" and "lattice_cart" not in blocks:
        raise FileError(
            f"{path}: positions_abs beside lattice_abc, which does not tell the axes that "
            "they are along; write positions_frac or lattice_cart"
        )
    atoms, factor = _unit(blocks[name]) if name.endswith("abs") else (blocks[name], 1.0)
    for i in range(len(atoms)):
        label, row, moment = _atom(atoms, i)
        labels.append(label)
        rows.append(row)
        moments.append(moment)
    x = np.array(rows).reshape(-1, 3) * factor
    if name.endswith("abs"):
        x = fractional(x, lattice)
    masses = _masses(blocks.get("species_mass"), labels)
    return Structure(lattice, x, [_name(label) for label in labels], masses, _same(moments))


def _blocks(path: Path) -> dict[str, Lines]:
    """Lines of every block by its name, without comments and blank lines."""
    blocks: dict[str, Lines] = {}
    inside = ""
    with open_text(path) as file:
        for number, line in enumerate(file, start=1):
            words = re.split(r"[!#;]|\bCOMMENT\b", line)[0].split()
            head = words[0].lower() if words else ""
            if head == "%block" and len(words) > 1:
                inside = words[1].lower()
                blocks[inside] = Lines(path, [])
            elif head == "%endblock":
                inside = ""
            elif words and inside:
                blocks[inside].rows.append((number, words))
    return blocks


def _unit(lines: Lines) -> tuple[Lines, float]:
    """Lines after the one that names a unit of length, and the unit, Å."""
    words = lines.words(0)
    if len(words) == 1 and words[0].isalnum() and not words[0].isdigit():
        if words[0].lower() not in UNITS:
            raise FileError(
                f"{lines.path}: line {lines.line(0)}: expected one of {', '.join(UNITS)}, "
                f"got {words[0]!r}"
            )
        return Lines(lines.path, lines.rows[1:]), UNITS[words[0].lower()]
    return lines, 1.0


def _lattice(path: Path, blocks: dict[str, Lines]) -> NDArray[np.float64]:
    """Lattice vectors, Å."""
    name = "lattice_cart" if "lattice_cart" in blocks else "lattice_abc"
    if name not in blocks:
        raise FileError(f"{path}: expected a block lattice_cart or lattice_abc")
    lines, factor = _unit(blocks[name])
    n = 3 if name == "lattice_cart" else 2
    rows = np.array([lines.leading(i, 3) for i in range(n)])
    return rows * factor if n == 3 else lattice_vectors(rows[0] * factor, rows[1])


def _atom(lines: Lines, number: int) -> tuple[str, list[float], list[float]]:
    """Label, position and moment of the atom of a line."""
    label, *words = lines.words(number)
    row = Lines(lines.path, [(lines.line(number), words)]).leading(0, 3)
    rest = " ".join(words[3:])
    if re.search(r"\bmixture\b", rest, re.IGNORECASE):
        raise FileError(
            f"{lines.path}: line {lines.line(number)}: a site is occupied in part "
            f"({rest}); choose an ordered supercell"
        )
    spin = _SPIN.search(rest)
    if spin is None and re.search(r"\bspin\b", rest, re.IGNORECASE):
        raise FileError(
            f"{lines.path}: line {lines.line(number)}: expected SPIN= and a number or "
            f"three, got {rest!r}"
        )
    words = [] if spin is None else re.split(r"[\s,]+", spin[1])
    moment = Lines(lines.path, [(lines.line(number), words)]).numbers(0, len(words))
    return label, row, moment


def _name(label: str) -> str:
    """The label of a species; CASTEP takes numbers of elements too."""
    if label.isdigit():
        from ase.data import chemical_symbols

        return str(chemical_symbols[int(label)]) if int(label) < 119 else label
    return label


def _masses(lines: Lines | None, labels: list[str]) -> NDArray[np.float64] | None:
    """Masses of atoms by their species, NaN where the file has none."""
    if lines is None:
        return None
    first = 0
    if len(lines.words(0)) == 1:
        if lines.words(0)[0].lower() != "amu":
            raise FileError(
                f"{lines.path}: line {lines.line(0)}: expected masses in AMU, got "
                f"{lines.words(0)[0]!r}"
            )
        first = 1
    masses = {}
    for i in range(first, len(lines)):
        label, *words = lines.words(i)
        masses[label] = Lines(lines.path, [(lines.line(i), words)]).numbers(0, 1)[0]
    unknown = sorted({*masses} - {*labels})
    if any(element_of(_name(label)) is None for label in unknown):
        raise FileError(f"{lines.path}: species_mass names {', '.join(unknown)}")
    return np.array([masses.get(label, np.nan) for label in labels])


def _same(moments: list[list[float]]) -> NDArray[np.float64]:
    """Moments as numbers, or all as vectors if one of them is."""
    if not any(len(moment) == 3 for moment in moments):
        return np.array([moment[0] if moment else 0.0 for moment in moments])
    vectors = [m if len(m) == 3 else [0.0, 0.0, m[0] if m else 0.0] for m in moments]
    return np.array(vectors)
