"""What every rank runs in `test_mpi.py`: collective calls of the distributor."""

import functools

import numpy as np
import pytest
from ledger import close, same, write
from mpi4py import MPI
from phono_mpi import (
    CollectiveError,
    MpiRanks,
    _distributor,
    _redistribution,
    _reductions,
    _rows,
    bcast_rows,
    bcast_rows_into,
    mpi_utils,
    world,
)
from phono_mpi.mpi_utils import MpiDistributor

comm = MPI.COMM_WORLD
rank, size = comm.rank, comm.size
DTYPES = ["i4", "i8", "f4", "f8", "c8", "c16", "?", "f2", "g", ">f8", "M8[s]", "S3"]
PAIR = np.dtype([("index", "i4"), ("value", "f8")])
TASKS = [0, 1, 2, 7, 12]
SOME_TASKS = [2, 7]  # fewer than ranks, and uneven
SHAPES = [(), (3,), (2, 0), (2, 4)]


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
    for i, dtype in enumerate(dtypes):
        for k, n in enumerate(TASKS):
            # Every number of rows with every type, but not each time with every shape.
            shapes = SHAPES if n in tasks else [SHAPES[(i + k) % len(SHAPES)]]
            for trailing in shapes:
                values = rng.integers(-50, 50, (n, *trailing))
                if dtype == PAIR:
                    full = np.empty(values.shape, PAIR)
                    full["index"], full["value"] = values, values / 7
                    yield full
                else:
                    yield values.astype(dtype)


def collectives(dtypes=DTYPES, tasks=SOME_TASKS):
    for full in arrays(dtypes, tasks):
        d = MpiDistributor.create_distributor(len(full))
        assert (d.mpi_size, d.my_rank, d.is_root) == (size, rank, rank == 0)
        for root in {0, size - 1}:
            rows = d.scatter(full_data=full if rank == root else None, root=root)
            same("MpiDistributor.scatter", rows, full[d.my_slice])
            gathered = d.gather(rows, root)
            assert (gathered is None) == (rank != root)
            if rank == root:
                same("MpiDistributor.gather", gathered, full)
            sent = d.bcast_chunked(full if rank == root else None, root)
            same("MpiDistributor.bcast_chunked", sent, full)
            same(
                "MpiDistributor.bcast", d.bcast(full if rank == root else rank, root), full
            )
            view = full.copy() if rank == root else np.zeros_like(full)
            assert bcast_rows_into(comm, view, root) is view
            same("bcast_rows_into", view, full)
        same("MpiDistributor.allgather", d.allgather(full[d.my_slice]), full)
        # Rows need not be contiguous.
        backwards = d.allgather(full[::-1][d.my_slice])
        same("MpiDistributor.allgather", backwards, full[::-1])
        d.barrier(collect=False)


