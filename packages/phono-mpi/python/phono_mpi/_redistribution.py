"""Rows from the ranks that have them to the ranks that need them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.backend import accelerated_by
from phono_grid.errors import as_numbers, ensure_integer, ensure_shape

from phono_mpi._agreement import compare, rows_problem
from phono_mpi._chunks import MAX_COUNT
from phono_mpi._communicator import is_mpi
from phono_mpi._extension import rust
from phono_mpi._library import LIBRARY, MpiLibrary
from phono_mpi._pencils import Layout, checked_place, get_pencil_indices, shares
from phono_mpi._rows import items_per_row

_PIECE = 2**20
"""Bytes that are moved at a time between two ranks."""


@dataclass(frozen=True)
class RedistributionPlan:
    """The rows that one rank sends, receives and keeps between two distributions.

    It depends on the distributions alone: make it once, use it for any arrays.

    Parameters
    ----------
    send_rows : (n,) array of int
        My rows that others need, in the order of their destinations.
    send_counts : (S,) array of int
        How many of them go to every rank, none to myself.
    receive_places : (r,) array of int
        Where in the result the rows belong that arrive, in the order of their sources.
    receive_counts : (S,) array of int
        How many of them come from every rank, none from myself.
    kept_rows, kept_places : (k,) array of int
        My rows that stay here, and where in the result they belong.
    n_own : int
        Number of rows that this rank has.
    total : int
        Rows that all ranks have or send together, at most; the same on all.
    """

    send_rows: NDArray[np.int64]
    send_counts: NDArray[np.int64]
    receive_places: NDArray[np.int64]
    receive_counts: NDArray[np.int64]
    kept_rows: NDArray[np.int64]
    kept_places: NDArray[np.int64]
    n_own: int
    total: int

    def __post_init__(self) -> None:
        """Hold arrays and integers, whatever came."""
        for name in (
            "send_rows",
            "send_counts",
            "receive_places",
            "receive_counts",
            "kept_rows",
            "kept_places",
        ):
            rows = as_numbers(getattr(self, name), name, np.int64, ("n",))
            object.__setattr__(self, name, rows)
        for name in ("n_own", "total"):
            object.__setattr__(self, name, ensure_integer(name, getattr(self, name), 0))

    @property
    def n_result(self) -> int:
        """Number of rows that this rank has afterwards."""
        return len(self.kept_places) + len(self.receive_places)

    @cached_property
    def _index(self) -> NDArray[np.int64]:
        """The row that stays, for each row of the result; any one for those that arrive."""
        index = np.zeros(self.n_result, dtype=np.int64)
        index[self.kept_places] = self.kept_rows
        return index


def redistribution_plan(
    rank: int, size: int, nq: ArrayLike, source_layout: Layout, target_layout: Layout
) -> RedistributionPlan:
    """The plan of one rank; without communication, and made once for each set of arguments.

    See `get_pencil_indices` for the arguments.
    """
    layouts = source_layout, target_layout
    rank, size, numbers, *_ = checked_move(rank, size, nq, *layouts)
    return _plan(rank, size, tuple(numbers.tolist()), *layouts)


@lru_cache(maxsize=16)
def _plan(
    rank: int, size: int, nq: tuple[int, ...], source: Layout, target: Layout
) -> RedistributionPlan:
    """The plan for numbers that are hashable; see `redistribution_plan`."""
    rows, destinations = rows_by_partner(rank, size, nq, source, target)
    places, origins = rows_by_partner(rank, size, nq, target, source)
    stay = slice(destinations[:rank].sum(), destinations[: rank + 1].sum())
    home = slice(origins[:rank].sum(), origins[: rank + 1].sum())
    others = np.arange(size) != rank
    return RedistributionPlan(
        np.delete(rows, stay),
        destinations * others,
        np.delete(places, home),
        origins * others,
        rows[stay],
        places[home],
        len(rows),
        int(np.prod(nq)),
    )


def checked_move(
    rank: int, size: int, nq: ArrayLike, layout: Layout, other: Layout
) -> tuple[int, int, NDArray[np.int64], Layout, Layout]:
    """`checked_place` for two layouts."""
    checked_place(rank, size, nq, other)
    return *checked_place(rank, size, nq, layout), other


@accelerated_by(rust.rows_by_partner, checked_move)
def rows_by_partner(
    rank: int, size: int, nq: ArrayLike, layout: Layout, other: Layout
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of one rank, by the rank that holds the same points in another layout.

    Both sides of a message have the order of the flat index, so that no list of points is
    ever sent. See `get_pencil_indices` for the arguments.

    Returns
    -------
    rows : (n,) array of int
        My rows in ``layout`` in the order of the ranks that hold them in ``other``, then of
        their flat index.
    counts : (S,) array of int
        How many of them each rank holds there.
    """
    points = get_pencil_indices(rank, size, nq, layout)
    n = tuple(int(i) for i in np.asarray(nq))
    partners = _owners(points, size, n, other)
    return np.lexsort((points, partners)), np.bincount(partners, minlength=size)


