"""One rank without MPI: grids, files, splits, buffers."""

import pickle
import subprocess
import sys
from types import SimpleNamespace

import grids
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phono_grid.errors import DomainError, ShapeError
from phono_mpi import (
    BufferLayoutError,
    CollectiveError,
    SerialComm,
    bcast_rows_into,
    build_node_shared_array,
    collective,
    mpi_utils,
    weighted_sizes,
)
from phono_mpi.mpi_utils import (
    MpiDistributor,
    apply_auto_orbital_transform,
    exchange_and_map_irrbz_fullbz,
    execute_distributed_fft,
    set_grid_provider,
)

ALONE = SerialComm()


@pytest.mark.parametrize("nq", grids.NUMBERS)
def test_one_rank_transforms_and_maps_without_mpi(nq):
    for dtype in (np.complex64, np.float32, np.complex128, np.int64):
        grids.check_fourier(ALONE, nq, dtype, (2,))
    grids.check_fourier(ALONE, nq, np.complex64, (2, 0))
    grids.check_layouts(ALONE, nq)
    grids.check_irreducible(ALONE, nq)
    grids.check_frequencies(ALONE, nq)


def test_a_transform_of_the_wrong_points_or_norm_is_refused():
    with pytest.raises(CollectiveError, match="expected an array of 8 rows"):
        execute_distributed_fft(grids.Thing(np.zeros((7, 1)), (2, 2, 2)), ALONE)
    with pytest.raises(DomainError, match=r"norm must be 'backward', .* got 'half'"):
        execute_distributed_fft(
            grids.Thing(np.zeros((8, 1)), (2, 2, 2)), ALONE, norm="half"
        )


def test_the_grid_comes_from_the_call_the_object_or_a_provider():
    grid = grids.Grid((3, 1, 1))
    d_irr, d_full = MpiDistributor(2, ALONE), MpiDistributor(3, ALONE)
    expected = [0.0, 1.0, 1.0]

    def mapped(**options):
        obj = SimpleNamespace(mat=np.array([0.0, 1.0]), **options)
        return exchange_and_map_irrbz_fullbz(obj, d_irr, d_full).mat.tolist()

    assert mapped(q_grid=grid) == expected
    with pytest.raises(DomainError, match="grid: none was given"):
        mapped()
    set_grid_provider(lambda: grid)
    try:
        assert mapped() == expected
    finally:
        set_grid_provider(None)


def test_a_grid_that_does_not_fit_is_refused():
    obj, grid = SimpleNamespace(mat=np.zeros(2)), grids.Grid((3, 1, 1))
    d_irr = MpiDistributor(2, ALONE)
    with pytest.raises(CollectiveError, match=r"expected 4 indices, .* got 3"):
        exchange_and_map_irrbz_fullbz(obj, d_irr, MpiDistributor(4, ALONE), grid=grid)
    grid.irrk_inv = np.array([0, 1, 2])
    with pytest.raises(CollectiveError, match="must be in 0 … 1"):
        exchange_and_map_irrbz_fullbz(obj, d_irr, MpiDistributor(3, ALONE), grid=grid)


@pytest.mark.parametrize("axes", [2, 4])
def test_orbital_axes_are_turned_and_turned_back(axes, rng):
    a = rng.standard_normal((2, 3, 2, 2))
    us, _ = np.linalg.qr(a[0] + 1j * a[1])
    us = np.concatenate([us, us[:2], [np.eye(2)]])  # some at several points
    sigmas = np.array([1, -1, -1, 1, -1, -1])
    conjs = np.array([False, True, False, True, False, True])
    mat = rng.standard_normal((6, *[2] * axes, 3)) + 1j
    options = {"num_orbital_dimensions": axes}
    m = np.where(conjs.reshape(6, *[1] * (axes + 1)), mat.conj(), mat)
    if axes == 2:
        expected = np.einsum("n,nap,npqx,nbq->nabx", sigmas, us, m, us.conj())
    else:
        u, c = us, us.conj()
        expected = np.einsum("nap,nbq,ncr,nds,npqrsx->nabcdx", u, c, u, c, m)
    turned = apply_auto_orbital_transform(mat, us=us, sigmas=sigmas, conjs=conjs, **options)
    assert turned is mat
    np.testing.assert_allclose(turned, expected, atol=1e-13)


