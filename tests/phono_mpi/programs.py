"""What every rank runs in `test_mpi.py`: collective calls of the distributor."""

import numpy as np
from mpi4py import MPI
from phono_mpi import (
    CollectiveError,
    MpiDistributor,
    MpiRanks,
    bcast_rows,
    mpi_utils,
    world,
)

comm = MPI.COMM_WORLD
rank, size = comm.rank, comm.size
DTYPES = [np.int32, np.float32, np.float64, np.complex128, np.bool_, ">f8", "M8[s]"]
TASKS = [0, 1, 2, 7, 12]


def raised(call, *args):
    """The message of the error that a collective call raises, the same on all ranks."""
    try:
        call(*args)
    except CollectiveError as error:
        messages = comm.allgather(str(error))
        assert len(set(messages)) == 1, messages
        return messages[0]
    raise AssertionError("no error")


def arrays(dtypes, tasks):
    """Arrays of every type with every number of rows, the same on all ranks."""
    rng = np.random.default_rng(1)
    for dtype in dtypes:
        for n in tasks:
            for trailing in ((), (3,), (2, 0), (2, 4)):
                values = 10 * rng.standard_normal((n, *trailing))
                yield (
                    values.astype(np.int64).astype(dtype)
                    if dtype == "M8[s]"
                    else values.astype(dtype)
                )


def collectives(dtypes=DTYPES, tasks=TASKS):
    for full in arrays(dtypes, tasks):
        d = MpiDistributor.create_distributor(len(full))
        assert (d.mpi_size, d.my_rank, d.is_root) == (size, rank, rank == 0)
        for root in {0, size - 1}:
            rows = d.scatter(full if rank == root else None, root)
            assert rows.dtype == full.dtype
            np.testing.assert_array_equal(rows, full[d.my_slice])
            gathered = d.gather(rows, root)
            assert (gathered is None) == (rank != root)
            if rank == root:
                np.testing.assert_array_equal(gathered, full)
            sent = d.bcast_chunked(full if rank == root else None, root)
            np.testing.assert_array_equal(sent, full)
        np.testing.assert_array_equal(d.allgather(full[d.my_slice]), full)
        # Rows need not be contiguous.
        np.testing.assert_array_equal(d.allgather(full[::-1][d.my_slice]), full[::-1])
        assert d.bcast(("anything", rank), root=size - 1) == ("anything", size - 1)
        d.barrier(collect=False)


def sums():
    d = MpiDistributor(4)
    for dtype in (np.int64, np.float32, np.complex128):
        for shape in ((5,), (3, 4), (0, 2), (2, 0)):
            x = np.full(shape, rank + 1, dtype)
            assert d.allreduce(x) is x
            assert (x == size * (size + 1) // 2).all()
    x = np.array([rank, -rank])
    np.testing.assert_array_equal(d.allreduce(x.copy(), "max"), [size - 1, 0])
    np.testing.assert_array_equal(d.allreduce(x.copy(), "min"), [0, 1 - size])
    np.testing.assert_array_equal(
        d.allreduce(x + 1, "prod")[0], np.prod(range(1, size + 1))
    )
    parts = np.random.default_rng(2).standard_normal((size, 9, 2))
    serial = parts[0]
    for part in parts[1:]:
        serial = serial + part
    np.testing.assert_array_equal(d.allreduce(parts[rank].copy(), order="ranks"), serial)


def small_messages():
    largest = mpi_utils.MAX_MPI_BYTES
    # Patching the module is how a small machine sends arrays of many messages.
    for limit in (1, 16, 100):
        mpi_utils.MAX_MPI_BYTES = limit
        collectives([np.complex128, ">f8"], [1, 7])
        sums()
        arr = np.arange(30.0).reshape(10, 3) if rank == 0 else None
        sent = bcast_rows(comm, arr, 0, limit)
        np.testing.assert_array_equal(sent, np.arange(30.0).reshape(10, 3))
        assert (sent is arr) == (rank == 0)
    mpi_utils.MAX_MPI_BYTES = largest


def mistakes():
    last = size - 1
    d = MpiDistributor(5)
    short = np.zeros((d.my_size - (rank == last), 2))
    for call in (d.allgather, d.gather):
        expected = f"rank {last}: expected an array of {d.sizes[last]} rows"
        assert expected in raised(call, short)
    if size > 1:
        other = np.zeros((d.my_size, 2 + (rank == last)))
        assert "the same type and trailing shape" in raised(d.allgather, other)
        other = np.zeros((d.my_size, 2), np.float32 if rank == last else np.float64)
        assert "the same type and trailing shape" in raised(d.gather, other)
        assert "the same type" in raised(d.allreduce, np.zeros(2 + (rank == last)))
        assert "rank 0: expected an array of 5 rows, got None" in raised(d.scatter, None)
        wrong = "no array" if rank == last else np.zeros(5)
        assert f"rank {last}: expected an array with rows, got str" in raised(
            d.scatter, wrong
        )
    assert "got one of shape [4]" in raised(d.scatter, np.zeros(4))
    assert "expected an array with rows" in raised(d.bcast_chunked, None)
    strided = np.zeros((4, 4))[:, :: 2 if rank == last else 1]
    assert f"rank {last}: the array must be contiguous" in raised(d.allreduce, strided)
    # Nobody is left behind: the next collective works.
    np.testing.assert_array_equal(d.allgather(np.arange(5)[d.my_slice]), np.arange(5))


def unvalidated():
    d = MpiDistributor(5, comm, validate=False)
    full = np.arange(10.0).reshape(5, 2)
    np.testing.assert_array_equal(d.allgather(full[d.my_slice]), full)
    assert (d.allreduce(np.ones(3)) == size).all()


def shared_calculation():
    ranks = MpiRanks()
    assert (ranks.rank, ranks.size) == (rank, size)
    squares = np.array([task**2 for task in ranks.mine(7)], dtype=np.int64)
    np.testing.assert_array_equal(ranks.allgather(squares, 7), np.arange(7) ** 2)
    assert ranks.bcast(rank, root=size - 1) == size - 1
    ranks.barrier()


if __name__ == "__main__":
    assert world() is MPI.COMM_WORLD
    collectives()
    sums()
    small_messages()
    mistakes()
    unvalidated()
    shared_calculation()
