"""Rows of a collision operator: in memory, on disk, or computed again."""

from collections.abc import Callable
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_flag,
    ensure_integer,
    ensure_positive,
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


class CollisionRows(Protocol):
    """Rows of a collision operator: ``rows[i]`` is ``B[T, j, x, i', j', y]``.

    Anything that has a length and gives rows by the number of the irreducible point: an
    array, one that is mapped from a file, or `RecomputedRows`.
    """

    def __len__(self) -> int:
        """Number of irreducible points."""

    def __getitem__(self, i: int, /) -> Array:
        """The row of one of them."""


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
        """Number of irreducible points."""
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
        Storage of the rows, ``n_T (3 n_i n_b)²`` numbers, of which two rows at a time are
        in memory in any case.
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
    shape: tuple[int, int, int], *, dense: bool, memory: float, over_memory: Storage | str
) -> Storage:
    """Where rows go if a collision operator may take ``memory`` GB.

    Memory if they fit, ``over_memory`` if they do not.

    Raises
    ------
    DomainError
        If they do not fit and ``over_memory`` is memory, so that they may not leave it,
        or if the direct solution does not fit whatever is done with the rows.
    """
    ensure_positive("memory", memory)
    over = named(Storage, over_memory, "over_memory")
    shape = sizes(shape)
    need = operator_memory(shape, dense=dense)
    if need <= memory * 1e9:
        return Storage.MEMORY
    least = operator_memory(shape, over, dense=dense)
    if least <= memory * 1e9:
        return over
    advice = "raise memory=, or take fewer temperatures or a coarser mesh"
    if over is Storage.MEMORY:
        advice += (
            ', or keep its rows elsewhere (over_memory="disk" or over_memory="recompute")'
        )
    if dense:
        advice += ', or solver="cg", which needs no dense matrix'
    raise DomainError(
        f"the collision operator of {3 * shape[1] * shape[2]} unknowns at {shape[0]} "
        f"temperatures takes {least / 1e9:.2g} GB, above the cap of {memory:g} GB; {advice}"
    )
