"""Structures in the input of FLEUR's ``inpgen``: vectors, two scales, atoms by number."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError
from phono_grid.units import BOHR

from phonokit.io.files import open_text
from phonokit.io.lines import Lines, number_of
from phonokit.io.species import Structure, labels_by_type, symbol_of_number

NAMELIST = re.compile(r"&(\w+)\b((?:'[^']*'|\"[^\"]*\"|[^/'\"])*)/", re.DOTALL)
ELSEWHERE = {
    "lattice": "write the three vectors and two scales in its place",
    "factor": "divide the positions by it and leave it out",
    "gen": "write all atoms out and leave it out",
    "sym": "write all atoms out and leave it out",
}
"""Namelists that change what the numbers mean."""
MOMENT = re.compile(r"\bbmu\s*=\s*([^\s,]+)", re.IGNORECASE)
KIND = re.compile(r"\bid\s*=\s*([^\s,]+)", re.IGNORECASE)


def read_fleur_input(path: Path) -> Structure:
    """Read vectors and atoms of an input of ``inpgen``.

    After the title come three vectors, a scale in bohr, and a scale of each Cartesian
    axis: 0 means 1, and the root of what is below. An atom is its number, ``26`` or
    ``26.1`` for a kind of its own, and fractional positions. ``bmu`` of a kind is its
    moment, as is what follows a colon behind a position.

    Raises
    ------
    FileError
        If the lattice or the positions are given in another way, or something is missing.
    """
    with open_text(path) as file:
        text = re.sub(r"!.*", "", file.read())
    first = 1 if text.startswith("&") else 2
    if first == 2:
        text = text.partition("\n")[2]  # without the title, which may be anything
    lists = {name.lower(): body for name, body in NAMELIST.findall(text)}
    for name, remedy in ELSEWHERE.items():
        if name in lists:
            raise FileError(f"{path}: has &{name}; {remedy}")
    cartesian = re.search(r"\bcartesian\s*=\s*\.?t", lists.get("input", ""), re.IGNORECASE)
    if cartesian or re.search(r"\bfilm\s*=\s*\.?t", lists.get("input", ""), re.IGNORECASE):
        raise FileError(f"{path}: expected a bulk crystal and fractional positions")
    lines = _numbered(path, text, first)
    vectors = np.array([lines.leading(i, 3) for i in range(3)])
    scales = np.array(lines.leading(4, 3))
    scales = np.where(scales == 0, 1.0, np.where(scales < 0, abs(scales) ** 0.5, scales))
    lattice = lines.leading(3, 1)[0] * BOHR * vectors * scales
    n = lines.leading(5, 1)[0]
    if n != int(n) or not 0 < n <= len(lines) - 6:
        raise FileError(f"{path}: line {lines.line(5)}: expected a number of atoms")
    rows = [lines.leading(6 + i, 4) for i in range(int(n))]
    kinds = [lines.words(6 + i)[0] for i in range(int(n))]
    if any(row[0] < 1 for row in rows):
        raise FileError(f"{path}: an empty site does not vibrate; remove it")
    moments = _moments(path, text)
    return Structure(
        lattice,
        np.array([row[1:] for row in rows]),
        labels_by_type([symbol_of_number(int(row[0])) for row in rows], kinds),
        moments=_moments_of_atoms(path, lines, [moments.get(_id(k), 0.0) for k in kinds]),
    )


def _moments_of_atoms(path: Path, lines: Lines, kinds: list[float]) -> NDArray[np.float64]:
    """The moment of each atom: after a colon, one number or three, or that of its kind."""
    moments = np.zeros((len(kinds), 3))
    moments[:, 2] = kinds
    for i in range(len(kinds)):
        _, colon, text = " ".join(lines.words(6 + i)[4:]).partition(":")
        words = text.split()
        if colon:
            row = Lines(path, [(lines.line(6 + i), words)])
            own = row.numbers(0, 3 if len(words) == 3 else 1, ", after the colon")
            moments[i] = own if len(own) == 3 else [0.0, 0.0, own[0]]
    return moments if moments[:, :2].any() else moments[:, 2]


def _numbered(path: Path, text: str, first: int) -> Lines:
    """The lines of numbers, without namelists, from line ``first`` of the file."""
    # A namelist may have several lines: those after it keep their numbers.
    bare = NAMELIST.sub(lambda match: "\n" * match[0].count("\n"), text)
    rows = [(i, line.split()) for i, line in enumerate(bare.split("\n"), start=first)]
    return Lines(path, [(i, words) for i, words in rows if words])


def _id(kind: str) -> float:
    """The number of a kind of atoms, 26.1."""
    return round(number_of(kind), 6)


def _moments(path: Path, text: str) -> dict[float, float]:
    """Moments of kinds of atoms."""
    moments = {}
    for name, body in NAMELIST.findall(text):
        kind, moment = KIND.search(body), MOMENT.search(body)
        if name.lower() == "atom" and kind and moment:
            try:
                moments[_id(kind[1])] = number_of(moment[1])
            except ValueError:
                raise FileError(f"{path}: &atom{body[:60]}: expected numbers") from None
    return moments
