"""Irreducible points of one rank each → all points of a slice of frequencies."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phono_mpi._agreement import compare, private, rows_problem
from phono_mpi._distributor import MpiDistributor
from phono_mpi._rows import irecv_rows_into, isend_rows

_TAG = 700


def check_frequencies(mat: Any, d_points: MpiDistributor, n_frequencies: int) -> None:
    """Raise `CollectiveError` on all ranks unless all have their rows and frequencies."""
    if not d_points.validates:
        return
    problem = rows_problem(mat, int(d_points.my_size))
    if problem is None and (mat.ndim < 3 or mat.shape[-2] != n_frequencies):
        problem = f"axis -2 of shape {list(mat.shape)} must have {n_frequencies} items"
    facts = None if problem else (mat.dtype.str, mat.shape[1:])
    compare(d_points.comm, "gather_full_ibz_for_vslice", problem, facts)


def all_points_of_frequencies(
    mat: NDArray[Any], d_points: MpiDistributor, d_frequencies: MpiDistributor
) -> NDArray[Any]:
    """Rows (n_R, ..., n_v, n_v') of ranks → all rows (n, ..., n_v_R, n_v'). Collective."""
    library, rank = d_points.library, d_points.my_rank
    sizes, slices = d_frequencies.sizes, d_frequencies.slices
    comm, limit = private(d_points.comm), library.limit
    requests: list[Any] = []
    shape = (d_points.ntasks, *mat.shape[1:-2], sizes[rank], mat.shape[-1])
    full = np.empty(shape, mat.dtype)
    full[d_points.slices[rank]] = mat[..., slices[rank], :]
    for source in range(comm.size):
        if source != rank and sizes[rank] > 0:
            window = full[d_points.slices[source]]
            requests += irecv_rows_into(comm, window, source, _TAG, limit)
    blocks = []  # alive until they have arrived
    for dest in range(comm.size):
        if dest != rank and sizes[dest] > 0:
            blocks.append(np.ascontiguousarray(mat[..., slices[dest], :]))
            requests += isend_rows(comm, blocks[-1], dest, _TAG, limit)
    library.wait(requests)
    return full
