"""Spectral functions as means over the steps between their points."""

import numpy as np
import pytest
from phonokit.results.bin_means import bin_means

POINTS = np.linspace(0, 20, 201)
STEP = POINTS[1]


def spectral(w, f, width, shift):
    """The spectral function with constant Γ and Δ."""
    u = w**2 - f**2 - 2 * f * shift
    return 4 * f**2 / np.pi * width / (u**2 + (2 * f * width) ** 2)


@pytest.mark.parametrize("width", [1e-12, 1e-6, 1e-3, 0.05])
def test_a_line_keeps_its_weight_however_narrow_it_is(width):
    f = np.linspace(8.0, 8.0 + 2 * STEP, 41)
    ones = np.ones((41, len(POINTS)))
    means = bin_means(f, POINTS, width * ones, 0.3 * ones)
    fine = np.linspace(0, 20 + STEP / 2, 400_001)
    tail = [
        1.0 if width < 0.01 else np.trapezoid(spectral(fine, x, width, 0.3), fine)
        for x in f
    ]
    # ∫ A dw is 2 f / (2 w) at a narrow line: of a shifted one w² = f² + 2 f Δ.
    whole = np.where(width < 0.01, f / np.sqrt(f**2 + 0.6 * f), tail)
    # w is that of a quarter of a bin away at most.
    bound = STEP / 4 / f.min()
    np.testing.assert_allclose(means.sum(axis=1) * STEP, whole, rtol=1.1 * bound)


def test_broad_lines_are_what_their_points_are():
    ones = np.ones((1, len(POINTS)))
    means = bin_means(np.array([10.0]), POINTS, 2 * ones, -0.5 * ones)
    expected = spectral(POINTS, 10.0, 2.0, -0.5)
    np.testing.assert_allclose(means[0, 1:-1], expected[1:-1], atol=1e-3 * expected.max())


def test_means_are_integrals_of_what_varies_between_points():
    rng = np.random.default_rng(3)
    width = 0.05 + 0.02 * np.cumsum(rng.normal(size=len(POINTS))) ** 2 / 50
    shift = 0.1 * np.sin(POINTS)
    means = bin_means(np.array([6.0]), POINTS, width[None], shift[None])[0]
    for k in (40, 59, 60, 61, 80):
        w = np.linspace(POINTS[k] - STEP / 2, POINTS[k] + STEP / 2, 2001)
        a = spectral(w, 6.0, np.interp(w, POINTS, width), np.interp(w, POINTS, shift))
        assert means[k] == pytest.approx(np.trapezoid(a, w) / STEP, rel=0.02)


def test_bands_without_frequency_or_width_are_no_trouble():
    zeros = np.zeros((2, len(POINTS)))
    means = bin_means(np.array([0.0, 5.0]), POINTS, zeros, zeros)
    assert not means[0].any()
    assert means[1].sum() * STEP == pytest.approx(1, rel=STEP / 4 / 5)
