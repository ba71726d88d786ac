"""Outputs of CRYSTAL, ABACUS and OpenMX, which print atoms and forces in tables."""

import re
from pathlib import Path

import numpy as np
from phono_grid.errors import FileError
from phono_grid.units import BOHR, HARTREE

from phonokit.io.lines import number_of
from phonokit.io.outputs.calculation import THREE, Finished, Text, ensure_as_many, numbers

_ELEMENT = re.compile(r"[A-Z][a-z]?")


def read_crystal_output(path: Path) -> Finished:
    """Read the last coordinates and forces of CRYSTAL's output, Hartree/Bohr.

    Raises
    ------
    FileError
        If it holds no forces, or is not complete.
    """
    text = Text(path)
    start = text.last(
        r"CARTESIAN FORCES IN HARTREE/BOHR",
        "holds no forces; let CRYSTAL compute them (OPTGEOM, ONLYFORCE)",
    )
    forces = text.vectors(start, rf"\s*\d+\s+\d+\s+{THREE}", "the table of forces")
    forces = forces * (HARTREE / BOHR)
    atoms = text.table(
        text.last(r"CARTESIAN COORDINATES - PRIMITIVE CELL"),
        rf"\s*\d+\s+(?:[TF]\s+)?\d+\s+([A-Z]{{1,2}})\s+{THREE}",
    )
    if not atoms:
        return Finished(None, None, forces)
    ensure_as_many(path, len(atoms), len(forces))
    above = text.last(r"DIRECT LATTICE VECTORS CARTESIAN COMPONENTS \(ANGSTROM\)")
    lattice = text.lattice(above) if above > 0 else None
    return Finished([a[1].capitalize() for a in atoms], numbers(atoms), forces, lattice)


def read_abacus_log(path: Path) -> Finished:
    """Read coordinates and the last forces of ABACUS' ``running_scf.log``, eV/Å.

    Lattice vectors have six figures there, so that those of the supercell are taken, and
    positions in units of them.

    Raises
    ------
    FileError
        If it holds no forces, or is not complete.
    """
    text = Text(path)
    start = text.last(
        r"TOTAL-FORCE \(eV/Angstrom\)", "holds no forces; compute them (cal_force 1)"
    )
    atoms = text.table(start, rf"\s*([A-Z]\w*)\s+{THREE}\s*$")
    if not atoms:
        raise FileError(f"{path}: line {start + 1}: expected the table of forces")
    symbols = [_element(path, match[1]) for match in atoms]
    rows = text.table(text.last(r"^\s*DIRECT COORDINATES"), rf"\s*(?:taud_)?\w+\s+{THREE}")
    forces = numbers(atoms)
    if not rows:
        return Finished(symbols, None, forces)
    ensure_as_many(path, len(rows), len(forces))
    return Finished(symbols, None, forces, fractional=numbers(rows))


def _element(path: Path, label: str) -> str:
    """The element of a label such as Na12."""
    match = _ELEMENT.match(label)
    if match is None:
        raise FileError(f"{path}: {label!r} begins with no element")
    return match[0]


def read_openmx_output(path: Path) -> Finished:
    """Read coordinates and forces of OpenMX' ``.out``, Å and Hartree/Bohr.

    Raises
    ------
    FileError
        If it holds no forces, or is not complete.
    """
    text = Text(path)
    start = text.last(r"^<coordinates\.forces", "holds no <coordinates.forces")
    line = text.lines[start].strip() if start < len(text.lines) else ""
    atoms = text.table(start, rf"\s*\d+\s+(\w+)\s+({THREE})\s+{THREE}")
    if not line.isdigit() or int(line) != len(atoms):
        raise FileError(
            f"{path}: line {start + 1}: expected the number of atoms and as many lines, "
            f"got {line[:20]!r} and {len(atoms)}"
        )
    x = [[number_of(word) for word in match[2].split()] for match in atoms]
    above = text.last(r"^\s*<Atoms\.UnitVectors", "has no <Atoms.UnitVectors")
    unit = text.last(r"(?i)^\s*Atoms\.UnitVectors\.Unit\s+AU\b")
    lattice = text.lattice(above, BOHR if unit > 0 else 1.0)
    forces = numbers(atoms) * (HARTREE / BOHR)
    symbols = [_element(path, match[1]) for match in atoms]
    return Finished(symbols, np.array(x).reshape(-1, 3), forces, lattice)
