"""Checksums behind the files we write, so that a bit that flipped is found.

An HDF5 file ends where its header says; what stands behind is nobody's, and the library
cuts it off when it changes the file. A line of text there has the checksum of the rest:
programs that do not know it read the file as any other.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import BinaryIO

BEGIN = b"phonokit checksum "
TAIL = 8
"""Bytes at the very end: the length of the line, and a line feed."""
PIECE = 1 << 20

Hole = tuple[int, int]
"""First byte and the one after the last of a part that changes later."""


class State(Enum):
    """State of a file by its checksum."""

    WHOLE = "whole"
    DAMAGED = "damaged"
    UNKNOWN = "no checksum"


def checksum_line(data: Iterable[bytes | memoryview], holes: Sequence[Hole] = ()) -> bytes:
    """The line that goes behind some data."""
    check, length = _crc(data, holes)
    about = {"crc32": check, "length": length, "holes": [list(hole) for hole in holes]}
    text = BEGIN + json.dumps(about).encode() + b" "
    return text + f"{len(text) + TAIL:07d}\n".encode()


def state_of(path: Path) -> State:
    """Whether the content of a file is what was written."""
    with path.open("rb") as file:
        line = _line(file)
        if line is None:
            return State.UNKNOWN
        try:
            about = json.loads(line[len(BEGIN) : -TAIL])
            holes = [(int(a), int(b)) for a, b in about["holes"]]
            expected = (int(about["crc32"]), int(about["length"]))
        except (ValueError, KeyError, TypeError):
            return State.DAMAGED
        length = file.seek(0, 2) - len(line)
        file.seek(0)
        same = _crc(_pieces(file, length), holes) == expected
        return State.WHOLE if same else State.DAMAGED


def _line(file: BinaryIO) -> bytes | None:
    """The line at the end of a file, if it is one of ours."""
    size = file.seek(0, 2)
    file.seek(max(0, size - TAIL))
    tail = file.read()
    if len(tail) < TAIL or not tail[:-1].isdigit() or int(tail[:-1]) > min(size, PIECE):
        return None
    file.seek(size - int(tail[:-1]))
    line = file.read()
    return line if line.startswith(BEGIN) else None


def _pieces(file: BinaryIO, length: int) -> Iterator[bytes]:
    """The first bytes of a file, piece by piece."""
    while length > 0 and (piece := file.read(min(PIECE, length))):
        length -= len(piece)
        yield piece


def _crc(data: Iterable[bytes | memoryview], holes: Sequence[Hole]) -> tuple[int, int]:
    """Checksum of data outside the holes, and the length of all."""
    check, place = 0, 0
    for piece in data:
        view = memoryview(piece)
        end, start = place + len(view), place
        for first, last in sorted(holes):
            if first < end and last > start:
                check = zlib.crc32(view[start - place : max(first, start) - place], check)
                start = min(last, end)
        check = zlib.crc32(view[start - place :], check)
        place = end
    return check, place
