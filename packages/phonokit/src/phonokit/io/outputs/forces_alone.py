"""Outputs that hold forces and no positions: SIESTA, DFTB+, WIEN2k, FLEUR."""

import re
from pathlib import Path

import numpy as np
from phono_grid.errors import FileError
from phono_grid.units import BOHR, HARTREE

from phonokit.io.lines import number_of, read_lines
from phonokit.io.outputs.calculation import NUMBER, THREE, Finished, Text, numbers

ATOMIC = HARTREE / BOHR
"""Hartree per Bohr, eV/Å."""
_WIEN2K = re.compile(rf":(F(?:GL|CA))(\d+):\s*\d+\.ATOM\s*{THREE}\s*(\w*)")
_TAG = re.compile(r"^\s*(\w+)\s*:(?:real|integer|logical|complex):\d+:")


def read_siesta_forces(path: Path) -> Finished:
    """Read SIESTA's file of forces, ``.FA``, in eV/Å.

    Raises
    ------
    FileError
        If there are not as many as its first line says.
    """
    lines = read_lines(path)
    n = lines.integer(0)
    if len(lines) != n + 1:
        raise FileError(
            f"{path}: says that there are {n} atoms, and has {len(lines) - 1}; is the file "
            "complete?"
        )
    rows = [lines.numbers(1 + i, 4)[1:] for i in range(n)]
    return Finished(None, None, np.array(rows, dtype=np.float64).reshape(-1, 3))


def read_dftb_tags(path: Path) -> Finished:
    """Read ``forces`` of DFTB+'s ``results.tag``, Hartree/Bohr.

    Raises
    ------
    FileError
        If there are none, or not as many numbers as the tag says.
    """
    text = Text(path)
    start = text.last(
        r"^\s*forces\s*:real:2:3,\d+\s*$",
        "holds no forces; let DFTB+ write them (Analysis { CalculateForces = Yes })",
    )
    n = int(text.lines[start - 1].rpartition(",")[2])
    words: list[str] = []
    for line in text.lines[start:]:
        if _TAG.match(line):
            break
        words += line.split()
    try:
        values = np.array([number_of(word) for word in words])
    except ValueError:
        values = np.empty(0)
    if len(values) != 3 * n:
        raise FileError(
            f"{path}: line {start}: expected {3 * n} numbers after forces, got {len(words)}"
        )
    return Finished(None, None, values.reshape(-1, 3) * ATOMIC)


def read_wien2k_forces(path: Path) -> Finished:
    """Read the last total forces of WIEN2k's ``case.scf``, mRy/Bohr.

    Those along Cartesian axes (``:FCA``) where they are printed, else those along the
    lattice vectors, which WIEN2k calls the global coordinate system (``:FGL``).

    Raises
    ------
    FileError
        If there are none, or the last are partial forces.
    """
    found: dict[str, dict[int, re.Match[str]]] = {"FCA": {}, "FGL": {}}
    for line in Text(path).lines:
        match = _WIEN2K.match(line)
        if match:
            found[match[1]][int(match[2])] = match
    last = found["FCA"] or found["FGL"]
    if not last:
        raise FileError(f"{path}: holds no :FGL lines; compute forces (FOR in case.in2)")
    if any(match[6].lower().startswith("partial") for match in last.values()):
        raise FileError(
            f"{path}: its last forces are partial forces; set FOR in case.in2, and compute "
            "total forces"
        )
    if sorted(last) != list(range(1, len(last) + 1)):
        raise FileError(f"{path}: holds forces of atoms {sorted(last)[:8]} alone")
    rows = [[number_of(word) for word in last[i].groups()[2:5]] for i in sorted(last)]
    forces = np.array(rows) * (ATOMIC / 2000)
    return Finished(None, None, forces, along_lattice=not found["FCA"])


def read_fleur_forces(path: Path) -> Finished:
    """Read FLEUR's ``FORCES``: of each atom a line of the force and one that says so.

    Raises
    ------
    FileError
        If there are none.
    """
    lines = Text(path).lines
    before = [
        re.match(rf"\s*{THREE}", lines[i - 1])
        for i, line in enumerate(lines)
        if i and "force" in line.lower()
    ]
    rows = [match for match in before if match]
    if not rows or len(rows) < len(before):
        raise FileError(f"{path}: expected three numbers on the line before each 'force'")
    return Finished(None, None, numbers(rows) * ATOMIC)


def read_fleur_relaxation(path: Path) -> Finished:
    """Read the last step of FLEUR's ``relax.xml``, whose forces are in Hartree/Bohr.

    Raises
    ------
    FileError
        If it has none.
    """
    text = "\n".join(Text(path).lines)
    step = text[text.rfind("<step") :] if "<step" in text else ""
    six = r"\s+".join([f"({NUMBER})"] * 6)
    rows = list(re.finditer(rf"<posforce>\s*{six}\s*</posforce>", step))
    if not rows:
        raise FileError(f"{path}: has no step with forces")
    return Finished(None, None, numbers(rows) * ATOMIC)
