"""Cutting arrays by rows into messages of bounded size."""

from collections.abc import Iterator

from phono_grid.errors import ensure_integer

MAX_MPI_BYTES = 2**31 - 1
"""Largest message in bytes that every MPI library can send in one call."""

MAX_COUNT = 2**31 - 1
"""Largest count or displacement of every MPI library."""


def chunk_step(itemsize: int, items_per_row: int, limit: int = MAX_MPI_BYTES) -> int:
    r"""Rows that fit in one message.

    .. math:: \max(1, \lfloor L / (s \max(1, m)) \rfloor)

    Parameters
    ----------
    itemsize : int
        ``s``, bytes of one item.
    items_per_row : int
        ``m``, the product of the trailing dimensions.
    limit : int
        ``L``, bytes. A single row above it is one message nevertheless.
    """
    # Python's integers do not overflow; NumPy's small ones would.
    itemsize = ensure_integer("itemsize", itemsize, 1)
    items_per_row = ensure_integer("items_per_row", items_per_row, 0)
    limit = ensure_integer("limit", limit, 0)
    return max(1, limit // (itemsize * max(1, items_per_row)))


def row_chunks(
    n_rows: int, itemsize: int, items_per_row: int, limit: int = MAX_MPI_BYTES
) -> Iterator[tuple[int, int]]:
    """Half-open ranges of rows ``(i, j)`` that cover ``n_rows``, one for each message."""
    n_rows = ensure_integer("n_rows", n_rows, 0)
    step = chunk_step(itemsize, items_per_row, limit)
    for i in range(0, n_rows, step):
        yield i, min(i + step, n_rows)
