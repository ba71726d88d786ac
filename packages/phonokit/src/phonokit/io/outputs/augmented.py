"""Outputs of Elk and exciting, whose ``INFO.OUT`` are of one family."""

import re
from pathlib import Path

import numpy as np
from phono_grid.errors import FileError
from phono_grid.units import BOHR, HARTREE

from phonokit.io.lines import number_of
from phonokit.io.outputs.calculation import (
    NUMBER,
    THREE,
    Finished,
    Text,
    ensure_as_many,
    numbers,
)

_SPECIES = re.compile(r"^\s*Species :\s+\d+ \((\w+)\)")
_TOTAL = rf"\s*total force\s*:\s*{THREE}\s*$"
_ATOM = rf"\s*atom\s+\d+\s+\w+\s*:\s*{THREE}"


def read_info_out(path: Path) -> Finished:
    """Read lattice, positions and the last total forces of an ``INFO.OUT``.

    Raises
    ------
    FileError
        If it holds no forces, or is not complete.
    """
    text = Text(path)
    start = text.last(
        r"^\s*Forces :\s*$|^\s*Total atomic forces including IBS",
        "holds no forces; let the program compute them (tforce)",
    )
    forces = numbers(text.table(start, _ATOM))
    if not len(forces):
        totals = [re.match(_TOTAL, line) for line in text.lines[start:]]
        forces = numbers([match for match in totals if match])
    above = text.last(r"^\s*Lattice vectors(?: \(cartesian\))? :", "has no lattice vectors")
    lattice = text.lattice(above, BOHR)
    symbols, x = _atoms(text)
    ensure_as_many(path, len(symbols), len(forces))
    return Finished(symbols, x @ lattice, forces * (HARTREE / BOHR), lattice)


def _atoms(
    text: Text,
) -> tuple[list[str], np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """Elements and fractional positions, species after species."""
    symbols: list[str] = []
    rows: list[re.Match[str]] = []
    element = ""
    for number, line in enumerate(text.lines):
        species = _SPECIES.match(line)
        if species:
            element = species[1]
        elif re.match(r"^\s*atomic positions \(lattice\)", line) and element:
            here = text.table(number + 1, rf"\s*\d+\s*:\s*{THREE}", gap=1)
            symbols += [element] * len(here)
            rows += here
            element = ""  # Positions that follow are those of a later step.
    return symbols, numbers(rows)


def read_info_xml(path: Path) -> Finished:
    """Read the last structure of exciting's ``info.xml``.

    Raises
    ------
    FileError
        If it has no forces.
    """
    whole = "\n".join(Text(path).lines)
    last = whole[whole.rfind("<structure") :] if "<structure" in whole else ""
    three = rf'\s+x="({NUMBER})"\s+y="({NUMBER})"\s+z="({NUMBER})"'
    symbols: list[str] = []
    atoms, totals, element = [], [], ""
    token = rf'chemicalSymbol="(\w+)"|<(atom|totalforce){three}'
    for match in re.finditer(token, last):
        if match[1]:
            element = match[1]
        elif match[2] == "atom":
            symbols.append(element)
            atoms.append([number_of(word) for word in match.groups()[2:]])
        else:
            totals.append([number_of(word) for word in match.groups()[2:]])
    if not totals:
        raise FileError(f"{path}: holds no forces; let exciting compute them (tforces)")
    ensure_as_many(path, len(atoms), len(totals))
    vectors = re.findall(rf"<basevect>\s*{THREE}\s*</basevect>", last)[:3]
    lattice = np.array(vectors, dtype=np.float64).reshape(-1, 3) * BOHR
    forces = np.array(totals) * (HARTREE / BOHR)
    if lattice.shape != (3, 3):
        return Finished(symbols, None, forces)
    return Finished(symbols, np.array(atoms) @ lattice, forces, lattice)
