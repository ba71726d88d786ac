"""Rows of a collision operator: in memory, on disk, or computed again."""

import errno
import math
import os
import tempfile
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import (
    DomainError,
    FileError,
    as_numbers,
    ensure_flag,
    ensure_integer,
    ensure_positive,
    ensure_type,
    named,
)

Array = NDArray[np.float64]


class Storage(Enum):
    """Where the rows of a collision operator are while it is solved."""

    MEMORY = "memory"
    DISK = "disk"
    RECOMPUTE = "recompute"

    @classmethod
    def of(cls, name: "Storage | str") -> "Storage":
        """The storage called ``name``."""
        return named(cls, name, "storage")


class Rows(Protocol):
    """``rows[i]`` is ``B[T, j, x, i', j', y]`` of irreducible point ``i``."""

    def __len__(self) -> int:
        """How many irreducible points there are."""

    def __getitem__(self, i: int, /) -> Array:
        """The row of one of them."""


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
            f"({error.strerror}); set TMPDIR to a folder with room, or take storage "
            "'recompute'"
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


class RecomputedRows:
    """Rows that are computed whenever they are asked for.

    Parameters
    ----------
    n_irreducible : int
    row : callable
        Makes row ``i``.
    """

    def __init__(self, n_irreducible: int, row: Callable[[int], Array]) -> None:
        if not callable(row):
            raise DomainError(f"row must be a function, got {type(row).__name__}")
        self._n = ensure_integer("n_irreducible", n_irreducible, 1)
        self._row = row

    def __len__(self) -> int:
        """How many irreducible points there are."""
        return self._n

    def __getitem__(self, i: int) -> Array:
        """Compute one row."""
        i = ensure_integer("i", i)
        if not 0 <= i < self._n:
            raise IndexError(i)
        return self._row(i)


def operator_memory(
    shape: tuple[int, int, int], storage: Storage = Storage.MEMORY, *, dense: bool = False
) -> int:
    """Bytes that a collision operator takes while it is solved.

    Parameters
    ----------
    shape : three int
        Temperatures, irreducible points, bands: ``n_T, n_i, n_b``.
    storage : Storage
        Of the rows, ``n_T (3 n_i n_b)²`` numbers, of which two at a time are held anyway.
    dense : bool
        For the direct solution: the matrix of one temperature, a copy, its eigenvectors
        and the workspace of LAPACK, ``4 (3 n_i n_b)²`` numbers.
    """
    n_t, n_i, n_b = sizes(shape)
    ensure_flag("dense", dense)
    storage = Storage.of(storage)
    n = 3 * n_i * n_b
    rows = n if storage is Storage.MEMORY else min(n, 2 * 3 * n_b)
    return 8 * (n_t * rows * n + (4 * n * n if dense else 0))


def sizes(shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Temperatures, irreducible points and bands: one or more of each."""
    n_t, n_i, n_b = as_numbers(shape, "shape", np.int64, (3,)).tolist()
    if min(n_t, n_i, n_b) < 1:
        raise DomainError(f"shape: expected three numbers of 1 or more, got {shape}")
    return n_t, n_i, n_b


def storage_for(
    shape: tuple[int, int, int], *, dense: bool, cap: float, over: Storage | str
) -> Storage:
    """Where rows go if a collision operator may take ``cap`` GB.

    Memory if they fit, ``over`` if they do not.

    Raises
    ------
    DomainError
        If they do not fit and ``over`` is memory, which gives no permission to leave it,
        or if the direct solution does not fit whatever is done with the rows.
    """
    ensure_positive("cap", cap)
    over = named(Storage, over, "over")
    shape = sizes(shape)
    need = operator_memory(shape, dense=dense)
    if need <= cap * 1e9:
        return Storage.MEMORY
    least = operator_memory(shape, over, dense=dense)
    if least <= cap * 1e9:
        return over
    remedy = "raise --memory, or take fewer temperatures or a coarser mesh"
    if over is Storage.MEMORY:
        remedy += ", or let its rows leave it (--over-memory disk or recompute)"
    if dense:
        remedy += ", or solver 'cg', which needs no dense matrix"
    raise DomainError(
        f"the collision operator of {3 * shape[1] * shape[2]} unknowns at {shape[0]} "
        f"temperatures takes {least / 1e9:.2g} GB, above the cap of {cap:g} GB; {remedy}"
    )
