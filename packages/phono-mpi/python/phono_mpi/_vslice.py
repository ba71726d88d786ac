"""Irreducible points of one rank each → all points of a slice of frequencies."""

from typing import Any

import numpy as np

from phono_mpi._agreement import compare, private, rows_problem
from phono_mpi._patchable import message_limit, mpi
from phono_mpi._rows import _irecv_rows_into, _isend_rows
from phono_mpi._split import _get_node_aware_v_dist

_TAG = 700


def gather_full_ibz_for_vslice(gamma_r: Any, d_q: Any, d_v: Any, q_grid: Any) -> Any:
    """All points, for a share of the frequencies of axis −2. Collective.

    Frequencies are shared out by nodes first, then by the ranks of a node; ``d_v`` has that
    split afterwards.

    Parameters
    ----------
    gamma_r : object
        ``gamma_r.mat``, (n_q_R, ..., n_v, n_v').
    d_q : MpiDistributor
        Of the irreducible points.
    d_v : MpiDistributor
        Of the ``n_v`` frequencies of axis −2; its sizes and slices are replaced.
    q_grid : object
        Passed to ``gamma_r.map_to_full_bz``.

    Returns
    -------
    object or None
        ``gamma_r.map_to_full_bz(q_grid)``, of (n_irr, ..., n_v_R, n_v') in ``mat``.
        None on ranks without a frequency, which keep their array.

    Raises
    ------
    CollectiveError
        On all ranks, if one has other rows than ``d_q`` says, or another trailing shape.
    """
    mat = gamma_r.mat
    if d_q._validate:
        problem = rows_problem(mat, int(d_q.my_size))
        if problem is None and (mat.ndim < 3 or mat.shape[-2] != d_v.ntasks):
            problem = f"axis -2 of shape {list(mat.shape)} must have {d_v.ntasks} items"
        facts = None if problem else (mat.dtype.str, mat.shape[1:])
        compare(d_q.comm, "gather_full_ibz_for_vslice", problem, facts)
    sizes, slices = _get_node_aware_v_dist(d_v.ntasks, d_q.comm)
    rank = d_q.my_rank
    d_v._sizes, d_v._slices = sizes, slices
    d_v._my_size, d_v._my_slice = sizes[rank], slices[rank]

    comm, limit = private(d_q.comm), message_limit()
    requests: list[Any] = []
    full = np.empty((d_q.ntasks, *mat.shape[1:-2], sizes[rank], mat.shape[-1]), mat.dtype)
    full[d_q.slices[rank]] = mat[..., slices[rank], :]
    for source in range(comm.size):
        if source != rank and sizes[rank] > 0:
            window = full[d_q.slices[source]]
            requests += _irecv_rows_into(comm, window, source, _TAG, limit)
    blocks = []  # alive until they have arrived
    for dest in range(comm.size):
        if dest != rank and sizes[dest] > 0:
            blocks.append(np.ascontiguousarray(mat[..., slices[dest], :]))
            requests += _isend_rows(comm, blocks[-1], dest, _TAG, limit)
    mpi().Request.Waitall(requests)
    if sizes[rank] == 0:
        return None
    gamma_r.mat = full
    return gamma_r.map_to_full_bz(q_grid)
