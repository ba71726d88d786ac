"""Energies against volume, as people and phonopy write them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError

from phonokit.io.lines import read_lines

SAME = 1e-3
"""Relative difference between volumes of one cell."""
FileArray = NDArray[np.float64]


def read_energies(path: Path, volumes: Sequence[float]) -> FileArray:
    """Read energies of cells, and give those of primitive cells with some volumes.

    Parameters
    ----------
    path : Path
        Lines of a volume in Å³ and an energy in eV, like ``e-v.dat``; of primitive cells or
        of any number of them, in any order, of these volumes and others. A line that begins
        with ``#`` is a comment.
    volumes : sequence of float
        Of the primitive cells, Å³.

    Returns
    -------
    (n_V,) array
        eV per primitive cell.

    Raises
    ------
    FileError
        If a line is no volume and energy, or a volume is not there.
    """
    lines = read_lines(path)
    numbers = [n for n, (_, words) in enumerate(lines.rows) if words[0][0] != "#"]
    if not numbers:
        raise FileError(f"{path}: holds no energies; expected lines of volume and energy")
    rows = np.array([lines.numbers(n, 2) for n in numbers])
    v = np.asarray(volumes)
    cells = max(1, round(float(np.median(rows[:, 0]) / np.median(v))))
    difference = np.abs(rows[:, 0] / cells - v[:, None]) / v[:, None]
    nearest = difference.argmin(axis=1)
    missing = difference[np.arange(len(v)), nearest] > SAME
    if missing.any() or len(set(nearest.tolist())) < len(v):
        raise FileError(
            f"{path}: expected an energy for each volume, {_list(v * cells)} Å³ for "
            f"{cells} primitive cells; holds {_list(rows[:, 0])} Å³"
        )
    return np.asarray(rows[nearest, 1] / cells)


def _list(values: FileArray) -> str:
    """Volumes in a message."""
    return ", ".join(f"{x:.3f}" for x in values)
