"""Objects that carry an array ``mat`` of any size, from rank to rank."""

import copy
import pickle
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError

from phono_mpi._agreement import rows_problem
from phono_mpi._broadcast import Refusal, bcast_rows, from_root
from phono_mpi._rows import recv_bytes, recv_rows_alloc, send_bytes, send_rows


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


def send_object(comm: Any, obj: Any, dest: int, base_tag: int, limit: int) -> None:
    """Send an object and its array ``mat`` to one rank."""
    if not isinstance(obj.mat, np.ndarray):
        came = type(obj.mat).__name__
        raise DomainError(f"obj.mat must be an array to be sent, got {came}")
    mat: NDArray[Any] = obj.mat
    send_bytes(comm, _without_array(obj), dest, base_tag, limit)
    header = {"shape": mat.shape, "dtype": mat.dtype}
    comm.send(header, dest=dest, tag=base_tag + 500)
    send_rows(comm, mat, dest, base_tag + 501, limit)


def recv_object(comm: Any, source: int, base_tag: int, limit: int) -> Any:
    """The object that `send_object` sends."""
    obj = pickle.loads(recv_bytes(comm, source, base_tag, limit))
    header = comm.recv(source=source, tag=base_tag + 500)
    shape, dtype = header["shape"], header["dtype"]
    # An array without axes travels as one row.
    rows = recv_rows_alloc(comm, shape or (1,), dtype, source, base_tag + 501, limit)
    obj.mat = rows.reshape(shape)
    return obj


def bcast_object(comm: Any, obj: Any, root: int, limit: int) -> Any:
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
    mat = bcast_rows(comm, obj.mat if here else None, root, limit)
    if here:
        return obj
    received = pickle.loads(blob)
    received.mat = mat
    return received