def _owners(
    points: NDArray[np.int64], size: int, nq: tuple[int, ...], layout: Layout
) -> NDArray[np.int64]:
    """The rank that holds each point."""
    _, ny, nz = nq
    lines = {
        "flat": points,
        "slab": points // (ny * nz),
        "z_pencil": points // nz,
        "y_pencil": points // (ny * nz) * nz + points % nz,
        "x_pencil": points % (ny * nz),
    }[layout]
    lengths = {"flat": 1, "slab": ny * nz, "z_pencil": nz, "y_pencil": ny}
    length = lengths.get(layout, nq[0])
    n_lines = int(np.prod(nq)) // length
    sizes = shares(n_lines, size, excess="last" if layout == "flat" else "first")
    return np.searchsorted(np.cumsum(sizes), lines, side="right")


def redistribute(
    mat: NDArray[Any],
    plan: RedistributionPlan,
    comm: Any,
    *,
    validate: bool = True,
    library: MpiLibrary = LIBRARY,
) -> NDArray[Any]:
    """Carry out a plan on rows (n_own, ...) → (n_result, ...). Collective.

    One ``Alltoallv`` while the message of a pair of ranks is below a megabyte on average.
    Larger ones gain nothing from that: they go round by round, in pieces that stay in
    cache. So do all over communicators that are not of mpi4py.

    Raises
    ------
    CollectiveError
        On all ranks, if one has other rows than its plan says or ranks have different types
        or trailing shapes; ``validate=False`` saves the small message that compares them.
    """
    if validate and (is_mpi(comm) or comm.size == 1):
        problem = rows_problem(mat, plan.n_own)
        facts = None if problem else (mat.dtype.str, mat.shape[1:])
        compare(comm, "redistribute", problem, facts)
    width = items_per_row(mat.shape) * mat.itemsize
    # Every rank must choose alike.
    together = plan.total * width <= _PIECE * comm.size**2
    together = together and is_mpi(comm) and library.limit >= _PIECE
    exchange = _all_at_once if together else _by_rounds
    return _carry_out(mat, plan, comm, exchange, library)


def redistribute_by_rounds(
    mat: NDArray[Any], plan: RedistributionPlan, comm: Any, library: MpiLibrary = LIBRARY
) -> NDArray[Any]:
    """`redistribute`, always message by message and without a check. Collective."""
    return _carry_out(mat, plan, comm, _by_rounds, library)


Exchange = Callable[[Any, NDArray[Any], NDArray[Any], RedistributionPlan, MpiLibrary], None]
"""Sends rows of this rank, and puts the rows that arrive in their places."""


