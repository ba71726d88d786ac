"""What every rank runs in `test_mpi.py`: messages between pairs, nodes, files, errors."""

from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from ledger import same, write
from mpi4py import MPI
from phono_grid.errors import DomainError
from phono_mpi import (
    BufferLayoutError,
    CollectiveError,
    agree,
    collective,
    count_nodes,
    free_shared_window,
    mpi_utils,
    node_aware_sizes,
    recv_bytes,
    recv_rows_alloc,
    recv_rows_into,
    send_bytes,
    send_rows,
)
from phono_mpi.mpi_utils import (
    MpiDistributor,
    allocate_node_shared_array,
    build_node_shared_array,
    exchange_blocks,
    transpose_columns,
)

comm = MPI.COMM_WORLD
rank, size = comm.rank, comm.size
LIMITS = [1, 16, 2**31 - 1]


def blocking():
    if size < 2:
        return
    for limit in LIMITS:
        for dtype in ("i4", "f4", "c8", "c16", ">f8", "S3"):
            for shape in ((0, 2), (5,), (4, 3), (3, 0)):
                full = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
                if rank == 0:
                    send_rows(comm, full, 1, 40, limit)
                    send_rows(comm, np.asfortranarray(full), 1, 80, limit)
                    send_bytes(comm, full.tobytes(), 1, 900, limit)
                if rank == 1:
                    rows = recv_rows_alloc(comm, shape, dtype, 0, 40, limit)
                    same("recv_rows_alloc", rows, full)
                    buf = np.empty(shape, dtype)
                    assert recv_rows_into(comm, buf, 0, 80, limit) is buf
                    same("recv_rows_into", buf, full)
                    blob = recv_bytes(comm, 0, 900, limit)
                    same("recv_bytes", np.frombuffer(blob, dtype), full.ravel())
                started(full, limit)
    with pytest.raises(BufferLayoutError, match="buf must be contiguous in C order"):
        recv_rows_into(comm, np.zeros((3, 2), order="F"), 0)


def started(full, limit):
    """Messages that are waited for later, and those with the limit of the module."""
    mpi_utils.MAX_MPI_BYTES = limit
    if rank == 0:
        MPI.Request.Waitall(mpi_utils._isend_rows(comm, full, 1, 20, limit))
        mpi_utils._send_in_chunks(comm, full, 1, 60)
    if rank == 1:
        buf = np.empty_like(full)
        MPI.Request.Waitall(mpi_utils._irecv_rows_into(comm, buf, 0, 20, limit))
        same("_irecv_rows_into", buf, full)
        rows = mpi_utils._recv_in_chunks(comm, full.shape, full.dtype, 0, 60)
        same("_recv_in_chunks", rows, full)


def last_tag():
    """Messages may use the last tag of the library, and not the one after."""
    if size < 2:
        return
    largest, rows = comm.Get_attr(MPI.TAG_UB), np.arange(3.0)
    with pytest.raises(DomainError, match=f"base_tag: 3 messages .* beyond {largest}, "):
        send_rows(comm, rows, 1, largest - 1, 8)
    if rank == 0:
        send_rows(comm, rows, 1, largest - 2, 8)
    if rank == 1:
        received = recv_rows_alloc(comm, (3,), "f8", 0, largest - 2, 8)
        same("recv_rows_alloc", received, rows)


def objects():
    d = MpiDistributor(size)
    mat = np.arange(12.0).reshape(3, 4) + 1j
    for limit in LIMITS:
        mpi_utils.MAX_MPI_BYTES = limit
        if rank == 0:
            obj = SimpleNamespace(mat=mat, label="a")
            for dest in range(1, size):
                d.send_to_rank(obj, dest, 7)
            assert obj.mat is mat
        else:
            obj = d.recv_from_rank(0, 7)
            assert obj.label == "a"
            same("MpiDistributor.recv_from_rank", obj.mat, mat)
        last = size - 1
        obj = SimpleNamespace(mat=mat if rank == last else None, label=rank)
        sent = d.bcast_npoint(obj, last)
        assert (sent is obj) == (rank == last)
        assert sent.label == last
        same("MpiDistributor.bcast_npoint", sent.mat, mat)
    if size > 1:
        for wrong in (SimpleNamespace(mat=None), SimpleNamespace(mat=mat, f=lambda: 0)):
            with pytest.raises(CollectiveError, match="rank 0"):
                d.bcast_npoint(wrong)


def errors_are_shared():
    agree(comm, None)
    with pytest.raises(CollectiveError, match=f"rank {size - 1}: ValueError: mine"):
        agree(comm, ValueError("mine") if rank == size - 1 else None)
    zero = f"rank {size - 1}: ZeroDivisionError"
    with pytest.raises(CollectiveError, match=zero), collective(comm):
        1 / (rank - (size - 1))


