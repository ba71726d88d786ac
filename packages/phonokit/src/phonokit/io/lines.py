"""Lines of numbers in text files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from phono_grid.errors import FileError

from phonokit.io.files import open_text


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """The lines of a file in words.

    Parameters
    ----------
    path : Path
    rows : list of (int, list of str)
        The number of each line in the file, from 1, and its words.
    """

    path: Path
    rows: list[tuple[int, list[str]]]

    def __len__(self) -> int:
        """Number of lines."""
        return len(self.rows)

    def line(self, number: int) -> int:
        """Where a line is in the file, from 1."""
        return self.rows[number][0] if number < len(self) else number + 1

    def words(self, number: int) -> list[str]:
        """The words of a line; none after the end."""
        return self.rows[number][1] if number < len(self) else []

    def numbers(self, number: int, n: int, where: str = "") -> list[float]:
        """The ``n`` numbers of a line, D for E where Fortran wrote it.

        Raises
        ------
        FileError
            If there are others, with the line and ``where`` that is.
        """
        words = self.words(number)
        try:
            values = [number_of(word) for word in words]
        except ValueError:
            values = []
        if len(values) != n or not np.isfinite(values).all():
            raise FileError(
                f"{self.path}: line {self.line(number)}{where}: expected {n} "
                f"number{'s' if n > 1 else ''}, got {' '.join(words)[:60]!r}; correct this "
                "line"
            )
        return values

    def leading(self, number: int, n: int) -> list[float]:
        """The first ``n`` words of a line as numbers, whatever comes after them.

        Raises
        ------
        FileError
            If they are none, with the line.
        """
        words = self.words(number)[:n]
        return Lines(self.path, [(self.line(number), words)]).numbers(0, n)

    def integer(self, number: int) -> int:
        """The one number of a line, a whole one."""
        return int(self.numbers(number, 1)[0])


def number_of(word: str) -> float:
    """A number, with D for E where Fortran wrote it; ValueError if it is none."""
    return float(word.replace("D", "e").replace("d", "e"))


def uncommented(words: list[str]) -> list[str]:
    """The words of a line up to a comment, ``!`` or ``#``."""
    comments = (i for i, word in enumerate(words) if word[0] in "!#")
    return words[: next(comments, len(words))]


def read_lines(path: Path) -> Lines:
    """Read a text file, compressed or not, without its blank lines."""
    lines = read_all_lines(path)
    return Lines(path, [(i, words) for i, words in lines.rows if words])


def read_all_lines(path: Path) -> Lines:
    """Read a text file, compressed or not, with its blank lines."""
    with open_text(path) as file:
        return Lines(path, [(i, line.split()) for i, line in enumerate(file, start=1)])
