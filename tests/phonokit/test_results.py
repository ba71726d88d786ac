"""What a result file holds, and that it is whole or not there."""

import hashlib
import json
from dataclasses import fields, replace

import h5py
import numpy as np
import phonokit
import pytest
from phono_3ph import Scattering
from phono_grid import Gaussian
from phono_grid.nouns import same_value
from phonokit import FileError, Transport
from tiny_crystal import EXAMPLE

N_T, N_I, N_B = 3, 4, 6
SHAPES = {
    "version": (),
    "temperature": (N_T,),
    "mesh": (3,),
    "reciprocal_lattice": (3, 3),
    "grid_rotations": (48, 3, 3),
    "qpoint": (N_I, 3),
    "grid_point": (N_I,),
    "weight": (N_I,),
    "frequency": (N_I, N_B),
    "group_velocity": (N_I, N_B, 3),
    "gv_by_gv": (N_I, N_B, 6),
    "heat_capacity": (N_T, N_I, N_B),
    "gamma": (N_T, N_I, N_B),
    "kappa": (N_T, 6),
    "mode_kappa": (N_T, N_I, N_B, 6),
    "kappa_unit_conversion": (),
}
UNITS = {
    "temperature": "K",
    "reciprocal_lattice": "1/angstrom",
    "frequency": "THz",
    "group_velocity": "angstrom THz",
    "gv_by_gv": "angstrom^2 THz^2",
    "heat_capacity": "eV/K",
    "gamma": "THz",
    "kappa": "W/(m K)",
    "mode_kappa": "W/(m K)",
    "kappa_unit_conversion": "W/(m K) / (angstrom^2 THz^2 eV/K / THz)",
}


@pytest.fixture
def file(result, tmp_path):
    """The result, written and read."""
    with h5py.File(result.write(tmp_path / "k.hdf5", command="phono kappa x")) as f:
        yield f


CELL = {"lattice": (3, 3), "position": (2, 3), "symbol": (2,), "mass": (2,)}
AXES = {
    **{"axis": (3,), "lattice_vector": (3,), "atom_number": (2,)},
    **{"q": SHAPES["weight"], "band": (6,), "component": (6,)},
    **{"axis_2": (3,), "operation": SHAPES["grid_rotations"][:1]},
}
"""Datasets of ours: the cell, and scales of axes."""


def test_names_and_shapes_are_those_of_phono3py_and_units_are_stated(file):
    shapes = SHAPES | CELL | AXES
    assert {name: file[name].shape for name in file} == shapes
    units = {name: file[name].attrs["unit"] for name in file}
    assert units == dict.fromkeys(shapes, "1") | UNITS | {
        "lattice": "angstrom",
        "mass": "Da",
    }


def test_datasets_belong_together(file):
    n_q = file["mesh"][:].prod()
    assert file["weight"][:].sum() == n_q
    np.testing.assert_allclose(
        file["mode_kappa"][:].sum(axis=(1, 2)) / n_q, file["kappa"][:], rtol=1e-12
    )
    gamma = file["gamma"][1:, 1:]
    expected = (
        file["kappa_unit_conversion"][()]
        * (file["heat_capacity"][1:, 1:] / (2 * gamma))[..., None]
        * file["gv_by_gv"][1:]
    )
    np.testing.assert_allclose(file["mode_kappa"][1:, 1:], expected, rtol=1e-12)


def test_grid_points_are_numbered_like_phono3py_with_images_on_the_zone_boundary(tmp_path):
    # phono3py 4.8.2 on the example, mesh 4 4 4.
    result = phonokit.kappa(phonokit.load(EXAMPLE), (4, 4, 4))
    with h5py.File(result.write(tmp_path / "k.hdf5")) as f:
        assert f["grid_point"][:].tolist() == [0, 1, 2, 6, 7, 8, 12, 30]


def test_a_file_says_where_it_comes_from(file):
    inputs = EXAMPLE / "phono3py_params.yaml.xz"
    assert file.attrs["program"] == "phonokit"
    assert file.attrs["version"] == phonokit.__version__
    assert file.attrs["command"] == "phono kappa x"
    assert file.attrs["inputs"].tolist() == [str(inputs)]
    digest = hashlib.sha256(inputs.read_bytes()).hexdigest()
    assert file.attrs["inputs_sha256"].tolist() == [digest]
    assert file.attrs["lang"] in ("Rust", "Python")
    assert file.attrs["started"] <= file.attrs["finished"]
    assert json.loads(file.attrs["settings"])["average_degenerate_weights"] is True


