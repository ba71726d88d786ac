"""``phono bands``, ``phono dos`` and ``phono thermal``."""

import re

import h5py
import numpy as np
import phonokit
import pytest
from phono_dynmat import Polar
from phono_grid import units
from phonokit import _harmonic as harmonic
from phonokit._read_born import BornCharges
from phonokit._workflow import Crystal
from phonokit.cli import main
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
    argv = ["dos", str(EXAMPLE), *SMALL, "--steps", "60", *sigma]
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
    assert f"{c[1] * 96485.3905398362:.4f}" in capsys.readouterr().out


def test_every_picture_can_be_drawn(here):
    pytest.importorskip("matplotlib")
    assert main(["dos", str(EXAMPLE), *SMALL, "--plot", "dos.svg"]) == 0
    assert main(["thermal", str(EXAMPLE), *SMALL, "--plot", "thermal.pdf"]) == 0
    assert (here / "dos.svg").read_text().startswith("<?xml")
    assert (here / "thermal.pdf").read_bytes().startswith(b"%PDF")


def test_dipoles_split_optical_bands_unless_they_are_left_out(silicon):
    z = np.eye(3)
    born = BornCharges(Polar([z, -z], z * 12))
    names = (n for n in type(silicon.data).__dataclass_fields__ if n != "born")
    data = type(silicon.data)(**{n: getattr(silicon.data, n) for n in names}, born=born)
    polar = Crystal(data, silicon.backend)
    for nac, split in ((True, True), (False, False)):
        series = harmonic.dynamics(polar, nac=nac)
        found = harmonic.bands(polar, series, "G X", ["X=1/2,0,1/2"], n=3)
        optical = found.frequencies[0][0, 3:]
        assert (np.ptp(optical) > 0.1) == split


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["bands", "--path", "G Nowhere"], "no point 'Nowhere'|needs seekpath"),
        (["bands", "--path", "G Y", *PATH[2:]], "there is no point 'Y'; there are Γ, X, L"),
        (["bands", "--path", "G X", "--point", "X=1,2"], "expected LABEL=x,y,z .*'X=1,2'"),
        (["bands", "--point", "X=1,2,3"], "give a path of these points too"),
        (["bands", *PATH, "--points-per-segment", "1"], "n must be 2 or more"),
        (["dos", "--mesh", "0", "1", "1"], "mesh must be three positive integers"),
        (["dos", "--sigma", "-1"], "sigma must be positive"),
        (["dos", "--steps", "0"], "steps must be positive"),
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
