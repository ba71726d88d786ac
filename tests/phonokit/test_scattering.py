"""``phono gamma``, ``phono spectral`` and ``phono jdos``."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import phonokit
import pytest
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

# Of this environment, never of another: two MPI libraries do not mix.
MPIEXEC = Path(sys.executable).with_name("mpiexec")
needs_mpi = pytest.mark.skipif(
    importlib.util.find_spec("mpi4py") is None or not MPIEXEC.exists(),
    reason="mpi4py or mpiexec is not in this environment (uv sync --group dev)",
)

SMALL = ["--mesh", "4", "4", "4"]
Q = ["--q", "1/4,0,0", "--q", "0.5,0.5,0"]


def numbers(path):
    """Every dataset of a file."""
    with h5py.File(path) as file:
        return {name: file[name][()] for name in file}


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
def test_with_averaged_strengths_linewidths_are_the_phase_space(here):
    """One number for each band times the joint density of states with occupations."""
    over = [str(EXAMPLE), *SMALL, *Q, "--frequency-points", "41", "--temperature", "300"]
    averaged = ["--average-strengths"]
    assert main(["gamma", *over, *averaged, "--output", "averaged.hdf5"]) == 0
    assert main(["jdos", *over]) == 0
    gamma = numbers("averaged.hdf5")["gamma"][:, 0]
    pairs = numbers("jdos.hdf5")
    density = (pairs["sums"] + pairs["differences"])[:, 0]
    for of_bands, n in zip(gamma, density, strict=True):
        some = n > 0.01 * n.max()
        strength = (of_bands[:, some] / n[some]).T
        assert strength.min() > 0
        np.testing.assert_allclose(strength, strength[:1].repeat(some.sum(), 0), rtol=1e-9)
    # At its own frequency as well, and not the same as with every strength.
    made = {}
    for words in ([], averaged):
        name = f"{len(words)}.hdf5"
        assert main(["gamma", str(EXAMPLE), *SMALL, *Q, *words, "--output", name]) == 0
        made[len(words)] = numbers(name)["gamma"]
    assert np.abs(made[0] - made[1]).max() > 0.05 * made[0].max()


@pytest.mark.needs_rust
@pytest.mark.parametrize("averaged", [False, True])
def test_widths_of_triplets_add_up_to_those_of_bands(here, averaged, capsys):
    one = ["gamma", str(EXAMPLE), *SMALL, *Q[:2], "--temperature", "100", "300"]
    one += ["--average-strengths"] * averaged
    assert main([*one, "--output", "plain.hdf5"]) == 0
    assert main([*one, "--by-triplet"]) == 0
    plain, whole = numbers("plain.hdf5"), numbers("gamma.hdf5")
    np.testing.assert_allclose(whole["gamma"], plain["gamma"], rtol=1e-10, atol=1e-16)
    f, detail = whole["frequency"][0], whole["gamma_triplet"]
    sums = np.einsum("t,Ttjkl->Tj", whole["triplet_weights"], detail)
    for T, widths in zip(sums, whole["gamma"][0], strict=True):
        for j in range(6):
            same = np.abs(f - f[j]) < 1e-4
            assert T[same].mean() == pytest.approx(widths[j], rel=1e-9, abs=1e-15)
    # Momentum is conserved, and all wave vectors take part.
    q = whole["triplet_qpoints"].sum(axis=1)
    np.testing.assert_allclose(q, np.rint(q), atol=1e-12)
    assert whole["triplet_weights"].sum() == 64
    assert whole["strength"].shape == (len(q), 6, 6, 6)
    assert whole["strength"].min() >= 0
    capsys.readouterr()
    assert main(["info", "gamma.hdf5"]) == 0
    assert "band_2 6" not in capsys.readouterr().out
    # The file is read as it was written.
    again = phonokit.read_result("gamma.hdf5")
    np.testing.assert_array_equal(again.triplet_linewidths, detail)
    for words in (Q[2:], ["--frequency-points", "11"]):
        capsys.readouterr()
        assert main([*one, *words, "--by-triplet", "--output", "two.hdf5"]) == 2
        assert "--by-triplet: is of one wave vector" in capsys.readouterr().err


@pytest.mark.needs_rust
def test_joint_densities_with_and_without_temperatures(here):
    pytest.importorskip("matplotlib")
    argv = ["jdos", str(EXAMPLE), *SMALL, *Q, "--frequency-points", "201"]
    assert main([*argv, "--plot", "jdos.png"]) == 0
    with h5py.File("jdos.hdf5") as file:
        step = file["frequency_point"][1]
        # All pairs of six bands; the rectangle rule misses what is narrower than a step.
        np.testing.assert_allclose(file["sums"][:].sum(axis=1) * step, 36, rtol=0.03)
    hot = ["--temperature", "0", "--temperature", "300", "--overwrite"]
    assert main([*argv, *hot]) == 0
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


@pytest.mark.needs_rust
def test_peaks_that_are_printed_are_those_that_are_written(here, capsys):
    argv = ["spectral", str(EXAMPLE), *SMALL, "--q", "1/4,0,0", "1/3,0,0"]
    assert main([*argv, "--temperature", "300"]) == 0
    out, _ = capsys.readouterr()
    found = numbers("spectral.hdf5")
    assert found["peak"].shape == (2, 1, 6)
    assert all(f"{peak:.6f}" in out for peak in found["peak"].ravel())
    step = found["frequency_point"][1]
    top = found["frequency_point"][found["spectral_function"].argmax(axis=-1)]
    assert 0 < np.abs(found["peak"] - top).max() < step / 2


@pytest.mark.needs_rust
def test_options_of_scattering_reach_the_kernels(here):
    argv = [str(EXAMPLE), *SMALL, "--q", "1/4,0,0"]
    for options in (
        ["--cutoff-frequency", "5"],
        ["--degeneracy", "5"],
        ["--no-average-degenerate-weights"],
        ["--sigma", "0.5"],
    ):
        for command in ("gamma", "spectral"):
            name = {"gamma": "gamma", "spectral": "half_linewidth"}[command]
            assert main([command, *argv, "--output", f"{command}.hdf5"]) == 0
            other = ["--output", "b.hdf5", "--overwrite"]
            assert main([command, *argv, *options, *other]) == 0
            one, other = numbers(f"{command}.hdf5")[name], numbers("b.hdf5")[name]
            assert not np.array_equal(one, other), (command, options)
    cut = ["--cutoff-frequency", "5", "--temperature", "300"]
    assert main(["jdos", *argv, "--temperature", "300", "--output", "a.hdf5"]) == 0
    assert main(["jdos", *argv, *cut, "--output", "c.hdf5"]) == 0
    assert not np.array_equal(numbers("a.hdf5")["sums"], numbers("c.hdf5")["sums"])


@pytest.mark.needs_rust
def test_a_finished_command_leaves_no_run_and_says_what_ran(here, capsys):
    argv = ["gamma", str(EXAMPLE), *SMALL, *Q, "--normal-umklapp"]
    assert main(argv) == 0
    out, _ = capsys.readouterr()
    assert {p.name for p in here.iterdir()} == {"gamma.hdf5", "gamma.toml"}
    assert "Rust kernels" in out
    assert "4 × 4 × 4, 64 wave vectors" in out
    assert "linear tetrahedra" in out
    again = phonokit.read_result("gamma.hdf5")
    assert again.normal.shape == (2, 1, 6)
    assert (
        main(["gamma", str(EXAMPLE), "--config", "gamma.toml", "--output", "b.hdf5"]) == 0
    )
    for name, value in numbers("gamma.hdf5").items():
        np.testing.assert_array_equal(numbers("b.hdf5")[name], value)


@pytest.mark.mpi
@needs_mpi
@pytest.mark.needs_rust
@pytest.mark.parametrize(
    "words",
    [
        ["gamma", "--q", "1/4,0,0", "0.5,0.5,0", "0,0,0", "--nu"],
        ["jdos", "--q", "1/4,0,0", "0.5,0.5,0", "0,0,0", "--temperature", "300"],
        ["spectral", "--q", "1/4,0,0", "0.1,0.2,0", "0,0,0"],
        [
            "spectral",
            "--path",
            "X G",
            "--point",
            "X=0.5,0,0.5",
            "--points-per-segment",
            "3",
        ],
        ["gamma", "--q", "1/4,0,0"],
    ],
    ids=["gamma", "jdos", "spectral", "path", "one"],
)
def test_ranks_share_the_wave_vectors_and_write_the_same_bits(here, words):
    command, *options = words
    argv = [command, str(EXAMPLE), *SMALL, *options]
    assert main([*argv, "--output", "alone.hdf5"]) == 0
    python = [sys.executable, "-m", "phonokit", *argv, "--output", "ranks.hdf5"]
    run = subprocess.run(
        [MPIEXEC, "-n", "2", *python],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "on each of 2 ranks" in run.stdout
    assert ("2 ranks for 1 wave vector: 1 idle" in run.stderr) == (
        options == ["--q", "1/4,0,0"]
    )
    assert not (here / "ranks.hdf5.run").exists()
    alone, ranks = numbers("alone.hdf5"), numbers("ranks.hdf5")
    assert alone.keys() == ranks.keys()
    for name, value in alone.items():
        np.testing.assert_array_equal(ranks[name], value, err_msg=name)


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (
            ["gamma", "--q", "0.1,0,0"],
            "--q must be a point of the mesh 4 × 4 × 4, got 0.1,0,0; the nearest is 0,0,0",
        ),
        (["jdos", "--q", "0,0"], "expected three numbers or fractions"),
        (["jdos", "--q", "1/0,0,0"], "expected three numbers or fractions"),
        (["gamma", "--sigma", "0"], "sigma must be positive, got 0"),
        (["jdos", "--frequency-points", "1"], "--frequency-points must be 2 or more"),
        (["spectral", "--frequency-points", "0"], "--frequency-points must be 2 or more"),
        (["spectral", "--q", "nan,0,0"], "expected three numbers or fractions"),
        (["spectral", "--q", "0,0,0.1", "--path", "G X"], "--q and --path: give one of"),
        (["spectral", "--point", "X=0.5,0,0.5"], "--point: give a --path of these points"),
        (
            ["spectral", "--path", "G X", "--point", "X=0.5"],
            "--point: X: expected three numbers or fractions",
        ),
        (
            ["spectral", "--path", "G X", "--point", "0.5,0,0.5"],
            "--point: expected LABEL=x,y,z",
        ),
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
