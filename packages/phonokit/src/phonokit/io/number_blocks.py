"""Long tables of numbers, taken out of yaml text before it is parsed.

Forces are nearly all of a parameter file. A yaml parser makes an object of every number:
for 1 254 supercells of 72 atoms that is 0.5 s and 100 MB, against 0.1 s and 10 MB here.
"""

import re
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

MARK = "\ue000"
"""Private to us by Unicode's rules, so no crystal contains it."""

_HEAD = re.compile(r"(?P<key>[ -]*forces:|[ ]*-)[ ]*(?:#.*)?\n")
"""The line above a table: its key, or the dash and the number of a snapshot."""
_ROW = re.compile(r"[ ]*-[ ]*\[[^\[\]#]*\]\s*")
"""A list in one pair of brackets."""


class BadRowError(ValueError):
    """A row of a table that is not three numbers.

    Parameters
    ----------
    line : int
        In the file, from 1.
    row : str
    """

    def __init__(self, line: int, row: str) -> None:
        super().__init__(f"line {line}: expected three numbers, got {row!r}")


def take_blocks(lines: Iterable[str]) -> tuple[str, list[NDArray[np.float64]]]:
    """Replace every table by a mark with its number, line for line.

    Lines are read one after the other, and of a table only the numbers are kept: a file of
    any number of supercells needs little more memory than its forces.

    Raises
    ------
    BadRowError
        If a row does not hold three numbers.
    """
    blocks: list[NDArray[np.float64]] = []
    kept: list[str] = []
    n_lines = 0
    rest = iter(lines)
    line = next(rest, None)
    while line is not None:
        line = line.replace(MARK, "\ufffd")
        n_lines += 1
        head = _HEAD.fullmatch(line)
        if head is None:
            kept.append(line)
            line = next(rest, None)
            continue
        rows, line = _rows(rest)
        table = _table(rows)
        if table is None and rows:
            raise _bad_row(n_lines + 1, rows)
        if table is None or _goes_on(rows, line):
            kept += [head[0], *rows]
        else:
            # Blank lines keep the line numbers of the parser's complaints right.
            kept.append(f"{head['key']} {MARK}{len(blocks)}\n" + "\n" * len(rows))
            blocks.append(table)
        n_lines += len(rows)
    return "".join(kept), blocks


def _rows(rest: Iterator[str]) -> tuple[list[str], str | None]:
    """The rows of a table, all with the same indent, and the line after them."""
    line = next(rest, None)
    if line is None or _ROW.fullmatch(line) is None:
        return [], line
    start = line[: line.index("-") + 1]
    rows = []
    while line is not None and line.startswith(start) and _ROW.fullmatch(line):
        rows.append(line)
        line = next(rest, None)
    return rows, line


def _goes_on(rows: list[str], following: str | None) -> bool:
    """Whether a table goes on in another style, which is the parser's."""
    if following is None:
        return False
    start = rows[0][: rows[0].index("-") + 1]
    return following.startswith(start) or following.lstrip()[:1] in ("", "#")


def _table(rows: list[str]) -> NDArray[np.float64] | None:
    """Rows of three numbers, None if they are something else."""
    insides = [row[row.index("[") + 1 : row.index("]")] for row in rows]
    words = ",".join(insides).split(",")
    if len(words) != 3 * len(rows):
        return None
    try:
        table = np.array(words, dtype=np.float64).reshape(-1, 3)
    except ValueError:
        return None
    return table if np.isfinite(table).all() else None


def _bad_row(first: int, rows: list[str]) -> BadRowError:
    """Find the row to blame; the table begins at line ``first``."""
    bad = next(i for i, row in enumerate(rows) if _table([row]) is None)
    return BadRowError(first + bad, rows[bad].strip())
