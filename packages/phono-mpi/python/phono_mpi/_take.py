"""Rows of a distributed array by their indices."""

import zlib
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_mpi._agreement import compare, private, rows_problem
from phono_mpi._distributor import MpiDistributor
from phono_mpi._redistribution import RedistributionPlan, redistribute


def take_rows(
    rows: NDArray[Any],
    indices: ArrayLike,
    source: MpiDistributor,
    target: MpiDistributor,
) -> NDArray[Any]:
    """Take rows of an array by indices, both distributed over ranks. Collective.

    As ``numpy.take`` of whole arrays: row ``i`` of the result is row ``indices[i]``. A row
    travels once from its owner to each rank that needs it, and no list of indices is sent.

    Parameters
    ----------
    rows : (n_R, ...) ndarray
        The rows of this rank in ``source``.
    indices : (m,) array_like of int
        All indices, the same on all ranks; such as the irreducible point of each point of a
        grid.
    source, target : MpiDistributor
        The distributions of the ``n`` rows and of the ``m`` rows of the result.

    Returns
    -------
    (m_R, ...) ndarray

    Raises
    ------
    CollectiveError
        On all ranks, if one has other rows than ``source`` says, or ranks have different
        types, trailing shapes or indices.
    """
    all_indices = np.asarray(indices).ravel()
    if source.validates:
        _check(rows, all_indices, source, target)
    needed, places = np.unique(all_indices[target.my_slice], return_inverse=True)
    plan = _plan(all_indices, needed, source, target)
    comm, library = private(source.comm), source.library
    arrived = redistribute(rows, plan, comm, validate=False, library=library)
    return arrived[places.reshape(-1)]


def _check(
    rows: Any, indices: NDArray[np.int64], source: MpiDistributor, target: MpiDistributor
) -> None:
    """All ranks have their rows, and the same indices."""
    problem = rows_problem(rows, int(source.my_size))
    if problem is None and len(indices) != target.ntasks:
        problem = f"expected {target.ntasks} indices, one for each task, got {len(indices)}"
    if problem is None and not (
        indices.min(initial=0) >= 0 and indices.max(initial=-1) < source.ntasks
    ):
        problem = f"indices must be in 0 … {source.ntasks - 1}"
    facts = None
    if problem is None:
        facts = (rows.dtype.str, rows.shape[1:], zlib.crc32(indices.tobytes()))
    compare(source.comm, "take_rows", problem, facts)


def _plan(
    indices: NDArray[np.int64],
    needed: NDArray[np.int64],
    source: MpiDistributor,
    target: MpiDistributor,
) -> RedistributionPlan:
    """The plan that brings each needed row here once, in the order of ``needed``."""
    rank, own = source.my_rank, source.my_slice
    sends, total = [], 0
    for part in target.slices:
        wanted = np.unique(indices[part])
        total += len(wanted)
        first, last = np.searchsorted(wanted, [own.start, own.stop])
        sends.append(wanted[first:last] - own.start)
    sends[rank] = sends[rank][:0]
    ends = np.searchsorted(needed, [part.stop for part in source.slices])
    receive_counts = np.diff(ends, prepend=0)
    receive_counts[rank] = 0
    home = (needed >= own.start) & (needed < own.stop)
    # Owners are in the order of ranks, so rows arrive in the order of `needed`.
    return RedistributionPlan(
        np.concatenate(sends).astype(np.int64),
        np.array([len(s) for s in sends]),
        np.flatnonzero(~home),
        receive_counts,
        needed[home] - own.start,
        np.flatnonzero(home),
        int(source.my_size),
        total,
    )
