"""Convergence with the mesh: the line and its uncertainty, and the conductivities kept."""

import importlib
import lzma

import numpy as np
import phonokit
import pytest
from phono_grid import Gaussian
from phonokit import Convergence, DomainError, FileError, KappaFolder, Transport
from phonokit.calc.extrapolation import extrapolated, first_converged
from phonokit.cli.app import main
from phonokit.results.reading import read_result
from tiny_crystal import EXAMPLE

calculation = importlib.import_module("phonokit.calc.converge")
N_Q = np.array([3, 5, 7, 9, 11]) ** 3
MESHES = Convergence(meshes=((2, 2, 2), (3, 3, 3), (4, 4, 4)))


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load(EXAMPLE)


@pytest.fixture
def nothing_is_computed(monkeypatch):
    """Who computes fails."""

    def fail(*_, **__):
        raise AssertionError("computed again")

    return lambda: monkeypatch.setattr(calculation, "kappa", fail)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_line_is_extrapolated_to_its_end_and_is_certain():
    values = 100 - np.array([30.0, -7.0]) / np.cbrt(N_Q)[:, None]
    line = extrapolated(N_Q, values, 4)
    np.testing.assert_allclose(line.limit, [100, 100], rtol=1e-12)
    np.testing.assert_allclose(line.slope, [-30, 7], rtol=1e-10)
    assert line.uncertainty.max() < 1e-10


def test_the_uncertainty_has_the_residuals_and_the_coarsest_mesh(rng):
    values = rng.normal(size=5)
    for fitted in (3, 4, 5):
        x, y = 1 / np.cbrt(N_Q[-fitted:]), values[-fitted:]
        (_, limit), covariance = np.polyfit(x, y, 1, cov=True)
        without = np.polyfit(x[1:], y[1:], 1)[1]
        line = extrapolated(N_Q, values, fitted)
        assert line.limit == pytest.approx(limit, rel=1e-10)
        expected = np.hypot(np.sqrt(covariance[1, 1]), limit - without)
        assert line.uncertainty == pytest.approx(expected, rel=1e-8)


def test_two_meshes_have_a_limit_and_no_uncertainty_one_has_neither():
    two, one = (extrapolated(N_Q[:n], np.arange(float(n)), 4) for n in (2, 1))
    assert np.isfinite(two.limit)
    assert np.isnan([two.uncertainty, one.limit, one.uncertainty]).all()
    assert first_converged(np.zeros(2), two, 1.0) == -1


def test_the_first_mesh_is_named_from_which_on_all_are_near():
    values = 100 - 30 / np.cbrt(N_Q)
    line = extrapolated(N_Q, values, 4)
    away = np.abs(values / 100 - 1)
    for i in range(5):
        assert first_converged(values, line, away[i] * 1.001) == i
    assert first_converged(values, line, away[4] * 0.999) == -1
    # One that is near by chance does not count.
    values[0] = 100
    assert first_converged(values, extrapolated(N_Q, values, 4), away[3] * 1.001) == 3


@pytest.mark.needs_rust
def test_each_conductivity_is_that_of_kappa(silicon):
    transport = Transport(isotopes=True)
    result = phonokit.converge(silicon, MESHES, [100, 300], transport=transport)
    for i, n in enumerate((2, 3, 4)):
        kappa = phonokit.kappa(silicon, (n, n, n), [100, 300], transport=transport).kappa
        np.testing.assert_array_equal(result.kappa[0, i], kappa)
    np.testing.assert_array_equal(result.n_qpoints, [8, 27, 64])


@pytest.mark.needs_rust
def test_each_width_and_each_crystal_has_a_series(silicon, folder):
    settings = Convergence(meshes=((3, 3, 3), (2, 2, 2)), sigmas=(1.0, 2.0))
    crystals = {"one": silicon, "two": silicon}
    result = phonokit.converge(crystals, settings, folder=folder)
    assert list(result.series) == [
        f"{name}, σ = {s} THz" for name in ("one", "two") for s in ("1", "2")
    ]
    for i, sigma in enumerate((1.0, 2.0)):
        scattering = phonokit.Transport().scattering
        scattering = type(scattering)(smearing=Gaussian(sigma))
        transport = Transport(scattering=scattering)
        kappa = phonokit.kappa(silicon, (3, 3, 3), transport=transport).kappa
        np.testing.assert_array_equal(result.kappa[i, 1], kappa)
        np.testing.assert_array_equal(result.kappa[i + 2], result.kappa[i])
    assert (folder / "two" / "kappa-m333-s2.hdf5").is_file()


@pytest.mark.needs_rust
def test_a_series_that_nobody_has_named_ends_where_it_is_converged(silicon):
    result = phonokit.converge(silicon, Convergence(tolerance=0.5))
    assert result.n_meshes.tolist() == [3]
    assert result.converged[0] >= 0
    sizes = result.meshes[:, 0, 0]
    assert (np.diff(sizes) > 0).all()
    assert (result.differences[0, result.converged[0] :] <= 0.5).all()


