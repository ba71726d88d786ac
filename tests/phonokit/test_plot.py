"""Pictures say what they show."""

import sys
from dataclasses import replace

import numpy as np
import phonokit
import pytest
from phonokit import DomainError, FileError, plot_accumulate, plot_kappa
from tiny_crystal import EXAMPLE

pytest.importorskip("matplotlib")


@pytest.fixture
def axes(monkeypatch):
    """The axes of whatever is drawn."""
    from matplotlib.figure import Figure

    drawn = []
    savefig = Figure.savefig

    def keep(figure, *args, **options):
        drawn.extend(figure.axes)
        return savefig(figure, *args, **options)

    monkeypatch.setattr(Figure, "savefig", keep)
    return drawn


@pytest.mark.parametrize(
    ("suffix", "magic"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")]
)
def test_the_suffix_decides_the_format(result, tmp_path, suffix, magic):
    path = tmp_path / f"k.{suffix}"
    plot_kappa(result, path)
    assert path.read_bytes().startswith(magic)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_the_picture_is_one_column_wide_with_units_and_no_title(result, tmp_path, axes):
    plot_kappa(result, tmp_path / "k.png")
    (panel,) = axes
    assert panel.get_xlabel() == "Temperature (K)"
    assert "W m" in panel.get_ylabel()
    assert panel.get_title() == panel.figure.get_suptitle() == ""
    assert panel.figure.get_size_inches()[0] == pytest.approx(3.4)
    t, k = panel.lines[0].get_data()
    np.testing.assert_array_equal(t, [200, 300])  # 0 K has no place on a logarithmic axis
    np.testing.assert_allclose(k, result.kappa[1:, 0], rtol=1e-10)


def test_what_the_first_figure_of_a_notebook_sets_stays(result, monkeypatch):
    """Its backend becomes interactive then, or no further picture is shown."""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    figure = plt.figure

    def first(*args, **options):
        mpl.interactive(True)
        return figure(*args, **options)

    monkeypatch.setattr(plt, "figure", first)
    try:
        plot_kappa(result)
        assert mpl.is_interactive()
    finally:
        mpl.interactive(False)
        plt.close("all")


def test_accumulations_end_at_the_conductivity(result):
    from matplotlib.figure import Figure

    panels = Figure().subplots(1, 2)
    plot_accumulate(phonokit.accumulate(result, temperature=300), ax=panels)
    for panel in panels:
        accumulated = panel.lines[0].get_ydata()
        np.testing.assert_allclose(accumulated[-1], result.kappa[2, 0], rtol=1e-10)
        assert (np.diff(accumulated) >= -1e-12 * accumulated[-1]).all()


def test_coherences_are_a_share_on_an_axis_of_their_own(tmp_path, axes):
    transport = phonokit.Transport(coherence="smm19")
    silicon = phonokit.load(EXAMPLE)
    result = phonokit.kappa(silicon, (3, 3, 3), [300, 900], transport=transport)
    plot_kappa(result, tmp_path / "k.png")
    total, share = (panel.lines[0].get_ydata() for panel in axes)
    coherences = result.wigner.coherences[:, :3].mean(axis=1)
    np.testing.assert_allclose(share, 100 * coherences / total, rtol=1e-6)
    assert "%" in axes[1].get_ylabel()


def test_an_anisotropic_crystal_has_a_curve_for_each_axis(result, tmp_path, axes):
    conduction = replace(result.conduction, kappa=result.kappa * [1, 1, 2, 0, 0, 0])
    uneven = replace(result, conduction=conduction)
    plot_kappa(uneven, tmp_path / "k.png")
    labels = [line.get_label() for line in axes[0].lines]
    assert labels == [r"$\kappa_{xx}$ = $\kappa_{yy}$", r"$\kappa_{zz}$"]
    plot_kappa(uneven, tmp_path / "zz.png", component="zz")
    np.testing.assert_allclose(axes[1].lines[0].get_ydata(), uneven.kappa[1:, 2])
    assert "zz" in axes[1].get_ylabel()
    with pytest.raises(DomainError, match=r"component must be one of xx, .*, got 'xz2'"):
        plot_kappa(uneven, component="xz2")


def test_axes_that_are_given_are_drawn_on_and_returned(result, tmp_path):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3))
    one, *_ = panels = figure.subplots(1, 3)
    assert plot_kappa(result, ax=one) == [one]
    np.testing.assert_allclose(one.lines[0].get_ydata(), result.kappa[1:, 0])
    carried = phonokit.accumulate(result)
    pair = figure.subplots(1, 2)
    drawn = plot_accumulate(carried, tmp_path / "a.svg", ax=list(pair))
    assert drawn == list(pair)
    assert (tmp_path / "a.svg").read_bytes().startswith(b"<?xml")
    for wrong in (panels, panels[0], 3, [1, 2]):
        with pytest.raises(DomainError, match=r"^ax must be 2 Axes of matplotlib"):
            plot_accumulate(carried, ax=wrong)


def test_without_path_and_axes_pyplot_has_a_figure_to_show(result):
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    mpl.use("agg")
    left, *_ = plot_kappa(result)
    try:
        assert plt.gcf() is left.figure
    finally:
        plt.close(left.figure)


def test_another_suffix_is_refused(result, tmp_path):
    with pytest.raises(DomainError, match=r"must end with one of \.png, \.pdf, \.svg"):
        plot_kappa(result, tmp_path / "k.docx")


def test_a_missing_matplotlib_is_named(result, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(FileError, match=r"need matplotlib; .*pip install matplotlib"):
        plot_kappa(result, tmp_path / "k.png")


def test_the_package_lists_what_it_has():
    assert set(phonokit.__all__) <= set(dir(phonokit))
    for name in phonokit.__all__:
        assert getattr(phonokit, name) is not None
    with pytest.raises(AttributeError, match="nothing_like_this"):
        phonokit.nothing_like_this  # noqa: B018 (the access is the test)


def test_one_temperature_is_no_box_with_a_point(tmp_path):
    silicon = phonokit.load(EXAMPLE)
    cold, warm = (phonokit.kappa(silicon, (3, 3, 3), [t]) for t in (200, 300))
    # One result: which phonons carry it; it ends at κ.
    left, right = plot_kappa(warm, tmp_path / "one.png")
    for axes in (left, right):
        assert max(axes.lines[0].get_ydata()) == pytest.approx(warm.kappa[0, :3].mean())
    # Several: bars with their names and values.
    full = phonokit.kappa(silicon, (3, 3, 3), [300], method="lbte")
    (axes,) = plot_kappa([warm, full], tmp_path / "two.png")
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert names == ["RTA, 3 × 3 × 3", "LBTE, 3 × 3 × 3"]
    widths = [bar.get_width() for bar in axes.patches]
    expected = [r.kappa[0, :3].mean() for r in (warm, full)]
    np.testing.assert_allclose(widths, expected, rtol=1e-9)
    assert "300 K" in axes.get_xlabel()
    # At different temperatures there are curves again.
    (axes,) = plot_kappa([cold, warm])
    assert "Temperature" in axes.get_xlabel()


def test_a_legend_of_one_temperature_is_no_phonon():
    silicon = phonokit.load(EXAMPLE)
    for t, shown in (([300], False), ([200, 300], True)):
        widths = phonokit.linewidths(silicon, [0.25, 0, 0], (4, 4, 4), t)
        (axes,) = phonokit.plot_linewidths(widths)
        assert (axes.get_legend() is not None) == shown
        assert ("at 300 K" in axes.get_ylabel()) != shown
