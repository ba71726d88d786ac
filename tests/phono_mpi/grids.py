"""Grids and objects on them, for every communicator."""

import numpy as np
from ledger import same
from phono_mpi import (
    MpiLibrary,
    fourier_transform,
    get_pencil_indices,
    mpi_utils,
    redistribute,
    redistribution_plan,
    take_rows,
)
from phono_mpi.mpi_utils import (
    MpiDistributor,
    exchange_and_map_irrbz_fullbz,
    execute_distributed_fft,
    gather_full_ibz_for_vslice,
    map_irrbz_fullbz,
)

NUMBERS = [(3, 4, 5), (4, 1, 1), (2, 3, 2), (1, 1, 1), (5, 3, 1), (1, 1, 2)]
LAYOUTS = ["flat", "slab", "x_pencil", "y_pencil", "z_pencil"]


class Grid:
    """Points k and -k are one irreducible point; as DGAmore has it."""

    def __init__(self, nq):
        points = np.arange(np.prod(nq)).reshape(nq)
        mirrored = points[np.ix_(*[-np.arange(n) % n for n in nq])]
        least = np.minimum(points, mirrored)
        self.irr, self.irrk_inv = np.unique(least, return_inverse=True)
        self.conj = (points != least).ravel()

    def full(self, rows):
        return rows[np.ravel(self.irrk_inv)]


class Thing:
    """An array over the points of a grid."""

    def __init__(self, mat, nq):
        self.mat, self.nq = mat, nq
        self._has_compressed_q_dimension = False

    def map_to_full_bz(self, grid):
        return Thing(grid.full(self.mat), self.nq)


def values(shape, dtype):
    """The same random numbers on all ranks."""
    x = np.random.default_rng(3).standard_normal((2, *shape))
    return (x[0] + 1j * x[1] if np.dtype(dtype).kind == "c" else x[0]).astype(dtype)


def library():
    """The module of MPI and the limit that a test has set."""
    return MpiLibrary(mpi_utils.MPI, mpi_utils.MAX_MPI_BYTES)


def check_fourier(comm, nq, dtype, trailing):
    """Distributed = numpy.fft of the whole, both ways, in the precision that came.

    To the last bit, so that no number of ranks has bits of its own.
    """
    full = values((*nq, *trailing), dtype)
    flat = full.reshape(np.prod(nq), *trailing)
    local = get_pencil_indices(comm.Get_rank(), comm.size, nq, "flat")
    kept = flat[local].copy()
    precision = np.result_type(dtype, np.complex64)
    for inverse, transform in ((False, np.fft.fftn), (True, np.fft.ifftn)):
        for norm in ("backward", "ortho"):
            obj = Thing(kept, nq)
            workers = 2 if dtype == np.complex128 else 1
            options = {"inverse": inverse, "norm": norm, "workers": workers}
            assert execute_distributed_fft(obj, comm, **options) is obj
            assert obj.mat is not kept
            whole = full.astype(precision)
            expected = transform(whole, axes=(0, 1, 2), norm=norm).reshape(flat.shape)
            same("execute_distributed_fft", obj.mat, expected[local])
            result = fourier_transform(kept, nq, comm, **options, library=library())
            same("fourier_transform", result, expected[local])
            assert result is not kept
    np.testing.assert_array_equal(kept, flat[local])


def check_layouts(comm, nq):
    """Rows end where the layout says, by both ways."""
    rank, size = comm.Get_rank(), comm.size
    full = values((int(np.prod(nq)), 3), ">f8")
    for source in LAYOUTS:
        for target in LAYOUTS:
            local = full[get_pencil_indices(rank, size, nq, source)]
            expected = full[get_pencil_indices(rank, size, nq, target)]
            plan = redistribution_plan(rank, size, nq, source, target)
            rows = redistribute(local, plan, comm, library=library())
            same("redistribute", rows, expected)
            rows = mpi_utils._redistribute_p2p(local, nq, comm, source, target)
            same("_redistribute_p2p", rows, expected)


def check_irreducible(comm, nq):
    """Irreducible → full, through rank 0 and from rank to rank, with and without hooks."""
    grid = Grid(nq)
    n_irr, n_full = len(grid.irr), int(np.prod(nq))
    d_irr, d_full = MpiDistributor(n_irr, comm), MpiDistributor(n_full, comm)
    rows = values((n_irr, 2, 3), np.complex64)

    def conjugated(mat, points):
        return np.where(grid.conj[points, None, None], mat.conj(), mat)

    taken = take_rows(rows[d_irr.my_slice], grid.irrk_inv, d_irr, d_full)
    same("take_rows", taken, grid.full(rows)[d_full.my_slice])
    both = {"mpi_dist_irrk": d_irr, "mpi_dist_fullbz": d_full, "grid": grid}
    for mapping in (map_irrbz_fullbz, exchange_and_map_irrbz_fullbz):
        for transform in (None, conjugated):
            obj = Thing(rows[d_irr.my_slice], nq)
            result = mapping(obj, **both, transform=transform)
            full = grid.full(rows)
            if transform is not None:
                full = conjugated(full, np.arange(n_full))
            same(mapping.__name__, result.mat, full[d_full.my_slice])
            rebuilt = mapping(
                Thing(rows[d_irr.my_slice], nq),
                **both,
                rebuild=lambda obj, mat: (obj.nq, len(mat)),
            )
            assert rebuilt == (nq, d_full.my_size)
    assert result._has_compressed_q_dimension
    np.testing.assert_array_equal(obj.mat, rows[d_irr.my_slice])


def check_frequencies(comm, nq):
    """All points for a share of the frequencies."""
    grid = Grid(nq)
    for n_v in (1, 5):
        d_q = MpiDistributor(len(grid.irr), comm)
        d_v = MpiDistributor(n_v, comm)
        rows = values((len(grid.irr), 2, n_v, 3), np.complex128)
        obj = Thing(rows[d_q.my_slice], nq)
        distributions = {"mpi_dist_irrq": d_q, "mpi_dist_v": d_v}
        result = gather_full_ibz_for_vslice(obj, **distributions, q_grid=grid)
        assert (result is None) == (d_v.my_size == 0)
        assert d_v.slices[d_v.my_rank] == d_v.my_slice
        expected = rows[d_q.my_slice]
        if result is not None:
            expected = rows[:, :, d_v.my_slice]
            same("gather_full_ibz_for_vslice", result.mat, grid.full(expected))
        np.testing.assert_array_equal(obj.mat, expected)
