"""Results are drawn again from their files, alone or in one frame."""

import shutil
from dataclasses import replace

import numpy as np
import phono_grid
import phonokit
import pytest
from phonokit import DomainError, FileError, Picture, plot_results
from phonokit.cli.app import main
from phonokit.model.formula import reduced_formula
from phonokit.plot.names import legend_names
from phonokit.plot.wave_vectors import draw_bands, draw_temperatures
from tiny_crystal import EXAMPLE

mpl = pytest.importorskip("matplotlib")
h5py = pytest.importorskip("h5py")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files of small results."""
    folder = tmp_path_factory.mktemp("results")
    silicon = phonokit.load(EXAMPLE)
    made = {
        "k2": phonokit.kappa(silicon, (2, 2, 2), [100, 300]),
        "k3": phonokit.kappa(silicon, (3, 3, 3), [100, 300]),
        "bands": phonokit.bands(silicon, path="G X", points={"X": (0.5, 0, 0.5)}),
        "dos": phonokit.dos(silicon, (4, 4, 4)),
        "thermal": phonokit.thermal(silicon, (4, 4, 4), [100, 300]),
        "gamma": phonokit.linewidths(
            silicon, [0.25, 0, 0], mesh=(4, 4, 4), temperatures=[100, 300]
        ),
    }
    for name, result in made.items():
        result.write(folder / f"{name}.hdf5")
    with h5py.File(folder / "phono3py.hdf5", "w") as file:
        file["temperature"] = [100.0, 300.0]
        file["kappa"] = 2 * made["k3"].kappa
        file["mesh"] = [3, 3, 3]
    return folder


@pytest.fixture
def panel():
    """One axes of nobody."""
    from matplotlib.figure import Figure

    return Figure().subplots()


def test_conductivities_of_meshes_and_programs_are_in_one_frame(folder, panel):
    paths = [folder / f"{name}.hdf5" for name in ("k2", "k3", "phono3py")]
    plot_results(paths, ax=panel)
    drawn = [line.get_ydata() for line in panel.lines]
    np.testing.assert_allclose(drawn[2], 2 * drawn[1], rtol=1e-9)
    names = [text.get_text() for text in panel.get_legend().get_texts()]
    assert names == ["Si, RTA, 2 × 2 × 2", "Si, RTA, 3 × 3 × 3", "phono3py, RTA, 3 × 3 × 3"]
    assert len({line.get_color() for line in panel.lines}) == 3
    # A curve on top of another hides none of it.
    assert [line.get_markerfacecolor() == "none" for line in panel.lines] == [0, 1, 1]
    sizes = [line.get_markersize() for line in panel.lines]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("n", [1, 6, 7, 30])
def test_no_two_curves_have_a_colour_and_all_are_seen_on_white(n, panel):
    from matplotlib.colors import to_rgb

    temperatures = 50.0 * np.arange(n)
    draw_bands(panel, np.ones((1, 3)), temperatures, np.ones((1, n, 3)))
    draw_temperatures(panel, np.arange(3.0), temperatures, np.ones((n, 3)))
    colours = [to_rgb(line.get_color()) for line in panel.lines]
    assert colours[:n] == colours[n:]
    assert len(set(colours)) == n
    assert max(np.dot(c, [0.2126, 0.7152, 0.0722]) for c in colours) < 0.75


def test_bands_lie_over_bands_of_another_lattice_constant(folder, panel):
    bands = phonokit.read_result(folder / "bands.hdf5")
    wider = replace(bands, distances=bands.distances / 2, frequencies=2 * bands.frequencies)
    plot_results([bands, wider], ax=panel)
    n = bands.frequencies.shape[-1]
    first, second = panel.lines[0], panel.lines[n]
    np.testing.assert_allclose(second.get_xdata(), first.get_xdata(), atol=1e-12)
    np.testing.assert_allclose(second.get_ydata(), 2 * first.get_ydata())
    other = replace(bands, labels=np.array([["X", "Γ"]]))
    with pytest.raises(DomainError, match="different paths"):
        plot_results([bands, other], ax=panel)


def test_units_leave_the_number_of_states(folder, panel):
    path = folder / "dos.hdf5"
    states = []
    for unit in ("THz", "cm-1"):
        panel.clear()
        plot_results([path, path], ax=panel, picture=Picture(unit=unit))
        states.append(np.trapezoid(*panel.lines[0].get_data()[::-1]))
    np.testing.assert_allclose(states[0], states[1], rtol=1e-12)
    assert panel.get_ylabel() == "States per cm$^{-1}$ and cell"


def test_one_temperature_is_drawn_or_refused(folder, panel):
    path = folder / "gamma.hdf5"
    plot_results(path, ax=panel, picture=Picture(temperature=300))
    assert [line.get_label() for line in panel.lines] == ["300 K"]
    with pytest.raises(DomainError, match=r"250 K is not in the result; .* 100, 300 K"):
        plot_results(path, picture=Picture(temperature=250))


@pytest.mark.parametrize(
    ("names", "choices", "message"),
    [
        ((), {}, "name at least one file"),
        (("k2", "dos"), {}, "kappa and dos have no common frame"),
        (("thermal", "thermal"), {}, "several of thermal"),
        (("thermal",), {"component": "xx"}, "component: the picture of thermal"),
        (("k2",), {"unit": "meV"}, "unit: the picture of kappa"),
    ],
)
def test_what_cannot_be_drawn_is_said(folder, names, choices, message):
    with pytest.raises(DomainError, match=message):
        plot_results([folder / f"{n}.hdf5" for n in names], picture=Picture(**choices))


def test_settings_of_matplotlib_win_over_ours(folder, tmp_path):
    path = folder / "thermal.hdf5"
    with mpl.rc_context({"font.size": 17, "figure.figsize": (5, 2), "savefig.dpi": 50}):
        plot_results(path, tmp_path / "own.png")
    plot_results(path, tmp_path / "one.png", picture=Picture(size="column"))
    shapes = [mpl.image.imread(tmp_path / f"{n}.png").shape[:2] for n in ("own", "one")]
    assert shapes[0] == (100, 250)
    assert shapes[1][1] == pytest.approx(3.4 * 200, abs=1)
    assert shapes[1][0] > shapes[1][1]  # two panels, one below the other
    with pytest.raises(FileError, match="none called 'nothing'"):
        plot_results(path, tmp_path / "x.png", picture=Picture(style="nothing"))
    plot_results(path, tmp_path / "grey.png", picture=Picture(style="grayscale"))


def test_letters_in_pdf_are_truetype(folder, tmp_path):
    plot_results(folder / "k2.hdf5", tmp_path / "k.pdf")
    text = (tmp_path / "k.pdf").read_bytes()
    assert b"/Type3" not in text
    assert b"/FontFile2" in text


def test_the_command_draws_and_replaces_only_its_own(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("k2", "k3"):
        shutil.copy(folder / f"{name}.hdf5", tmp_path)
    words = ["plot", "k2.hdf5", "k3.hdf5", "-o", "k.png", "--component", "xx"]
    assert main(words) == 0
    assert "wrote k.png" in capsys.readouterr().out
    assert main([*words, "--json"]) == 0
    assert '"k.png"' in capsys.readouterr().out
    (tmp_path / "other.png").write_bytes(b"somebody else's")
    assert main(["plot", "k2.hdf5", "-o", "other.png"]) == 2
    assert "drawn by another program" in capsys.readouterr().err
    assert main(["plot", "k2.hdf5", "-o", "k.png", "-t", "300"]) == 2
    assert "--temperature: the picture of kappa has no" in capsys.readouterr().err


def test_formulas_have_the_smallest_numbers():
    names = {
        "Al2N2": "AlN",
        "Si2": "Si",
        "Al4O6": "Al2O3",
        "NaCl": "NaCl",
        "": "",
        "?": "?",
    }
    assert {name: reduced_formula(name) for name in names} == names
    assert legend_names(["Si", "Si"]) == ["Si (1)", "Si (2)"]


def test_equal_axes_of_an_atom_are_drawn_once(panel):
    silicon = phonokit.load(EXAMPLE)
    projection = phonokit.Projection(by="atom", axes=True)
    plot = phonokit.plot_dos(
        phonokit.dos(silicon, (3, 3, 3), projection=projection), ax=panel
    )
    names = [text.get_text() for text in plot.get_legend().get_texts()]
    assert names == ["total", "Si1", "Si2"]


def test_axes_that_tetrahedra_alone_tell_apart_are_drawn_once(panel, data):
    axes = phonokit.Projection(axes=True)
    result = phonokit.dos(phonokit.load(data / "aln-lda"), (6, 6, 4), projection=axes)
    x, y = result.parts["N x"], result.parts["N y"]
    assert 0 < np.abs(x - y).max() < 0.01 * x.max()
    phonokit.plot_dos(result, ax=panel)
    labels = [text.get_text() for text in panel.get_legend().get_texts()]
    assert labels == ["total", "Al x, y", "N x, y", "Al z", "N z"]


def test_results_of_one_crystal_are_named_by_what_differs(panel):
    silicon = phonokit.load(EXAMPLE)
    results = [phonokit.dos(silicon, mesh) for mesh in ((2, 2, 2), (3, 3, 3))]
    plot = phonokit.plot_results(results, ax=panel)
    names = [text.get_text() for text in plot.get_legend().get_texts()]
    assert names == ["Si, 2 × 2 × 2", "Si, 3 × 3 × 3"]
    about = [
        {"isotopes": "isotopes", "file": "a"},
        {"isotopes": "no isotopes", "file": "a"},
    ]
    assert legend_names(["Si", "Si"], ["RTA", "RTA"], about) == [
        "RTA, isotopes",
        "RTA, no isotopes",
    ]
    assert legend_names(["Si", "Si"], about=[{"file": "a"}] * 2) == ["Si (1)", "Si (2)"]


def test_bands_and_a_density_of_states_are_drawn_beside_each_other(tmp_path):
    silicon = phonokit.load(EXAMPLE)
    path = {"path": "G X", "points": {"X": (0.5, 0, 0.5)}, "points_per_segment": 3}
    bands, density = phonokit.bands(silicon, **path), phonokit.dos(silicon, (2, 2, 2))
    picture = phonokit.Picture(unit="cm-1")
    for results in ([bands, density], [density, bands]):
        left, right = phonokit.plot_results(results, tmp_path / "p.png", picture=picture)
        assert left.get_ylim() == right.get_ylim()
        assert "cm" in right.get_xlabel()
    with pytest.raises(phonokit.DomainError, match="bands and dos has no such choice"):
        phonokit.plot_results([bands, density], picture=phonokit.Picture(component="xx"))


def test_thermal_curves_are_smooth_whatever_is_asked_for(tmp_path):
    silicon = phonokit.load(EXAMPLE)
    for temperatures in ([300], [0, 500, 1000]):
        result = phonokit.thermal(silicon, (2, 2, 2), temperatures)
        left, _ = phonokit.plot_thermal(result, tmp_path / "t.png")
        t, heat_capacity = left.get_lines()[0].get_data()
        dense = phonokit.thermal(silicon, (2, 2, 2), t)
        np.testing.assert_allclose(
            heat_capacity, dense.heat_capacity * phono_grid.units.MOLE, rtol=1e-12
        )
        assert len(t) > 100
        assert (t.min(), t.max()) == (0, max(temperatures))
        again = phonokit.read_result(result.write(tmp_path / "t.hdf5"))
        assert again == result
