"""Arrays of netCDF files: the classic format, and HDF5.

The classic format has a header of dimensions, attributes and variables, big-endian, and the
arrays after it (Unidata, *NetCDF Classic Format Specification*). Its versions 1, 2 and 5
differ in the length of counts and offsets.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError
from phono_grid.hdf5 import MARK, open_hdf5

from phonokit.io.files import in_compressed

CLASSIC = b"CDF"
VERSIONS = {1: (4, 4), 2: (4, 8), 5: (8, 8)}
"""Bytes of a count and of an offset."""
TYPES = {1: "i1", 2: "S1", 3: ">i2", 4: ">i4", 5: ">f4", 6: ">f8", 7: "u1", 8: ">u2"} | {
    9: ">u4",
    10: ">i8",
    11: ">u8",
}
SUFFIX = ".nc"
DIMENSIONS, VARIABLES, ATTRIBUTES = 10, 11, 12
LONGEST = 1 << 22
"""Bytes of a header."""


class Arrays(Protocol):
    """Arrays by name, whose shapes are looked at before they are read."""

    def __contains__(self, name: str) -> bool:
        """Whether there is an array."""

    def read(self, name: str, shape: tuple[int | None, ...]) -> NDArray[Any]:
        """An array of a shape, in which None is any size."""


def is_netcdf(path: Path) -> bool:
    """Whether a file has the classic format, or is HDF5 that is called netCDF."""
    with in_compressed(path), path.open("rb") as file:
        head = file.read(len(MARK))
    if head == MARK:
        return path.suffix == SUFFIX
    return head[:3] == CLASSIC and len(head) > 3 and head[3] in VERSIONS


@contextmanager
def open_netcdf(path: Path) -> Iterator[Arrays]:
    """Open a file of either format."""
    with in_compressed(path):
        with path.open("rb") as file:
            head = file.read(LONGEST)
        if head.startswith(MARK):
            with open_hdf5(path) as hdf5:
                yield hdf5
        else:
            yield _Classic(path, _Header(path, head).variables())


@dataclass(frozen=True, slots=True)
class _Variable:
    """Place, type and shape of an array."""

    begin: int
    kind: str
    shape: tuple[int, ...]


class _Classic:
    """A file of the classic format."""

    def __init__(self, path: Path, variables: dict[str, _Variable]) -> None:
        self._path, self._variables = path, variables

    def __contains__(self, name: str) -> bool:
        """Whether there is an array."""
        return name in self._variables

    def read(self, name: str, shape: tuple[int | None, ...]) -> NDArray[Any]:
        """An array of a shape, in which None is any size."""
        if name not in self._variables:
            raise FileError(f"{self._path}: holds no {name}; is the file whole?")
        variable = self._variables[name]
        fits = len(shape) == len(variable.shape) and all(
            n in (None, m) for n, m in zip(shape, variable.shape, strict=True)
        )
        if not fits:
            raise FileError(
                f"{self._path}: {name}: expected shape "
                f"{[n or 'n' for n in shape]}, got {list(variable.shape)}"
            )
        count = int(np.prod(variable.shape, dtype=object))
        size = count * np.dtype(variable.kind).itemsize
        if not 0 <= variable.begin <= self._path.stat().st_size - size:
            raise FileError(f"{self._path}: {name}: ends beyond the file; is it whole?")
        with self._path.open("rb") as file:
            file.seek(variable.begin)
            data = np.frombuffer(file.read(size), variable.kind, count)
        native = data.astype(data.dtype.newbyteorder("="))
        return native.reshape(variable.shape)


class _Header:
    """The header, read from its beginning."""

    def __init__(self, path: Path, head: bytes) -> None:
        self._path, self._head = path, head
        self._place = 4
        if head[:3] != CLASSIC or head[3] not in VERSIONS:
            raise FileError(f"{path}: is no netCDF file")
        self._count, self._offset = VERSIONS[head[3]]

    def variables(self) -> dict[str, _Variable]:
        """All arrays but those along the unlimited dimension."""
        self._number(self._count)  # of records
        sizes = [self._dimension() for _ in range(self._list(DIMENSIONS))]
        self._attributes()
        found = {}
        for _ in range(self._list(VARIABLES)):
            name = self._name()
            numbers = [self._number(self._count) for _ in range(self._sensible())]
            self._attributes()
            kind = TYPES.get(self._number(4))
            self._number(self._count)  # bytes, which follow from the rest
            begin = self._number(self._offset)
            if kind is None or any(number >= len(sizes) for number in numbers):
                raise self._damaged()
            shape = tuple(sizes[number] for number in numbers)
            if 0 not in shape:
                found[name] = _Variable(begin, kind, shape)
        return found

    def _number(self, n: int) -> int:
        """A number of so many bytes."""
        piece = self._head[self._place : self._place + n]
        self._place += n
        if len(piece) < n:
            raise self._damaged()
        return int.from_bytes(piece, "big")

    def _sensible(self) -> int:
        """A number of things that the header can hold."""
        n = self._number(self._count)
        if n > len(self._head) - self._place:
            raise self._damaged()
        return n

    def _skip(self, n: int) -> None:
        """Go on by so many bytes, and to the next multiple of four."""
        self._place += n + -n % 4
        if self._place > len(self._head):
            raise self._damaged()

    def _list(self, tag: int) -> int:
        """The length of a list, 0 if it is absent."""
        found, n = self._number(4), self._sensible()
        if found not in (0, tag) or (not found and n):
            raise self._damaged()
        return n

    def _name(self) -> str:
        """A name."""
        n = self._sensible()
        name = self._head[self._place : self._place + n].decode("utf-8", "replace")
        self._skip(n)
        return name

    def _dimension(self) -> int:
        """The length of a dimension."""
        self._name()
        return self._number(self._count)

    def _attributes(self) -> None:
        """Pass over attributes."""
        for _ in range(self._list(ATTRIBUTES)):
            self._name()
            kind = TYPES.get(self._number(4))
            if kind is None:
                raise self._damaged()
            self._skip(self._sensible() * np.dtype(kind).itemsize)

    def _damaged(self) -> FileError:
        """The header ends too soon, or holds what cannot be."""
        return FileError(f"{self._path}: the header of netCDF is damaged; is it whole?")
