"""``phono bands``, ``phono dos``, ``phono thermal`` and ``phono modes``."""

import re

import h5py
import numpy as np
import phonokit
import pytest
from phono_dynmat import BornCharges
from phono_grid import units
from phonokit import Crystal
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

PATH = ["--path", "G X, G L", "--point", "X=1/2,0,1/2", "--point", "L=0.5,0.5,0.5"]
SMALL = ["--mesh", "3", "3", "3"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load(EXAMPLE)


def test_bands_are_printed_written_and_drawn(here, capsys):
    pytest.importorskip("matplotlib")
    argv = ["bands", str(EXAMPLE), *PATH, "--points-per-segment", "5", *SMALL]
    assert main([*argv, "--plot", "bands.png"]) == 0
    out, _ = capsys.readouterr()
    assert "wrote bands.hdf5" in out
    assert (here / "bands.png").stat().st_size > 10_000
    with h5py.File("bands.hdf5") as file:
        f = file["frequency"][:]
        assert f.shape == (2, 5, 6)
        labels = [[x.decode() for x in pair] for pair in file["label"][:]]
        assert labels == [["Γ", "X"], ["Γ", "L"]]
        assert file["frequency"].attrs["unit"] == "THz"
        np.testing.assert_allclose(file["distance"][0, -1], file["distance"][1, 0])
    # Three acoustic modes at rest, a triplet of optical ones.
    np.testing.assert_allclose(f[:, 0, :3], 0, atol=1e-3)
    np.testing.assert_allclose(np.ptp(f[:, 0, 3:], axis=1), 0, atol=1e-6)
    assert f"{f[0, -1, 5]:.3f}" in out


def test_a_standard_path_needs_no_labels(here):
    pytest.importorskip("seekpath")
    assert main(["bands", str(EXAMPLE), "--points-per-segment", "3"]) == 0
    with h5py.File("bands.hdf5") as file:
        assert file["label"][0].tolist() == ["Γ".encode(), b"X"]


@pytest.mark.parametrize("sigma", [[], ["--sigma", "0.5"]])
def test_a_density_of_states_counts_all_of_them(here, capsys, sigma):
    argv = ["dos", str(EXAMPLE), *SMALL, "--frequency-points", "61", *sigma]
    assert main(argv) == 0
    with h5py.File("dos.hdf5") as file:
        total, f = file["total"][:], file["frequency_point"][:]
        np.testing.assert_allclose(file["element/Si"][:], total, atol=1e-12)
        assert file["cumulative"][-1] == pytest.approx(6, rel=1e-2 if sigma else 1e-12)
        assert len(f) == 61
    assert "of 6" in capsys.readouterr().out


def test_thermal_properties_are_per_cell_in_the_file_and_per_mole_on_the_terminal(
    here, capsys
):
    argv = ["thermal", str(EXAMPLE), *SMALL, "--temperature", "0", "--temperature", "5000"]
    assert main(argv) == 0
    with h5py.File("thermal.hdf5") as file:
        c = file["heat_capacity"][:]
        assert file["free_energy"][0] == file["zero_point_energy"][()]
    # The three modes at rest do not take part, or cost next to nothing.
    assert 0.95 < c[1] / (6 * units.BOLTZMANN) < 1
    assert f"{c[1] * units.MOLE:.4f}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "group", "names"),
    [
        (["--by", "atom"], "atom", ["Si1", "Si2"]),
        (["--axes"], "element", ["Si x", "Si y", "Si z"]),
        (["--by", "atom", "--direction", "0,1/2,0"], "atom", ["Si1", "Si2"]),
    ],
)
def test_parts_of_a_density_of_states_are_written(here, options, group, names):
    assert main(["dos", str(EXAMPLE), *SMALL, "--frequency-points", "41", *options]) == 0
    with h5py.File("dos.hdf5") as file:
        parts = {name: g[:] for name, g in file[group].items()}
        total = file["total"][:]
        meaning = file[group][names[0]].attrs["meaning"]
    assert list(parts) == names
    # The axes, and all directions, of a cubic crystal are equivalent.
    share = 1 / 3 if "--direction" in options else 1
    np.testing.assert_allclose(sum(parts.values()), share * total, atol=1e-8 * total.max())
    assert ("along 0,0.5,0" in meaning) == ("--direction" in options)


