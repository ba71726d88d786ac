"""Numbers of large text files."""

import re
import warnings
from array import array
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError

from phonokit.io.files import open_text
from phonokit.io.lines import number_of

_COMMENT = re.compile(r"[ \t][A-Za-z#'][^\n]*")
PIECE = 1 << 24
"""Characters that are turned into numbers at once, which keeps memory low."""


def read_numbers(
    path: Path, *, skip_lines: int = 0, comments: bool = False
) -> NDArray[np.float64]:
    """All numbers of a text file, compressed or not, D for E where Fortran wrote it.

    Parameters
    ----------
    path : Path
    skip_lines : int
        Lines at the beginning that are left out.
    comments : bool
        Whether words may follow the numbers of a line.

    Raises
    ------
    FileError
        If a word is not a number, with its line.
    """
    # Grows in place, where joined pieces would be there twice.
    numbers = array("d")
    line = skip_lines + 1
    with open_text(path) as file:
        for _ in range(skip_lines):
            file.readline()
        while text := file.read(PIECE):
            text += file.readline()
            if comments:
                text = _COMMENT.sub("", text)
            numbers.frombytes(numbers_in(path, line, text).tobytes())
            line += text.count("\n")
    return np.frombuffer(numbers) if numbers else np.empty(0)


def numbers_in(path: Path, line: int, text: str) -> NDArray[np.float64]:
    """The numbers of a piece that begins with a line."""
    if "D" in text or "d" in text:
        text = text.replace("D", "e").replace("d", "e")
    with warnings.catch_warnings():
        # Text that is no number ends what is read, with a warning.
        warnings.simplefilter("error", DeprecationWarning)
        try:
            numbers = np.fromstring(text, sep=" ")
        except (DeprecationWarning, ValueError):
            raise _bad_word(path, line, text) from None
    if not np.isfinite(numbers).all():
        raise _bad_word(path, line, text)
    return np.asarray(numbers, dtype=np.float64)


def _bad_word(path: Path, first: int, text: str) -> FileError:
    """Find the word to blame."""
    for line, row in enumerate(text.splitlines(), start=first):
        for word in row.split():
            try:
                bad = not np.isfinite(number_of(word))
            except ValueError:
                bad = True
            if bad:
                return FileError(
                    f"{path}: line {line}: {word[:40]!r} is not a number; is the file "
                    "whole?"
                )
    return FileError(f"{path}: cannot be read as numbers")


def whole_numbers(path: Path, values: NDArray[np.float64], name: str) -> NDArray[np.int64]:
    """Whole numbers of a file, which must be such.

    Parameters
    ----------
    path : Path
    values : array
    name : str
        What they are, in the plural.
    """
    whole = np.rint(values)
    wrong = ~(np.abs(values - whole) < 1e-6) | (np.abs(whole) > 1e9)
    if wrong.any():
        raise FileError(
            f"{path}: expected {name}, whole numbers, got {values[wrong][0]:g}; is the "
            "file whole?"
        )
    return whole.astype(np.int64)
