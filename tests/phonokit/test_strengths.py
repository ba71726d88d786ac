"""Squared matrix elements that are kept, averaged, given, or made once for many widths."""

import numpy as np
import phonokit
import pytest
from phono_3ph import Scattering, Strengths
from phono_grid import Gaussian
from phono_grid.errors import DomainError
from phonokit import Transport
from phonokit.calc import work_pieces
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

pytest.importorskip("h5py")
pytestmark = pytest.mark.needs_rust
MESH = (3, 3, 3)
NUMBERS = ["--mesh", "3", "3", "3"]


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load(EXAMPLE)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def smeared(sigma, **choices):
    return Transport(scattering=Scattering(smearing=Gaussian(sigma)), **choices)


def test_kept_strengths_serve_every_later_run(silicon, tmp_path, monkeypatch):
    folder = tmp_path / "a" / "elements"
    first = phonokit.kappa(silicon, MESH, 300, strengths=folder)
    files = sorted(folder.iterdir())
    assert len(files) == len(first.grid_points)
    monkeypatch.setattr(Strengths, "of", None)  # nothing is computed again
    for transport in (
        Transport(),
        smeared(0.3, isotopes=True),
        Transport("lbte"),
        Transport(normal_umklapp=True),
        Transport(scattering=Scattering(cutoff_frequency=3)),
    ):
        kept = phonokit.kappa(
            silicon, MESH, [100, 500], strengths=folder, transport=transport
        )
        plain = phonokit.kappa(silicon, MESH, [100, 500], transport=transport)
        np.testing.assert_allclose(kept.kappa, plain.kappa, rtol=1e-9, atol=1e-9)
    again = phonokit.kappa(silicon, MESH, 300, strengths=folder)
    np.testing.assert_array_equal(again.kappa, first.kappa)
    assert sorted(folder.iterdir()) == files


def test_strengths_of_other_data_are_refused(silicon, tmp_path):
    phonokit.kappa(silicon, MESH, 300, strengths=tmp_path)
    heavy = phonokit.load(EXAMPLE).with_masses({"Si": 40.0})
    with pytest.raises(DomainError, match="strengths of other phonons"):
        phonokit.kappa(heavy, MESH, 300, strengths=tmp_path)
    # Another mesh has files of its own.
    phonokit.kappa(silicon, (2, 2, 2), 300, strengths=tmp_path)
    assert len(list(tmp_path.iterdir())) == 4 + 3


def test_a_constant_strength_needs_no_third_order(silicon):
    rates = [
        phonokit.kappa(crystal, MESH, 300, transport=Transport(constant_strength=p))
        for crystal, p in (
            (silicon, 1e-9),
            (phonokit.Crystal.from_constants(silicon.fc2), 2e-9),
        )
    ]
    one, two = rates
    np.testing.assert_allclose(two.rates.phonon, 2 * one.rates.phonon, rtol=1e-9)
    np.testing.assert_allclose(two.kappa, one.kappa / 2, rtol=1e-9)
    width = phonokit.linewidths(silicon, [1 / 3, 0, 0], MESH, 300, constant_strength=1e-9)
    i = one.grid_points.tolist().index(width.grid_points[0])
    np.testing.assert_allclose(width.linewidths[0], one.rates.phonon[:, i], rtol=1e-9)


def test_averaged_strengths_are_those_of_single_wave_vectors(silicon):
    kappa = phonokit.kappa(silicon, MESH, 300, transport=Transport(average_strengths=True))
    q = kappa.qpoints[1]
    width = phonokit.linewidths(silicon, q, MESH, 300, average_strengths=True)
    np.testing.assert_allclose(width.linewidths[0], kappa.rates.phonon[:, 1], rtol=1e-9)
    read = Transport.from_record(kappa.transport.record)
    assert read == Transport(average_strengths=True)


