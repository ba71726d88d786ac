"""What two ranks run in `test_mpi.py` if asked: more than 2³¹ elements at once, 9 GB."""

import numpy as np
from mpi4py import MPI
from phono_mpi import (
    MpiDistributor,
    RedistributionPlan,
    bcast_rows_into,
    exchange_blocks,
    redistribute,
)

comm = MPI.COMM_WORLD
rank, other = comm.rank, 1 - comm.rank
N = 2**31 + 5


def marked(sender):
    """An array whose ends tell who made it."""
    array = np.zeros(N, np.int8)
    array[[0, -1]] = 10 + sender, 20 + sender
    return array


def ends(array):
    return array.reshape(-1)[[0, -1]].tolist()


def one_row():
    row = marked(rank).reshape(1, N)
    bcast_rows_into(comm, row, 1)
    assert ends(row) == [11, 21]
    row[:] = 0
    row[0, -1] = rank + 1
    MpiDistributor(1).allreduce(row)
    assert ends(row) == [0, 3]


def blocks():
    (block,) = exchange_blocks(comm, [(other, marked(rank))], [other], (N,), np.int8)
    assert ends(block) == [10 + other, 20 + other]


def rows_of_the_other():
    none, both = np.zeros(0, np.int64), np.arange(2)
    counts = 2 * (np.arange(2) == other)
    plan = RedistributionPlan(both, counts, both, counts, none, none, 2, 4)
    half = np.zeros((2, N // 2 + 1), np.int8)
    half[0, 0], half[1, -1] = 10 + rank, 20 + rank
    assert ends(redistribute(half, plan, comm)) == [10 + other, 20 + other]


if __name__ == "__main__":
    one_row()
    blocks()
    rows_of_the_other()
