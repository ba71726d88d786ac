"""Rows from the ranks that have them to the ranks that need them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_mpi._communicator import is_mpi
from phono_mpi._patchable import message_limit, mpi
from phono_mpi._pencils import Layout, get_pencil_indices, shares
from phono_mpi._rows import _items_per_row, known_to_mpi

_COUNTS = 2**31 - 1
"""Largest count or displacement of every MPI library."""


@dataclass(frozen=True)
class RedistributionPlan:
    """Which rows one rank sends and receives to go from one layout of a grid to another.

    Parameters
    ----------
    rank, size : int
    send_order : (n,) array of int
        My rows in the order of their destinations, then of their flat index.
    send_counts : (S,) array of int
        How many of them go to every rank.
    receive_order : (m,) array of int
        Where the rows that arrive, in the order of their sources, belong.
    receive_counts : (S,) array of int
    total : int
        Rows of all ranks together.
    """

    rank: int
    size: int
    send_order: NDArray[np.int64]
    send_counts: NDArray[np.int64]
    receive_order: NDArray[np.int64]
    receive_counts: NDArray[np.int64]
    total: int


def redistribution_plan(
    rank: int, size: int, nq: ArrayLike, source_layout: Layout, target_layout: Layout
) -> RedistributionPlan:
    """The plan of one rank; without communication, and made once for each set of arguments.

    See `get_pencil_indices` for the arguments.
    """
    n = tuple(int(i) for i in np.asarray(nq))
    return _plan(rank, size, n, source_layout, target_layout)


@lru_cache(maxsize=32)
def _plan(
    rank: int, size: int, nq: tuple[int, ...], source: Layout, target: Layout
) -> RedistributionPlan:
    """The plan of `redistribution_plan`."""
    mine = get_pencil_indices(rank, size, nq, source)
    wanted = get_pencil_indices(rank, size, nq, target)
    destinations = _owners(mine, size, nq, target)
    origins = _owners(wanted, size, nq, source)
    return RedistributionPlan(
        rank,
        size,
        np.lexsort((mine, destinations)),
        np.bincount(destinations, minlength=size),
        np.lexsort((wanted, origins)),
        np.bincount(origins, minlength=size),
        int(np.prod(nq)),
    )


def _owners(
    points: NDArray[np.int64], size: int, nq: tuple[int, ...], layout: Layout
) -> NDArray[np.int64]:
    """The rank that holds each point."""
    _, ny, nz = nq
    lines = {
        "flat": points,
        "z_pencil": points // nz,
        "y_pencil": points // (ny * nz) * nz + points % nz,
        "x_pencil": points % (ny * nz),
    }[layout]
    length = {"flat": 1, "z_pencil": nz, "y_pencil": ny, "x_pencil": nq[0]}[layout]
    n_lines = int(np.prod(nq)) // length
    sizes = shares(n_lines, size, excess="last" if layout == "flat" else "first")
    return np.searchsorted(np.cumsum(sizes), lines, side="right")


def redistribute(mat: NDArray[Any], plan: RedistributionPlan, comm: Any) -> NDArray[Any]:
    """Carry out a plan on rows (n, ...) → (m, ...). Collective."""
    staged = mat[plan.send_order]
    counts = (plan.send_counts, plan.receive_counts)
    arrived = exchange_rows(comm, staged, counts, plan.total)
    rows = np.empty_like(arrived)
    rows[plan.receive_order] = arrived
    return rows


def exchange_rows(
    comm: Any,
    staged: NDArray[Any],
    counts: tuple[NDArray[np.int64], NDArray[np.int64]],
    total: int,
) -> NDArray[Any]:
    """Rows in the order of destinations → rows in the order of sources. Collective.

    ``counts`` are the rows for each destination and from each source, ``total`` those of
    all ranks together. One ``Alltoallv``, counted in elements, or in rows if that is too
    many; message by message over communicators that are not of mpi4py.
    """
    send_counts, receive_counts = counts
    received = np.empty((int(receive_counts.sum()), *staged.shape[1:]), staged.dtype)
    width = _items_per_row(staged.shape)
    if comm.size == 1:
        received[...] = staged
    elif not is_mpi(comm):
        _pairwise(comm, staged, received, counts)
    elif width > 0:
        # Every rank must choose alike: the limit is compared with what all hold together.
        if total * width * staged.itemsize <= min(
            message_limit(), _COUNTS
        ) and known_to_mpi(staged.dtype):
            send = [staged.reshape(-1), _parts(send_counts * width)]
            comm.Alltoallv(send, [received.reshape(-1), _parts(receive_counts * width)])
        else:
            row = mpi().BYTE.Create_contiguous(width * staged.itemsize).Commit()
            send = [_memory(staged), _parts(send_counts), row]
            comm.Alltoallv(send, [_memory(received), _parts(receive_counts), row])
            row.Free()
    return received


def _parts(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Counts and displacements."""
    return counts, np.cumsum(counts) - counts


def _memory(array: NDArray[Any]) -> NDArray[np.uint8]:
    """The bytes of a contiguous array."""
    return array.reshape(-1).view(np.uint8)


def _pairwise(
    comm: Any,
    staged: NDArray[Any],
    received: NDArray[Any],
    counts: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    """The same exchange in a ring; the tag is the distance of the two ranks."""
    rank, size = comm.Get_rank(), comm.size
    (sends, to), (receives, at) = _parts(counts[0]), _parts(counts[1])
    received[at[rank] : at[rank] + receives[rank]] = staged[
        to[rank] : to[rank] + sends[rank]
    ]
    for shift in range(1, size):
        dest, source = (rank + shift) % size, (rank - shift) % size
        window = _memory(received[at[source] : at[source] + receives[source]])
        block = _memory(staged[to[dest] : to[dest] + sends[dest]])
        requests = [
            comm.Irecv(part, source=source, tag=shift) for part in _pieces(window)
        ] + [comm.Isend(part, dest=dest, tag=shift) for part in _pieces(block)]
        mpi().Request.Waitall(requests)


def _pieces(memory: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Bytes cut into messages."""
    step = max(1, message_limit())
    return [memory[i : i + step] for i in range(0, len(memory), step)]


def _redistribute_p2p(
    mat: NDArray[Any],
    nq: ArrayLike,
    comm: Any,
    source_layout: Layout,
    target_layout: Layout,
) -> NDArray[Any]:
    """Rows of one layout → rows of another, message by message. Collective."""
    plan = redistribution_plan(comm.Get_rank(), comm.size, nq, source_layout, target_layout)
    staged = np.asarray(mat)[plan.send_order]
    arrived = np.empty((len(plan.receive_order), *staged.shape[1:]), staged.dtype)
    _pairwise(comm, staged, arrived, (plan.send_counts, plan.receive_counts))
    rows = np.empty_like(arrived)
    rows[plan.receive_order] = arrived
    return rows