def sums():
    d = MpiDistributor(4)
    rng = np.random.default_rng(2)
    operators = {"sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum}
    for dtype in ("i8", "f4", "f8", "c16"):
        for shape in ((5,), (3, 4), (0, 2), (2, 0)):
            parts = rng.uniform(-2, 2, (size, *shape)).astype(dtype)
            for name, ufunc in operators.items():
                if dtype == "c16" and name in ("max", "min"):
                    continue
                serial = functools.reduce(ufunc, parts)
                x = parts[rank].copy()
                assert d.allreduce(x, name) is x
                close(
                    "MpiDistributor.allreduce", x, serial, 1e-6 if dtype == "f4" else 1e-14
                )
                same(
                    "MpiDistributor.allreduce",
                    d.allreduce(parts[rank].copy(), name, order="ranks"),
                    serial,
                )


def sums_elsewhere():
    rng = np.random.default_rng(5)
    for dtype in ("i8", "f4", "c16"):
        for n in TASKS:
            d = MpiDistributor(n)
            parts = rng.uniform(-2, 2, (size, n, 3)).astype(dtype)
            serial = functools.reduce(np.add, parts)
            rows = d.reduce_scatter(parts[rank])
            same("MpiDistributor.reduce_scatter", rows, serial[d.my_slice])
            for order, root in (("any", size - 1), ("ranks", 0)):
                result = d.reduce(parts[rank], root=root, order=order)
                assert (result is None) == (rank != root)
                if rank == root:
                    close("MpiDistributor.reduce", result, serial, 1e-6)
    d = MpiDistributor(2)
    highest = d.reduce_scatter(np.array([[rank, -rank], [0, 1]]), "max")
    expected = np.array([[size - 1, 0], [0, 1]])[d.my_slice]
    same("MpiDistributor.reduce_scatter", highest, expected)


def small_messages():
    largest = mpi_utils.MAX_MPI_BYTES
    # Patching the module is how a small machine sends arrays of many messages.
    for limit in (16, 100):  # bytes: less than a row, and some rows
        mpi_utils.MAX_MPI_BYTES = limit
        collectives(["c16", ">f8", PAIR], [1, 7])
        sums()
        sums_elsewhere()
        arr = np.arange(30.0).reshape(10, 3) if rank == 0 else None
        sent = bcast_rows(comm, arr, 0, limit)
        same("bcast_rows", sent, np.arange(30.0).reshape(10, 3))
        assert (sent is arr) == (rank == 0)
    mpi_utils.MAX_MPI_BYTES = largest


def uncountable_messages():
    """What is longer than a library can count: here more than five items."""
    modules = (_distributor, _reductions, _redistribution, _rows)
    largest = _rows.MAX_COUNT
    for module in modules:
        module.MAX_COUNT = 5
    collectives(["c16", ">f8"], [1, 7])
    sums()
    sums_elsewhere()
    for module in modules:
        module.MAX_COUNT = largest


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


def without_tasks():
    """Ranks without tasks pass nothing, and know the type of the others."""
    for dtype in ("f4", ">f8", PAIR):
        for n in (0, 1, size - 1):
            d = MpiDistributor(n)
            full = np.ones((n, 2), dtype)
            own = full[d.my_slice] if d.my_size else None
            expected = full if n else np.empty(0)
            same("MpiDistributor.allgather", d.allgather(rank_result=own), expected)
            for root in {0, size - 1}:
                gathered = d.gather(rank_result=own, root=root)
                assert (gathered is None) == (rank != root)
                if rank == root:
                    same("MpiDistributor.gather", gathered, expected)
    d = MpiDistributor(size)
    assert "expected an array of 1 rows, got None" in raised(
        lambda: d.allgather() if rank == 0 else d.allgather(np.zeros(1))
    )
    alone = MpiDistributor(0, comm, validate=False)
    with pytest.raises(CollectiveError, match="got None"):
        alone.gather()


def unvalidated():
    d = MpiDistributor(5, comm, validate=False)
    full = np.arange(10.0).reshape(5, 2)
    np.testing.assert_array_equal(d.allgather(full[d.my_slice]), full)
    assert (d.allreduce(rank_result=np.ones(3)) == size).all()


def shared_calculation():
    ranks = MpiRanks()
    assert (ranks.rank, ranks.size) == (rank, size)
    squares = np.array([task**2 for task in ranks.tasks(7)], dtype=np.int64)
    same("MpiRanks.allgather", ranks.allgather(squares, 7), np.arange(7) ** 2)
    assert ranks.bcast(rank, root=size - 1) == size - 1
    ranks.barrier()


if __name__ == "__main__":
    assert world() is MPI.COMM_WORLD
    collectives()
    # All numbers of rows for one type that MPI has and one that it has not.
    collectives(["f8", "S3"], [0, 1, 12])
    sums()
    sums_elsewhere()
    small_messages()
    uncountable_messages()
    mistakes()
    without_tasks()
    unvalidated()
    shared_calculation()
    write(comm)
