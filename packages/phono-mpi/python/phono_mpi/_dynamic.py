"""Tasks of unequal cost: one after the other to whichever rank is free, or planned."""

import heapq
import itertools
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.backend import accelerated_by
from phono_grid.errors import DomainError, as_numbers, ensure_integer, ensure_shape

from phono_mpi._agreement import agree, compare, private, rows_problem
from phono_mpi._communicator import MPI, Communicator
from phono_mpi._distributor import MpiDistributor
from phono_mpi._extension import rust
from phono_mpi._pencils import MOST_RANKS

_ASK, _GIVE = 32764, 32765
"""Tags of a rank that wants a task, and of the answer."""

_MORE, _NO_MORE = 1, 0
"""Messages of a rank that is free, and of one that leaves before the end."""


def dynamic_tasks(
    tasks: int | ArrayLike, comm: Communicator | None = None, *, costs: Any = None
) -> Iterator[int]:
    """Take the next task that no rank has taken, until none is left. Collective.

    A thread of rank 0 hands out the tasks while this rank does its own; no rank is lost to
    a master. Which rank does a task differs from run to run: put the results in order with
    `allgather_tasks`.

    Parameters
    ----------
    tasks : int or (n,) array_like of int
        Number of tasks, or the tasks that are to be done, alike on all ranks.
    comm : mpi4py communicator, optional
        ``MPI.COMM_WORLD`` if not given.
    costs : (n,) array_like, optional
        Costs of the tasks in any unit: the most expensive are taken first, so that all
        ranks end at nearly the same time.

    Notes
    -----
    A counter in remotely accessible memory would need no thread, but MPI libraries answer
    for a rank only while it calls them: all would wait for the task of rank 0. Kernels of
    phonokit release the GIL, so that the thread answers within a millisecond.

    A rank that leaves the loop early, by ``break`` or an exception, leaves the other tasks
    to the others, who must be told (`agree` after the loop) if its own is not done.

    Raises
    ------
    CollectiveError
        If MPI was initialised without support of threads.
    """
    listed = np.arange(tasks) if isinstance(tasks, int) else np.asarray(tasks)
    if costs is not None:
        weights = np.asarray(costs)
        ensure_shape("costs", weights, listed.shape)
        listed = listed[np.argsort(-weights, kind="stable")]
    ranks: Any = MPI.COMM_WORLD if comm is None else comm
    if ranks.size == 1:
        yield from listed.tolist()
        return
    threads = MPI.Query_thread() == MPI.THREAD_MULTIPLE
    compare(ranks, "dynamic_tasks", None if threads else "MPI has no THREAD_MULTIPLE")
    ranks, numbers = private(ranks), itertools.count()  # whose next is atomic
    if ranks.Get_rank() == 0:
        # A daemon: the program may end after an exception though others still ask.
        server = threading.Thread(
            target=_hand_out, args=(ranks, numbers, len(listed)), daemon=True
        )
        server.start()
        while (number := next(numbers)) < len(listed):
            yield int(listed[number])
        server.join()
        return
    number = -1
    try:
        while (number := _ask(ranks)) < len(listed):
            yield int(listed[number])
    finally:
        if number < len(listed):
            ranks.send(_NO_MORE, dest=0, tag=_ASK)


def _ask(comm: Any) -> int:
    """The number of the next task, from rank 0."""
    comm.send(_MORE, dest=0, tag=_ASK)
    request, pause = comm.irecv(source=0, tag=_GIVE), 2e-5
    done, number = request.test()
    while not done:
        time.sleep(pause)  # to wait inside MPI would take a core, perhaps that of rank 0
        pause = min(2 * pause, 2e-4)
        done, number = request.test()
    return int(number)


def _hand_out(comm: Any, numbers: Iterator[int], n_tasks: int) -> None:
    """Answer the other ranks until each has left or heard that nothing is left."""
    status, working = MPI.Status(), comm.size - 1
    while working > 0:
        if not comm.Iprobe(source=MPI.ANY_SOURCE, tag=_ASK, status=status):
            time.sleep(5e-4)  # to wait inside MPI would take a core
            continue
        rank = status.Get_source()
        if comm.recv(source=rank, tag=_ASK) == _NO_MORE:
            working -= 1
            continue
        number = next(numbers)
        comm.send(number, dest=rank, tag=_GIVE)
        working -= number >= n_tasks


