"""Blocks between pairs of ranks, and rows against columns."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from phono_mpi._agreement import compare, rows_problem
from phono_mpi._patchable import message_limit, mpi
from phono_mpi._rows import _irecv_rows_into, _isend_rows


def exchange_blocks(
    comm: Any,
    sends: Sequence[tuple[int, NDArray[Any]]],
    sources: Sequence[int],
    shape: Sequence[int],
    dtype: DTypeLike,
    base_tag: int = 0,
) -> list[NDArray[Any]]:
    """Send numbered blocks to ranks and receive others, all of one shape and type.

    Parameters
    ----------
    comm : mpi4py communicator
    sends : sequence of (int, ndarray)
        Destination and block; to oneself is allowed. The ``k``-th block of one rank for
        another has the tag ``base_tag + k``.
    sources : sequence of int
        Where the blocks come from that this rank receives; those of one source in the order
        in which it sends them.
    shape, dtype
        Of every block, which is one message.
    base_tag : int

    Returns
    -------
    list of ndarray
        One for each of ``sources``.
    """
    received = [np.empty(shape, dtype) for _ in sources]
    requests: list[Any] = []
    kept = []  # alive until they have arrived
    numbers: Counter[int] = Counter()
    for source, block in zip(sources, received, strict=True):
        row, tag = block.reshape(1, -1), base_tag + numbers[source]
        requests += _irecv_rows_into(comm, row, source, tag, message_limit())
        numbers[source] += 1
    numbers.clear()
    for dest, block in sends:
        kept.append(np.ascontiguousarray(block, dtype=dtype).reshape(1, -1))
        tag = base_tag + numbers[dest]
        requests += _isend_rows(comm, kept[-1], dest, tag, message_limit())
        numbers[dest] += 1
    mpi().Request.Waitall(requests)
    return received


def transpose_columns(
    local: NDArray[Any],
    dist: Any,
    cols_of: Callable[[int], slice] | Sequence[slice],
    base_tag: int = 0,
) -> NDArray[Any]:
    """Some rows with all columns → all rows with some columns. Collective.

    Parameters
    ----------
    local : (n_R, m, ...) ndarray
        The rows of this rank.
    dist : MpiDistributor
        Of the rows.
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
    if dist._validate:
        problem = rows_problem(local, int(dist.my_size))
        if problem is None and local.ndim < 2:
            problem = "an axis of columns is missing"
        facts = None if problem else (local.dtype.str, local.shape[1:])
        compare(dist.comm, "transpose_columns", problem, facts)
    columns = cols_of if callable(cols_of) else cols_of.__getitem__
    comm, rank, size = dist.comm, dist.my_rank, dist.mpi_size
    own = local[:, columns(rank)]
    result = np.empty((dist.ntasks, *own.shape[1:]), local.dtype)
    result[dist.slices[rank]] = own
    for shift in range(1, size):
        dest, source = (rank + shift) % size, (rank - shift) % size
        block = np.ascontiguousarray(local[:, columns(dest)])
        window = result[dist.slices[source]]
        requests = _irecv_rows_into(comm, window, source, base_tag, message_limit())
        requests += _isend_rows(comm, block, dest, base_tag, message_limit())
        mpi().Request.Waitall(requests)
    return result
