"""Lines through the Brillouin zone."""

import numpy as np
import pytest
from phono_dynmat import (
    BornCharges,
    Modes,
    Segment,
    band_path,
    band_structure,
    connect_bands,
    phonon_frequencies,
    phonon_modes,
    separate_dipoles,
    standard_points,
    stream_modes,
)
from phono_grid.errors import DomainError, PhonoError

POINTS = {"Γ": [0, 0, 0], "X": [0.5, 0, 0.5], "L": [0.5, 0.5, 0.5], "W": [0.5, 0.25, 0.75]}


def test_bands_are_frequencies_along_the_path(series):
    path = band_path(POINTS, [["Γ", "X", "W"], ["L", "Γ"]], 11)
    assert [s.labels for s in path] == [("Γ", "X"), ("X", "W"), ("L", "Γ")]
    bands = band_structure(series, path)
    for segment, f in zip(path, bands.frequencies, strict=True):
        np.testing.assert_array_equal(f, phonon_frequencies(series, segment.qpoints))
    ends = [(d[0], d[-1]) for d in bands.distances]
    assert ends[0][0] == 0
    assert ends[1][0] == ends[0][1]
    length = np.linalg.norm([0.5, 0, 0.5] @ series.cell.reciprocal_lattice)
    assert ends[0][1] == pytest.approx(length)


def test_polar_bands_reach_gamma_from_their_own_direction(spring_constants):
    z = np.diag([2.0, 2.0, 2.0])
    polar = BornCharges([z, -z], np.diag([5.0, 6.0, 9.0]))
    dynamics = separate_dipoles(spring_constants, polar)
    bands = band_structure(dynamics, band_path(POINTS, [["Γ", "X"], ["L", "Γ"]], 5))
    for f, end, direction in (
        (bands.frequencies[0], 0, [1, 0, 1]),
        (bands.frequencies[1], -1, [1, 1, 1]),
    ):
        expected = phonon_frequencies(dynamics, [[0, 0, 0]], direction=direction)[0]
        np.testing.assert_allclose(f[end, 3:], expected[3:], atol=1e-10)
    assert abs(bands.frequencies[0][0, 5] - bands.frequencies[1][-1, 5]) > 0.01


def test_connected_bands_cross_where_ordered_ones_avoid():
    t = np.linspace(0, 1, 8)
    crossing = np.stack([t, 1 - t, 2 + 0 * t], axis=1)
    e = np.eye(3).reshape(3, 1, 3)
    order = np.argsort(crossing, axis=1)
    modes = Modes(np.zeros((8, 3)), np.sort(crossing, axis=1), e[order])
    found = np.take_along_axis(
        modes.frequencies, connect_bands(modes.polarizations), axis=1
    )
    np.testing.assert_allclose(found, crossing)


def test_connecting_bands_only_reorders_them(series):
    path = band_path(POINTS, [["Γ", "X"]], 21)
    plain = band_structure(series, path).frequencies[0]
    tied = band_structure(series, path, connect=True).frequencies[0]
    np.testing.assert_allclose(np.sort(tied, axis=1), plain, atol=1e-6)


def test_a_stream_of_modes_is_all_modes(series, rng):
    q = rng.uniform(size=(10, 3))
    pieces = list(stream_modes(series, q, at_once=4))
    assert [len(modes.frequencies) for _, modes in pieces] == [4, 4, 2]
    whole = phonon_modes(series, q)
    for piece, modes in pieces:
        np.testing.assert_array_equal(modes.qpoints, q[piece])
        np.testing.assert_allclose(modes.frequencies, whole.frequencies[piece], atol=1e-12)
    with pytest.raises(DomainError, match="at_once must be positive, got 0"):
        next(stream_modes(series, q, at_once=0))


def test_standard_paths_have_labels_in_the_basis_of_the_crystal(series):
    pytest.importorskip("seekpath")
    points, path = standard_points(series.cell)
    assert path[0][:2] == ["Γ", "X"]
    np.testing.assert_allclose(points["Γ"], 0)
    assert {label for line in path for label in line} <= points.keys()
    # X lies on the boundary along a cubic axis, at 1 / a from Γ.
    x = points["X"] @ series.cell.reciprocal_lattice
    np.testing.assert_allclose(np.sort(np.abs(x)), [0, 0, 1 / 5.45], atol=1e-10)


def test_paths_that_cannot_be_are_refused(series, monkeypatch):
    with pytest.raises(DomainError, match="there is no point 'Y'; there are Γ, X, L, W"):
        band_path(POINTS, [["Γ", "Y"]])
    with pytest.raises(DomainError, match="a line needs two labels or more"):
        band_path(POINTS, [["Γ"]])
    for line in (["Γ", "Γ"], ["Γ", "X", "X"]):
        with pytest.raises(DomainError, match=r"the line from . to . has no length; leave"):
            band_path(POINTS, [line])
    with pytest.raises(DomainError, match="n must be 2 or more"):
        band_path(POINTS, [["Γ", "X"]], 1)
    with pytest.raises(DomainError, match="segments: there are none"):
        band_structure(series, [])
    with pytest.raises(DomainError, match="two or more wave vectors"):
        Segment(("Γ", "X"), [[0, 0, 0]])
    monkeypatch.setitem(__import__("sys").modules, "seekpath", None)
    with pytest.raises(PhonoError, match=r"install phono-dynmat\[seekpath\], or give"):
        standard_points(series.cell)
