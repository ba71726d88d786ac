"""Files for arrays that do not fit into memory."""

import errno
import math
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import (
    DomainError,
    FileError,
    as_numbers,
    ensure_integer,
    ensure_type,
)


def scratch_array(
    shape: int | tuple[int, ...], dtype: Any = np.float64, folder: Path | None = None
) -> NDArray[Any]:
    """Zeros in a scratch file without a name, which goes with the array or the process.

    The file is mapped: the system takes its pages out of memory when that is needed
    otherwise.

    Parameters
    ----------
    shape : int or tuple of int
    dtype : dtype
    folder : Path, optional
        Where there is room; the system's folder for temporary files if not given.

    Raises
    ------
    FileError
        If the file cannot be made, or there is no room for it.
    """
    axes = np.atleast_1d(as_numbers(shape, "shape", np.int64))
    numbers = as_numbers(axes, "shape", np.int64, ("n",)).tolist()
    if any(n < 0 for n in numbers):
        raise DomainError(f"shape must not be negative, got {shape}")
    try:
        kind = np.dtype(dtype)
    except TypeError:
        raise DomainError(f"dtype must be a type of numbers, got {dtype!r}") from None
    size = math.prod(numbers) * kind.itemsize
    where = tempfile.gettempdir() if folder is None else folder
    ensure_type("folder", where, str, Path)
    try:
        with tempfile.TemporaryFile(dir=where) as file:
            # Room now, rather than a crash when a page finds none.
            reserve(file.fileno(), max(size, 1))
            return np.memmap(file, kind, "r+", shape=tuple(numbers))
    except OSError as error:
        raise FileError(
            f"{where}: no scratch file of {size / 1e9:.2g} GB for the collision operator "
            f"({error.strerror}); set TMPDIR to a folder with room, or take "
            'over_memory="recompute"'
        ) from None


def reserve(descriptor: int, size: int) -> None:
    """Make a file ``size`` bytes long, its room taken if the system can do that.

    macOS and some file systems of networks cannot: there the file only gets its length.

    Raises
    ------
    OSError
        If there is no room.
    """
    descriptor = ensure_integer("descriptor", descriptor, 0)
    size = ensure_integer("size", size, 0)
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(descriptor, 0, size)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP):
                raise
        else:
            return
    os.ftruncate(descriptor, max(size, os.fstat(descriptor).st_size))