def private_messages():
    # The host has a message on its way with the tag and shape of ours.
    if size > 1:
        d = MpiDistributor(size)
        request = comm.Isend(np.full(1, -1.0), dest=0, tag=0) if rank == 1 else None
        full = d.gather(np.full(1, float(rank)))
        if rank == 0:
            np.testing.assert_array_equal(full, np.arange(size))
            comm.Recv(np.empty(1), source=1, tag=0)
        else:
            request and request.Wait()


def freed_duplicates():
    # MPICH has 2048 communicators in all.
    for _ in range(2100):
        sub = comm.Dup()
        d = MpiDistributor(size, sub)
        d.gather(np.zeros(1))
        sub.Free()


def counted_ones(calls, shape):
    calls.append(shape)
    return np.ones(shape)


def nodes():
    for n in (0, 1, 7):
        sizes, slices = mpi_utils._get_node_aware_v_dist(n, comm)
        expected = [n // size + (r < n % size) for r in range(size)]
        same("_get_node_aware_v_dist", sizes, expected)
        assert np.concatenate([np.arange(n)[part] for part in slices]).tolist() == list(
            range(n)
        )
        same("node_aware_sizes", node_aware_sizes(n, comm), expected)
        n *= size * (size + 1) // 2
        sizes, _ = mpi_utils._get_node_aware_v_dist(n, comm, power=rank + 1)
        expected = 2 * n * np.arange(1, size + 1) // (size * (size + 1))
        same("_get_node_aware_v_dist", sizes, expected)
    node = comm.Split_type(MPI.COMM_TYPE_SHARED)
    assert count_nodes(comm, node) == 1
    for dtype in ("i2", "f4", "c16"):
        for shape in ((5, 3), (7,), (0, 2), ()):
            calls = []
            ones = partial(counted_ones, calls, shape)
            array, win = build_node_shared_array(node, ones, dtype)
            assert len(calls) == (node.rank == 0)
            same("build_node_shared_array", array, np.ones(shape, dtype))
            assert array.flags.writeable == (node.rank == 0)
            assert (win is None) == (size == 1)
            free_shared_window(win, node)
    array, win = allocate_node_shared_array(node, (size, 2), np.int64)
    array[node.rank] = node.rank
    if win is not None:
        win.Sync()
        node.Barrier()
        win.Sync()
    same("allocate_node_shared_array", array, np.repeat(np.arange(size), 2).reshape(-1, 2))
    node.Barrier()
    free_shared_window(win, node)
    with pytest.raises(CollectiveError, match="rank 0: ZeroDivisionError"):
        build_node_shared_array(node, lambda: 1 / 0, "f4")
    if size > 1 and Path("/dev/shm").exists():
        with pytest.raises(CollectiveError, match=r"rank 0: 8000000000\.0 MB of"):
            allocate_node_shared_array(node, (10**15,), np.float64)


def blocks():
    sends = [(d, np.full(2, 10 * rank + k)) for d in range(size) for k in range(2)]
    sources = [s for s in range(size) for _ in range(2)]
    received = exchange_blocks(comm, sends, sources, (2,), np.int64, 5)
    expected = [np.full(2, 10 * s + k) for s in range(size) for k in range(2)]
    same("exchange_blocks", received, expected)
    rows, columns = MpiDistributor(5), MpiDistributor(7)
    full = np.arange(70).reshape(5, 7, 2)
    for cols_of in (columns.slices, lambda r: columns.slices[r]):
        local = transpose_columns(full[rows.my_slice], rows, cols_of, 3)
        same("transpose_columns", local, full[:, columns.my_slice])


def explicit_sizes():
    sizes = [0] * size
    sizes[-1] = 3
    d = MpiDistributor(3, comm, sizes=sizes)
    np.testing.assert_array_equal(d.allgather(np.arange(3)[d.my_slice]), np.arange(3))
    sub = comm.Split(int(d.my_size > 0))
    if d.my_size:
        alone = d.restricted_to(sub, [size - 1])
        same("MpiDistributor.restricted_to", alone.gather(np.arange(3)), np.arange(3))
    sub.Free()


def files():
    d = MpiDistributor(4, comm, "spill", ".")
    with d as file:
        file["rows"] = np.arange(4)[d.my_slice]
    assert not d._file
    with MpiDistributor(4, comm, "spill", ".") as file:
        np.testing.assert_array_equal(file["rows"], np.arange(4)[d.my_slice])
    assert Path(f"spill_Rank{rank:05d}.hdf5").exists()
    d.delete_file()
    d.barrier()
    assert not list(Path().glob("spill*"))


if __name__ == "__main__":
    blocking()
    last_tag()
    objects()
    errors_are_shared()
    private_messages()
    # Two processes on two cores: in a second. Other libraries have far more of them.
    if size == 2 and "MPICH" in MPI.Get_library_version():
        freed_duplicates()
    nodes()
    blocks()
    explicit_sizes()
    files()
    write(comm)
