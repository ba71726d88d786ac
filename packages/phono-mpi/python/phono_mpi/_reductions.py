"""Sums and other reductions over ranks."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from phono_mpi._chunks import row_chunks
from phono_mpi._patchable import message_limit, mpi
from phono_mpi._rows import _items_per_row

Operator = Literal["sum", "prod", "max", "min"]
"""What is done with the values of all ranks."""

_UFUNCS = {"sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum}


def reduce_in_place(
    comm: Any, array: NDArray[Any], op: Operator, order: str
) -> NDArray[Any]:
    """Reduce an array over the ranks, message by message."""
    width = _items_per_row(array.shape)
    for i, j in row_chunks(array.shape[0], array.itemsize, width, message_limit()):
        if order == "ranks":
            _in_order(comm, array[i:j], op)
        elif op == "sum":
            comm.Allreduce(mpi().IN_PLACE, array[i:j])
        else:
            comm.Allreduce(mpi().IN_PLACE, array[i:j], op=getattr(mpi(), op.upper()))
    return array


def _in_order(comm: Any, part: NDArray[Any], op: Operator) -> None:
    """Reduce one rank after the other, alike on all ranks."""
    if comm.size == 1:
        return
    parts = np.empty((comm.size, *part.shape), part.dtype)
    comm.Allgather(part, parts)
    result = parts[0]
    for other in parts[1:]:
        result = _UFUNCS[op](result, other)
    part[...] = result
