"""From the irreducible points of a zone to all of its points, over ranks."""

import copy
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError

from phono_mpi._agreement import compare, private, rows_problem, together
from phono_mpi._patchable import orbital_transform
from phono_mpi._redistribution import RedistributionPlan, redistribute

Transform = Callable[[NDArray[Any], NDArray[np.int64]], NDArray[Any]]
"""Rows of irreducible points, and the full points they are to stand for → rows of those."""

_providers: list[Callable[[], Any]] = []


def set_grid_provider(provider: Callable[[], Any] | None) -> None:
    """Where the grid comes from if no call and no object names one; None forgets it."""
    _providers[:] = [] if provider is None else [provider]


def _find_grid(grid: Any, obj: Any, d_irr: Any) -> Any:
    """The grid that was given, that of the object or distributor, or the provider's."""
    for found in (grid, getattr(obj, "q_grid", None), getattr(d_irr, "grid", None)):
        if found is not None:
            return found
    if not _providers:
        raise DomainError(
            "grid: none was given, and neither obj.q_grid nor d_irr.grid is there; "
            "pass grid= or call set_grid_provider"
        )
    return _providers[0]()


def rebuilt(obj: Any, mat: NDArray[Any]) -> Any:
    """A shallow copy of an object with another array, on the full grid."""
    result = copy.copy(obj)
    result.mat = mat
    if getattr(obj, "_has_compressed_q_dimension", None) is not None:
        result._has_compressed_q_dimension = True
    return result


def map_irrbz_fullbz(
    obj: Any,
    d_irr: Any,
    d_full: Any,
    *,
    grid: Any = None,
    transform: Transform | None = None,
    rebuild: Callable[[Any, NDArray[Any]], Any] | None = None,
) -> Any:
    """Rows of irreducible points → rows of all points, through rank 0. Collective.

    `exchange_and_map_irrbz_fullbz` does it without one rank that holds everything.

    Parameters
    ----------
    obj : object
        ``obj.mat``, (n_irr_R, ...), becomes (n_full_R, ...). On rank 0
        ``obj.map_to_full_bz(grid)`` does the mapping, unless there is a ``transform``.
    d_irr, d_full : MpiDistributor
        Of the irreducible and of all points.
    grid : object
        With ``irrk_inv``: for each point its irreducible point, any shape. If not given
        ``obj.q_grid``, ``d_irr.grid`` or that of `set_grid_provider`.
    transform : callable
        ``transform(rows, full_indices)`` → the rows of those points; ``rows`` are those of
        their irreducible points.
    rebuild : callable
        ``rebuild(obj, mat)`` → the object returned; by default ``obj`` itself.
    """
    obj.mat = d_irr.gather(obj.mat)
    with together(d_irr.comm):
        if d_irr.is_root:
            grid = _find_grid(grid, obj, d_irr)
            if transform is None:
                obj = obj.map_to_full_bz(grid)
            else:
                inverse = np.ravel(grid.irrk_inv)
                obj.mat = transform(obj.mat[inverse], np.arange(len(inverse)))
    mat = d_full.scatter(obj.mat)
    if rebuild is not None:
        return rebuild(obj, mat)
    obj.mat = mat
    return obj


def exchange_and_map_irrbz_fullbz(
    obj: Any,
    d_irr: Any,
    d_full: Any,
    *,
    grid: Any = None,
    transform: Transform | None = None,
    rebuild: Callable[[Any, NDArray[Any]], Any] | None = None,
) -> Any:
    """Rows of irreducible points → rows of all points, from rank to rank. Collective.

    A row travels once from its owner to each rank that needs it.

    Parameters
    ----------
    obj : object
        ``obj.mat``, (n_irr_R, ...); not changed.
    d_irr, d_full, grid, transform
        As for `map_irrbz_fullbz`. Without a ``transform``, and with ``grid.is_auto``, the
        orbital axes are turned by ``grid._auto_us``, ``_auto_sigmas`` and ``_auto_conjs``;
        see `apply_auto_orbital_transform`.
    rebuild : callable
        ``rebuild(obj, mat)`` → the object returned; by default a shallow copy of ``obj``
        with another ``mat`` (n_full_R, ...).

    Raises
    ------
    CollectiveError
        On all ranks, if one has other rows than its distributor says or ranks have
        different types, trailing shapes or grids.
    """
    grid = _find_grid(grid, obj, d_irr)
    inverse = np.ravel(grid.irrk_inv)
    _check(obj.mat, d_irr, d_full, inverse)
    full = _from_owners(obj.mat, d_irr, d_full, inverse)
    points = np.arange(d_full.ntasks)[d_full.my_slice]
    with together(d_irr.comm):
        if transform is not None:
            full = transform(full, points)
        elif getattr(grid, "is_auto", False) and len(points) > 0:
            n = len(inverse)
            full = orbital_transform(
                full,
                us=grid._auto_us.reshape(n, *grid._auto_us.shape[3:])[points],
                sigmas=np.ravel(grid._auto_sigmas)[points],
                conjs=np.ravel(grid._auto_conjs)[points],
                num_orbital_dimensions=4,
            )
    return (rebuild or rebuilt)(obj, full)


def _check(mat: Any, d_irr: Any, d_full: Any, inverse: NDArray[np.int64]) -> None:
    """All ranks have their rows, and the same grid."""
    if not d_irr._validate:
        return
    problem = rows_problem(mat, int(d_irr.my_size))
    if problem is None and len(inverse) != d_full.ntasks:
        problem = f"grid.irrk_inv has {len(inverse)} points, d_full {d_full.ntasks}"
    if problem is None and not (
        inverse.min(initial=0) >= 0 and inverse.max(initial=-1) < d_irr.ntasks
    ):
        problem = f"grid.irrk_inv must be in 0 … {d_irr.ntasks - 1}"
    facts = None
    if problem is None:
        facts = (mat.dtype.str, mat.shape[1:], zlib.crc32(inverse.tobytes()))
    compare(d_irr.comm, "exchange_and_map_irrbz_fullbz", problem, facts)


def _from_owners(
    mat: NDArray[Any], d_irr: Any, d_full: Any, inverse: NDArray[np.int64]
) -> NDArray[Any]:
    """The row of its irreducible point for each of my points.

    Every rank knows from the grid alone what the others need: no lists are sent.
    """
    rank, my = d_irr.my_rank, d_irr.my_slice
    sends, total = [], 0
    for part in d_full.slices:
        needed = np.unique(inverse[part])
        total += len(needed)
        first, last = np.searchsorted(needed, [my.start, my.stop])
        sends.append(needed[first:last] - my.start)
    sends[rank] = sends[rank][:0]
    needed, where = np.unique(inverse[d_full.my_slice], return_inverse=True)
    ends = np.searchsorted(needed, [part.stop for part in d_irr.slices])
    receive_counts = np.diff(ends, prepend=0)
    receive_counts[rank] = 0
    home = (needed >= my.start) & (needed < my.stop)
    # Owners are in the order of ranks, so rows arrive in the order of `needed`.
    plan = RedistributionPlan(
        np.concatenate(sends).astype(np.int64),
        np.array([len(s) for s in sends]),
        np.flatnonzero(~home),
        receive_counts,
        needed[home] - my.start,
        np.flatnonzero(home),
        int(d_irr.my_size),
        total,
    )
    rows = redistribute(mat, plan, private(d_irr.comm), validate=False)
    return rows[where.reshape(-1)]
