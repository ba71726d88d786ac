"""Arrays of NumPy's ``.npz`` archives, checked before they are read."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError

BEGIN = b"PK\x03\x04"
UNPACKED, TIMES = 32 << 20, 100
"""Bytes that any array may unpack to, and more by the size of the file."""
LONGEST_HEADER = 4096


def is_archive(path: Path) -> bool:
    """Whether a file begins as an archive does."""
    try:
        with path.open("rb") as file:
            return file.read(4) == BEGIN
    except OSError:
        return False


def names_in(path: Path) -> list[str]:
    """Names of the arrays, none if it is no archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return []
    return [name.removesuffix(".npy") for name in names]


def read_array(path: Path, name: str) -> NDArray[Any]:
    """Read one array of numbers or text, which is never an object.

    Raises
    ------
    FileError
        If it is not there, is damaged, or claims more than a file of this size holds.
    """
    most = UNPACKED + TIMES * path.stat().st_size
    with _in_archive(path, name), zipfile.ZipFile(path) as archive:
        info = archive.getinfo(f"{name}.npy")
        if info.file_size > most:
            raise FileError(
                f"{path}: {name} claims {info.file_size:.3g} bytes; it is damaged"
            )
        with archive.open(info) as file:
            shape, fortran, dtype = _header(file)
            count = int(np.prod([int(n) for n in shape], dtype=object))
            if dtype.hasobject or dtype.kind not in "biufUS":
                raise ValueError("is neither numbers nor text")
            if count < 0 or count * dtype.itemsize > most:
                raise ValueError(f"claims {count} numbers")
            data = file.read(count * dtype.itemsize + 1)
    if len(data) != count * dtype.itemsize:
        raise FileError(f"{path}: {name}: expected {count} numbers; is the file whole?")
    array = np.frombuffer(data, dtype=dtype, count=count)
    return array.reshape(shape, order="F" if fortran else "C")


def write_arrays(file: IO[bytes], arrays: dict[str, Any]) -> None:
    """Write an archive, the same bytes for the same arrays."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in arrays.items():
            image = io.BytesIO()
            np.lib.format.write_array(image, np.asanyarray(value), allow_pickle=False)
            # A date of its own, the earliest there is.
            info = zipfile.ZipInfo(f"{name}.npy")
            archive.writestr(info, image.getvalue(), compress_type=zipfile.ZIP_DEFLATED)


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and type of an array."""
    version = np.lib.format.read_magic(file)
    reader = (
        np.lib.format.read_array_header_1_0
        if version == (1, 0)
        else np.lib.format.read_array_header_2_0
    )
    shape, fortran, dtype = reader(file, max_header_size=LONGEST_HEADER)
    return tuple(shape), bool(fortran), dtype


@contextmanager
def _in_archive(path: Path, name: str) -> Iterator[None]:
    """Turn what is wrong with an archive into a `FileError`."""
    try:
        yield
    except KeyError:
        raise FileError(f"{path}: holds no {name}; is it complete?") from None
    except (
        *(OSError, EOFError, ValueError, TypeError, SyntaxError, MemoryError),
        *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError),
    ) as error:
        reason = " ".join(str(error).split())
        raise FileError(f"{path}: {name} cannot be read ({reason[:100]})") from None
