"""Turbomole's structure, ``control`` or ``coord``, of a crystal."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError
from phono_grid.units import BOHR

from phonokit.io.files import open_text
from phonokit.io.fractional import fractional, lattice_vectors
from phonokit.io.lines import Lines
from phonokit.io.species import Structure

Groups = dict[str, tuple[list[str], Lines]]
"""The words beside the name of a data group, and its lines."""


def read_turbomole(path: Path) -> Structure:
    """Read ``$coord`` and ``$lattice`` or ``$cell``, in this file or one that it names.

    Lengths are in Bohr, in Å with ``angs``, positions in lattice vectors with ``frac``.

    Raises
    ------
    FileError
        If it is not periodic along three axes, or a line does not hold what it should.
    """
    groups = _groups(path)
    periodic = groups.get("periodic", ([], None))[0][:1]
    if periodic != ["3"] or not {"lattice", "cell"} & set(groups):
        raise FileError(
            f"{path}: expected $periodic 3 with $lattice or $cell: a crystal is periodic "
            "along three axes"
        )
    lattice = _lattice(groups)
    words, lines = _group(path, groups, "coord")
    x = np.array([lines.leading(i, 3) for i in range(len(lines))]).reshape(-1, 3)
    labels = [lines.words(i)[3] if lines.words(i)[3:] else "" for i in range(len(lines))]
    if "frac" not in words:
        x = fractional(x * _unit(words), lattice)
    return Structure(lattice, x, [label.capitalize() for label in labels])


def _groups(path: Path) -> Groups:
    """The data groups of a file."""
    groups: Groups = {}
    lines = Lines(path, [])
    with open_text(path) as file:
        for number, line in enumerate(file, start=1):
            words = re.split("#", line)[0].split()
            if words and words[0].startswith("$"):
                lines = Lines(path, [])
                groups[words[0][1:].lower()] = ([word.lower() for word in words[1:]], lines)
                files = [word for word in words if word.startswith("file=")]
                if files and words[0].lower() == "$coord":
                    groups["coord"] = _elsewhere(path, files[0][5:])
            elif words:
                lines.rows.append((number, words))
    return groups


def _elsewhere(path: Path, name: str) -> tuple[list[str], Lines]:
    """The atoms of a file beside this one."""
    other = path.parent / name
    if Path(name).name != name or other == path or not other.is_file():
        raise FileError(f"{path}: $coord file={name}: there is no such file beside it")
    return _group(other, _groups(other), "coord")


def _group(path: Path, groups: Groups, name: str) -> tuple[list[str], Lines]:
    """A group that has to be there, with lines."""
    words, lines = groups.get(name, ([], Lines(path, [])))
    if not len(lines):
        raise FileError(f"{path}: expected ${name} and lines after it")
    return words, lines


def _unit(words: list[str]) -> float:
    """The unit of length of a group, Å."""
    return 1.0 if "angs" in words else BOHR


def _lattice(groups: Groups) -> NDArray[np.float64]:
    """Lattice vectors, Å."""
    name = "lattice" if "lattice" in groups else "cell"
    words, lines = groups[name]
    if name == "lattice":
        return np.array([lines.leading(i, 3) for i in range(3)]) * _unit(words)
    cell = np.array(lines.leading(0, 6))
    return lattice_vectors(cell[:3] * _unit(words), cell[3:])
