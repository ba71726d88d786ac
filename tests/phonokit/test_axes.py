"""Names of axes in files, the cell in every result, and eigenvalues of collisions."""

import dataclasses

import numpy as np
import phonokit
import pytest
from charged_crystals import charged
from phono_3ph import Solver
from phonokit import Transport
from phonokit.results.axes import axes_of
from tiny_crystal import EXAMPLE
from volumes_of_springs import at_five_volumes

h5py = pytest.importorskip("h5py")
pytestmark = pytest.mark.needs_rust
MESH = (3, 3, 3)
Q = {"q": [[0, 0, 0], [1 / 3, 0, 0]], "mesh": MESH}
DIRECT = Transport(method="lbte", solver=Solver.DIRECT, coherence="smm19")
PRODUCTS = {
    "kappa": lambda c: phonokit.kappa(c, MESH, [100, 300], transport=DIRECT),
    "dos": lambda c: phonokit.dos(c, MESH, frequency_points=6),
    "thermal": lambda c: phonokit.thermal(c, MESH, [100, 300]),
    "displacements": lambda c: phonokit.displacements(c, MESH, [300]),
    "modes": lambda c: phonokit.modes(c, mesh=MESH),
    "linewidths": lambda c: phonokit.linewidths(c, temperatures=[100, 300], **Q),
    "self_energy": lambda c: phonokit.self_energy(c, frequency_points=5, **Q),
    "spectral": lambda c: phonokit.spectral(c, frequency_points=5, **Q),
    "joint_dos": lambda c: phonokit.joint_dos(c, frequency_points=5, **Q),
    "converge": lambda c: phonokit.converge(c, phonokit.Convergence(meshes=(MESH,))),
    "grueneisen": lambda c: phonokit.grueneisen(c, mesh=MESH),
    "elasticity": phonokit.elasticity,
    "qha": lambda c: phonokit.qha(*at_five_volumes(c), MESH, [0, 300, 600]),
    "infrared": lambda c: phonokit.infrared(charged(c), 5),
}
EXPECTED = {
    "kappa": {
        "kappa": ("temperature", "component"),
        "gamma": ("temperature", "q", "band"),
        "mode_kappa": ("temperature", "q", "band", "component"),
        "group_velocity": ("q", "band", "axis"),
        "collision_eigenvalues": ("temperature", "relaxon"),
    },
    "modes": {"eigenvector": ("q", "band", "atom_number", "axis")},
    "dos": {"total": ("frequency_point",)},
    "thermal": {"heat_capacity": ("temperature",)},
    "displacements": {"displacement": ("temperature", "atom_number", "axis", "axis_2")},
    "spectral": {"spectral_function": ("q", "temperature", "band", "frequency_point")},
    "qha": {
        "free_energies": ("temperature", "volumes"),
        "energies": ("volumes",),
        "thermal_expansion": ("temperature",),
        "lattices": ("volumes", "lattice_vector", "axis"),
        "equilibrium_lattice": ("temperature", "lattice_vector", "axis"),
        "linear_expansion": ("temperature", "axis", "axis_2"),
    },
    "infrared": {
        "strength": ("band", "axis", "axis_2"),
        "dielectric_real": ("frequency_point", "axis", "axis_2"),
    },
}


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load(EXAMPLE)


@pytest.fixture(scope="module")
def files(silicon, tmp_path_factory):
    """The file of each product, when it is asked for first."""
    made = {}
    folder = tmp_path_factory.mktemp("files")

    def file(name):
        if name not in made:
            made[name] = PRODUCTS[name](silicon).write(folder / f"{name}.hdf5")
        return made[name]

    return file


@pytest.mark.parametrize("name", PRODUCTS)
def test_every_axis_has_a_name_and_a_scale(files, name):
    with h5py.File(files(name)) as file:
        sizes, seen = {}, []
        file.visititems(lambda key, item: seen.append((key, item)))
        arrays = [(k, d) for k, d in seen if isinstance(d, h5py.Dataset) and d.ndim]
        for key, dataset in arrays:
            labels = [dim.label for dim in dataset.dims]
            if dataset.is_scale:
                continue
            assert all(labels), (key, labels)
            assert len(set(labels)) == len(labels), (key, labels)
            for label, dim, n in zip(labels, dataset.dims, dataset.shape, strict=True):
                assert sizes.setdefault(label, n) == n, (key, label)
                (scale,) = dim.values()
                assert scale.name == f"/{label}"
                assert scale.shape == (n,)
        for key, expected in EXPECTED.get(name, {}).items():
            assert tuple(dim.label for dim in file[key].dims) == expected


