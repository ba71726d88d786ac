"""Results in the files of phonopy."""

import numpy as np
import phonokit
import pytest
import yaml12
from phono_grid import Cell, units
from phonokit import DomainError
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

POINTS = {"X": (0.5, 0, 0.5), "L": (0.5, 0.5, 0.5)}
PATH = {"path": "L G X", "points": POINTS, "points_per_segment": 4}


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load(EXAMPLE)


def numbers(phonon, name):
    """A quantity of every band at every wave vector."""
    return np.array([[band[name] for band in q["band"]] for q in phonon])


def exported(result, folder):
    """The first file of a result, read by a yaml library."""
    path, *_ = phonokit.export(result, folder)
    return path.name, yaml12.parse_yaml(path.read_text(encoding="utf-8"))


def assert_holds_cell(file, cell: Cell):
    np.testing.assert_allclose(file["lattice"], cell.lattice, atol=1e-12)
    found = np.array(file["reciprocal_lattice"])
    np.testing.assert_allclose(found, cell.reciprocal_lattice, atol=1e-9)
    positions = [atom["coordinates"] for atom in file["points"]]
    np.testing.assert_allclose(positions, cell.positions, atol=1e-12)
    assert [atom["symbol"] for atom in file["points"]] == list(cell.symbols)
    assert file["natom"] == cell.n_atoms


def test_bands_are_a_band_yaml(silicon, tmp_path):
    result = phonokit.bands(silicon, **PATH)
    name, file = exported(result, tmp_path)
    assert name == "band.yaml"
    assert_holds_cell(file, silicon.primitive)
    assert (file["nqpoint"], file["npath"], file["segment_nqpoint"]) == (8, 2, [4, 4])
    assert file["labels"] == [["L", r"$\Gamma$"], [r"$\Gamma$", "X"]]
    f = numbers(file["phonon"], "frequency")
    np.testing.assert_allclose(f, result.frequencies.reshape(8, 6), atol=1e-9)
    labels = [q.get("label") for q in file["phonon"]]
    assert labels == ["L", None, None, r"$\Gamma$", r"$\Gamma$", None, None, "X"]


def test_modes_along_a_path_are_those_of_its_wave_vectors(silicon, tmp_path):
    result = phonokit.modes(silicon, **PATH)
    bands = phonokit.bands(silicon, **PATH)
    # Acoustic frequencies at Γ are square roots of rounding errors.
    expected = bands.frequencies.reshape(8, 6)
    np.testing.assert_allclose(result.frequencies, expected, rtol=1e-10, atol=1e-5)
    np.testing.assert_array_equal(result.distances, bands.distances.ravel())
    name, file = exported(result, tmp_path)
    assert name == "band.yaml"
    e = numbers(file["phonon"], "eigenvector")
    e = e[..., 0] + 1j * e[..., 1]
    np.testing.assert_allclose(e, result.eigenvectors, atol=1e-13)
    v = numbers(file["phonon"], "group_velocity")
    np.testing.assert_allclose(v, result.velocities, atol=1e-6)
    assert phonokit.read_result(result.write(tmp_path / "modes.hdf5")) == result
    assert result.cell == silicon.primitive


def test_modes_of_a_mesh_are_a_mesh_yaml_and_others_a_qpoints_yaml(silicon, tmp_path):
    result = phonokit.modes(silicon, mesh=(3, 3, 3))
    name, file = exported(result, tmp_path)
    assert name == "mesh.yaml"
    assert file["mesh"] == [3, 3, 3]
    assert sum(q["weight"] for q in file["phonon"]) == 27
    f = numbers(file["phonon"], "frequency")
    np.testing.assert_allclose(f, result.frequencies, atol=1e-9)
    name, file = exported(phonokit.modes(silicon, q=[[0.1, 0.2, 0.3]]), tmp_path)
    assert name == "qpoints.yaml"
    np.testing.assert_allclose(file["phonon"][0]["q-position"], [0.1, 0.2, 0.3])
    assert_holds_cell(file, silicon.primitive)


def test_thermal_properties_are_per_mole(silicon, tmp_path):
    result = phonokit.thermal(silicon, (3, 3, 3), [0, 300])
    name, file = exported(result, tmp_path)
    assert name == "thermal_properties.yaml"
    warm = file["thermal_properties"][1]
    assert warm["entropy"] == pytest.approx(result.entropy[1] * units.MOLE, abs=1e-6)
    assert warm["energy"] == pytest.approx(result.energy[1] * units.MOLE / 1e3, abs=1e-6)
    assert file["num_modes"] - file["num_integrated_modes"] == 3


def test_densities_are_columns(silicon, tmp_path):
    by_atom = phonokit.Projection(by="atom")
    result = phonokit.dos(silicon, (3, 3, 3), frequency_points=21, projection=by_atom)
    total, parts = phonokit.export(result, tmp_path)
    assert (total.name, parts.name) == ("total_dos.dat", "projected_dos.dat")
    x, y = np.loadtxt(total).T
    np.testing.assert_allclose(x, result.frequency_points, atol=1e-9)
    np.testing.assert_allclose(y, result.total, atol=1e-9)
    np.testing.assert_allclose(np.loadtxt(parts)[:, 1:].sum(axis=1), y, atol=1e-8)


def test_what_phonopy_has_no_file_for_is_refused(silicon, tmp_path):
    result = phonokit.elasticity(silicon)
    with pytest.raises(DomainError, match="no file for elasticity"):
        phonokit.export(result, tmp_path)
    with pytest.raises(DomainError, match="result must be a Result, got int"):
        phonokit.export(3, tmp_path)


def test_export_replaces_its_own_files_and_no_others(
    silicon, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    phonokit.thermal(silicon, (2, 2, 2), [300]).write("thermal.hdf5")
    for _ in range(2):
        assert main(["export", "thermal.hdf5", "--output", "out"]) == 0
    (tmp_path / "out" / "thermal_properties.yaml").write_text("phonopy's own\n")
    assert main(["export", "thermal.hdf5", "--output", "out"]) == 2
    assert "in the way" in capsys.readouterr().err
    assert main(["export", "nothing.hdf5"]) == 2
