"""What goes wrong on one rank in `test_faults.py`: ``faults.py NAME``."""

import os
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import grids
import numpy as np
import pytest
from mpi4py import MPI
from phono_mpi import (
    CollectiveError,
    TaskStore,
    agree,
    bcast_rows,
    collective,
    dynamic_tasks,
    mpi_utils,
    recv_rows_into,
    redistribute,
    redistribution_plan,
    send_rows,
    transpose_columns,
)
from phono_mpi.mpi_utils import MpiDistributor, execute_distributed_fft

comm = MPI.COMM_WORLD
rank, size = comm.rank, comm.size
GUILTY = size - 1
NQ = (3, 2, 2)
MANY = 400
LARGE = (2**19, 2)  # a message that waits for its receiver


def the_fault_is_now():
    Path("fault").write_text(str(time.time()))


def raises():
    """One rank leaves with an exception while the others wait for it."""
    if rank == GUILTY:
        the_fault_is_now()
        raise ArithmeticError("mine alone")
    MpiDistributor(5).allgather(np.zeros(MpiDistributor(5).my_size))


def raises_in_a_collective_block():
    """All ranks leave with the exception of one, and can go on."""

    def block():
        with collective(comm):
            if rank == GUILTY:
                the_fault_is_now()
                raise ArithmeticError("mine alone")

    refused(block)
    comm.Barrier()


def raises_among_dynamic_tasks():
    """The others finish the tasks, and learn of it."""
    problem = None
    try:
        for task in dynamic_tasks(20, comm):
            if task == 3:
                the_fault_is_now()
                raise ArithmeticError("task 3")
    except ArithmeticError as error:
        problem = error
    with pytest.raises(CollectiveError, match="ArithmeticError: task 3"):
        agree(comm, problem)


def calls(rows, columns, dtype):
    """Every collective function, with this rank's idea of the array."""
    d = MpiDistributor(12)
    irr = MpiDistributor(len(grids.Grid(NQ).irr))
    n = int(d.my_size) + rows
    own = np.zeros((n, 2 + columns), dtype)
    whole = np.zeros((12 + rows, 2 + columns), dtype)
    plan = redistribution_plan(rank, size, NQ, "flat", "x_pencil")
    points = np.zeros((int(irr.my_size) + rows, 2 + columns), dtype)
    vertex = np.zeros((int(irr.my_size) + rows, 2, 3, 4 + columns), dtype)
    grid = grids.Grid(NQ)
    yield lambda: d.allgather(own)
    yield lambda: d.gather(own)
    yield lambda: d.scatter(whole, GUILTY) if rank == GUILTY else d.scatter(root=GUILTY)
    yield lambda: d.allreduce(whole)
    yield lambda: d.reduce(whole)
    yield lambda: d.reduce_scatter(whole)
    yield lambda: transpose_columns(own, d, MpiDistributor(2).slices)
    yield lambda: redistribute(own, plan, comm)
    yield lambda: execute_distributed_fft(SimpleNamespace(mat=own, nq=NQ), comm)
    yield lambda: mpi_utils.exchange_and_map_irrbz_fullbz(
        grids.Thing(points, NQ), irr, d, grid=grid
    )
    yield lambda: mpi_utils.map_irrbz_fullbz(grids.Thing(points, NQ), irr, d, grid=grid)
    yield lambda: mpi_utils.gather_full_ibz_for_vslice(
        grids.Thing(vertex, NQ), irr, MpiDistributor(3), grid
    )


SCATTER = 2
"""Only the length of what is scattered can be wrong: its type is what the root says."""


def refused(call):
    """All ranks raise the same error."""
    with pytest.raises(CollectiveError) as error:
        call()
    assert len(set(comm.allgather(str(error.value)))) == 1


def wrong_length():
    """One rank passes a row too many, or one too few."""
    the_fault_is_now()
    for rows in (1, -1):
        for call in calls(rows if rank == GUILTY else 0, 0, np.float64):
            refused(call)
    comm.Barrier()


def wrong_type():
    """One rank passes another type, or another trailing shape."""
    the_fault_is_now()
    other = rank == GUILTY
    for columns, dtype in ((other, np.float64), (0, np.float32 if other else np.float64)):
        for i, call in enumerate(calls(0, columns, dtype)):
            if i != SCATTER:
                refused(call)
    comm.Barrier()


def root_passes_none():
    """The root has nothing to send."""
    the_fault_is_now()
    d = MpiDistributor(12)
    for root in (0, GUILTY):
        refused(lambda root=root: d.scatter(None, root))
        refused(lambda root=root: d.bcast_chunked(None, root))
        refused(lambda root=root: bcast_rows(comm, None, root))
        refused(lambda root=root: d.bcast_npoint(SimpleNamespace(mat=None), root))
        refused(lambda root=root: d.bcast_npoint(None, root))
    comm.Barrier()


def dies():
    """One rank is killed while the others wait for it."""
    comm.Barrier()
    if rank == GUILTY:
        the_fault_is_now()
        os.kill(os.getpid(), signal.SIGKILL)
    MpiDistributor(5).allgather(np.zeros(MpiDistributor(5).my_size))


def dies_while_storing():
    """One rank is killed when it has stored two of many results."""
    with TaskStore("store", "rows", MANY, comm, seconds=0) as store:
        for stored, task in enumerate(dynamic_tasks(store.missing, comm)):
            if rank == GUILTY and stored == 2:
                the_fault_is_now()
                os.kill(os.getpid(), signal.SIGKILL)
            store.write([task], [[task, task**2]])
            time.sleep(0.01)


def resumes():
    """Any number of ranks do what is missing."""
    with TaskStore("store", "rows", MANY, comm) as store:
        assert 2 <= store.done.sum() < MANY
        for task in dynamic_tasks(store.missing, comm):
            store.write([task], [[task, task**2]])
        store.refresh()
        n = np.arange(MANY)
        np.testing.assert_array_equal(store.read(n), np.stack([n, n**2], axis=1))


def is_missing():
    """One rank does not come: the others name it."""
    comm.Barrier()
    if rank == GUILTY:
        time.sleep(120)
    the_fault_is_now()
    MpiDistributor(5).barrier(timeout=1.0)


def fortran_order():
    """One rank would have its array filled in the wrong order."""
    if rank == 0:
        send_rows(comm, np.ones(LARGE), GUILTY)
    if rank == GUILTY:
        the_fault_is_now()
        recv_rows_into(comm, np.zeros(LARGE, order="F"), 0)
    comm.Barrier()


def spill_file_is_cut():
    """The file of one rank ends in the middle."""
    d = MpiDistributor(5, comm, "spill", ".")
    with d as file:
        file["rows"] = np.zeros((1000, 100))
    comm.Barrier()
    if rank == GUILTY:
        path = Path(f"spill_Rank{rank:05d}.hdf5")
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size // 2)
        the_fault_is_now()
    with d as file:
        d.allgather(file["rows"][: d.my_size])


if __name__ == "__main__":
    globals()[sys.argv[1]]()
