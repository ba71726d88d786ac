"""Forces in text files: three numbers per atom, or six with the displacement first."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError

from phonokit.io.files import lines_of, open_text
from phonokit.io.stated_moves import Moves, StatedMoves

BATCH = 1 << 14
"""Lines that are parsed at once."""


def read_forces(
    path: Path,
    included: NDArray[np.bool_],
    n_atoms: int,
    moves: Moves | None = None,
    length: float = 1.0,
) -> NDArray[np.float64]:
    """Forces of displaced supercells, one after the other, in the units of the file.

    One line of three numbers per atom; ``#`` begins a comment, blank lines do not count.
    Supercells that are not included have their place in the file, and none in memory: a
    file of any length needs little more than the array that is returned.

    Parameters
    ----------
    path : Path
    included : (n_supercells,) array of bool
    n_atoms : int
    moves : Moves, optional
        What the forces should be of; comments that say otherwise are an error.
    length : float
        Å, the unit of the displacements in comments.

    Returns
    -------
    (n_included, n_atoms, 3) array of float
    """
    stated = None if moves is None else StatedMoves(path, moves, n_atoms, length)
    n, expected = len(included), len(included) * n_atoms
    forces = np.empty((int(included.sum()), n_atoms, 3))
    flat = forces.reshape(-1, 3)
    wanted = np.repeat(included, n_atoms)
    n_rows = n_kept = 0
    for rows in _batches(path, 3, n_atoms, stated):
        # What goes beyond the last supercell is counted, to be complained of.
        here = wanted[n_rows : n_rows + len(rows)]
        rows_here = rows[: len(here)][here]
        flat[n_kept : n_kept + len(rows_here)] = rows_here
        n_rows, n_kept = n_rows + len(rows), n_kept + len(rows_here)
    if n_rows != expected:
        where = (
            f", number {n_rows // n_atoms + 1} is not complete" if n_rows < expected else ""
        )
        raise FileError(
            f"{path}: expected {expected} lines of forces ({n} displaced supercells of "
            f"{n_atoms} atoms), got {n_rows}{where}; does the file belong to "
            "this yaml file?"
        )
    return forces


def read_snapshots(
    path: Path, n_atoms: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Displacements and forces of all atoms, six columns, in the units of the file.

    Returns
    -------
    displacements, forces : (n, n_atoms, 3) arrays of float
    """
    rows = np.concatenate([np.empty((0, 6)), *_batches(path, 6, n_atoms)])
    if not len(rows) or len(rows) % n_atoms:
        raise FileError(
            f"{path}: expected {n_atoms} lines for every supercell, got {len(rows)} in "
            "all; does the file belong to this supercell?"
        )
    both = rows.reshape(-1, n_atoms, 2, 3)
    return both[:, :, 0], both[:, :, 1]


def columns_of(path: Path) -> int:
    """Numbers on the first line that holds any."""
    with open_text(path) as file:
        return len(next(_data_lines(file), "").split())


def _batches(
    path: Path, n_columns: int, n_atoms: int, stated: StatedMoves | None = None
) -> Iterator[NDArray[np.float64]]:
    """The rows of a file, some at a time."""
    with open_text(path) as file:
        lines = _data_lines(lines_of(file), stated)
        empty = True
        while batch := list(islice(lines, BATCH)):
            empty = False
            try:
                rows = np.array(" ".join(batch).split(), dtype=np.float64)
                rows = rows.reshape(len(batch), n_columns)
            except ValueError:
                rows = np.full((1, 1), np.nan)
            if not np.isfinite(rows).all():
                _blame_a_line(path, n_columns, n_atoms)
            yield rows
    if empty:
        raise FileError(f"{path}: holds no forces")


def _data_lines(lines: Iterator[str], stated: StatedMoves | None = None) -> Iterator[str]:
    """Lines without comments, and without blank lines."""
    n_rows = 0
    for number, line in enumerate(lines, start=1):
        data = line.partition("#")[0]
        if not data.isspace() and data:
            n_rows += 1
            yield data
        elif stated is not None and not data:
            stated.check(line, number, n_rows)


def _blame_a_line(path: Path, n_columns: int, n_atoms: int) -> None:
    """Name the first line that does not hold so many numbers."""
    count, n_rows = {3: "three", 6: "six"}[n_columns], 0
    with open_text(path) as file:
        for number, line in enumerate(file, start=1):
            words = line.partition("#")[0].split()
            if words and not _are_numbers(words, n_columns):
                raise FileError(
                    f"{path}: line {number} (supercell {n_rows // n_atoms + 1}): expected "
                    f"{count} numbers, got {line.strip()[:60]!r}; correct this line"
                )
            n_rows += bool(words)


def _are_numbers(words: list[str], n: int) -> bool:
    """Whether these are ``n`` finite numbers."""
    try:
        return len(words) == n and bool(np.isfinite([float(w) for w in words]).all())
    except ValueError:
        return False
