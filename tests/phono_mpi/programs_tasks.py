"""What every rank runs in `test_mpi.py`: tasks for whoever is free, and their results."""

import time
import warnings
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from ledger import same, write
from mpi4py import MPI
from phono_mpi import (
    CollectiveError,
    MpiDistributor,
    TaskStore,
    allgather_tasks,
    balanced_tasks,
    dynamic_tasks,
)

comm = MPI.COMM_WORLD
rank, size = comm.rank, comm.size


def result_of(task, dtype):
    return np.array([task, task**2]).astype(dtype)


def free_ranks():
    for dtype in ("f8", "c8", "i4"):
        for n in (0, 1, 9):
            expected = np.array([result_of(t, dtype) for t in range(n)])
            taken = list(dynamic_tasks(n, comm, costs=np.arange(n)))
            assert taken == sorted(taken, reverse=True)  # the expensive ones first
            rows = [result_of(task, dtype) for task in taken]
            together = allgather_tasks(taken, rows, n, comm)
            if n:
                same("allgather_tasks", together, expected)
            planned = balanced_tasks(np.arange(n), size)[rank]
            rows = [result_of(task, dtype) for task in planned]
            if n:
                same("allgather_tasks", allgather_tasks(planned, rows, n, comm), expected)
    if size > 1:
        # A rank that is busy for long leaves the other tasks to the others.
        taken = []
        for task in dynamic_tasks([7, 8, 9, 10, 11], comm):
            taken.append(task)
            time.sleep(0.01 if rank else 0.5)
        taken_by_rank = comm.allgather(taken)
        assert sorted(chain(*taken_by_rank)) == [7, 8, 9, 10, 11]
        assert len(taken_by_rank[0]) <= 1


def ranks_that_leave():
    for leaves in {0, size - 1}:
        taken = []
        for task in dynamic_tasks(12, comm):
            taken.append(task)
            time.sleep(0.01)
            if rank == leaves:
                break
        taken_by_rank = comm.allgather(taken)
        assert len(taken_by_rank[leaves]) <= 1
        if size > 1:
            assert sorted(chain(*taken_by_rank)) == list(range(12))


def results_that_do_not_fit():
    own = [rank] if rank < 2 else []
    for tasks, rows, n in (
        (own, [1.0] * len(own), 3),  # one is missing
        ([0], [1.0], size) if size > 1 else ([1], [1.0], 1),  # one is there twice
        ([rank], [1.0, 2.0], size),  # more rows than tasks
    ):
        with pytest.raises(CollectiveError):
            allgather_tasks(tasks, rows, n, comm)


def stored_results():
    d = MpiDistributor(11)
    rows = np.arange(22.0).reshape(11, 2) + 1j
    own = d.my_tasks[::2]
    with TaskStore("store", "rows", 11, comm, key="a", seconds=0) as store:
        assert store.missing.tolist() == list(range(11))
        for task in own:
            store.write([task], rows[[task]])
        store.refresh()
        first = store.done
        assert comm.allgather(first.tolist()) == [first.tolist()] * size
        refused("another run", TaskStore, "store", "rows", 11, comm)
    comm.Barrier()
    refused("belongs to another calculation", TaskStore, "store", "rows", 12, comm, key="a")
    # One rank goes on with what all of them have done, then all with what it has.
    if rank == 0:
        with TaskStore("store", "rows", 11, MPI.COMM_SELF, key="a") as store:
            assert (store.done == first).all()
            todo = store.missing[:2]
            store.write(todo, rows[todo])
    comm.Barrier()
    with TaskStore("store", "rows", 11, comm, key="a") as store:
        assert store.done.sum() == min(first.sum() + 2, 11)
        todo = list(dynamic_tasks(store.missing, comm))
        if todo:
            store.write(todo, rows[todo])
        store.flush()
        store.refresh()
        same("TaskStore", store.read(np.arange(11)), rows)
        same("TaskStore", store.read([7, 3]), rows[[7, 3]])
    comm.Barrier()
    cut_file(rows)


def cut_file(rows):
    """A file that is cut in the middle costs its tasks and nothing else."""
    path = min(Path("store").glob("*.npz"))
    comm.Barrier()
    if rank == 0:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    comm.Barrier()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        store = TaskStore("store", "rows", 11, comm, key="a")
    warned = comm.allgather([str(w.message) for w in caught])
    assert ["cut or damaged" in message for message in chain(*warned)] == [True]
    todo = store.missing
    assert 0 < len(todo) < 11
    if rank == size - 1:
        store.write(todo, rows[todo])
        store.flush()
    store.refresh()
    same("TaskStore", store.read(np.arange(11)), rows)
    store.delete()
    comm.Barrier()
    assert list(Path("store").iterdir()) == []


def refused(message, call, *args, **options):
    """All ranks raise the same error."""
    with pytest.raises(CollectiveError, match=message) as error:
        call(*args, **options)
    assert len(set(comm.allgather(str(error.value)))) == 1


if __name__ == "__main__":
    free_ranks()
    ranks_that_leave()
    results_that_do_not_fit()
    stored_results()
    write(comm)