def test_the_default_name_is_that_of_phono3py(result, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert str(result.write()) == "kappa-m333.hdf5"
    assert [p.name for p in tmp_path.iterdir()] == ["kappa-m333.hdf5"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    result, tmp_path, monkeypatch
):
    path = tmp_path / "k.hdf5"
    path.write_text("old")

    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(h5py.Group, "create_dataset", full)
    with pytest.raises(FileError, match=r"k\.hdf5: cannot be written \(No space left"):
        result.write(path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["k.hdf5"]


def test_an_interrupted_write_leaves_nothing(result, tmp_path, monkeypatch):
    def interrupt(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(h5py.Group, "create_dataset", interrupt)
    with pytest.raises(KeyboardInterrupt):
        result.write(tmp_path / "k.hdf5")
    assert list(tmp_path.iterdir()) == []


def test_coherences_are_told_from_populations(tmp_path):
    silicon = phonokit.load(EXAMPLE)
    plain, wigner = (
        phonokit.kappa(silicon, (3, 3, 3), [0, 300], transport=Transport(coherence=theory))
        for theory in (None, "smm19")
    )
    assert wigner.wigner is not None
    np.testing.assert_array_equal(wigner.linewidths, plain.linewidths)
    with h5py.File(wigner.write(tmp_path / "k.hdf5")) as file:
        parts = {name: file[name][:] for name in ("kappa", "kappa_intra", "kappa_inter")}
        each = file["mode_kappa_inter"][:].sum(axis=(1, 2)) / 27
        total = file["mode_kappa"][:].sum(axis=(1, 2)) / 27
        assert file["kappa_degenerate"].attrs["unit"] == "W/(m K)"
        assert "smm19" in file["kappa_inter"].attrs["meaning"]
    np.testing.assert_allclose(parts["kappa_intra"], plain.kappa, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(parts["kappa_intra"] + parts["kappa_inter"], parts["kappa"])
    np.testing.assert_allclose(each, parts["kappa_inter"], atol=1e-12)
    np.testing.assert_allclose(total, parts["kappa"], rtol=1e-12, atol=1e-12)
    assert (parts["kappa_inter"][1, :3] > 0).all()


@pytest.mark.parametrize("method", ["rta", "lbte"])
def test_normal_and_umklapp_linewidths_add_up(result, tmp_path, method):
    transport = Transport(method, normal_umklapp=True)
    split = phonokit.kappa(phonokit.load(EXAMPLE), (3, 3, 3), [0, 200], transport=transport)
    with h5py.File(split.write(tmp_path / "k.hdf5")) as file:
        parts = [file[name][:] for name in ("gamma_N", "gamma_U")]
        gamma = file["gamma"][:]
        assert "umklapp" in file["gamma_U"].attrs["meaning"]
    largest = gamma.max()
    np.testing.assert_allclose(sum(parts), gamma, atol=1e-13 * largest)
    np.testing.assert_allclose(gamma, result.linewidths[:2], atol=1e-13 * largest)
    assert all((part >= 0).all() and part.max() > 0.01 * largest for part in parts)


def kinds():
    """Every kind of transport, and the mesh it is tried on."""
    smeared = Scattering(smearing=Gaussian(0.4, 3.0), cutoff_frequency=0.5)
    yield Transport(isotopes=True, boundary_mfp=1.0), (3, 3, 3)
    yield Transport("lbte", "direct", isotopes=True), (3, 3, 3)
    yield Transport("lbte", normal_umklapp=True), (3, 3, 3)
    yield Transport(coherence="smm19"), (3, 3, 3)
    yield Transport("lbte", coherence="smm19-phono3py", scattering=smeared), (3, 3, 3)
    yield Transport(symmetrized_tetrahedra=True), [[-1, 1, 1], [1, -1, 1], [1, 1, -1]]
    yield Transport(full_zone=True, scattering=smeared), (2, 2, 1)
    # A narrow Gaussian leaves phonons without any process.
    yield Transport(scattering=Scattering(smearing=Gaussian(0.02, 2.0))), (3, 3, 3)


@pytest.mark.filterwarnings("ignore::phonokit.UnscatteredWarning")
@pytest.mark.parametrize(("transport", "mesh"), list(kinds()))
def test_what_is_written_is_read_again_field_by_field(tmp_path, transport, mesh):
    result = phonokit.kappa(phonokit.load(EXAMPLE), mesh, [0, 300], transport=transport)
    again = phonokit.read_result(result.write(tmp_path / "k.hdf5"))
    for f in fields(result):
        one, other = getattr(again, f.name), getattr(result, f.name)
        assert same_value(one, other), f.name
    assert again == result
    assert hash(again) == hash(result)
    for name in ("kappa", "mode_kappa", "unscattered", "gv_by_gv", "factor"):
        np.testing.assert_array_equal(getattr(again, name), getattr(result, name))
    assert again.default_name == result.default_name
    assert repr(again) == repr(result)
    assert again != replace(result, frequencies=result.frequencies * 2)


def test_a_result_shows_crystal_mesh_transport_and_conductivity(result):
    assert repr(result).startswith(
        "KappaResult(Si, mesh 3 × 3 × 3, relaxation time approximation, linear tetrahedra"
    )
    assert f"{result.kappa[2, 0]:.4g} at 300 K, W/(m K)" in repr(result)
    assert len(repr(result)) < 200


@pytest.mark.parametrize("name", ["weight", "gamma", "temperature", "mode_kappa"])
def test_a_file_that_lacks_something_says_what(result, tmp_path, name):
    path = result.write(tmp_path / "k.hdf5")
    with h5py.File(path, "a") as file:
        del file[name]
    with pytest.raises(FileError, match=f"k.hdf5: holds no {name}; is it complete"):
        phonokit.read_result(path)


def test_another_file_is_no_result(tmp_path):
    with h5py.File(tmp_path / "k.hdf5", "w") as file:
        file["kappa"] = 1.0
    with pytest.raises(FileError, match="is not a result of phonokit"):
        phonokit.read_result(tmp_path / "k.hdf5")
