"""Energies against volume, with those of electrons, as people and phonopy write them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError
from phono_grid.files import replacing

from phonokit.io.lines import read_lines

SAME = 1e-3
"""Relative difference between volumes of one cell."""
FileArray = NDArray[np.float64]
Indices = NDArray[np.int64]


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
    nearest, cells = _columns(path, rows[:, 0], np.asarray(volumes))
    return np.asarray(rows[nearest, 1] / cells)


def write_energies(path: Path, volumes: FileArray, energies: FileArray) -> Path:
    """Write energies against volume, a line for each.

    Parameters
    ----------
    path : Path
    volumes : (n_V,) array
        Å³
    energies : (n_V,) array
        eV
    """
    lines = ["# volume (angstrom^3), energy (eV), of a primitive cell"]
    lines += [f"{v:.10f} {e:.12f}" for v, e in zip(volumes, energies, strict=True)]
    with replacing(path) as beside:
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def add_energies(path: Path, volumes: FileArray, energies: FileArray) -> Path:
    """Write energies against volume beside those of other volumes that are there.

    Parameters
    ----------
    path : Path
    volumes : (n_V,) array
        Å³
    energies : (n_V,) array
        eV
    """
    rows = np.stack([volumes, energies], axis=1)
    if path.exists():
        lines = read_lines(path)
        numbers = [n for n, (_, words) in enumerate(lines.rows) if words[0][0] != "#"]
        there = np.reshape([lines.numbers(n, 2) for n in numbers], (-1, 2))
        others = np.abs(there[:, :1] - volumes).min(axis=1) > SAME * there[:, 0]
        rows = np.concatenate([there[others], rows])
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    return write_energies(path, rows[:, 0], rows[:, 1])


def read_electronic_energies(
    path: Path, temperatures: FileArray, volumes: Sequence[float]
) -> FileArray:
    """Read free energies of electrons, and give those of temperatures and volumes.

    Parameters
    ----------
    path : Path
        Lines of a temperature in K and a free energy in eV for each volume, like
        ``fe-v.dat`` of phonopy; a comment ``# volume: ...`` names the volumes in Å³.
        Between its temperatures free energies are interpolated by cubic polynomials.
    temperatures : (n_T,) array
        K
    volumes : sequence of float
        Of the primitive cells, Å³.

    Returns
    -------
    (n_T, n_V) array
        eV per primitive cell.

    Raises
    ------
    FileError
        If the volumes are not named or one is missing, or the table ends below a
        temperature.
    """
    lines = read_lines(path)
    named = [words for _, words in lines.rows if words[0][0] == "#" and "volume:" in words]
    if not named:
        raise FileError(f"{path}: names no volumes; begin it with a line '# volume: ...'")
    try:
        columns = [float(word) for word in named[0][named[0].index("volume:") + 1 :]]
    except ValueError:
        columns = []
    if not columns or not np.isfinite(columns).all():
        raise FileError(f"{path}: '# volume:' must be followed by numbers in Å³")
    numbers = [n for n, (_, words) in enumerate(lines.rows) if words[0][0] != "#"]
    if len(numbers) < 4:
        raise FileError(f"{path}: expected four temperatures or more, got {len(numbers)}")
    rows = np.array([lines.numbers(n, 1 + len(columns)) for n in numbers])
    t, wanted = rows[:, 0], np.asarray(temperatures)
    if (np.diff(t) <= 0).any() or wanted.min() < t[0] - 1e-6 or wanted.max() > t[-1] + 1e-6:
        raise FileError(
            f"{path}: its temperatures must ascend from {wanted.min():g} K or less to "
            f"{wanted.max():g} K or more, got {t[0]:g} to {t[-1]:g} K"
        )
    order, cells = _columns(path, np.array(columns), np.asarray(volumes))
    return _cubic(t, rows[:, 1:][:, order], wanted) / cells


def _cubic(t: FileArray, values: FileArray, wanted: FileArray) -> FileArray:
    """Values (n, m) between points, by the polynomial of the four nearest."""
    begin = (np.searchsorted(t, wanted) - 2).clip(0, len(t) - 4)
    near = begin[:, None] + np.arange(4)
    x, result = t[near], np.zeros((len(wanted), values.shape[1]))
    for i in range(4):
        others = np.delete(x, i, axis=1)
        factors = (wanted[:, None] - others) / (x[:, i : i + 1] - others)
        result += factors.prod(axis=1)[:, None] * values[near[:, i]]
    return result


def _columns(path: Path, listed: FileArray, v: FileArray) -> tuple[Indices, int]:
    """Places of volumes among those of a file, which are of some number of cells."""
    cells = max(1, round(float(np.median(listed) / np.median(v))))
    difference = np.abs(listed / cells - v[:, None]) / v[:, None]
    nearest = difference.argmin(axis=1)
    missing = difference[np.arange(len(v)), nearest] > SAME
    if missing.any() or len(set(nearest.tolist())) < len(v):
        raise FileError(
            f"{path}: expected an energy for each volume, {_list(v * cells)} Å³ for "
            f"{cells} primitive cells; holds {_list(listed)} Å³"
        )
    return nearest, cells


def _list(values: FileArray) -> str:
    """Volumes in a message."""
    return ", ".join(f"{x:.3f}" for x in values)