@pytest.mark.parametrize("points", [(2, 2, 1), (4,)])
def test_a_grid_with_orbital_matrices_transforms_all_points(points, rng, monkeypatch):
    grid = grids.Grid((2, 2, 1))
    swap, one = np.eye(2)[::-1], np.eye(2)
    grid.is_auto = True
    grid._auto_us = np.array([one, swap, one, swap]).reshape(*points, 2, 2)
    grid._auto_sigmas = np.ones(points)
    grid._auto_conjs = np.array([False, False, True, True]).reshape(points)
    rows = rng.standard_normal((4, 2, 2, 2, 2)) + 1j
    d = MpiDistributor(4, ALONE)
    full = exchange_and_map_irrbz_fullbz(SimpleNamespace(mat=rows), d, d, grid=grid).mat
    swapped = rows[:, ::-1, ::-1, ::-1, ::-1]
    expected = [rows[0], swapped[1], rows[2].conj(), swapped[3].conj()]
    np.testing.assert_array_equal(full, expected)
    monkeypatch.setattr(mpi_utils, "apply_auto_orbital_transform", lambda mat, **_: -mat)
    patched = exchange_and_map_irrbz_fullbz(SimpleNamespace(mat=rows), d, d, grid=grid)
    np.testing.assert_array_equal(patched.mat, -rows)
    grid._auto_us = grid._auto_us.reshape(4, 4)
    message = r"grid\._auto_us: expected shape \(4, 4, 4\) or \(n_x, .* got \[4, 4\]"
    with pytest.raises(ShapeError, match=message):
        exchange_and_map_irrbz_fullbz(SimpleNamespace(mat=rows), d, d, grid=grid)
    grid._auto_us, grid._auto_sigmas = np.ones((4, 2, 2)), np.ones(3)
    with pytest.raises(ShapeError, match=r"_auto_sigmas: expected shape \(4\) or"):
        exchange_and_map_irrbz_fullbz(SimpleNamespace(mat=rows), d, d, grid=grid)


def test_a_spill_file_keeps_its_rows_and_closes(tmp_path):
    h5py = pytest.importorskip("h5py")
    with MpiDistributor(3, ALONE, "rows", str(tmp_path)) as file:
        file["x"] = [1, 2, 3]
    d = MpiDistributor(3, ALONE, "rows", str(tmp_path))
    with d as file:
        assert file["x"][:].tolist() == [1, 2, 3]
    with pytest.raises(KeyError, match="mine"), d:
        raise KeyError("mine")
    assert not d._file
    with h5py.File(tmp_path / "rows_Rank00000.hdf5") as file:
        assert list(file) == ["x"]
    d.delete_file()
    d.delete_file()
    assert list(tmp_path.iterdir()) == []
    d.open_file()
    with pytest.raises(OSError, match="rows_Rank00000"), d:
        pass


SPILL = """
import resource, sys
import numpy as np
from phono_grid.errors import FileError
from phono_mpi import MpiDistributor, SerialComm

d = MpiDistributor(3, SerialComm(), "rows", ".")
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
try:
    with d as file:
        for i in range(5):
            file[f"{i}"] = np.random.default_rng(1).random(300)
except FileError as error:
    sys.exit(str(error))
"""


