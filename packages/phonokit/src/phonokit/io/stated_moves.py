"""Displacements as the comments of a file of forces state them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError, FileError

Moves = Callable[[int], Sequence[tuple[int, NDArray[np.float64]]]]
"""The displaced atoms, from 0, of a supercell by number, and their displacements."""
SAME_VECTOR = 1e-3
"""Tolerance, as a fraction of the displacement: comments have up to 16 decimals."""
LAST_DIGIT = 1e-8
"""In the unit of the file; comments have as many decimals or more."""


class StatedMoves:
    """Comments ``# atom ux uy uz``, held against the displacements the forces should be of.

    Forces alone do not tell what was displaced. phono3py and we write it above them; a
    file without such comments, or with others, is taken as it is.

    Parameters
    ----------
    path : Path
    moves : Moves
        In Å.
    n_atoms : int
    length : float
        Å, the unit of length of the file; comments may be in Å all the same.
    """

    def __init__(self, path: Path, moves: Moves, n_atoms: int, length: float) -> None:
        self._path, self._moves, self._n_atoms = path, moves, n_atoms
        self._lengths = (1.0, length)
        self._number = -1
        self._expected: list[tuple[int, NDArray[np.float64]]] = []

    def check(self, comment: str, line: int, n_rows: int) -> None:
        """Read a comment on a line after so many rows of forces."""
        stated = _move(comment)
        number, rest = divmod(n_rows, self._n_atoms)
        if stated is None or rest:
            return
        if number != self._number:
            try:
                self._expected = list(self._moves(number))
            except DomainError:
                self._expected = []  # More supercells than there are: told when counted.
            self._number = number
        if not self._expected:
            return
        atom, u = self._expected.pop(0)
        same = any(
            np.abs(stated[1] - u / unit).max()
            <= SAME_VECTOR * np.linalg.norm(u) / unit + LAST_DIGIT
            for unit in self._lengths
        )
        if stated[0] != atom + 1 or not same:
            raise FileError(
                f"{self._path}: line {line} (supercell {number + 1}): the comment says "
                f"that {_said(*stated)}, the yaml file that "
                f"{_said(atom + 1, u / self._lengths[1])}; take the "
                "forces of these displacements, in their order"
            )


def _said(atom: int, u: NDArray[np.float64]) -> str:
    """A displacement in words."""
    return f"atom {atom} moves by {' '.join(f'{x:g}' for x in u)}"


def _move(comment: str) -> tuple[int, NDArray[np.float64]] | None:
    """An atom, from 1, and its displacement; None for any other comment."""
    words = comment[1:].split()
    if len(words) != 4 or not words[0].isdigit() or not all("." in w for w in words[1:]):
        return None
    try:
        return int(words[0]), np.array([float(word) for word in words[1:]])
    except ValueError:
        return None
