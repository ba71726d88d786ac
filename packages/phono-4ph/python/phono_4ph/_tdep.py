"""Fourth-order force constants of TDEP."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.errors import FileError, ensure_type
from phono_grid.files import path_of

from phono_4ph._force_constants4 import ForceConstants4
from phono_4ph._laws4 import asymmetry4

EXCHANGE = 1e-3
"""Fraction of the largest element by which rounding may break exchange of atoms."""


def read_tdep_fourth_order(path: str | Path, cell: Cell) -> ForceConstants4:
    """Read ``infile.forceconstant_fourthorder`` of TDEP.

    After the number of atoms and the cutoff, each atom has its number of quartets, and each
    quartet four atoms, four lattice vectors in fractional coordinates, and 27 rows of three
    elements, eV/Å⁴; words behind numbers are comments.

    Parameters
    ----------
    path : str or Path
    cell : Cell
        The primitive cell, ``infile.ucposcar``.

    Raises
    ------
    FileError
        If the file is of another cell or not whole, or its constants change when atoms are
        exchanged.
    """
    ensure_type("cell", cell, Cell)
    file = path_of(path, "path")
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{file}: cannot be read: {error}") from None
    rows = _rows(file, lines)
    n_a = int(next(rows)(1)[0])
    if n_a != cell.n_atoms:
        raise FileError(f"{file}: is of {n_a} atoms, the primitive cell has {cell.n_atoms}")
    next(rows)
    blocks, atoms, cells = [], [], []
    for _ in range(n_a):
        for _ in range(int(next(rows)(1)[0])):
            kinds = [int(next(rows)(1)[0]) - 1 for _ in range(4)]
            vectors = np.array([next(rows)(3) for _ in range(4)])
            elements = np.array([next(rows)(3) for _ in range(27)])
            if not all(0 <= k < n_a for k in kinds):
                raise FileError(f"{file}: expected atoms 1 to {n_a}, got {max(kinds) + 1}")
            atoms.append(kinds)
            cells.append(np.rint(vectors[1:] - vectors[0]).astype(np.int64))
            blocks.append(elements.reshape(3, 3, 3, 3))
    constants = ForceConstants4.of(
        np.reshape(blocks, (-1, 3, 3, 3, 3)),
        np.reshape(atoms, (-1, 4)),
        np.reshape(cells, (-1, 3, 3)),
        cell.lattice,
    )
    largest = np.abs(constants.values).max(initial=0)
    if asymmetry4(constants) > EXCHANGE * largest:
        raise FileError(
            f"{file}: its constants change when atoms are exchanged, by "
            f"{asymmetry4(constants):.2g} eV/Å⁴; is it damaged?"
        )
    return constants


class _Row:
    """A line of a file, of which so many numbers are wanted."""

    def __init__(self, file: Path, number: int, text: str) -> None:
        self._place = f"{file}: line {number}"
        self._text = text

    def __call__(self, n: int) -> NDArray[np.float64]:
        """The first ``n`` numbers."""
        words = self._text.split()[:n]
        try:
            values = np.array(words, dtype=np.float64)
        except ValueError:
            values = np.empty(0)
        if len(values) != n or not np.isfinite(values).all():
            raise FileError(
                f"{self._place}: expected {n} number{'s' * (n > 1)}, got {self._text!r}"
            )
        return values


def _rows(file: Path, lines: list[str]) -> Iterator[_Row]:
    """The lines of a file; an error where there should be more."""
    for number, text in enumerate(lines, start=1):
        yield _Row(file, number, text)
    raise FileError(f"{file}: ends after {len(lines)} lines, too early; is it whole?")