def _carry_out(
    mat: NDArray[Any],
    plan: RedistributionPlan,
    comm: Any,
    exchange: Exchange,
    library: MpiLibrary,
) -> NDArray[Any]:
    """The rows of the result; those that stay here take no detour."""
    ensure_shape("mat", mat, (plan.n_own, *mat.shape[1:]))
    shape = (plan.n_result, *mat.shape[1:])
    width = items_per_row(shape) * mat.itemsize
    if width == 0:
        return np.empty(shape, mat.dtype)
    # Every row is one item, which NumPy moves at the speed of memory.
    own = np.ascontiguousarray(mat).reshape(-1).view(np.dtype((np.void, width)))
    rows = _kept(own, plan)
    if comm.size > 1:
        exchange(comm, own, rows, plan, library)
    return rows.view(mat.dtype).reshape(shape)


def _kept(own: NDArray[Any], plan: RedistributionPlan) -> NDArray[Any]:
    """The result with the rows that stay; the others are yet to come."""
    if len(own) > 0 and 2 * len(plan.kept_rows) > plan.n_result:
        return np.take(own, plan._index)  # row after row is faster than place by place
    rows = np.empty(plan.n_result, own.dtype)
    for part in _pieces(0, len(plan.kept_rows), own.itemsize):
        np.put(rows, plan.kept_places[part], np.take(own, plan.kept_rows[part]))
    return rows


def _all_at_once(
    comm: Any,
    own: NDArray[Any],
    rows: NDArray[Any],
    plan: RedistributionPlan,
    library: MpiLibrary,
) -> None:
    """All messages in one call, counted in rows or, if that is possible, in bytes."""
    staged = np.take(own, plan.send_rows)
    arrived = np.empty(len(plan.receive_places), own.dtype)
    sends, receives = _parts(plan.send_counts), _parts(plan.receive_counts)
    buffers = (staged.view(np.uint8), arrived.view(np.uint8))
    if plan.total * own.itemsize <= MAX_COUNT:
        counted = [tuple(own.itemsize * n for n in parts) for parts in (sends, receives)]
        comm.Alltoallv([buffers[0], counted[0]], [buffers[1], counted[1]])
    else:
        row = library.mpi.BYTE.Create_contiguous(own.itemsize).Commit()
        comm.Alltoallv([buffers[0], sends, row], [buffers[1], receives, row])
        row.Free()
    np.put(rows, plan.receive_places, arrived)


def _by_rounds(
    comm: Any,
    own: NDArray[Any],
    rows: NDArray[Any],
    plan: RedistributionPlan,
    library: MpiLibrary,
) -> None:
    """Message by message; the tag is the distance of the two ranks."""
    rank, size, limit = comm.Get_rank(), comm.size, library.limit
    sends, send_starts = _parts(plan.send_counts)
    receives, receive_starts = _parts(plan.receive_counts)
    for shift in range(1, size):
        dest, source = (rank + shift) % size, (rank - shift) % size
        for outgoing, incoming in zip_longest(
            _pieces(send_starts[dest], sends[dest], own.itemsize),
            _pieces(receive_starts[source], receives[source], own.itemsize),
            fillvalue=slice(0, 0),
        ):
            block = np.take(own, plan.send_rows[outgoing])
            places = plan.receive_places[incoming]
            window = np.empty(len(places), own.dtype)
            expected, sent = _messages(window, limit), _messages(block, limit)
            requests = [comm.Irecv(m, source=source, tag=shift) for m in expected]
            requests += [comm.Isend(m, dest=dest, tag=shift) for m in sent]
            library.wait(requests)
            np.put(rows, places, window)


def _parts(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Counts and displacements."""
    return counts, np.cumsum(counts) - counts


def _pieces(start: int, n_rows: int, width: int) -> list[slice]:
    """``n_rows`` rows of ``width`` bytes cut into pieces."""
    step = max(1, _PIECE // width)
    stop = start + n_rows
    return [slice(i, min(i + step, stop)) for i in range(start, stop, step)]


def _messages(rows: NDArray[Any], limit: int) -> list[NDArray[np.uint8]]:
    """The bytes of contiguous rows cut into messages, also inside a row."""
    memory, step = rows.view(np.uint8), max(1, limit)
    return [memory[i : i + step] for i in range(0, len(memory), step)]
