"""Structures in input files of Elk, which ASE only writes."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError
from phono_grid.units import BOHR

from phonokit.io.files import open_text
from phonokit.io.lines import number_of
from phonokit.io.species import Structure

SCALES = ("scale", "scale1", "scale2", "scale3")
Words = list[list[str]]
WORD = re.compile(r"'[^']*'|\"[^\"]*\"|[^\s,]+")


def read_elk_input(path: Path) -> Structure:
    """Read the blocks ``avec``, ``scale`` and ``atoms`` of an ``elk.in``.

    Species are named by their files, ``'Si.in'``. Fields in muffin tins (``bfcmt``), with
    which a calculation of a magnetic crystal begins, are taken for its moments.

    Raises
    ------
    FileError
        If a block is missing or does not hold what it should, or it is a molecule.
    """
    with open_text(path) as file:
        lines = [re.split(r"[!#]", line)[0] for line in file.read().splitlines()]
    words = [WORD.findall(line) for line in lines]
    scales = [_numbers(path, words, name, 1, [[1.0]])[0][0] for name in SCALES]
    lattice = np.array(_numbers(path, words, "avec", 3, None))
    lattice = lattice * scales[0] * np.array(scales[1:])[:, None] * BOHR
    _refuse_molecule(path, words)
    labels, positions, fields = _atoms(path, words)
    # Along z alone, the magnetism is collinear.
    moments = fields if np.any(fields[:, :2]) else fields[:, 2]
    return Structure(lattice, positions, labels, moments=moments)


def _start(words: Words, name: str) -> int | None:
    """The line after the name of a block."""
    starts = [i for i, line in enumerate(words) if line[:1] == [name]]
    return starts[-1] + 1 if starts else None


def _numbers(
    path: Path, words: Words, name: str, rows: int, default: list[list[float]] | None
) -> list[list[float]]:
    """Numbers of a block, as many on each of its lines as there are lines."""
    start = _start(words, name)
    if start is None:
        if default is None:
            raise FileError(f"{path}: has no {name}")
        return default
    return [_row(path, words, start + i, rows) for i in range(rows)]


def _row(path: Path, words: Words, number: int, n: int) -> list[float]:
    """The first numbers of a line."""
    line = words[number] if number < len(words) else []
    try:
        values = [number_of(word) for word in line[:n]]
    except ValueError:
        values = []
    if len(values) != n or not np.isfinite(values).all():
        raise FileError(
            f"{path}: line {number + 1}: expected {n} number{'s' if n > 1 else ''}, got "
            f"{' '.join(line)[:60]!r}"
        )
    return values


def _refuse_molecule(path: Path, words: Words) -> None:
    """Refuse what is not periodic, whose positions are Cartesian."""
    start = _start(words, "molecule")
    if start is not None and words[start : start + 1] not in ([[".false."]], [["F"]]):
        raise FileError(f"{path}: is a molecule, not a crystal")


def _atoms(
    path: Path, words: Words
) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    """Labels, fractional positions and fields of the block ``atoms``."""
    line = _start(words, "atoms")
    if line is None:
        raise FileError(f"{path}: has no atoms")
    (n_species,) = _row(path, words, line, 1)
    labels: list[str] = []
    rows: list[list[float]] = []
    line += 1
    for _ in range(int(n_species)):
        if line >= len(words) or not words[line]:
            raise FileError(f"{path}: line {line + 1}: expected the file of a species")
        label = Path(words[line][0].strip("'\"")).stem
        (n,) = _row(path, words, line + 1, 1)
        for i in range(line + 2, line + 2 + int(n)):
            wide = len(words[i]) >= 6 if i < len(words) else False
            rows.append(
                _row(path, words, i, 6) if wide else [*_row(path, words, i, 3), 0, 0, 0]
            )
        labels += [label] * int(n)
        line += 2 + int(n)
    table = np.array(rows, dtype=np.float64).reshape(-1, 6)
    return labels, table[:, :3], table[:, 3:]