@pytest.mark.needs_rust
def test_what_is_finished_is_read_and_another_is_refused(
    silicon, folder, nothing_is_computed
):
    first = phonokit.converge(silicon, MESHES, folder=folder)
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert set(files) == {f"kappa-m{n}{n}{n}.hdf5" for n in (2, 3, 4)}
    assert read_result(folder / "kappa-m333.hdf5").kappa == pytest.approx(first.kappa[0, 1])
    nothing_is_computed()
    again = phonokit.converge(silicon, MESHES, folder=folder)
    np.testing.assert_array_equal(again.kappa, first.kappa)
    with pytest.raises(AssertionError, match="computed again"):
        phonokit.converge(
            silicon, MESHES, folder=KappaFolder(folder=folder, overwrite=True)
        )
    with pytest.raises(FileError, match="normal-umklapp is False there and True here"):
        phonokit.converge(
            silicon, MESHES, transport=Transport(normal_umklapp=True), folder=folder
        )
    with pytest.raises(FileError, match=r"temperatures is \[300.0\] there"):
        phonokit.converge(silicon, MESHES, [100], folder=folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == files


@pytest.mark.needs_rust
def test_a_study_that_was_stopped_goes_on(silicon, folder, monkeypatch):
    calls = iter(range(100))

    def stop(done, total):
        if next(calls) == 6:
            raise KeyboardInterrupt

    run = phonokit.Run(progress=stop, batch_size=1)
    with pytest.raises(KeyboardInterrupt):
        phonokit.converge(silicon, MESHES, run=run, folder=folder)
    names = {file.name for file in folder.iterdir()}
    assert "kappa-m222.hdf5" in names
    (unfinished,) = (name for name in names if name.endswith(".run"))
    told = []
    kept = KappaFolder(folder=folder, tell=told.append)
    result = phonokit.converge(silicon, MESHES, folder=kept)
    assert len(told) == 1
    assert "going on with" in told[0]
    assert not (folder / unfinished).exists()
    np.testing.assert_array_equal(result.kappa, phonokit.converge(silicon, MESHES).kappa)


@pytest.mark.needs_rust
def test_the_files_are_those_of_the_command_kappa(folder, capsys, nothing_is_computed):
    pytest.importorskip("matplotlib")

    def run(*words):
        code = main([str(word) for word in words])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    words = ("converge", EXAMPLE, "--meshes", "2", "3x3x3", "4", "--isotopes")
    assert run("kappa", EXAMPLE, "--mesh", "2", "2", "2", "--isotopes")[0] == 0
    before = (folder / "kappa-m222-isotopes.hdf5").read_bytes()
    code, text = run(*words, "--plot", "out.png")
    assert code == 0
    assert "not converged to 1 %" in text
    assert (folder / "kappa-m222-isotopes.hdf5").read_bytes() == before
    for mesh in ("3", "4"):
        code, text = run("kappa", EXAMPLE, "--mesh", *[mesh] * 3, "--isotopes")
        assert code == 0
        assert "is there already, of the same settings" in text
    code, text = run("kappa", EXAMPLE, "--mesh", "3", "3", "3", "--isotopes", "--nu")
    assert code == 2
    assert "normal-umklapp is false there and true here" in text
    nothing_is_computed()
    (folder / "converge.hdf5").unlink()
    assert run(*words)[0] == 0
    assert run("plot", "converge.hdf5", "--component", "xx", "--output", "p.pdf")[0] == 0


def test_another_mesh_of_other_settings_is_refused_before_anything_is_computed(
    silicon, folder, nothing_is_computed
):
    (finest,) = MESHES.meshes[-1:]
    umklapp = Transport(normal_umklapp=True)
    result = phonokit.kappa(silicon, finest, transport=umklapp)
    result.write(folder / result.default_name)
    nothing_is_computed()
    with pytest.raises(FileError, match=f"{result.default_name}: is there already"):
        phonokit.converge(silicon, MESHES, folder=folder)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"tolerance": 0}, "tolerance must be positive"),
        ({"fitted": 2}, "fitted must be 3 or more"),
        ({"meshes": ()}, "meshes: give one or more"),
        ({"sigmas": (0.1, 0.1)}, "give each width once"),
        ({"sigmas": (0.0,)}, "sigmas must be positive"),
    ],
)
def test_wrong_settings_are_refused(wrong, message):
    with pytest.raises(DomainError, match=message):
        Convergence(**wrong)


@pytest.mark.parametrize("name", ["", "..", "a/b"])
def test_names_of_crystals_are_those_of_folders(silicon, name):
    with pytest.raises(DomainError, match="a name must be one that a folder can have"):
        phonokit.converge({name: silicon}, MESHES)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--to 0", "--to: must be positive, as 1%, got 0"),
        ("germanium", "germanium: is Ge, the first data are of Si; give the same"),
    ],
)
def test_what_is_no_study_is_refused(words, told, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (yaml,) = EXAMPLE.glob("*.yaml.xz")
    text = lzma.decompress(yaml.read_bytes()).decode().replace("symbol: Si", "symbol: Ge")
    (tmp_path / "germanium").mkdir()
    (tmp_path / "germanium" / yaml.stem).write_text(text)
    assert main(["converge", str(EXAMPLE), "--meshes", "2", "3", *words.split()]) == 2
    assert told in capsys.readouterr().err
