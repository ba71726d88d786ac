"""Finished calculations of CP2K, whose main output ASE does not read."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError
from phono_grid.units import BOHR, HARTREE

from phonokit.io.files import open_text

_NUMBER = r"[-+]?\d+\.\d+(?:[EeDd][-+]?\d+)?"
_THREE = r"\s+".join([f"({_NUMBER})"] * 3)
_ATOM = re.compile(rf"\s*\d+\s+\d+\s+([A-Z][a-z]?)\w*\s+(?:\d+\s+)?{_THREE}")
"""Number, kind and element of an atom, perhaps its atomic number, and three numbers."""
_FORCE = re.compile(rf"\s*FORCES\|\s+\d+()\s+{_THREE}")
"""Number and force of an atom, as versions from 2023.2 on print it."""


@dataclass(frozen=True, slots=True, eq=False)
class Cp2kOutput:
    """The numbers of one output.

    Parameters
    ----------
    symbols : tuple of str
    positions : (n_s, 3) array or None
        Å; None of a file of forces alone.
    forces : (n_s, 3) array
        eV/Å
    """

    symbols: tuple[str, ...]
    positions: NDArray[np.float64] | None
    forces: NDArray[np.float64]


def read_cp2k_output(path: Path) -> Cp2kOutput:
    """Read the last coordinates and forces of a main output, or of a file of forces alone.

    The latter, ``*-forces-1_0.xyz``, is what ``&PRINT &FORCES`` with a ``FILENAME`` makes.

    Raises
    ------
    FileError
        If it holds none.
    """
    with open_text(path) as file:
        lines = file.read().splitlines()
    titles = ("ATOMIC FORCES IN [A.U.]", "FORCES| ATOMIC FORCES [HARTREE/BOHR]")
    names, forces = _table(path, lines, titles, "&FORCES")
    first = next((line for line in lines if line.strip()), "")
    if first.strip().upper().startswith(titles):
        return Cp2kOutput(names, None, forces * (HARTREE / BOHR))
    symbols, x = _table(path, lines, ("ATOMIC COORDINATES IN ANGSTROM",), "&SUBSYS")
    if len(names) != len(symbols):
        raise FileError(
            f"{path}: coordinates are of {len(symbols)} atoms, forces of {len(names)}; is "
            "the output complete?"
        )
    return Cp2kOutput(symbols, x, forces * (HARTREE / BOHR))


def _table(
    path: Path, lines: list[str], titles: tuple[str, ...], section: str
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """The last table of atoms with three numbers below one of the titles."""
    starts = [i for i, line in enumerate(lines) if any(t in line.upper() for t in titles)]
    if not starts:
        raise FileError(
            f"{path}: holds no {titles[0].lower()}; let CP2K print them (&PRINT, {section})"
        )
    symbols, rows = [], []
    for line in lines[starts[-1] + 1 :]:
        match = _ATOM.match(line) or _FORCE.match(line)
        if match:
            symbols.append(match[1])
            numbers = match.groups()[1:]
            rows.append([float(x.upper().replace("D", "E")) for x in numbers])
        elif rows:
            break
    return tuple(symbols), np.array(rows).reshape(-1, 3)
