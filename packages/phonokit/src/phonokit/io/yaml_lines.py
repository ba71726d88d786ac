"""On which line of a yaml file something stands, for errors."""

import re
from pathlib import Path

from phonokit.io.files import lines_of, open_text

STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
"""A key, or the number of an item, from 1."""


def line_of(file: Path, where: str) -> int | None:
    """The line of ``unit_cell.points[2].mass``, or of the last of these that is found.

    For blocks, as all programs of the field write them: what stands between braces counts
    as its line. None if there is not even the first key.
    """
    with open_text(file) as text:
        lines = [line.rstrip("\r\n") for line in lines_of(text)]
    found, inside = None, range(len(lines))
    for key, number in STEP.findall(where):
        in_list = bool(number)
        place = _item(lines, inside, int(number)) if in_list else _key(lines, inside, key)
        if place is None:
            break
        found = place
        inside = _block(lines, place, inside, is_item=in_list)
    return None if found is None else found + 1


def _indent(line: str) -> int:
    """Where the text begins; a dash stands for a blank before its first key."""
    return len(line) - len(re.sub(r"^[ \t]*(- +)*", "", line))


def _is_text(line: str) -> bool:
    """Neither empty nor a comment."""
    bare = line.lstrip()
    return bool(bare) and not bare.startswith("#")


def _key(lines: list[str], inside: range, key: str) -> int | None:
    """The line of a key of the outermost mapping of a block."""
    text = [i for i in inside if _is_text(lines[i])]
    outermost = min((_indent(lines[i]) for i in text), default=0)
    begins = re.compile(rf"['\"]?{re.escape(key)}['\"]?\s*:")
    for i in text:
        if _indent(lines[i]) == outermost and begins.match(lines[i][outermost:]):
            return i
    return None


def _item(lines: list[str], inside: range, number: int) -> int | None:
    """The line of an item of the outermost list of a block."""
    items = [i for i in inside if lines[i].lstrip().startswith("-")]
    dash = [len(lines[i]) - len(lines[i].lstrip()) for i in items]
    outermost = [i for i, at in zip(items, dash, strict=True) if at == min(dash)]
    return outermost[number - 1] if number <= len(outermost) else None


def _block(lines: list[str], place: int, inside: range, *, is_item: bool) -> range:
    """The lines of what begins at ``place``: its own too if it is an item."""
    own = (
        len(lines[place]) - len(lines[place].lstrip()) if is_item else _indent(lines[place])
    )
    for i in range(place + 1, inside.stop):
        line = lines[i]
        bare = len(line) - len(line.lstrip())
        # A list may stand below its key without more blanks.
        ends = bare < own or (
            bare == own and (is_item or not line.lstrip().startswith("-"))
        )
        if _is_text(line) and ends:
            return range(place if is_item else place + 1, i)
    return range(place if is_item else place + 1, inside.stop)
