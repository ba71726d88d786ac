"""Blocks between pairs of ranks, and rows against columns."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from phono_mpi._agreement import compare, rows_problem
from phono_mpi._distributor import MpiDistributor
from phono_mpi._library import LIBRARY, MpiLibrary
from phono_mpi._rows import irecv_rows_into, isend_rows


def exchange_blocks(
    comm: Any,
    sends: Sequence[tuple[int, NDArray[Any]]],
    sources: Sequence[int],
    shape: Sequence[int],
    dtype: DTypeLike,
    base_tag: int = 0,
    *,
    library: MpiLibrary = LIBRARY,
) -> list[NDArray[Any]]:
    """Send numbered blocks to ranks and receive others, all of one shape and type.

    Parameters
    ----------
    comm : mpi4py communicator
    sends : sequence of (int, ndarray)
        Destination and block; to oneself is allowed. The ``k``-th block of one rank for
        another has the tag ``base_tag + k``.
    sources : sequence of int
        The rank that sends each block that this one receives; those of one source in the
        order in which it sends them.
    shape, dtype
        The shape and type of every block, which is one message.
    base_tag : int
    library : MpiLibrary
        The module of MPI; see there.

    Returns
    -------
    list of ndarray
        A block for each of ``sources``.
    """
    received = [np.empty(shape, dtype) for _ in sources]
    requests: list[Any] = []
    kept = []  # alive until they have arrived
    numbers: Counter[int] = Counter()
    for source, block in zip(sources, received, strict=True):
        row, tag = block.reshape(1, -1), base_tag + numbers[source]
        requests += irecv_rows_into(comm, row, source, tag, library.limit)
        numbers[source] += 1
    numbers.clear()
    for dest, block in sends:
        kept.append(np.ascontiguousarray(block, dtype=dtype).reshape(1, -1))
        tag = base_tag + numbers[dest]
        requests += isend_rows(comm, kept[-1], dest, tag, library.limit)
        numbers[dest] += 1
    library.wait(requests)
    return received


def transpose_columns(
    local: NDArray[Any],
    dist: MpiDistributor,
    cols_of: Callable[[int], slice] | Sequence[slice],
    base_tag: int = 0,
) -> NDArray[Any]:
    """Some rows with all columns → all rows with some columns. Collective.

    Parameters
    ----------
    local : (n_R, m, ...) ndarray
        The rows of this rank.
    dist : MpiDistributor
        The distribution of the rows.
    cols_of : callable or sequence
        The slice of columns of every rank.
    base_tag : int
        Message ``k`` of a block has tag ``base_tag + k``.

    Returns
    -------
    (ntasks, m_R, ...) ndarray

    Raises
    ------
    CollectiveError
        On all ranks, if one has other rows than ``dist`` says or ranks have different types
        or trailing shapes.
    """
    if dist.validates:
        problem = rows_problem(local, int(dist.my_size))
        if problem is None and local.ndim < 2:
            problem = "an axis of columns is missing"
        facts = None if problem else (local.dtype.str, local.shape[1:])
        compare(dist.comm, "transpose_columns", problem, facts)
    columns = cols_of if callable(cols_of) else cols_of.__getitem__
    library = dist.library
    comm, rank, size = dist.comm, dist.my_rank, dist.mpi_size
    own = local[:, columns(rank)]
    result = np.empty((dist.ntasks, *own.shape[1:]), local.dtype)
    result[dist.slices[rank]] = own
    for shift in range(1, size):
        dest, source = (rank + shift) % size, (rank - shift) % size
        block = np.ascontiguousarray(local[:, columns(dest)])
        window = result[dist.slices[source]]
        requests = irecv_rows_into(comm, window, source, base_tag, library.limit)
        requests += isend_rows(comm, block, dest, base_tag, library.limit)
        library.wait(requests)
    return result
