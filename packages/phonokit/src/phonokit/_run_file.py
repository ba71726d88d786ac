"""The file of an unfinished run: HDF5 to read, fixed records to write.

The records of a run are one dataset of a compound type that lies in one piece, and the file
is complete in form before the first record is. A record is then written straight to its
place, past the HDF5 library: no moment of the run leaves a file that HDF5 cannot read, and
several processes write records of their own at once. A checksum in each record tells
whether it is all there.
"""

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import reserve
from phono_grid.errors import FileError

PAGE = 4096
"""Records begin and end at pages, which file systems of networks send as a whole."""
DATASET = "records"
DONE = 1 << 32
"""Added to the checksum, so that a record of zeros that nobody wrote is none."""


def stored_type(record: np.dtype[Any]) -> np.dtype[Any]:
    """A record, its checksum after it, filled up to whole pages."""
    check = check_offset(record)
    return np.dtype(
        {
            "names": ["record", "check"],
            "formats": [record, "<u8"],
            "offsets": [0, check],
            "itemsize": -(-(check + 8) // PAGE) * PAGE,
        }
    )


def reason(error: Exception) -> str:
    """Why the system refused, without what HDF5 tells of itself."""
    number = getattr(error, "errno", None)
    return os.strerror(number) if number else str(error)


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

    def read(self, descriptor: int, i: int) -> NDArray[Any] | None:
        """Record ``i``, None if it is not all there."""
        stored = stored_type(self.record)
        data = os.pread(descriptor, stored.itemsize, self.offset + i * stored.itemsize)
        if len(data) < stored.itemsize:
            return None
        row = np.frombuffer(data, stored)[0]
        record: NDArray[Any] = row["record"]
        return record if row["check"] == check(record) else None

    def write(self, descriptor: int, i: int, record: NDArray[Any]) -> None:
        """Write record ``i``.

        Raises
        ------
        FileError
            If the disk is full, or fails.
        """
        row = np.zeros((), stored_type(self.record))
        row["record"] = record
        row["check"] = check(row["record"])
        data, at = memoryview(row.tobytes()), self.offset + i * row.itemsize
        with self._reporting():
            while data:
                written = os.pwrite(descriptor, data, at)
                data, at = data[written:], at + written

    def count(self, descriptor: int) -> int:
        """How many records somebody has finished."""
        size = stored_type(self.record).itemsize
        first = self.offset + check_offset(self.record)
        marks = (os.pread(descriptor, 8, first + i * size) for i in range(self.n))
        return sum(any(mark) for mark in marks)

    def sync(self, descriptor: int) -> None:
        """Wait until what was written is on the disk; raises like `write`."""
        with self._reporting():
            os.fsync(descriptor)

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """What goes wrong is a `FileError` that says what to do."""
        try:
            yield
        except OSError as error:
            raise FileError(
                f"{self.path}: cannot be written ({reason(error)}); what is finished is "
                "kept: make room, and give the same command again"
            ) from None


def check(record: NDArray[Any]) -> int:
    """What proves that a record is all there."""
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
    import h5py

    # Newer formats mark a file that is open, and a crash would leave the mark.
    with h5py.File(path, "w", libver="earliest", locking=False) as file:
        layout = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        layout.set_layout(h5py.h5d.CONTIGUOUS)
        layout.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        layout.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        kind = h5py.h5t.py_create(stored_type(record), logical=True)
        space = h5py.h5s.create_simple((n,))
        dataset = h5py.h5d.create(file.id, DATASET.encode(), kind, space, layout)
        file.attrs["program"] = "phonokit"
        file.attrs["version"] = version
        file.attrs["key"] = json.dumps(key)
        offset = dataset.get_offset()
    with path.open("r+b") as reserved:
        reserve(reserved.fileno(), offset + n * stored_type(record).itemsize)
        os.fsync(reserved.fileno())
    return RunFile(path, offset, record, n)


def read_layout(path: Path) -> tuple[dict[str, str], RunFile]:
    """What identifies the run of a file, and where its records are.

    Raises
    ------
    FileError
        If this is not the file of a run.
    """
    import h5py

    try:
        with h5py.File(path, "r", locking=False) as file:
            key = json.loads(file.attrs["key"])
            dataset = file[DATASET]
            record = dataset.dtype["record"]
            return key, RunFile(path, dataset.id.get_offset(), record, len(dataset))
    except (OSError, KeyError, ValueError):
        raise FileError(
            f"{path}: is in the way and not an unfinished run; move it, or name another "
            "--output"
        ) from None
