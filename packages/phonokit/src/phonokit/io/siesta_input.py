"""Structures in input files of SIESTA, in its flexible data format (fdf)."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError
from phono_grid.units import BOHR

from phonokit.io.files import open_text
from phonokit.io.fractional import fractional, lattice_vectors
from phonokit.io.lines import Lines
from phonokit.io.species import Structure, from_angles, labels_by_type, symbol_of_number

LENGTHS = {"ang": 1.0, "bohr": BOHR, "pm": 0.01, "nm": 10.0, "cm": 1e8, "m": 1e10}
FORMATS = {
    "bohr": BOHR,
    "notscaledcartesianbohr": BOHR,
    "ang": 1.0,
    "notscaledcartesianang": 1.0,
    "latticeconstant": None,
    "scaledcartesian": None,
    "fractional": "fractional",
    "scaledbylatticevectors": "fractional",
}
"""Units of positions, Å; None is the lattice constant."""
ELSEWHERE = ("supercell", "zmatrix", "include", "dminitspinaf")
Blocks = dict[str, Lines]


def read_siesta_input(path: Path) -> Structure:
    """Read the structure of an fdf file.

    Names are those of fdf, whatever their case, with or without ``.``, ``-`` and ``_``.

    Raises
    ------
    FileError
        If part of the structure is in another file or missing, or is made a supercell.
    """
    values, blocks = _parsed(path)
    for name in ELSEWHERE:
        if name in values or name in blocks:
            raise FileError(
                f"{path}: has {name}; write all atoms and their spins out in one file"
            )
    constant = _constant(path, values)
    lattice = constant * _vectors(path, blocks)
    form = " ".join(values.get("atomiccoordinatesformat", ["bohr"])[:1]).lower()
    if form not in FORMATS:
        raise FileError(f"{path}: AtomicCoordinatesFormat {form} is not known here")
    sites = _block(path, blocks, "atomiccoordinatesandatomicspecies")
    number = " ".join(values.get("numberofatoms", [str(len(sites))]))
    if number != str(len(sites)):
        raise FileError(f"{path}: NumberOfAtoms is {number}, but {len(sites)} atoms follow")
    rows = np.array([sites.leading(i, 4) for i in range(len(sites))]).reshape(-1, 4)
    unit = FORMATS[form]
    positions = rows[:, :3]
    if unit != "fractional":
        size = constant if unit is None else unit
        positions = fractional(positions * size, lattice)
    kinds = [int(kind) for kind in rows[:, 3]]
    numbers = _numbers_of(path, blocks, kinds)
    masses = _by_number(blocks.get("atomicmass"))
    return Structure(
        lattice,
        positions,
        labels_by_type([symbol_of_number(numbers[kind]) for kind in kinds], kinds),
        np.array([masses.get(kind, np.nan) for kind in kinds]),
        _moments(path, blocks, len(kinds)) if _is_polarized(values) else None,
    )


def _is_polarized(values: dict[str, list[str]]) -> bool:
    """Whether spins count: by ``Spin``, or by the words that it had before SIESTA 4.1."""
    words = [word.lower().strip(".") for word in values.get("spin", [])]
    old = [values.get(name, ["f"]) for name in ("spinpolarized", "noncollinearspin")]
    older = any(not value or value[0].lower().strip(".")[:1] in "ty" for value in old)
    return older or (bool(words) and words[0] not in ("none", "non-polarized"))


def _parsed(path: Path) -> tuple[dict[str, list[str]], Blocks]:
    """Values and blocks by their plain names."""
    values: dict[str, list[str]] = {}
    blocks: Blocks = {}
    inside = ""
    with open_text(path) as file:
        for number, line in enumerate(file, start=1):
            words = re.split(r"[#!;]", line)[0].replace("=", " ").split()
            if not words:
                continue
            name = re.sub(r"[-_.]", "", words[0].lower())
            if name == "%block" and len(words) > 1:
                inside = re.sub(r"[-_.]", "", words[1].lower())
                if "<" in line:
                    raise FileError(f"{path}: line {number}: write the block out here")
                # As in fdf, the first of several counts.
                lines = Lines(path, [])
                if blocks.setdefault(inside, lines) is not lines:
                    inside = "another"
            elif name == "%endblock":
                inside = ""
            elif inside:
                blocks.setdefault(inside, Lines(path, [])).rows.append((number, words))
            else:
                values.setdefault(name.lstrip("%"), words[1:])
    return values, blocks


def _block(path: Path, blocks: Blocks, name: str) -> Lines:
    """A block that has to be there."""
    if not blocks.get(name):
        raise FileError(f"{path}: has no block {name}")
    return blocks[name]


def _constant(path: Path, values: dict[str, list[str]]) -> float:
    """The lattice constant, Å."""
    words = values.get("latticeconstant")
    if not words:
        raise FileError(f"{path}: has no LatticeConstant")
    unit = LENGTHS.get(" ".join(words[1:2]).lower() or "bohr")
    if unit is None:
        raise FileError(f"{path}: LatticeConstant: expected Ang, Bohr, nm, pm, cm or m")
    return Lines(path, [(1, words[:1])]).numbers(0, 1, ", LatticeConstant")[0] * unit


def _vectors(path: Path, blocks: Blocks) -> NDArray[np.float64]:
    """Lattice vectors in units of the lattice constant."""
    if "latticeparameters" in blocks:
        six = np.array(_block(path, blocks, "latticeparameters").leading(0, 6))
        return lattice_vectors(six[:3], six[3:])
    if "latticevectors" not in blocks:
        return np.eye(3)
    return np.array([blocks["latticevectors"].leading(i, 3) for i in range(3)])


def _numbers_of(path: Path, blocks: Blocks, kinds: list[int]) -> dict[int, int]:
    """Atomic numbers of species."""
    lines = _block(path, blocks, "chemicalspecieslabel")
    rows = [lines.leading(i, 2) for i in range(len(lines))]
    numbers = {int(kind): int(number) for kind, number in rows}
    for kind in kinds:
        if kind not in numbers:
            raise FileError(f"{path}: species {kind} is not in ChemicalSpeciesLabel")
        if numbers[kind] < 0:
            raise FileError(f"{path}: species {kind}: a ghost atom does not vibrate")
    return numbers


def _by_number(lines: Lines | None) -> dict[int, float]:
    """Numbers by whole numbers."""
    rows = [] if lines is None else [lines.leading(i, 2) for i in range(len(lines))]
    return {int(number): value for number, value in rows}


def _moments(path: Path, blocks: Blocks, n_atoms: int) -> NDArray[np.float64] | None:
    """Moments of ``DM.InitSpin``, along z or in directions by two angles, degrees."""
    lines = blocks.get("dminitspin")
    if not lines:
        return None  # SIESTA begins with all spins up
    moments = np.zeros((n_atoms, 3))
    for i in range(len(lines)):
        words = [{"+": "1", "-": "-1"}.get(word, word) for word in lines.words(i)]
        row = Lines(path, [(lines.line(i), words)])
        n = 4 if len(words) >= 4 else 2
        atom, size, *angles = row.leading(0, n)
        if not 1 <= abs(atom) <= n_atoms:
            raise FileError(f"{path}: line {lines.line(i)}: there is no such atom")
        # Atoms are counted from the end where the number is negative.
        place = int(atom) - 1 if atom > 0 else int(atom)
        theta, phi = angles or (0.0, 0.0)
        moments[place] = from_angles(size, theta, phi)
    return moments if moments[:, :2].any() else moments[:, 2]
