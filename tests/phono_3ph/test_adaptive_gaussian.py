"""Gaussians whose width follows the group velocities and the mesh."""

import numpy as np
import pytest
from phono_3ph import (
    AdaptiveGaussian,
    Change,
    PeriodicModes,
    Scattering,
    interaction_strengths,
    isotope_linewidths,
    linewidths,
)
from phono_dynmat import (
    HarmonicSeries,
    group_velocities,
    phonon_modes,
    resolve_degenerate_modes,
)
from phono_grid import Symmetry, Triplets, units
from phono_grid.errors import DomainError

pytestmark = pytest.mark.usefixtures("backend")


def with_velocities(sample):
    """Phonons of the sample, each mode with its own slope."""
    series, grid = HarmonicSeries.of(sample.model.fc2), sample.phonons.grid
    modes = resolve_degenerate_modes(series, phonon_modes(series, grid.qpoints))
    rotations = Symmetry.of(series.cell).reciprocal_rotations()
    v = group_velocities(series, modes, rotations)
    plain = PeriodicModes.of(grid, modes, series.cell)
    return PeriodicModes(grid, plain.frequencies, plain.polarizations, velocities=v)


def largest(change):
    return np.abs(change).max(axis=-1)


def root_mean_square(change):
    return np.sqrt((change**2).mean(axis=-1))


@pytest.mark.parametrize("of", [largest, root_mean_square])
def test_linewidths_are_the_sum_over_every_pair_that_conserves_momentum(sample, of):
    """Widths differ between the images of a triplet, which stands for their mean."""
    phonons, scale = with_velocities(sample), 1.3
    grid, f, u = phonons.grid, phonons.frequencies, phonons.slopes
    change = of.__name__.replace("_", "-")
    scattering = Scattering(smearing=AdaptiveGaussian(scale, change))
    n = sample.occupations
    for q in (1, 5):
        every = np.arange(grid.n_q)
        third = grid.index(-grid.addresses[q] - grid.addresses)
        triplets = Triplets(np.stack([0 * every + q, every, third], axis=1), 0 * every + 1)
        strengths = interaction_strengths(sample.series, phonons, triplets)
        f0 = f[q][:, None, None]
        expected = np.zeros((n.shape[2], f.shape[1]))
        for t in every:
            f1, f2 = f[t][:, None], f[third[t]]
            u1, u2 = u[t][:, None], u[third[t]]
            n1, n2 = n[t][:, None], n[third[t]]
            for x, change, weight in (
                (f0 - f1 - f2, u1 - u2, n1 + n2 + 1),
                (f0 + f1 - f2, u1 + u2, n1 - n2),
                (f0 - f1 + f2, u1 + u2, n2 - n1),
            ):
                sigma = scale / 2 * of(change)
                near = (sigma > 1e-9) & (np.abs(x) <= 2 * np.sqrt(2) * sigma)
                sigma = np.where(sigma > 1e-9, sigma, 1)
                g = near * np.exp(-((x / sigma) ** 2) / 2) / np.sqrt(2 * np.pi) / sigma
                expected += np.einsum("jkl,klT->Tj", g * strengths[t], weight)
        expected *= units.LINEWIDTH
        gamma = linewidths(sample.series, phonons, q, n, scattering)
        # Means over degenerate sets are what the sum leaves open.
        np.testing.assert_allclose(gamma.sum(axis=1), expected.sum(axis=1), rtol=1e-6)
        assert gamma.max() > 0


def test_isotopes_scatter_within_the_width_of_the_final_phonon(sample):
    phonons = with_velocities(sample)
    one, two, rms = (
        isotope_linewidths(phonons, 5, [1.0, 2.0], Scattering(smearing=smearing))
        for smearing in (
            AdaptiveGaussian(1.0),
            AdaptiveGaussian(2.0),
            AdaptiveGaussian(1.0, Change.ROOT_MEAN_SQUARE),
        )
    )
    assert (one >= 0).all()
    assert one.max() > 0
    for other in (two, rms):
        assert not np.allclose(one, other, rtol=1e-3)


def test_phonons_without_velocities_are_refused(sample):
    scattering = Scattering(smearing=AdaptiveGaussian())
    with pytest.raises(DomainError, match="phonons: have no velocities"):
        linewidths(sample.series, sample.phonons, 5, sample.occupations, scattering)
    with pytest.raises(DomainError, match="scale must be positive, got 0"):
        AdaptiveGaussian(0)
    ways = "change must be one of largest, root-mean-square, got 'mean'"
    with pytest.raises(DomainError, match=ways):
        AdaptiveGaussian(1, "mean")
