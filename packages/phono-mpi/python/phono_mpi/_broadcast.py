"""Large arrays from one rank to all."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phono_mpi._agreement import rows_problem
from phono_mpi._chunks import MAX_MPI_BYTES
from phono_mpi._rows import ensure_fillable, messages
from phono_mpi.errors import CollectiveError


class Refusal(str):
    """The reason why nothing follows, sent by the root in place of its data."""


def from_root(comm: Any, name: str, value: Any, root: int) -> Any:
    """``root``'s value on all ranks; if it is a `Refusal`, an error on all."""
    value = comm.bcast(value, root=root)
    if isinstance(value, Refusal):
        raise CollectiveError(f"{name}: rank {root}: {value}")
    return value


def bcast_rows(
    comm: Any, arr: NDArray[Any] | None, root: int = 0, limit: int = MAX_MPI_BYTES
) -> NDArray[Any]:
    """Send an array from ``root`` to all, in messages of at most ``limit`` bytes.

    Collective. Other ranks may pass anything. The root gets its own array back if it is
    contiguous, else a copy.

    Raises
    ------
    CollectiveError
        On all ranks, if the root does not pass an array of one axis at least.
    """
    shape: Any = None
    dtype = view = None
    if comm.Get_rank() == root:
        problem = rows_problem(arr)
        if problem is None and arr is not None:
            view = np.ascontiguousarray(arr)
            shape, dtype = view.shape, view.dtype
        else:
            shape = Refusal(problem)
    shape = from_root(comm, "bcast_rows", shape, root)
    dtype = comm.bcast(dtype, root=root)
    view = np.empty(shape, dtype) if view is None else view
    return bcast_rows_into(comm, view, root, limit)


def bcast_rows_into(
    comm: Any, view: NDArray[Any], root: int = 0, limit: int = MAX_MPI_BYTES
) -> NDArray[Any]:
    """Fill ``view``, of the same shape and type on all ranks, with that of ``root``.

    Collective. Returns ``view``.

    Raises
    ------
    BufferLayoutError
        If ``view`` is not contiguous in C order.
    """
    ensure_fillable("view", view)
    for part in messages(view, limit):
        comm.Bcast(part, root=root)
    return view