@pytest.mark.parametrize("size", [1000, 9000, 13000, 100_000])
def test_a_spill_file_on_a_full_disk_is_an_error_and_no_crash(tmp_path, size):
    pytest.importorskip("h5py")
    pytest.importorskip("resource")
    ended = subprocess.run(
        [sys.executable, "-c", SPILL, str(size)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    if size == 100_000:
        assert ended.returncode == 0, ended.stderr
        assert [f.name for f in tmp_path.iterdir()] == ["rows_Rank00000.hdf5"]
    else:
        assert ended.returncode == 1, ended.stderr
        said = ended.stderr.splitlines()
        assert len(said) == 1
        assert "rows_Rank00000.hdf5: cannot be written (File too large)" in said[0]
        assert list(tmp_path.iterdir()) == []


def test_without_a_path_there_is_no_file():
    d = MpiDistributor(3, ALONE)
    assert not hasattr(d, "_fname")
    d.open_file()
    d.close_file()
    d.delete_file()
    with d as file:
        assert file is None
    bare = MpiDistributor.__new__(MpiDistributor)
    bare._file = None
    bare.__del__()


def test_errors_that_are_not_of_files_go_on():
    class Broken:
        def close(self):
            raise ValueError("not of files")

    d = MpiDistributor(3, ALONE)
    d._file = Broken()
    with pytest.raises(ValueError, match="not of files"):
        d.close_file()
    d._file = None


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(1, 9))
def test_weighted_shares_hold_every_task_and_differ_by_one_task_at_most(weights, size):
    sizes = weighted_sizes(weights, size)
    assert sizes.shape == (size,)
    assert sizes.sum() == len(weights)
    ends = np.cumsum(sizes)
    costs = [sum(weights[e - n : e]) for e, n in zip(ends, sizes, strict=True)]
    assert max(costs) <= sum(weights) / size + max(weights, default=0) + 1e-9


def test_shares_that_do_not_add_up_are_refused():
    with pytest.raises(DomainError, match=r"sizes must be 1 numbers .* got \[3\]"):
        MpiDistributor(4, ALONE, sizes=[3])
    with pytest.raises(DomainError, match="weights must be"):
        weighted_sizes([1, -1], 2)
    with pytest.raises(DomainError, match="ntasks must not be negative, got -1"):
        MpiDistributor(-1, ALONE)


def test_arrays_that_mpi_would_scramble_are_refused():
    scrambled = np.zeros((3, 2), order="F")
    for call in (
        lambda: bcast_rows_into(ALONE, scrambled),
        lambda: mpi_utils.recv_rows_into(ALONE, scrambled, 0),
        lambda: mpi_utils._isend_rows(ALONE, scrambled, 0),
    ):
        with pytest.raises(BufferLayoutError, match="must be contiguous in C order"):
            call()


def test_nothing_to_scatter_gives_zeros_to_a_single_rank():
    np.testing.assert_array_equal(MpiDistributor(3, ALONE).scatter(), np.zeros(3))


class Held:
    """An object whose copies share what holds the array."""

    def __init__(self):
        self.held = {"mat": np.ones(2)}

    mat = property(
        lambda self: self.held["mat"], lambda self, value: self.held.update(mat=value)
    )


@pytest.mark.parametrize("broken", [False, True])
def test_an_object_keeps_its_array_whether_it_can_be_sent_or_not(broken):
    obj, messages = Held(), []
    if broken:
        obj.held["f"] = lambda: 0
    mat = obj.mat
    comm = SimpleNamespace(
        send=lambda *args, dest, tag: messages.append(tag),
        Send=lambda *args, dest, tag: messages.append(tag),
    )
    comm.size, comm.Get_rank = 1, lambda: 0
    try:
        MpiDistributor(1, comm).send_to_rank(obj, 1, 10)
    except (AttributeError, pickle.PicklingError):
        assert broken
        assert messages == []
    else:
        assert messages == [10, 11, 510, 511]
    assert obj.mat is mat


def test_an_error_inside_a_collective_block_is_the_same_for_all():
    with (
        pytest.raises(CollectiveError, match="rank 0: OSError: mine"),
        collective(ALONE),
    ):
        raise OSError("mine")


def test_a_node_of_one_rank_computes_its_own_array():
    array, win = build_node_shared_array(ALONE, lambda: [1, 2], np.float32)
    assert win is None
    assert array.dtype == np.float32