def allgather_tasks(
    tasks: ArrayLike,
    rows: ArrayLike,
    n_tasks: int,
    comm: Communicator | None = None,
) -> NDArray[Any]:
    """A row for each task, whichever rank has done it, in the order of tasks. Collective.

    Parameters
    ----------
    tasks : (k,) array_like of int
        The tasks of this rank, in any order.
    rows : (k, ...) array_like
        The results of these tasks. A rank without tasks may pass an empty list.
    n_tasks : int
    comm : mpi4py communicator, optional
        ``MPI.COMM_WORLD`` if not given.

    Returns
    -------
    (n_tasks, ...) array
        The same bits on all ranks, whichever rank did which task.

    Raises
    ------
    CollectiveError
        On all ranks, unless every task was done exactly once and rows are of one type and
        shape.
    """
    comm = MPI.COMM_WORLD if comm is None else comm
    numbers = np.asarray(tasks, dtype=np.int64)
    results = np.asarray(rows)
    problem = rows_problem(results, len(numbers))
    compare(comm, "allgather_tasks", problem)
    layouts = comm.allgather((len(numbers), results.dtype, results.shape[1:]))
    dtype, trailing = next((layout[1:] for layout in layouts if layout[0]), layouts[0][1:])
    if len(numbers) == 0:  # an empty list does not know what it could hold
        results = np.empty((0, *trailing), dtype)
    counts = [count for count, *_ in layouts]
    d = MpiDistributor(sum(counts), comm, sizes=counts)
    order, together = d.allgather(numbers), d.allgather(results)
    times = np.bincount(np.clip(order, 0, n_tasks), minlength=n_tasks + 1)
    error = None
    if len(order) != n_tasks or (times[:n_tasks] != 1).any():
        wrong = np.flatnonzero(times[:n_tasks] != 1)[:5].tolist()
        error = DomainError(f"tasks {wrong} of {n_tasks} were not done exactly once")
    agree(comm, error)
    result = np.empty_like(together)
    result[order] = together
    return result


def balanced_tasks(costs: ArrayLike, size: int) -> list[NDArray[np.int64]]:
    """Tasks for every rank with nearly equal cost: the most expensive first, to the idlest.

    The largest share exceeds the best one possible by a third at most [1]_.

    Parameters
    ----------
    costs : (n,) array_like
        In any unit.
    size : int
        Number of ranks.

    Returns
    -------
    list of arrays of int
        The tasks of every rank, ascending.

    References
    ----------
    .. [1] R. L. Graham, SIAM J. Appl. Math. 17, 416 (1969).
    """
    weights = as_numbers(costs, "costs")
    if weights.ndim != 1:
        raise DomainError(f"costs must be a list, got shape {list(weights.shape)}")
    size = ensure_integer("size", size, 1, MOST_RANKS)
    ranks = balanced_ranks(weights, size)
    ends = np.cumsum(np.bincount(ranks, minlength=size))[:-1]
    return np.split(np.argsort(ranks, kind="stable"), ends)


@accelerated_by(rust.balanced_ranks)
def balanced_ranks(costs: NDArray[np.float64], size: int) -> NDArray[np.int64]:
    """Tasks over ranks as in `balanced_tasks`.

    The first of several tasks of one cost comes first; the first of several ranks with one
    load takes it.

    Parameters
    ----------
    costs : (n,) array
        In any unit.
    size : int
        Number of ranks.

    Returns
    -------
    (n,) array of int
        The rank of each task.

    Raises
    ------
    DomainError
        If a cost is negative or not finite, or there is no rank.
    """
    if not np.isfinite(costs).all() or (costs < 0).any():
        raise DomainError("costs must be a list of numbers that are not negative")
    if size < 1:
        raise DomainError(f"size must be positive, got {size}")
    ranks = np.zeros(len(costs), dtype=np.int64)
    loads = [(0.0, rank) for rank in range(size)]
    for task in np.argsort(-costs, kind="stable").tolist():
        load, rank = loads[0]
        heapq.heapreplace(loads, (load + costs[task], rank))
        ranks[task] = rank
    return ranks
