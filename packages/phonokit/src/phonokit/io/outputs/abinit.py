"""ABINIT's main output, whose lattice vectors ASE takes for Å where they are Bohr."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError
from phono_grid.units import BOHR

from phonokit.io.files import in_file
from phonokit.io.lines import number_of
from phonokit.io.outputs.calculation import (
    NUMBER,
    THREE,
    Finished,
    Text,
    ensure_as_many,
)
from phonokit.io.species import symbol_of_number


def read_abinit_output(path: Path) -> Finished:
    """Read lattice, positions and forces, those of the last echo of the variables.

    Raises
    ------
    FileError
        If it holds no forces, or is not complete.
    """
    text = Text(path)
    start = text.last(
        r"^ cartesian forces \(eV/Angstrom\) at end",
        "holds no forces; let ABINIT compute them (optforces 1), and print them",
    )
    forces = text.vectors(start, rf"\s*\d+\s+{THREE}\s*$", "the table of forces")
    whole = "\n".join(text.lines)
    acell, rprim = echo(path, whole, "acell", 3), echo(path, whole, "rprim", 9)
    lattice = np.reshape(rprim, (3, 3)) * acell[:, None] * BOHR
    n = len(forces)
    types = echo(path, whole, "typat", n).astype(int)
    if types.min() < 1:
        raise FileError(f"{path}: typat: expected types from 1 on, got {types.min()}")
    znucl = echo(path, whole, "znucl", int(types.max(initial=1)))
    with in_file(path):
        symbols = [symbol_of_number(round(float(znucl[kind - 1]))) for kind in types]
    ensure_as_many(path, len(symbols), n)
    if n == 1 and _found(whole, "xred") is None:
        return Finished(symbols, np.zeros((1, 3)), forces, lattice)
    x = np.reshape(echo(path, whole, "xred", 3 * n), (n, 3))
    return Finished(symbols, x @ lattice, forces, lattice)


def _found(whole: str, name: str) -> str | None:
    """The numbers of a variable in the last echo of all."""
    found = re.findall(rf"^\s*{name}\s+((?:{NUMBER}\s+)+)", whole, re.MULTILINE)
    return found[-1] if found else None


def echo(path: Path, whole: str, name: str, n: int) -> NDArray[np.float64]:
    """So many numbers of a variable, those of the last echo of all."""
    found = _found(whole, name)
    words = [] if found is None else found.split()[:n]
    if len(words) < n:
        raise FileError(
            f"{path}: {name}: expected {n} numbers, got {len(words)}; is it complete?"
        )
    values = np.array([number_of(word) for word in words])
    if not np.isfinite(values).all():
        raise FileError(f"{path}: {name}: expected numbers, got {' '.join(words)[:60]!r}")
    return values
