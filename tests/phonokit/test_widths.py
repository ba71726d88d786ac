"""Several widths of Gaussians in one command: a conductivity and a file for each."""

import json
import re

import numpy as np
import phonokit
import pytest
from phono_3ph import Scattering
from phono_grid import Gaussian
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

pytest.importorskip("h5py")
pytestmark = pytest.mark.needs_rust
KAPPA = ["kappa", str(EXAMPLE), "--mesh", "3", "3", "3"]
WIDTHS = (0.5, 1.0)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def of_width(sigma):
    """The same by the library."""
    scattering = Scattering(smearing=Gaussian(sigma))
    transport = phonokit.Transport(scattering=scattering)
    return phonokit.kappa(phonokit.load(EXAMPLE), (3, 3, 3), [300], transport=transport)


@pytest.mark.parametrize("words", [["0.5", "1"], ["0.5,1.0"]])
def test_each_width_has_the_result_it_would_have_alone(here, words, capsys):
    assert main([*KAPPA, "--sigma", *words]) == 0
    told = capsys.readouterr().out
    assert told.count("done in") == 1
    for sigma in WIDTHS:
        name = f"kappa-m333-s{sigma:g}.hdf5"
        np.testing.assert_array_equal(
            phonokit.read_result(name).kappa, of_width(sigma).kappa
        )
        assert f"W/(m K), σ = {sigma:g} THz" in told
        # Nothing but this width is in its settings, and the command of it alone finds it.
        assert main([*KAPPA, "--sigma", str(sigma)]) == 0
        assert f"{name} is there already, of the same settings" in capsys.readouterr().out
        settings = here / f"kappa-m333-s{sigma:g}.toml"
        assert f"sigma = {sigma}\n" in settings.read_text()
        assert main(["kappa", str(EXAMPLE), "--config", str(settings)]) == 0
        assert "is there already, of the same settings" in capsys.readouterr().out
    assert len(list(here.iterdir())) == 2 * len(WIDTHS)


def test_finished_widths_are_kept_when_more_are_asked_for(here, capsys):
    assert main([*KAPPA, "--sigma", "0.5"]) == 0
    before = (here / "kappa-m333-s0.5.hdf5").stat().st_mtime_ns
    capsys.readouterr()
    assert main([*KAPPA, "--sigma", "0.5", "1"]) == 0
    out, err = capsys.readouterr()
    assert out.count("is there already") == 1
    assert err.count("linewidths 4/4") == 1
    assert (here / "kappa-m333-s0.5.hdf5").stat().st_mtime_ns == before


def test_a_named_file_and_a_folder_hold_all_widths(here, capsys):
    (here / "out").mkdir()
    for output, names in (("k.h5", ["k-s0.5.h5", "k-s1.h5"]), ("out", [])):
        assert main([*KAPPA, "--sigma", "0.5", "1", "-o", output, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert len(told["tables"]) == 2
        files = names or [f"out/kappa-m333-s{s}.hdf5" for s in ("0.5", "1")]
        assert told["files"] == files
        assert all((here / name).is_file() for name in files)


def test_one_picture_names_the_widths(here, monkeypatch):
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    shown = []
    save = Figure.savefig
    monkeypatch.setattr(
        Figure, "savefig", lambda self, *a, **k: (shown.append(self), save(self, *a, **k))
    )
    assert main([*KAPPA, "--sigma", "0.5", "1", "-t", "100", "300", "-p", "k.png"]) == 0
    (legend,) = [axes.get_legend() for axes in shown[-1].axes]
    names = [text.get_text() for text in legend.get_texts()]
    assert [re.search(r"σ = (.+) THz", name)[1] for name in names] == ["0.5", "1"]
    assert (here / "k.png").is_file()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--sigma", "0.5", "0.5"], "--sigma: give each width once"),
        (["--sigma", "0.5", "-1"], "sigma must be positive, got -1"),
        (["--sigma", "0.5", "a"], "a"),
        (["--sigma", "0.5", "1", "--plan"], "--plan: measures one width; give one --sigma"),
        (["--sigma", "0.5", "1", "--smearing", "adaptive"], "--sigma: is one width"),
    ],
)
def test_widths_that_cannot_be_used_are_refused_before_the_work(
    here, capsys, options, said
):
    assert main([*KAPPA, *options]) == 2
    assert said in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_convergence_takes_the_same_option(here, capsys):
    words = [str(EXAMPLE), "--meshes", "2", "3", "--sigma-cutoff", "4"]
    assert main(["converge", *words, "--sigma", "0.5", "1"]) == 0
    assert "σ = 0.5 THz" in capsys.readouterr().out
    # A conductivity of the study is the one of phono kappa.
    assert main([*KAPPA, "--sigma", "1", "--sigma-cutoff", "4"]) == 0
    assert "is there already, of the same settings" in capsys.readouterr().out
