"""Sums and other reductions over ranks."""

from collections.abc import Iterator
from itertools import repeat
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from phono_mpi._chunks import MAX_COUNT, row_chunks
from phono_mpi._library import MpiLibrary
from phono_mpi._redistribution import RedistributionPlan, redistribute
from phono_mpi._rows import items_per_row

Operator = Literal["sum", "prod", "max", "min"]
"""The operation over the values of all ranks."""

_ORDERED = 2**24
"""Bytes of a message where those of all ranks are needed together."""

_UFUNCS = {"sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum}


Order = Literal["any", "ranks"]
"""The order of the operation: as MPI likes, or rank after rank."""


def reduce_in_place(
    comm: Any, array: NDArray[Any], op: Operator, order: Order, library: MpiLibrary
) -> NDArray[Any]:
    """Reduce an array over the ranks, message by message."""
    for part in _parts(array, order, library.limit):
        if order == "ranks" and comm.size > 1:
            blocks = np.empty((comm.size, *part.shape), part.dtype)
            comm.Allgather(part, blocks)
            part[...] = in_order(blocks, op)
        elif order == "any" and op == "sum":
            comm.Allreduce(library.mpi.IN_PLACE, part)
        elif order == "any":
            mpi = library.mpi
            comm.Allreduce(mpi.IN_PLACE, part, op=getattr(mpi, op.upper()))
    return array


def reduce_to_root(
    comm: Any,
    array: NDArray[Any],
    root: int,
    op: Operator,
    order: Order,
    library: MpiLibrary,
) -> NDArray[Any] | None:
    """Reduce an array over the ranks, message by message, on one of them."""
    if comm.size == 1:
        return array.copy()
    here = comm.Get_rank() == root
    result = np.empty_like(array) if here else None
    limit = library.limit
    targets = repeat(None) if result is None else _parts(result, order, limit)
    for part, target in zip(_parts(array, order, limit), targets, strict=False):
        if order == "any":
            comm.Reduce(part, target, op=getattr(library.mpi, op.upper()), root=root)
            continue
        blocks = np.empty((comm.size, *part.shape), part.dtype) if here else None
        comm.Gather(part, blocks, root=root)
        if target is not None and blocks is not None:
            target[...] = in_order(blocks, op)
    return result


def reduce_rows(
    comm: Any,
    full: NDArray[Any],
    sizes: NDArray[np.int64],
    op: Operator,
    library: MpiLibrary,
) -> NDArray[Any]:
    """Reduce the rows of each rank there, one rank after the other."""
    rank, size = comm.Get_rank(), comm.size
    n, end = int(sizes[rank]), int(sizes[: rank + 1].sum())
    rows, places = np.arange(len(full)), np.arange(size * n)
    here, home = slice(end - n, end), slice(rank * n, (rank + 1) * n)
    others = np.arange(size) != rank
    plan = RedistributionPlan(
        np.delete(rows, here),
        sizes * others,
        np.delete(places, home),
        n * others.astype(np.int64),
        rows[here],
        places[home],
        len(full),
        size * len(full),
    )
    blocks = redistribute(full, plan, comm, validate=False, library=library)
    blocks = blocks.reshape(size, n, *full.shape[1:])
    return in_order(blocks, op)


def in_order(blocks: NDArray[Any], op: Operator) -> NDArray[Any]:
    """Reduce over the first axis, its first item first."""
    result: NDArray[Any] = blocks[0].copy()
    for block in blocks[1:]:
        _UFUNCS[op](result, block, out=result)
    return result


def _parts(array: NDArray[Any], order: Order, limit: int) -> Iterator[NDArray[Any]]:
    """Rows for each message; a single one that no library can count is cut further."""
    width = items_per_row(array.shape)
    if order == "ranks":  # a message of every rank is there at the same time
        limit = min(limit, _ORDERED)
    for i, j in row_chunks(array.shape[0], array.itemsize, width, limit):
        part = array[i:j]
        if part.size <= MAX_COUNT:
            yield part
        else:
            flat = part.reshape(-1)
            yield from (flat[k : k + MAX_COUNT] for k in range(0, flat.size, MAX_COUNT))
