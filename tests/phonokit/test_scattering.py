"""``phono gamma``, ``phono spectral`` and ``phono jdos``."""

import h5py
import numpy as np
import phonokit
import pytest
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

SMALL = ["--mesh", "4", "4", "4"]
Q = ["--q", "1/4,0,0", "--q", "0.5,0.5,0"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.needs_rust
def test_linewidths_are_those_of_the_conductivity_and_split(here, capsys):
    pytest.importorskip("matplotlib")
    argv = ["gamma", str(EXAMPLE), *SMALL, *Q, "--temperature", "300"]
    assert main([*argv, "--nu", "--plot", "gamma.png"]) == 0
    out, _ = capsys.readouterr()
    assert "Γ at q = 1/4,0,0, THz" in out
    assert (here / "gamma.png").stat().st_size > 10_000
    result = phonokit.kappa(phonokit.load(EXAMPLE), [4, 4, 4], 300.0)
    with h5py.File("gamma.hdf5") as file:
        gamma = file["gamma"][:, 0]
        assert file["gamma"].attrs["unit"] == "THz"
        parts = file["gamma_normal"][:, 0] + file["gamma_umklapp"][:, 0]
        point = file["grid_point"][:]
    np.testing.assert_allclose(parts, gamma, atol=1e-14)
    assert f"{gamma[0, -1]:.6f}" in out
    assert "U 300 K" in out
    row = list(result.grid_points).index(1)
    assert point[0] == 1
    np.testing.assert_allclose(gamma[0], result.linewidths[0, row], rtol=1e-9)


@pytest.mark.needs_rust
def test_linewidths_over_frequency_and_spectra_go_together(here):
    pytest.importorskip("matplotlib")
    n = ["--frequency-points", "41"]
    argv = [str(EXAMPLE), *SMALL, *Q, *n, "--temperature", "300", "--sigma", "0.5"]
    assert main(["gamma", *argv, "--plot", "gamma.svg"]) == 0
    assert main(["spectral", *argv, "--plot", "spectral.png"]) == 0
    with h5py.File("gamma.hdf5") as one, h5py.File("spectral.hdf5") as other:
        assert one["gamma"].shape == (2, 1, 6, 41)
        np.testing.assert_array_equal(one["gamma"], other["half_linewidth"])
        np.testing.assert_array_equal(one["frequency_point"], other["frequency_point"])
        assert other["spectral_function"].attrs["unit"] == "1/THz"
        assert other["spectral_function"][:].min() >= 0


@pytest.mark.needs_rust
@pytest.mark.parametrize("command", ["gamma", "spectral", "jdos"])
def test_pictures_over_frequency_have_a_panel_for_each_wave_vector(here, command):
    pytest.importorskip("matplotlib")
    argv = [command, str(EXAMPLE), *SMALL, "--q", "0,0,0", "--q", "0.5,0.5,0"]
    argv += ["--temperature", "300", "--frequency-points", "21"]
    assert main([*argv, "--plot", "q.svg"]) == 0
    picture = (here / "q.svg").read_text()
    assert "q = 0,0,0" in picture
    assert "q = 0.5,0.5,0" in picture


@pytest.mark.needs_rust
def test_joint_densities_with_and_without_temperatures(here):
    pytest.importorskip("matplotlib")
    argv = ["jdos", str(EXAMPLE), *SMALL, *Q, "--frequency-points", "201"]
    assert main([*argv, "--plot", "jdos.png"]) == 0
    with h5py.File("jdos.hdf5") as file:
        step = file["frequency_point"][1]
        # All pairs of six bands; the rectangle rule misses what is narrower than a step.
        np.testing.assert_allclose(file["sums"][:].sum(axis=1) * step, 36, rtol=0.03)
    assert main([*argv, "--temperature", "0", "--temperature", "300"]) == 0
    with h5py.File("jdos.hdf5") as file:
        assert file["sums"].shape == (2, 2, 201)
        # Nothing can be absorbed at 0 K.
        assert not file["differences"][:, 0].any()


@pytest.mark.needs_rust
def test_spectra_along_a_line_pass_through_those_of_the_mesh(here, capsys):
    pytest.importorskip("matplotlib")
    common = [str(EXAMPLE), *SMALL, "--frequency-points", "41", "--sigma", "0.5"]
    line = ["--path", "X G", "--point", "X=0.5,0,0.5", "--points-per-segment", "4"]
    argv = ["spectral", *common, *line, "--temperature", "300", "--temperature", "900"]
    assert main([*argv, "--plot", "path.png"]) == 0
    out, _ = capsys.readouterr()
    assert "Peaks at X, THz" in out
    assert "-0.0000" not in out
    assert (here / "path.png").stat().st_size > 10_000
    ends = ["--q", "1/2,0,1/2", "--q", "0,0,0", "--q", "1/6,0,1/6"]
    argv = ["spectral", *common, *ends, "--temperature", "300", "--output", "q.hdf5"]
    assert main([*argv, "--unit", "cm-1"]) == 0
    out, _ = capsys.readouterr()
    assert "Peaks at q = 1/6,0,1/6, cm-1" in out
    with h5py.File("spectral.hdf5") as one, h5py.File("q.hdf5") as other:
        assert one["spectral_function"].shape == (4, 2, 6, 41)
        assert one["label"][:].tolist() == [[b"X", "Γ".encode()]]
        assert np.diff(one["distance"][:]).min() > 0
        for name in ("spectral_function", "half_linewidth", "shift"):
            along = one[name][:][[0, 3, 2], 0]
            at = other[name][:, 0]
            np.testing.assert_allclose(along, at, rtol=0, atol=1e-6 * np.abs(at).max())


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (
            ["gamma", "--q", "0.1,0,0"],
            "not a point of the mesh 4 × 4 × 4; the nearest is 0,0,0",
        ),
        (["jdos", "--q", "0,0"], "expected three numbers or fractions"),
        (["jdos", "--q", "1/0,0,0"], "expected three numbers or fractions"),
        (["gamma", "--sigma", "0"], "sigma must be positive, got 0"),
        (["jdos", "--frequency-points", "1"], "--frequency-points must be 2 or more"),
        (["spectral", "--frequency-points", "0"], "--frequency-points must be 2 or more"),
        (["spectral", "--q", "nan,0,0"], "expected three numbers or fractions"),
        (["spectral", "--q", "0,0,0.1", "--path", "G X"], "--path and --q: give one of"),
        (["spectral", "--point", "X=0.5,0,0.5"], "--point: give a path of these points"),
        (["spectral", "--path", "G X", "--point", "X=0.5"], "X=0.5"),
        (["gamma", "--frequency-points", "-3"], "--frequency-points must be 2 or more"),
        (["gamma", "--temperature", "-1"], "temperature must be 0 K or above"),
        (["jdos", "--plot", "x.txt"], "the name of a picture must end with"),
    ],
)
def test_bad_input_is_one_line_that_says_what_to_do(here, capsys, argv, message):
    command, *options = argv
    assert main([command, str(EXAMPLE), *SMALL, *options]) == 2
    _, error = capsys.readouterr()
    assert message in error
    assert error.count("\n") == 1
