"""What every rank runs in `test_mpi.py`: arrays over the points of a grid."""

import grids
import numpy as np
import pytest
from ledger import write
from mpi4py import MPI
from phono_mpi import CollectiveError, _redistribution, mpi_utils, take_rows
from phono_mpi.mpi_utils import MpiDistributor

comm = MPI.COMM_WORLD
DTYPES = [np.complex128, np.complex64, np.float64, np.float32]


def all_functions():
    for limit in (16, 2**31 - 1):
        mpi_utils.MAX_MPI_BYTES = limit
        for nq in grids.NUMBERS[:: 1 if limit > 16 else 2]:
            for dtype in DTYPES[:: 1 if limit > 16 else 3]:
                grids.check_fourier(comm, nq, dtype, (2,))
            grids.check_fourier(comm, nq, np.complex64, ())
            grids.check_fourier(comm, nq, np.complex64, (2, 0))
            grids.check_layouts(comm, nq)
            grids.check_irreducible(comm, nq)
            grids.check_frequencies(comm, nq)


def large_arrays():
    """What goes in several pieces, or is longer than a library can count: tiny here."""
    for piece, count in ((64, 2**31 - 1), (2**20, 16)):
        _redistribution._PIECE, _redistribution.MAX_COUNT = piece, count
        for nq in grids.NUMBERS[::2]:
            grids.check_layouts(comm, nq)
            grids.check_irreducible(comm, nq)


def refused(call, *args):
    """All ranks raise the same error, and nobody is left behind."""
    with pytest.raises(CollectiveError) as error:
        call(*args)
    assert len(set(comm.allgather(str(error.value)))) == 1


def mistakes():
    nq, grid = (3, 2, 2), grids.Grid((3, 2, 2))
    wrong = comm.rank == comm.size - 1
    d_irr, d_full = MpiDistributor(len(grid.irr)), MpiDistributor(12)
    obj = grids.Thing(np.zeros((d_full.my_size + wrong, 2)), nq)
    refused(mpi_utils.execute_distributed_fft, obj, comm)
    obj = grids.Thing(np.zeros((d_irr.my_size + wrong, 2)), nq)
    refused(lambda: mpi_utils.exchange_and_map_irrbz_fullbz(obj, d_irr, d_full, grid=grid))
    if comm.size > 1:
        indices = np.zeros(12, int)
        indices[0] = wrong  # one rank has another grid
        rows = np.zeros((d_irr.my_size, 2))
        refused(take_rows, rows, indices, d_irr, d_full)
    bad = grids.Thing(np.zeros((d_irr.my_size, 2)), nq)
    bad.map_to_full_bz = lambda grid: 1 / 0
    refused(lambda: mpi_utils.map_irrbz_fullbz(bad, d_irr, d_full, grid=grid))
    short = grids.Thing(np.zeros((d_irr.my_size, 2, 3, 4 + wrong)), nq)
    if comm.size > 1:
        refused(mpi_utils.gather_full_ibz_for_vslice, short, d_irr, MpiDistributor(3), grid)


if __name__ == "__main__":
    all_functions()
    large_arrays()
    mistakes()
    write(comm)