def test_scales_are_what_is_known_of_the_axes(files):
    with h5py.File(files("kappa")) as file:
        (scale,) = file["kappa"].dims[0].values()
        np.testing.assert_array_equal(scale, [100, 300])
        (scale,) = file["kappa"].dims[1].values()
        assert list(scale) == [b"xx", b"yy", b"zz", b"yz", b"xz", b"xy"]
        (scale,) = file["gamma"].dims[2].values()
        assert list(scale) == list(range(6))


@pytest.mark.parametrize("name", PRODUCTS)
def test_every_result_has_the_primitive_cell_and_is_read_as_it_was(silicon, files, name):
    result = phonokit.read_result(files(name))
    own = result.lattices[0] if name == "qha" else silicon.primitive.lattice
    cell = dataclasses.replace(silicon.primitive, lattice=own)
    assert result.provenance.cell == cell
    again = result.write(files(name).with_name("again.hdf5"))
    assert phonokit.read_result(again) == result
    with h5py.File(again) as file:
        np.testing.assert_array_equal(file["lattice"], own)
        assert list(file["symbol"]) == [b"Si", b"Si"]


def test_a_result_without_a_cell_is_read(silicon, tmp_path):
    result = phonokit.dos(silicon, MESH, frequency_points=6)
    file = result.write(tmp_path / "dos.hdf5")
    with h5py.File(file, "r+") as opened:
        for name in ("lattice", "position", "symbol", "mass"):
            del opened[name]
    (tmp_path / "old.hdf5").write_bytes(file.read_bytes().partition(b"phono checksum")[0])
    assert phonokit.read_result(tmp_path / "old.hdf5").provenance.cell is None


def test_eigenvalues_are_those_of_collisions(silicon):
    direct = phonokit.kappa(silicon, MESH, [300], transport=DIRECT)
    eigenvalues = direct.conduction.eigenvalues
    n_i, n_b = direct.frequencies.shape
    assert eigenvalues.shape == (1, 3 * n_i * n_b)
    assert (np.diff(eigenvalues) >= 0).all()
    assert eigenvalues.max() > direct.linewidths.max() / 2
    gradients = Transport(method="lbte")
    other = phonokit.kappa(silicon, MESH, [300], transport=gradients)
    assert other.conduction.eigenvalues is None


def test_what_comes_twice_has_a_number_and_what_does_not_fit_no_name():
    assert axes_of("(n_T, 3, 3)", (2, 3, 3)) == ("temperature", "axis", "axis_2")
    assert axes_of("(n_a,) or (n_a, 3)", (5, 3)) == ("atom_number", "axis")
    assert axes_of("(n_q, n_f) or (n_q, n_T)", (2, 4), {"n_f": 3}) == ("q", "temperature")
    assert axes_of("(n_q, 3)", (2, 4)) == ()
    assert axes_of("float", ()) == ()
    assert axes_of("dict of (n_f,) arrays", (4,)) == ("frequency_point",)


@pytest.mark.parametrize("name", PRODUCTS)
def test_xarray_opens_results_with_these_names(files, name):
    """The group `test` has it; packages alone are tested without."""
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("h5netcdf")
    with xarray.open_dataset(files(name), engine="h5netcdf") as data:
        assert not [d for d in data.dims if str(d).startswith("phony")]
        assert data["lattice"].dims == ("lattice_vector", "axis")
        assert all("unit" in data[key].attrs for key in data.variables)
        for key, dims in EXPECTED.get(name, {}).items():
            assert data[key].dims == dims
        if name == "qha":
            read = phonokit.read_result(files(name))
            some = data["thermal_expansion"].sel(temperature=[0, 300, 600])
            np.testing.assert_array_equal(some, read.thermal_expansion)
            assert (data["free_energies"].sel(volumes=read.volumes[2]) < 0).any()
        if name == "kappa":
            one = data["kappa"].sel(temperature=300, component=b"xx")
            result = phonokit.read_result(files(name))
            assert float(one) == result.kappa[1, 0]
