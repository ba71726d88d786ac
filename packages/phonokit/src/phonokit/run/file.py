"""The file of an unfinished run: a NumPy array on disk, written record by record.

`numpy.load` reads it as an array of a structured type; what identifies the run stands after
the array, as JSON. The file is complete in form before the first record is. A record is
then written straight to its place: no moment of the run leaves a file that cannot be read,
and several processes write records of their own at once. A checksum in each record tells
whether it is all there.

Not HDF5, whose library would take 13 MB all the while that phonons scatter.
"""

import ast
import json
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from phono_grid.errors import FileError

from phonokit.run.scratch import reserve

PAGE = 4096
"""Records begin and end at pages, which file systems of networks send as a whole."""
ROOM = 64 * 1024**2
"""Bytes above which small records share pages.

Where nodes do not see at once what others write to a page, a run that is killed may lose
records there, and computes them again.
"""
PROGRAM = "phonokit"
"""Begins what stands after the records."""
DONE = 1 << 32
"""Added to the checksum, so that a record of zeros that nobody wrote is none."""


def stored_type(record: np.dtype[Any], n: int) -> np.dtype[Any]:
    """A record, its checksum after it, filled up to whole pages.

    Of many small records, ``n``, two, four, … go into a page; none is in two.
    """
    check = check_offset(record)
    size = -(-(check + 8) // PAGE) * PAGE
    while n * size > ROOM and size <= PAGE and size // 2 >= check + 8:
        size //= 2
    return np.dtype(
        {
            "names": ["record", "check"],
            "formats": [record, "<u8"],
            "offsets": [0, check],
            "itemsize": size,
        }
    )


def reason(error: OSError) -> str:
    """Why the system refused."""
    return os.strerror(error.errno) if error.errno else str(error)


def check_offset(record: np.dtype[Any]) -> int:
    """Where the checksum is, after the record: what is half written lacks it."""
    return -(-record.itemsize // 8) * 8


@dataclass(frozen=True, slots=True)
class RunFile:
    """Where the records of a run are; it can be sent to another process.

    Parameters
    ----------
    path : Path
    offset : int
        Of the first record, bytes.
    record : dtype
    n : int
        Number of records.
    """

    path: Path
    offset: int
    record: np.dtype[Any]
    n: int

    @property
    def _stored(self) -> np.dtype[Any]:
        """A record as it stands in the file."""
        return stored_type(self.record, self.n)

    def open(self) -> FileIO:
        """Open the file to read and write records."""
        return FileIO(self.path, "r+")

    def read(self, file: FileIO, i: int) -> NDArray[Any] | None:
        """Record ``i``, None if it is not all there."""
        stored = self._stored
        data = _read_at(file, self.offset + i * stored.itemsize, stored.itemsize)
        if len(data) < stored.itemsize:
            return None
        row = np.frombuffer(data, stored)[0]
        record: NDArray[Any] = row["record"]
        return record if row["check"] == check(record) else None

    def write(self, file: FileIO, i: int, record: NDArray[Any]) -> None:
        """Write record ``i``.

        Raises
        ------
        FileError
            If the disk is full, or fails.
        """
        row = np.zeros((), self._stored)
        row["record"] = record
        row["check"] = check(row["record"])
        with self._reporting():
            file.seek(self.offset + i * row.itemsize)
            self._put(file, memoryview(row.tobytes()))

    def count(self, file: FileIO) -> int:
        """Number of finished records, whoever wrote them."""
        size = self._stored.itemsize
        first = self.offset + check_offset(self.record)
        marks = (_read_at(file, first + i * size, 8) for i in range(self.n))
        return sum(any(mark) for mark in marks)

    def sync(self, file: FileIO) -> None:
        """Wait until what was written is on the disk; raises like `write`."""
        with self._reporting():
            os.fsync(file.fileno())

    @staticmethod
    def _put(file: FileIO, data: memoryview) -> None:
        """Write all of some bytes."""
        while data:
            data = data[file.write(data) :]

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """Turn an error of the system into a `FileError` that says what to do."""
        try:
            yield
        except OSError as error:
            raise FileError(
                f"{self.path}: cannot be written ({reason(error)}); what is finished is "
                "kept: make room, and run it again"
            ) from None


def _read_at(file: FileIO, place: int, size: int) -> bytes:
    """Bytes of a file, fewer where it ends."""
    file.seek(place)
    data = b""
    while len(data) < size and (piece := file.read(size - len(data))):
        data += piece
    return data


def check(record: NDArray[Any]) -> int:
    """Mark that proves that a record is complete."""
    return DONE | zlib.crc32(record.tobytes())


def create(
    path: Path, key: dict[str, str], record: np.dtype[Any], n: int, *, version: str
) -> RunFile:
    """Make a file without records, with room for all of them.

    Raises
    ------
    OSError
        If there is no room.
    """
    stored = stored_type(record, n)
    header = _header(stored, n)
    end = len(header) + n * stored.itemsize
    about = json.dumps({"program": PROGRAM, "version": version, "key": key}).encode()
    with path.open("wb") as file:
        reserve(file.fileno(), end + len(about))
        file.write(header)
        file.seek(end)
        file.write(about)
        file.flush()
        os.fsync(file.fileno())
    return RunFile(path, len(header), record, n)


def read_layout(path: Path) -> tuple[dict[str, str], RunFile]:
    """Key of the run of a file, and the places of its records.

    Raises
    ------
    FileError
        If this is not the file of a run.
    """
    try:
        with path.open("rb") as file:
            n, stored = _read_header(file)
            offset = file.tell()
            end = offset + n * stored.itemsize
            if not 0 <= n <= end <= path.stat().st_size:
                raise ValueError
            file.seek(end)
            about = json.loads(file.read())
            if about["program"] != PROGRAM or stored != stored_type(stored["record"], n):
                raise ValueError
            return about["key"], RunFile(path, offset, stored["record"], n)
    except Exception:  # NumPy's reader of headers raises what it likes
        raise FileError(
            f"{path}: is in the way and not an unfinished run; move it, or name "
            "another file"
        ) from None


def _header(stored: np.dtype[Any], n: int) -> bytes:
    """Header that `numpy.load` expects before ``n`` records, filled up to whole pages."""
    what = {"descr": npy.dtype_to_descr(stored), "fortran_order": False, "shape": (n,)}
    before, text = npy.magic(1, 0), repr(what).encode("ascii")
    length = -(-(len(before) + 2 + len(text) + 1) // PAGE) * PAGE - len(before) - 2
    return before + struct.pack("<H", length) + text.ljust(length - 1) + b"\n"


def _read_header(file: BinaryIO) -> tuple[int, np.dtype[Any]]:
    """Number of the records that follow, and their type."""
    if npy.read_magic(file) != (1, 0):
        raise ValueError
    start = file.tell()
    (length,) = struct.unpack("<H", file.read(2))
    # NumPy takes seconds to see that it is not even a header of Python 2.
    ast.literal_eval(file.read(length).decode("latin-1"))
    file.seek(start)
    (n,), _, stored = npy.read_array_header_1_0(file)
    return n, stored
