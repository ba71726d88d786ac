"""Communicators that are not of mpi4py get the documented messages, and nothing else."""

from types import SimpleNamespace

import grids
import numpy as np
import pytest
from phono_grid.errors import DomainError
from phono_mpi import CollectiveError, SerialComm, mpi_utils
from phono_mpi.mpi_utils import MpiDistributor
from thread_ranks import FAKE_MPI, on_threads


@pytest.fixture(params=[1, 2, 3, 4])
def size(request, monkeypatch):
    monkeypatch.setattr(mpi_utils, "MPI", FAKE_MPI)
    return request.param


@pytest.mark.parametrize("limit", [16, 2**31 - 1])
@pytest.mark.parametrize("nq", grids.NUMBERS)
def test_grids_are_redistributed_over_threads(size, nq, limit, monkeypatch):
    monkeypatch.setattr(mpi_utils, "MAX_MPI_BYTES", limit)

    def program(comm):
        grids.check_fourier(comm, nq, np.complex64, (2,))
        grids.check_layouts(comm, nq)
        grids.check_irreducible(comm, nq)
        grids.check_frequencies(comm, nq)

    on_threads(size, program)


@pytest.mark.parametrize("limit", [16, 2**31 - 1])
@pytest.mark.parametrize("ntasks", [0, 2, 7])
def test_rows_are_distributed_over_threads(size, ntasks, limit, monkeypatch):
    monkeypatch.setattr(mpi_utils, "MAX_MPI_BYTES", limit)
    full = np.arange(3.0 * ntasks).reshape(ntasks, 3)

    def program(comm):
        d = MpiDistributor(ntasks, comm)
        rows = d.scatter(full if d.is_root else None)
        np.testing.assert_array_equal(rows, full[d.my_slice])
        np.testing.assert_array_equal(d.allgather(rows), full)
        gathered = d.gather(rows, comm.size - 1)
        assert (gathered is None) == (comm.rank < comm.size - 1)
        if gathered is not None:
            np.testing.assert_array_equal(gathered, full)
        sent = d.bcast_chunked(full if d.is_root else None)
        np.testing.assert_array_equal(sent, full)

    for comm in on_threads(size, program):
        assert all(n <= max(limit, full[:1].nbytes) for _, n, _ in comm.calls)
        if limit > 16:
            assert all(tag == 0 for *_, tag in comm.calls)


def test_objects_travel_with_their_arrays_and_stay_as_they_are(size):
    mat = np.arange(6.0).reshape(2, 3)

    def program(comm):
        d = MpiDistributor(4, comm)
        thing = grids.Thing(mat if d.is_root else None, (1, 1, 2))
        received = d.bcast_npoint(thing)
        assert (received is thing) == d.is_root
        if d.is_root:
            for dest in range(1, comm.size):
                d.send_to_rank(thing, dest, 3)
            assert thing.mat is mat
        else:
            received = d.recv_from_rank(0, 3)
        np.testing.assert_array_equal(received.mat, mat)

    on_threads(size, program)


def test_defaults_keep_the_limit_of_the_import_and_all_else_follows_the_module(monkeypatch):
    rows = np.arange(4.0)

    def program(comm):
        if comm.rank == 0:
            mpi_utils.send_rows(comm, rows, 1)
            mpi_utils._send_in_chunks(comm, rows, 1, 10)
        else:
            np.testing.assert_array_equal(
                mpi_utils.recv_rows_alloc(comm, (4,), "f8", 0), rows
            )
            np.testing.assert_array_equal(
                mpi_utils._recv_in_chunks(comm, (4,), "f8", 0, 10), rows
            )

    monkeypatch.setattr(mpi_utils, "MAX_MPI_BYTES", 16)
    monkeypatch.setattr(mpi_utils, "MPI", FAKE_MPI)
    assert mpi_utils.chunk_step(8, 1) == (2**31 - 1) // 8
    sender, _ = on_threads(2, program)
    assert sender.calls == [("Isend", 32, 0), ("Isend", 16, 10), ("Isend", 16, 11)]


def test_the_world_is_that_of_the_module(monkeypatch):
    fake = SimpleNamespace(COMM_WORLD=SerialComm(), **vars(FAKE_MPI))
    monkeypatch.setattr(mpi_utils, "MPI", fake)
    assert MpiDistributor(3).comm is fake.COMM_WORLD
    assert MpiDistributor.create_distributor(3).comm is fake.COMM_WORLD


def test_a_root_without_an_array_is_refused_by_all():
    def program(comm):
        with pytest.raises(CollectiveError, match="rank 0: expected an array of 4 rows"):
            MpiDistributor(4, comm).scatter(None)

    on_threads(3, program)


def test_nodes_share_equally_whatever_their_number_of_ranks(monkeypatch):
    class Named(SerialComm):
        size = 4

        def allgather(self, name):
            assert name == "here"
            return ["b", "a", "b", "b"]

    monkeypatch.setattr(mpi_utils, "MPI", FAKE_MPI)
    sizes, slices = mpi_utils._get_node_aware_v_dist(9, Named())
    assert sizes.tolist() == [2, 5, 1, 1]
    assert slices == [slice(0, 2), slice(2, 7), slice(7, 8), slice(8, 9)]


@pytest.mark.parametrize(
    ("powers", "sizes"),
    [
        ([1, 1, 1, 1], [2, 2, 2, 3]),  # b a b b: three ranks have 7 of 9
        ([2, 6, 0, 1], [2, 6, 0, 1]),
    ],
)
def test_nodes_and_ranks_share_by_what_they_can_do(powers, sizes, monkeypatch):
    class Named(SerialComm):
        size = 4

        def allgather(self, report):
            assert report == ("here", 1.0)
            return list(zip("babb", powers, strict=True))

    monkeypatch.setattr(mpi_utils, "MPI", FAKE_MPI)
    assert mpi_utils._get_node_aware_v_dist(9, Named(), power=1)[0].tolist() == sizes
    powers[:] = [0, 0, 0, 0]
    with pytest.raises(DomainError, match="power must be numbers that are not negative"):
        mpi_utils._get_node_aware_v_dist(9, Named(), power=1)
