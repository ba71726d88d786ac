"""Laws of isotope and boundary scattering."""

import numpy as np
import pytest
from model_crystals import mix_degenerate
from phono_3ph import (
    PeriodicModes,
    Scattering,
    boundary_linewidths,
    isotope_linewidths,
    linewidths,
)
from phono_grid import Gaussian, Grid
from phono_grid.errors import DomainError, ShapeError

pytestmark = pytest.mark.usefixtures("backend")
SPREAD = [1.2, 0.4]


def at_all(sample, phonons, scattering=None):
    """At every irreducible point, [point, band]."""
    scattering = Scattering() if scattering is None else scattering
    return isotope_linewidths(phonons, sample.irreducible.points, SPREAD, scattering)


@pytest.mark.parametrize("smearing", [None, Gaussian(0.1)])
def test_many_points_have_the_bits_of_each(sample, smearing):
    scattering = Scattering(smearing=smearing)
    together = at_all(sample, sample.phonons, scattering)
    for q, widths in zip(sample.irreducible.points.tolist(), together, strict=True):
        alone = isotope_linewidths(sample.phonons, q, SPREAD, scattering)
        np.testing.assert_array_equal(alone, widths)
    every = np.arange(sample.phonons.grid.n_q)  # more than are made at once
    all_of_them = isotope_linewidths(sample.phonons, every, SPREAD, scattering)
    np.testing.assert_array_equal(all_of_them[sample.irreducible.points], together)
    assert isotope_linewidths(sample.phonons, [], SPREAD, scattering).shape == (0, 6)


@pytest.mark.parametrize("smearing", [None, Gaussian(0.1), Gaussian(0.1, 3.0)])
def test_mixing_degenerate_eigenvectors_changes_nothing(sample, rng, smearing):
    phonons = sample.phonons
    mixed = mix_degenerate(phonons.frequencies, phonons.polarizations, rng)
    scattering = Scattering(smearing=smearing)
    plain = at_all(sample, phonons, scattering)
    again = at_all(sample, sample.with_polarizations(mixed), scattering)
    # Frequencies inside a set differ by rounding, which Gaussians see.
    np.testing.assert_allclose(again, plain, rtol=1e-10, atol=1e-10 * plain.max())


def test_rounding_of_frequencies_does_not_matter(sample, rng):
    phonons = sample.phonons
    noise = 1e-13 * rng.normal(size=phonons.frequencies.shape)
    f = np.sort(phonons.frequencies + noise)
    noisy = PeriodicModes(phonons.grid, f, phonons.polarizations)
    plain = at_all(sample, phonons)
    np.testing.assert_allclose(at_all(sample, noisy), plain, atol=1e-6 * plain.max())


def test_linewidths_are_linear_in_the_spread_of_masses(sample):
    one = isotope_linewidths(sample.phonons, 5, [1.0, 0.0], Scattering())
    other = isotope_linewidths(sample.phonons, 5, [0.0, 1.0], Scattering())
    both = isotope_linewidths(sample.phonons, 5, [2.0, 3.0], Scattering())
    np.testing.assert_allclose(both, 2 * one + 3 * other, rtol=1e-12)
    assert (both >= 0).all()
    assert both.max() > 0


def test_orthogonal_modes_do_not_scatter_into_each_other():
    # One atom, three bands along the axes: each band sees the density of itself only.
    grid = Grid([2, 2, 2], np.eye(3), np.eye(3, dtype=int)[None])
    f = np.tile([1.0, 1.5, 2.0], (8, 1))
    e = np.tile(np.eye(3, dtype=complex).reshape(3, 1, 3), (8, 1, 1, 1)) / np.sqrt(10.0)
    phonons = PeriodicModes(grid, f, e)
    scattering = Scattering(smearing=Gaussian(0.5))
    gamma = isotope_linewidths(phonons, 0, [0.02 * 10.0**2], scattering)
    expected = np.pi / 4 * f[0] ** 2 * 0.02 / (np.sqrt(2 * np.pi) * 0.5)
    np.testing.assert_allclose(gamma, expected, rtol=1e-12)


def test_narrow_gaussians_with_a_cutoff_leave_out_what_is_far(sample):
    wide = at_all(sample, sample.phonons, Scattering(smearing=Gaussian(0.2)))
    cut = at_all(sample, sample.phonons, Scattering(smearing=Gaussian(0.2, 2.0)))
    assert (cut <= wide).all()
    np.testing.assert_allclose(cut.sum(), wide.sum(), rtol=0.1)


def test_three_phonon_linewidths_take_gaussians(sample):
    run = (sample.series, sample.phonons, 5, sample.occupations)
    wide = linewidths(*run, Scattering(smearing=Gaussian(0.3)))
    cut = linewidths(*run, Scattering(smearing=Gaussian(0.3, 4.0)))
    np.testing.assert_allclose(cut, wide, rtol=1e-2)
    assert (wide > 0).any()


def test_boundaries_stop_phonons_after_their_path():
    # v = 100 Å THz = 1e4 m/s over 1 µm: a lifetime of 0.1 ns.
    gamma = boundary_linewidths([[100.0, 0, 0]], 1.0)
    np.testing.assert_allclose(1 / (4 * np.pi * gamma), 100.0)  # ps


def test_bad_input_is_refused(sample):
    with pytest.raises(ShapeError, match="mass_spread: expected shape"):
        isotope_linewidths(sample.phonons, 0, [1.0], Scattering())
    with pytest.raises(DomainError, match="q: 64 is out of range"):
        isotope_linewidths(sample.phonons, 64, SPREAD, Scattering())
    for spread in (-1.0, np.nan):
        with pytest.raises(DomainError, match="mass_spread must not be negative"):
            isotope_linewidths(sample.phonons, 0, [1.0, spread], Scattering())
    with pytest.raises(DomainError, match="mean_free_path must be positive"):
        boundary_linewidths([[1.0, 0, 0]], 0.0)
    with pytest.raises(DomainError, match="sigma must be positive"):
        Gaussian(0.0)
