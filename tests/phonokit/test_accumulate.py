"""phono accumulate: which phonons carry the heat."""

import re

import h5py
import numpy as np
import phonokit
import pytest
from phono_grid import units
from phonokit import DomainError, KappaModes, read_kappa_modes
from phonokit.cli.app import BAD_INPUT, main
from phonokit.settings.mesh import mesh_name
from tiny_crystal import EXAMPLE

TRANSPORT = phonokit.Transport(isotopes=True, boundary_mfp=1.0)


@pytest.fixture(scope="module")
def wide():
    """A result with everything that scatters."""
    return phonokit.kappa(phonokit.load(EXAMPLE), (3, 3, 3), [0, 300], transport=TRANSPORT)


@pytest.fixture
def path(wide, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return wide.write(tmp_path / "kappa.hdf5")


@pytest.fixture
def as_phono3py(path):
    """The file without what only ours has."""
    with h5py.File(path, "a") as file:
        del file["reciprocal_lattice"], file["grid_rotations"]
    return path


def test_a_file_holds_what_the_result_has(wide, path):
    ours, read = KappaModes.of(wide), read_kappa_modes(path)
    for name in ("temperatures", "frequencies", "paths", "mode_kappa"):
        np.testing.assert_allclose(getattr(read, name), getattr(ours, name), rtol=1e-14)
    np.testing.assert_array_equal(read.grid.rotations, wide.grid.rotations)


def test_everything_ends_at_the_conductivity(wide, path, capsys):
    assert main(["accumulate", str(path), "--output", "a.hdf5"]) == 0
    out = capsys.readouterr().out
    assert f"κ = {wide.kappa[1, 0]:.3f} W/(m K) at 300 K" in out
    assert f"mesh       {mesh_name(wide.grid)}" in out
    assert f"scattering {wide.transport.description}" in out
    with h5py.File("a.hdf5") as file:
        for over in ("frequency", "path"):
            accumulated = file[f"kappa_below_{over}"][:]
            assert len(accumulated) == len(file[f"{over}_point"])
            np.testing.assert_allclose(
                accumulated[-1], wide.kappa[1], atol=1e-12 * wide.kappa.max()
            )
        assert file["path_point"].attrs["unit"] == "angstrom"


def test_half_is_reached_where_half_is_carried(wide):
    carried = phonokit.accumulate(wide)
    for points, kappa, half in (
        (carried.path_point, carried.kappa_below_path, carried.path_below(0.5)),
        (
            carried.frequency_point,
            carried.kappa_below_frequency,
            carried.frequency_below(0.5),
        ),
    ):
        below, above = kappa[points < half, 0][-1], kappa[points > half, 0][0]
        assert below <= kappa[-1, 0] / 2 <= above


def test_a_result_its_modes_and_its_file_accumulate_alike(wide, path):
    made = [phonokit.accumulate(x) for x in (wide, KappaModes.of(wide), path, str(path))]
    for one in made:
        assert one.temperature == 300
        for name in ("kappa_below_frequency", "kappa_spectrum", "kappa_below_path"):
            np.testing.assert_allclose(
                getattr(one, name), getattr(made[0], name), rtol=1e-12, atol=1e-12
            )
    assert [f.path for f in made[2].provenance.inputs] == [path]
    assert made[2].provenance.formula == "Si"


def test_what_is_written_is_read_again(wide, tmp_path):
    carried = phonokit.accumulate(wide, temperature=300, sigma=0.3, points=50)
    again = phonokit.read_result(carried.write(tmp_path / "a.hdf5"))
    assert again == carried
    assert hash(again) == hash(carried)
    assert again.provenance.settings["accumulate"]["sigma"] == 0.3
    assert again != phonokit.accumulate(wide, temperature=300, points=50)


@pytest.mark.parametrize("temperature", [250, 299.9, 1e9, -1])
def test_a_temperature_that_is_not_there_is_refused_with_those_there_are(wide, temperature):
    named = re.escape(f"temperature: {temperature:g} K is not among")
    with pytest.raises(DomainError, match=rf"^{named} .* take one of 0, 300 K"):
        phonokit.accumulate(wide, temperature=temperature)


def test_without_a_temperature_it_is_the_only_one_or_300_kelvin():
    silicon = phonokit.load(EXAMPLE)
    only = phonokit.kappa(silicon, (2, 2, 2), 200)
    assert phonokit.accumulate(only).temperature == 200
    two = phonokit.kappa(silicon, (2, 2, 2), [200, 400])
    with pytest.raises(DomainError, match="300 K is not among"):
        phonokit.accumulate(two)


def test_a_file_without_a_crystal_takes_the_one_that_is_named(as_phono3py, capsys):
    arguments = ["accumulate", str(as_phono3py)]
    assert main(arguments) == BAD_INPUT
    assert "does not know its crystal; name it by --crystal" in capsys.readouterr().err
    assert main([*arguments, "--crystal", str(EXAMPLE)]) == 0


def test_another_crystal_is_refused(as_phono3py, capsys):
    with h5py.File(as_phono3py, "a") as file:
        file["kappa_unit_conversion"][()] *= 1.1
    arguments = ["accumulate", str(as_phono3py), "--crystal", str(EXAMPLE)]
    assert main(arguments) == BAD_INPUT
    assert "name the crystal that it was made from" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.hdf5"], "nowhere.hdf5: no such file"),
        (["text.txt"], "text.txt: not an HDF5 file"),
        (["kappa.hdf5", "--temperature", "0"], "no phonon carries heat at 0 K"),
        (["kappa.hdf5", "--temperature", "301"], "--temperature: 301 K is not among"),
        (["kappa.hdf5", "--output", "kappa.hdf5"], "is the input file"),
        (["kappa.hdf5", "--sigma", "-1"], "sigma must be positive, got -1"),
        (["kappa.hdf5", "--plot", "a.docx"], "must end with one of"),
    ],
)
def test_bad_input_is_one_line(path, capsys, arguments, message):
    (path.parent / "text.txt").write_text("nothing")
    assert main(["accumulate", *arguments]) == BAD_INPUT
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_both_accumulations_are_drawn(path):
    pytest.importorskip("matplotlib")
    assert main(["accumulate", str(path), "--plot", "a.png", "--sigma", "0.2"]) == 0
    assert (path.parent / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.fixture
def of_the_full_equation(as_phono3py):
    """The file as phono3py 4.10 writes the full equation: F of the last temperature alone.

    Here F is that of the relaxation time approximation, so that the modes are known.
    """
    with h5py.File(as_phono3py, "a") as file:
        t, capacity = file["temperature"][1], file["heat_capacity"][1]
        gamma = file["gamma"][1] + file["gamma_isotope"][:] + file["gamma_boundary"][:]
        some = (gamma > 0) & (capacity > 0)
        factor = np.zeros(some.shape)
        k = units.BOLTZMANN
        factor[some] = np.sqrt(capacity[some] / k) / (4 * t * gamma[some])
        file["f_vector"] = factor[..., None] * file["group_velocity"][:]
        file["mode_kappa_RTA"] = file["mode_kappa"][:]
        file["kappa_RTA"] = file["kappa"][:]
        del file["mode_kappa"]
    return as_phono3py


def test_the_full_equation_of_phono3py_has_its_modes_back(wide, of_the_full_equation):
    cell = phonokit.load(EXAMPLE).primitive
    modes = read_kappa_modes(of_the_full_equation, cell)
    assert modes.temperatures.tolist() == [300]
    assert modes.provenance.formula == "Si"
    expected = KappaModes.of(wide)
    size = wide.mode_kappa.max()
    np.testing.assert_allclose(
        modes.mode_kappa[0], expected.mode_kappa[1], atol=1e-9 * size
    )
    np.testing.assert_allclose(modes.paths[0], expected.paths[1], rtol=1e-12)
    carried = phonokit.accumulate(of_the_full_equation, crystal=cell)
    np.testing.assert_allclose(carried.kappa, wide.kappa[1], atol=1e-9 * wide.kappa.max())


def test_vectors_of_another_solution_are_refused(of_the_full_equation):
    with h5py.File(of_the_full_equation, "a") as file:
        file["f_vector"][...] *= 1.01
    cell = phonokit.load(EXAMPLE).primitive
    with pytest.raises(phonokit.FileError, match="keeps those of the last temperature"):
        read_kappa_modes(of_the_full_equation, cell)
    with h5py.File(of_the_full_equation, "a") as file:
        del file["kappa_unit_conversion"]
    with pytest.raises(phonokit.FileError, match="holds no kappa_unit_conversion"):
        read_kappa_modes(of_the_full_equation, cell)


def test_the_only_conductivity_of_a_folder_is_found(path, capsys):
    assert main(["accumulate", "."]) == 0
    assert "read       kappa.hdf5" in capsys.readouterr().out
    path.with_name("kappa-2.hdf5").write_bytes(path.read_bytes())
    assert main(["accumulate", "."]) == BAD_INPUT
    assert "name one of kappa-2.hdf5, kappa.hdf5" in capsys.readouterr().err
    path.with_name("empty").mkdir()
    assert main(["accumulate", "empty"]) == BAD_INPUT
    assert "empty: holds no kappa*.hdf5; phono kappa makes one" in capsys.readouterr().err
    # A result is no data.
    assert main(["bands", "kappa.hdf5"]) == BAD_INPUT
    assert "phono info tells what it holds" in capsys.readouterr().err
