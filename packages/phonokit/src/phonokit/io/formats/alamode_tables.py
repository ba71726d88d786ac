"""Pairs and triplets of ALAMODE's XML file, read piece by piece.

A file of 100 MB would fill several times its size as text and as words. Elements of the
same names before them hold the parameters that were fitted.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError

from phonokit.io.files import open_text
from phonokit.io.formats.numbers import numbers_in

ORDERS = (2, 3)
PIECE = 1 << 22
"""Characters that are turned into numbers at once."""
LONGEST = 1 << 12
"""Characters that an element may have."""
LARGEST = 1e9
"""Constants, and numbers of atoms, that can be."""
NUMBER = r"\s*([-+.\deEdD]+)\s*"
UNIQUE = re.compile(r'<FC[23]\s+pairs="[^<>]*>[^<>]*</FC[23]>')
"""Parameters of the fit, which are no constants."""
STRUCTURE = ("<a1>", "<pos", "<map")
"""Elements of the structure, wherever a file has it."""


def _pattern(order: int) -> re.Pattern[str]:
    """An element of an order: atom and axis, and those of its ends with their image."""
    ends = "".join(rf'\s+pair{i}="\s*(\d+) ([123]) (\d+)"' for i in range(2, order + 1))
    head = rf'<FC{order}\s+pair1="\s*(\d+) ([123])"'
    return re.compile(rf"{head}{ends}>{NUMBER}</FC{order}>", re.ASCII)


PATTERNS = {order: _pattern(order) for order in ORDERS}


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A piece of the constants of one order.

    Parameters
    ----------
    values : (n,) array
    index : (n, 3 order - 1) array of int
        From 1: atom and axis of the first, then atom, axis and image of each other.
    """

    values: NDArray[np.float64]
    index: NDArray[np.int32]


def read_tables(path: Path) -> tuple[str, dict[int, list[Table]]]:
    """The text around the constants, and the constants of each order in pieces."""
    around: list[str] = []
    tables: dict[int, list[Table]] = {order: [] for order in ORDERS}
    line = 1
    with open_text(path) as file:
        while piece := _piece(file):
            if ' pairs="' in piece:
                piece = UNIQUE.sub("", piece)
            rows = False
            for order in ORDERS:
                table = _table(path, line, piece, order)
                if table is not None:
                    tables[order].append(table)
                    rows = True
            if not rows:
                around.append(piece)
            elif any(mark in piece for mark in STRUCTURE):
                around += [row for row in piece.splitlines() if "<FC" not in row]
            line += piece.count("\n")
    return "\n".join(around), tables


def _piece(file: IO[str]) -> str:
    """The next lines, no element of constants cut."""
    text = file.read(PIECE) + file.readline()
    begin = max(text.rfind(f"<FC{order}") for order in ORDERS)
    end = max(text.rfind(f"</FC{order}>") for order in ORDERS)
    if begin > end:
        rest = ""
        while len(rest) < LONGEST and "</FC" not in rest and (more := file.readline()):
            rest += more
        text += rest
    return text


def _table(path: Path, line: int, text: str, order: int) -> Table | None:
    """The constants of an order in a piece that begins with a line; None without any."""
    mark, close, width = f"<FC{order}", f"</FC{order}>", 3 * order
    first = text.find(mark)
    if first < 0:
        return None
    body = text[first : text.rfind(close) + len(close)]
    row = " ".join(rf"\{column}" for column in range(1, width + 1))
    rows, n = PATTERNS[order].subn(row, body)
    wrong = f"{path}: FC{order}: expected pairs and a number; is it whole?"
    if n != text.count(mark) or n != text.count(close):
        raise FileError(wrong)
    numbers = numbers_in(path, line + text.count("\n", 0, first), rows)
    if len(numbers) != n * width:
        raise FileError(wrong)
    table = numbers.reshape(n, width)
    if (np.abs(table) > LARGEST).any():
        raise FileError(f"{path}: FC{order}: a number that cannot be; is it whole?")
    return Table(table[:, -1].copy(), table[:, :-1].astype(np.int32))