@pytest.mark.parametrize("cut", [False, True])
def test_widths_that_share_elements_have_the_bits_of_single_runs(silicon, monkeypatch, cut):
    if cut:
        for name, value in {"WHOLE": 1, "PIECE": 2}.items():
            monkeypatch.setattr(work_pieces, name, value)
    widths, shared = [0.2, 0.4, 0.05], Transport(isotopes=True, boundary_mfp=1.0)
    together = phonokit.kappa_for_widths(
        silicon, widths, MESH, [100, 300], transport=shared
    )
    for width, result in zip(widths, together, strict=True):
        transport = smeared(width, isotopes=True, boundary_mfp=1.0)
        alone = phonokit.kappa(silicon, MESH, [100, 300], transport=transport)
        np.testing.assert_array_equal(result.kappa, alone.kappa)
        np.testing.assert_array_equal(result.rates.total, alone.rates.total)
        assert result.transport == alone.transport


@pytest.mark.parametrize(
    ("widths", "choices", "said"),
    [
        ([0.1, 0.1], {}, "each once"),
        ([], {}, "each once"),
        ([0.1], {"method": "lbte"}, "call kappa for each width"),
        ([-1.0], {}, "sigma must be positive"),
    ],
)
def test_widths_that_cannot_share_are_refused(silicon, widths, choices, said):
    with pytest.raises(DomainError, match=said):
        phonokit.kappa_for_widths(
            silicon, widths, MESH, 300, transport=Transport(**choices)
        )


def test_the_command_keeps_replaces_and_names_them(here, capsys):
    command = ["kappa", str(EXAMPLE), *NUMBERS]
    assert main([*command, "--strengths", "elements"]) == 0
    assert len(list((here / "elements").iterdir())) == 4
    assert main(command) == 0
    assert "is there already, of the same settings" in capsys.readouterr().out
    assert main([*command, "--constant-strength", "1e-9"]) == 0
    assert main([*command, "--average-strengths"]) == 0
    assert "averaged strengths" in capsys.readouterr().out
    for name in ("-p1e-09", "-average"):
        assert (here / f"kappa-m333{name}.hdf5").is_file()
    for words, said in (
        (["--constant-strength", "1e-9", "--average-strengths"], "--average-strengths"),
        (["--constant-strength", "-1"], "--constant-strength must be positive"),
        (["--constant-strength", "1", "--strengths", "elements"], "--constant-strength"),
        (["--sample", "--strengths", "elements", "--overwrite"], "--sample"),
        (["--strengths", "elements", "--plan"], "--plan"),
    ):
        assert main([*command, *words]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize("stopped_at", ["linewidths", "second file"])
def test_a_run_of_several_widths_goes_on_wherever_it_was_stopped(
    silicon, here, monkeypatch, capsys, stopped_at
):
    command = ["kappa", str(EXAMPLE), *NUMBERS, "--sigma", "0.5", "1"]
    names = [f"kappa-m333-s{s}.hdf5" for s in ("0.5", "1")]
    with monkeypatch.context() as patched:
        if stopped_at == "linewidths":
            stop_after(patched, "phonokit.calc.scatterer.linewidths_together", 2)
        else:
            stop_after(patched, "phonokit.results.result.Result.write", 1)
        assert main(command) == 130
    assert (here / "kappa-m333-widths.hdf5.run").is_file()
    written = [(here / name).is_file() for name in names]
    assert written == [stopped_at == "second file", False]
    capsys.readouterr()
    with monkeypatch.context() as patched:
        # What was finished is not computed again.
        left = {"linewidths": 2}.get(stopped_at, 0)
        stop_after(patched, "phonokit.calc.scatterer.linewidths_together", left)
        assert main(command) == 0
    for name, sigma in zip(names, (0.5, 1), strict=True):
        alone = phonokit.kappa(silicon, MESH, 300, transport=smeared(sigma))
        np.testing.assert_array_equal(phonokit.read_result(name).kappa, alone.kappa)
    assert not [f for f in here.iterdir() if f.name.endswith((".run", ".lock"))]


def stop_after(patched, name, calls):
    """Let a function be interrupted once it has been called some times."""
    module, _, attribute = name.rpartition(".")
    import importlib

    try:
        owner = importlib.import_module(module)
    except ModuleNotFoundError:
        module, _, kind = module.rpartition(".")
        owner = getattr(importlib.import_module(module), kind)
    function, done = getattr(owner, attribute), []

    def counted(*args, **kwargs):
        if len(done) == calls:
            raise KeyboardInterrupt
        done.append(1)
        return function(*args, **kwargs)

    patched.setattr(owner, attribute, counted)
