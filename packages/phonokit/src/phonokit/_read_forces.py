"""Forces in a text file: ``FORCES_FC3``."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError

from phonokit._files import open_text


def read_forces(path: Path, n_supercells: int, n_atoms: int) -> NDArray[np.float64]:
    """Forces of all displaced supercells, one after the other, in the units of the file.

    One line of three numbers per atom; ``#`` begins a comment, blank lines do not count.

    Returns
    -------
    (n_supercells, n_atoms, 3) array of float
    """
    try:
        with open_text(path) as file, warnings.catch_warnings():
            # A file without data is judged below.
            warnings.simplefilter("ignore", UserWarning)
            rows = np.loadtxt(_data_lines(file), ndmin=2)
    except ValueError:
        # loadtxt counts data rows; a person wants the line of the file.
        rows = np.array([])
    if rows.ndim != 2 or rows.shape[1:] != (3,) or not np.isfinite(rows).all():
        _blame_a_line(path)
    expected = n_supercells * n_atoms
    if len(rows) != expected:
        raise FileError(
            f"{path}: expected {expected} lines of forces ({n_supercells} displaced "
            f"supercells of {n_atoms} atoms), got {len(rows)}; does the file belong to "
            "this yaml file?"
        )
    return rows.reshape(n_supercells, n_atoms, 3)


def _data_lines(lines: Iterator[str]) -> Iterator[str]:
    """Lines without comments, and without blank lines."""
    for line in lines:
        data = line.partition("#")[0]
        if not data.isspace() and data:
            yield data


def _blame_a_line(path: Path) -> None:
    """Name the first line that does not hold three numbers."""
    with open_text(path) as file:
        for number, line in enumerate(file, start=1):
            words = line.partition("#")[0].split()
            if len(words) == 6:
                raise FileError(
                    f"{path}: line {number}: six columns; random displacements (type 2) "
                    "are not supported yet, only displaced pairs of atoms"
                )
            if words and not _are_numbers(words):
                raise FileError(
                    f"{path}: line {number}: expected three numbers, got "
                    f"{line.strip()[:60]!r}; correct this line"
                )
    raise FileError(f"{path}: holds no forces")


def _are_numbers(words: list[str]) -> bool:
    """Whether these are three finite numbers."""
    try:
        return len(words) == 3 and bool(np.isfinite([float(w) for w in words]).all())
    except ValueError:
        return False