@pytest.mark.parametrize(("unit", "per_thz"), [("cm-1", 33.35641), ("meV", 4.135667)])
def test_frequencies_are_read_in_the_unit_people_know(here, capsys, unit, per_thz):
    pytest.importorskip("matplotlib")
    argv = ["bands", str(EXAMPLE), *PATH, "--points-per-segment", "3", *SMALL]
    assert main([*argv, "--unit", unit, "--plot", "bands.svg"]) == 0
    with h5py.File("bands.hdf5") as file:
        f = file["frequency"][0, -1]  # at X
        assert file["frequency"].attrs["unit"] == "THz"
    out = capsys.readouterr().out
    row = next(line for line in out.splitlines() if line.split()[:2] == ["X", "from"])
    np.testing.assert_allclose([float(x) for x in row.split()[3:]], f * per_thz, atol=6e-3)
    assert f"Frequencies, {unit}" in out


def test_bands_atoms_and_displacements_are_written_with_thermal_properties(here, capsys):
    argv = ["thermal", str(EXAMPLE), *SMALL, "--temperature", "0", "--temperature", "300"]
    argv += ["--cutoff-frequency", "0.1", "--overwrite"]
    for by, n in (("band", 6), ("atom", 2)):
        assert main([*argv, "--by", by, "--displacements"]) == 0
        with h5py.File("thermal.hdf5") as file:
            for name in ("free_energy", "entropy", "heat_capacity", "zero_point_energy"):
                parts = file[by][name][:]
                assert parts.shape[-1] == n
                np.testing.assert_allclose(parts.sum(axis=-1), file[name][()], rtol=1e-10)
            u, cif = file["displacement"][:], file["displacement_cif"][:]
    # A site of cubic symmetry; U' has the cosine of the angle of two reciprocal vectors.
    np.testing.assert_allclose(u, u[:, :, :1, :1] * np.eye(3), atol=1e-6 * u.max())
    np.testing.assert_allclose(cif[..., 0, 1] / cif[..., 0, 0], -1 / 3, rtol=1e-5)
    assert f"{u[1, 0, 0, 0]:.5f}" in capsys.readouterr().out


def test_every_picture_can_be_drawn(here):
    pytest.importorskip("matplotlib")
    assert main(["dos", str(EXAMPLE), *SMALL, "--plot", "dos.svg"]) == 0
    assert main(["thermal", str(EXAMPLE), *SMALL, "--plot", "thermal.pdf"]) == 0
    assert (here / "dos.svg").read_text().startswith("<?xml")
    assert (here / "thermal.pdf").read_bytes().startswith(b"%PDF")


def test_dipoles_split_optical_bands_unless_they_are_left_out(silicon):
    z = np.eye(3)
    polar = Crystal.from_constants(silicon.fc2, polar=BornCharges([z, -z], z * 12))
    for nac, split in ((True, True), (False, False)):
        result = phonokit.bands(
            polar, path="G X", points={"X": (0.5, 0, 0.5)}, points_per_segment=3, nac=nac
        )
        optical = result.frequencies[0, 0, 3:]
        assert (np.ptp(optical) > 0.1) == split


def test_modes_are_written_at_wave_vectors_and_on_a_mesh(here, capsys):
    assert main(["modes", str(EXAMPLE), "--q", "0,0,0", "1/2,0,1/2"]) == 0
    out = capsys.readouterr().out
    with h5py.File("modes.hdf5") as file:
        f, e, v = (file[x][:] for x in ("frequency", "eigenvector", "group_velocity"))
        assert file["group_velocity"].attrs["unit"] == "angstrom*THz"
        assert "weight" not in file
    assert (f.shape, e.shape, v.shape) == ((2, 6), (2, 6, 2, 3), (2, 6, 3))
    assert f"{f[1, 5]:.3f}" in out
    options = [*SMALL, "--no-eigenvectors", "--no-velocities", "--overwrite"]
    assert main(["modes", str(EXAMPLE), *options]) == 0
    with h5py.File("modes.hdf5") as file:
        assert file["weight"][:].sum() == 27
        assert "eigenvector" not in file
        assert "group_velocity" not in file


