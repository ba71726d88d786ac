"""Large arrays, and objects that carry one, from one rank to all or to another."""

import copy
import pickle
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError

from phono_mpi._agreement import rows_problem
from phono_mpi._chunks import MAX_MPI_BYTES
from phono_mpi._patchable import message_limit
from phono_mpi._rows import (
    _recv_in_chunks,
    _send_in_chunks,
    ensure_fillable,
    messages,
    recv_bytes,
    send_bytes,
)
from phono_mpi.errors import CollectiveError


class Refusal(str):
    """Sent by the root in place of its data: why nothing follows."""


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

    Collective. What other ranks pass is ignored. The root gets its own array back if it is
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


def _without_array(obj: Any) -> bytes:
    """The pickled object with ``mat = None``; the object itself is left as it is."""
    # Taking `mat` off the object and putting it back would pass a large array twice
    # through a setter, which may copy it.
    mat = obj.mat
    light = copy.copy(obj)
    try:
        light.mat = None
        return pickle.dumps(light, protocol=pickle.HIGHEST_PROTOCOL)
    finally:
        if obj.mat is not mat:  # the copy shares what holds the array
            obj.mat = mat


def send_object(comm: Any, obj: Any, dest: int, base_tag: int) -> None:
    """Send an object and its array ``mat`` to one rank."""
    if not isinstance(obj.mat, np.ndarray):
        came = type(obj.mat).__name__
        raise DomainError(f"obj.mat must be an array to be sent, got {came}")
    mat: NDArray[Any] = obj.mat
    send_bytes(comm, _without_array(obj), dest, base_tag, message_limit())
    header = {"shape": mat.shape, "dtype": mat.dtype}
    comm.send(header, dest=dest, tag=base_tag + 500)
    _send_in_chunks(comm, mat, dest, base_tag + 501)


def recv_object(comm: Any, source: int, base_tag: int) -> Any:
    """The object that `send_object` sends."""
    obj = pickle.loads(recv_bytes(comm, source, base_tag, message_limit()))
    header = comm.recv(source=source, tag=base_tag + 500)
    shape, dtype = header["shape"], header["dtype"]
    # An array without axes travels as one row.
    rows = _recv_in_chunks(comm, shape or (1,), dtype, source, base_tag + 501)
    obj.mat = rows.reshape(shape)
    return obj


def bcast_object(comm: Any, obj: Any, root: int) -> Any:
    """``root``'s object with its array ``mat`` on all; the root gets its own back."""
    here = comm.Get_rank() == root
    blob: Any = None
    if here:
        problem = rows_problem(getattr(obj, "mat", None))
        try:
            blob = _without_array(obj) if problem is None else Refusal(f"mat: {problem}")
        except Exception as error:  # every rank must learn of it, whatever it is
            blob = Refusal(f"{type(error).__name__}: {error}")
    blob = from_root(comm, "bcast_npoint", blob, root)
    mat = bcast_rows(comm, obj.mat if here else None, root, message_limit())
    if here:
        return obj
    received = pickle.loads(blob)
    received.mat = mat
    return received
