"""One copy of a large array for all ranks of a node."""

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from phono_mpi._agreement import agree, compare
from phono_mpi._library import LIBRARY, MpiLibrary

_ALIGNMENT = 64
"""Bytes; memory of MPI libraries is aligned to 8 or 16 only."""
_FOLDER = "/dev/shm"
"""The folder in which Linux has the memory that processes share."""


def build_node_shared_array(
    node_comm: Any,
    compute_fn: Callable[[], NDArray[Any]],
    dtype: DTypeLike,
    *,
    library: MpiLibrary = LIBRARY,
) -> tuple[NDArray[Any], Any]:
    """An array that one rank of the node computes and all read. Collective.

    Parameters
    ----------
    node_comm : mpi4py communicator
        The ranks of one node: ``comm.Split_type(MPI.COMM_TYPE_SHARED)``.
    compute_fn : callable
        Called on rank 0 of the node alone.
    dtype : dtype
    library : MpiLibrary
        The module of MPI.

    Returns
    -------
    array : ndarray
        In shared memory, read-only on all ranks but the one that computed it.
    win : MPI window or None
        For `free_shared_window`; None if the node has one rank, whose array is its own.

    Raises
    ------
    CollectiveError
        On all ranks of the node, if ``compute_fn`` fails.
    """
    values, error = None, None
    if node_comm.Get_rank() == 0:
        try:
            values = np.asarray(compute_fn(), dtype=dtype)
        except Exception as raised:  # every rank must learn of it, whatever it is
            error = raised
    agree(node_comm, error)
    if node_comm.size == 1 and values is not None:
        return values, None
    shape = node_comm.bcast(None if values is None else values.shape, root=0)
    array, win = allocate_node_shared_array(node_comm, shape, dtype, library=library)
    if values is not None:
        array[...] = values
    win.Sync()
    node_comm.Barrier()
    win.Sync()
    array.flags.writeable = values is not None
    return array, win


def allocate_node_shared_array(
    node_comm: Any,
    shape: Sequence[int],
    dtype: DTypeLike,
    *,
    library: MpiLibrary = LIBRARY,
) -> tuple[NDArray[Any], Any]:
    """An array in memory that all ranks of a node share, not initialised. Collective.

    After one rank has written and before another reads: ``win.Sync()``, a barrier of
    ``node_comm``, ``win.Sync()``. The window is None if the node has one rank.

    Raises
    ------
    CollectiveError
        On all ranks of the node, if it has not enough shared memory. MPI would end the
        program when the memory is written.
    """
    dtype = np.dtype(dtype)
    if node_comm.size == 1:
        return np.empty(shape, dtype), None
    n_bytes = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    here = node_comm.Get_rank() == 0
    problem = _no_room(n_bytes + _ALIGNMENT) if here else None
    compare(node_comm, "allocate_node_shared_array", problem)
    size = n_bytes + _ALIGNMENT if here else 0
    win = library.mpi.Win.Allocate_shared(size, 1, comm=node_comm)
    # Some MPI libraries refuse to synchronise memory outside an access.
    win.Lock_all()
    memory = np.frombuffer(win.Shared_query(0)[0], dtype=np.uint8)
    # Ranks map the memory at different addresses: that of the owner decides.
    start = node_comm.bcast(-memory.ctypes.data % _ALIGNMENT, root=0)
    return memory[start : start + n_bytes].view(dtype).reshape(shape), win


def _no_room(n_bytes: int) -> str | None:
    """The reason why so much memory cannot be shared, or None."""
    try:
        system = os.statvfs(_FOLDER)
    except (AttributeError, OSError):
        return None  # not Linux: MPI will tell
    free = system.f_bavail * system.f_frsize
    if system.f_blocks == 0 or n_bytes <= free:  # without blocks there is no bound
        return None
    return (
        f"{n_bytes / 1e6:.1f} MB of shared memory are needed, and {_FOLDER} has "
        f"{free / 1e6:.1f} MB left; make it larger (docker run --shm-size, mount -o "
        "remount,size=), remove what killed jobs have left there, or start one rank per "
        "node, which needs none"
    )


def free_shared_window(win: Any, node_comm: Any) -> None:
    """Release shared memory once no rank reads it; nothing for None. Collective."""
    if win is not None:
        node_comm.Barrier()
        win.Unlock_all()
        win.Free()


def count_nodes(comm: Any, node_comm: Any) -> int:
    """Number of nodes: ranks of ``comm`` that are rank 0 of their ``node_comm``.

    Collective over ``comm``.
    """
    return sum(comm.allgather(int(node_comm.Get_rank() == 0)))