def test_a_density_that_misses_states_between_its_frequencies_is_said_to(here, capsys):
    # One wave vector: bands without width, which no frequency of the axis meets.
    assert main(["dos", str(EXAMPLE), "--mesh", "1", "1", "1"]) == 0
    out = capsys.readouterr().out
    with h5py.File("dos.hdf5") as file:
        states = np.trapezoid(file["total"][:], file["frequency_point"][:])
        assert "debye_temperature" not in file
    assert re.search(rf"integrates to +{states:.3f}", out)
    assert "peaks narrower than the distance of its frequencies" in out
    assert "no Debye temperature: no states at low frequencies" in out
    assert main(["dos", str(EXAMPLE), *SMALL, "--sigma", "0.5", "--overwrite"]) == 0
    assert "peaks narrower" not in capsys.readouterr().out


def test_modes_that_do_not_take_part_in_thermal_properties_are_counted(here, capsys):
    argv = ["thermal", str(EXAMPLE), *SMALL, "--temperature", "300"]
    assert main([*argv, "--cutoff-frequency", "6"]) == 0
    assert main(["modes", str(EXAMPLE), *SMALL]) == 0
    with h5py.File("modes.hdf5") as file:
        below = (file["frequency"][:] <= 6).sum(axis=1) @ file["weight"][:]
    out = " ".join(capsys.readouterr().out.split())
    assert f"{below} of 162 modes left out: 3 acoustic at Γ" in out
    assert f"and {below - 3} at or below 6 THz" in out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["bands", "--path", "G Nowhere"], "no point 'Nowhere'|needs seekpath"),
        (["bands", "--path", "G Y", *PATH[2:]], "there is no point 'Y'; there are Γ, X, L"),
        (
            ["bands", "--path", "G X", "--point", "X=1,2"],
            "numbers or fractions.*'1,2'",
        ),
        (["bands", "--point", "X=1,2,3"], "give a --path of these points too"),
        (
            ["bands", *PATH, "--points-per-segment", "1"],
            "--points-per-segment must be 2",
        ),
        (["dos", "--mesh", "0", "1", "1"], "mesh must be three positive integers"),
        (["dos", "--sigma", "-1"], "sigma must be positive"),
        (["dos", "--frequency-points", "1"], "--frequency-points must be 2 or more"),
        (["dos", "--direction", "1,2"], "direction: expected three numbers .* got '1,2'"),
        (
            ["dos", "--direction", "0,0,0"],
            "direction: expected .* not all zero",
        ),
        (["dos", "--direction", "0,0,1", "--axes"], "exclude each other"),
        (["modes", "--q", "0,0,0", *SMALL], "q and mesh exclude each other"),
        (["modes", "--direction", "1,0"], "direction: expected three numbers"),
        (["modes", "--no-velocities", "--plot", "a.png"], "--plot: draws velocities"),
        (["dos", "--unit", "Hz"], "THz.*cm-1.*meV"),
        (["thermal", "--by", "element"], "band.*atom"),
        (["thermal", "--temperature", "-5"], "temperature must be 0 K or above"),
        (["thermal", "--plot", "x.doc"], r"must end with one of \.png"),
        (["thermal", "--output", "no/x.hdf5"], "cannot be written"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_2_and_nothing_is_written(
    here, capsys, argv, message
):
    assert main([argv[0], str(EXAMPLE), *argv[1:]]) == 2
    err = capsys.readouterr().err
    assert re.search(message, err)
    assert err.count("\n") == 1
    assert list(here.iterdir()) == []


@pytest.mark.needs_rust
@pytest.mark.parametrize(("steps", "expected"), [(2, 101), (15, 201), (31, 401)])
def test_a_density_has_no_more_points_than_its_mesh_has_details(steps, expected):
    result = phonokit.dos(phonokit.load(EXAMPLE), (steps, steps, steps))
    assert len(result.frequency_points) == expected
    assert result.states == pytest.approx(6, rel=0.02)
