"""Finished calculations of CP2K, whose main output ASE does not read."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.units import BOHR, HARTREE

from phonokit.io.outputs.calculation import THREE, Finished, Text, ensure_as_many, numbers

_ATOM = rf"\s*\d+\s+\d+\s+([A-Z][a-z]?)\w*\s+(?:\d+\s+)?{THREE}"
"""Number, kind and element of an atom, perhaps its atomic number, and three numbers."""
_FORCE = rf"\s*FORCES\|\s+\d+()\s+{THREE}"
"""Number and force of an atom, as versions from 2023.2 on print it."""
_TITLE = r"(?i)ATOMIC FORCES IN \[A\.U\.\]|FORCES\| ATOMIC FORCES \[HARTREE/BOHR\]"


def read_cp2k_output(path: Path) -> Finished:
    """Read the last coordinates and forces of a main output, or of a file of forces alone.

    The latter, ``*-forces-1_0.xyz``, is what ``&PRINT &FORCES`` with a ``FILENAME`` makes.

    Raises
    ------
    FileError
        If it holds none.
    """
    text = Text(path)
    names, forces = _table(text, _TITLE, "atomic forces in [a.u.]", "&FORCES")
    forces = forces * (HARTREE / BOHR)
    first = next((number for number, line in enumerate(text.lines) if line.strip()), 0)
    if text.last(_TITLE) == first + 1:
        return Finished(names or None, None, forces)
    symbols, x = _table(
        text,
        r"(?i)ATOMIC COORDINATES IN ANGSTROM",
        "atomic coordinates in angstrom",
        "&SUBSYS",
    )
    ensure_as_many(path, len(symbols), len(forces))
    return Finished(symbols, x, forces)


def _table(
    text: Text, title: str, what: str, section: str
) -> tuple[list[str], NDArray[np.float64]]:
    """Elements, none where there are none, and three numbers of the last table."""
    start = text.last(title, f"holds no {what}; let CP2K print them (&PRINT, {section})")
    rows = text.table(start, _ATOM) or text.table(start, _FORCE)
    return [match[1] for match in rows if match[1]], numbers(rows)
