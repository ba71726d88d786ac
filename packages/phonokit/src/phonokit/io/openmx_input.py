"""Structures in input files of OpenMX."""

import re
from pathlib import Path

import numpy as np
from phono_grid.errors import FileError
from phono_grid.units import BOHR

from phonokit.io.files import open_text
from phonokit.io.fractional import fractional
from phonokit.io.lines import Lines
from phonokit.io.species import Structure, element_of, from_angles

UNITS = {"ang": 1.0, "au": BOHR}


def read_openmx_input(path: Path) -> Structure:
    """Read the blocks of species, vectors and atoms of an input.

    With ``scf.SpinPolarization On`` the electrons of both spins of an atom are its moment;
    with ``NC`` angles after them, degrees, its direction. A fourth word of a species is its
    mass.

    Raises
    ------
    FileError
        If a block is missing or does not hold what it should.
    """
    values, blocks = _parsed(path)
    kind = values.get("atoms.speciesandcoordinates.unit", "ang")
    unit = values.get("atoms.unitvectors.unit", "ang")
    if unit not in UNITS or kind not in (*UNITS, "frac"):
        raise FileError(f"{path}: expected the units Ang or AU, of coordinates also Frac")
    vectors = _block(path, blocks, "atoms.unitvectors")
    lattice = UNITS[unit] * np.array([vectors.leading(i, 3) for i in range(3)])
    labels, masses = {}, {}
    species = _block(path, blocks, "definition.of.atomic.species")
    for i in range(len(species)):
        name, *more = species.words(i)
        # A name of one's own has its element in that of its orbitals.
        orbitals = re.match(r"[A-Za-z]*", " ".join(more[:1]))
        labels[name] = name if element_of(name) or orbitals is None else orbitals[0]
        if len(more) > 2:
            masses[name] = Lines(path, [(species.line(i), more[2:3])]).numbers(0, 1)[0]
    sites = _block(path, blocks, "atoms.speciesandcoordinates")
    number = values.get("atoms.number", str(len(sites)))
    if number != str(len(sites)):
        raise FileError(f"{path}: Atoms.Number is {number}, but {len(sites)} atoms follow")
    names = [" ".join(sites.words(i)[1:2]) for i in range(len(sites))]
    unknown = [name for name in names if name not in labels]
    if unknown:
        raise FileError(f"{path}: {unknown[0]!r} is not in Definition.of.Atomic.Species")
    rows = [Lines(path, [(line, words[2:])]) for line, words in sites.rows]
    positions = np.array([row.leading(0, 3) for row in rows])
    if kind != "frac":
        positions = fractional(positions * UNITS[kind], lattice)
    polarized = values.get("scf.spinpolarization", "off")
    moments = np.array([_moment(row, turned=polarized == "nc") for row in rows])
    if not moments[:, :2].any():
        moments = moments[:, 2]
    if polarized == "off":
        moments = np.zeros(len(rows))
    return Structure(
        lattice,
        positions,
        [labels[name] for name in names],
        np.array([masses.get(name, np.nan) for name in names]),
        moments,
    )


def _parsed(path: Path) -> tuple[dict[str, str], dict[str, Lines]]:
    """Values and blocks by their names in lower case."""
    values: dict[str, str] = {}
    blocks: dict[str, Lines] = {}
    inside = ""
    with open_text(path) as file:
        for number, line in enumerate(file, start=1):
            words = line.split("#")[0].split()
            if not words:
                continue
            name = words[0].lower()
            if name.startswith("<"):
                inside = name[1:]
                blocks[inside] = Lines(path, [])
            elif name == f"{inside}>":
                inside = ""
            elif inside:
                blocks[inside].rows.append((number, words))
            else:
                values[name] = " ".join(words[1:2]).lower()
    return values, blocks


def _block(path: Path, blocks: dict[str, Lines], name: str) -> Lines:
    """A block that has to be there."""
    if not blocks.get(name):
        raise FileError(f"{path}: has no block <{name}")
    return blocks[name]


def _moment(row: Lines, *, turned: bool) -> list[float]:
    """Electrons of spin up less those of spin down, along z or in a direction."""
    words = row.words(0)
    if len(words) < 5:
        return [0.0, 0.0, 0.0]
    up, down = row.leading(0, 5)[3:]
    if not turned or len(words) < 7:
        return [0.0, 0.0, up - down]
    return [float(x) for x in from_angles(up - down, *row.leading(0, 7)[5:])]
