"""VASP's structure file, POSCAR."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError

from phonokit.io.lines import Lines, number_of, read_all_lines
from phonokit.io.species import ISOTOPES, Structure, element_of


def read_poscar(path: Path) -> Structure:
    """Read a POSCAR, whose atoms are named by a line of symbols.

    Files of VASP 4 have none: then the first line must hold the symbols and nothing else.

    Raises
    ------
    FileError
        If a line does not hold what it should, or nothing names the elements.
    """
    lines = read_all_lines(path)
    lattice = _lattice(lines)
    labels, counts, first = _kinds(lines)
    if lines.words(first)[:1] and lines.words(first)[0][0] in "Ss":
        first += 1  # selective dynamics
    mode = lines.words(first)
    if not mode or not mode[0][0].isalpha():
        raise FileError(
            f"{path}: line {first + 1}: expected Direct or Cartesian, got "
            f"{' '.join(mode)!r}"
        )
    rows = range(first + 1, first + 1 + sum(counts))
    x = np.array([lines.leading(number, 3) for number in rows]).reshape(-1, 3)
    if mode[0][0] in "CcKk":
        x = _scaled(lines, x) @ np.linalg.inv(lattice)
    names = [s for s, n in zip(labels, counts, strict=True) for _ in range(n)]
    return Structure(lattice, x, names)


def _lattice(lines: Lines) -> NDArray[np.float64]:
    """Lattice vectors, scaled, Å."""
    rows = np.array([lines.leading(number, 3) for number in (2, 3, 4)])
    if abs(np.linalg.det(rows)) < 1e-12:
        raise FileError(f"{lines.path}: line 3: the lattice vectors have no volume")
    return _scaled(lines, rows)


def _scaled(lines: Lines, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cartesian rows times the scale of the second line: one number, three, or a volume."""
    words = [word for word in lines.words(1) if not word.startswith(("!", "#"))]
    n = 3 if len(words) >= 3 and all(_is_number(word) for word in words[:3]) else 1
    scale = np.array(lines.leading(1, n))
    if n == 1 and scale[0] < 0:
        axes = np.array([lines.leading(number, 3) for number in (2, 3, 4)])
        scale = np.cbrt(-scale / abs(np.linalg.det(axes)))
    if not (scale > 0).all():
        raise FileError(
            f"{lines.path}: line 2: a scale must be positive, or one volume < 0"
        )
    return np.asarray(rows * scale)


def _kinds(lines: Lines) -> tuple[list[str], list[int], int]:
    """Symbols, the number of atoms of each, and the line after them, from 0."""
    words = _before_comment(lines.words(5))
    named = not all(word.isdigit() for word in words)
    at = 6 if named else 5
    counts = _before_comment(lines.words(at))
    if not counts or not all(word.isdigit() for word in counts):
        raise FileError(
            f"{lines.path}: line {at + 1}: expected the number of atoms of each element, "
            f"got {' '.join(counts)!r}"
        )
    symbols = words if named else _before_comment(lines.words(0))
    known = [element_of(word) == word or word in ISOTOPES for word in symbols]
    if not named and not (len(symbols) == len(counts) and all(known)):
        raise FileError(
            f"{lines.path}: names no elements; write a line with their symbols above line "
            "6, which counts their atoms"
        )
    if len(symbols) != len(counts):
        raise FileError(
            f"{lines.path}: line {at + 1}: {len(counts)} numbers of atoms for "
            f"{len(symbols)} elements ({' '.join(symbols)})"
        )
    return symbols, [int(word) for word in counts], at + 1


def _before_comment(words: list[str]) -> list[str]:
    """Words before one that begins a comment."""
    ends = [i for i, word in enumerate(words) if word.startswith(("!", "#"))]
    return words[: ends[0]] if ends else words


def _is_number(word: str) -> bool:
    """Whether a word is a number."""
    try:
        number_of(word)
    except ValueError:
        return False
    return True
