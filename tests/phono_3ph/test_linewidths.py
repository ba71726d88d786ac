"""Laws of the three-phonon interaction and of linewidths."""

import numpy as np
import pytest
from model_crystals import mix_degenerate
from phono_3ph import (
    PeriodicModes,
    Scattering,
    free_buffers,
    interaction_strengths,
    inverse_sinh,
    linewidths,
)
from phono_dynmat import Modes
from phono_grid import Grid, Symmetry, Triplets
from phono_grid.errors import DomainError, PhonoError, ShapeError

pytestmark = pytest.mark.usefixtures("backend")


def all_linewidths(sample, phonons, scattering=None):
    """At every irreducible point, [point, T, band]."""
    scattering = Scattering() if scattering is None else scattering
    return np.array(
        [
            linewidths(sample.series, phonons, int(q), sample.occupations, scattering)
            for q in sample.irreducible.points
        ]
    )


def every_triplet(grid, q):
    """Triplets at q without symmetry."""
    second = np.arange(grid.n_q)
    third = grid.index(-grid.addresses[q] - grid.addresses)
    points = np.stack([np.full(grid.n_q, q), second, third], axis=1)
    return Triplets(points, np.ones(grid.n_q, dtype=int))


def mixed(sample, rng):
    """The same phonons, the eigenvectors of every degenerate set mixed at random."""
    phonons = sample.phonons
    return sample.with_polarizations(
        mix_degenerate(phonons.frequencies, phonons.polarizations, rng)
    )


def test_the_model_has_degenerate_bands_and_is_stable(sample):
    f = sample.phonons.frequencies
    assert f.min() > -1e-3
    assert (np.diff(f, axis=1) < 1e-6).sum() > 20


def test_mixing_degenerate_eigenvectors_changes_nothing(sample, rng):
    plain = all_linewidths(sample, sample.phonons)
    again = all_linewidths(sample, mixed(sample, rng))
    np.testing.assert_allclose(again, plain, rtol=1e-12, atol=1e-12 * plain.max())


def test_without_averaged_weights_mixing_shows(sample, rng):
    # The reason for the default; were it to fail, the test above would test nothing.
    raw = Scattering(average_degenerate_weights=False)
    plain = all_linewidths(sample, sample.phonons, raw)
    again = all_linewidths(sample, mixed(sample, rng), raw)
    assert np.abs(again - plain).max() > 1e-6 * plain.max()


def test_the_second_and_third_phonon_can_be_exchanged(sample):
    grid = sample.phonons.grid
    triplets = every_triplet(grid, 6)
    strengths = interaction_strengths(sample.series, sample.phonons, triplets)
    exchanged = strengths[triplets.points[:, 2]].swapaxes(2, 3)
    np.testing.assert_allclose(exchanged, strengths, atol=1e-12 * strengths.max())


def test_time_reversal_keeps_strengths(sample):
    phonons = sample.phonons
    grid = phonons.grid
    minus = grid.index(-grid.addresses)
    # e(-q) = e(q)* is one choice of the eigenvectors at -q.
    e = phonons.polarizations.copy()
    half = np.arange(grid.n_q) < minus
    e[minus[half]] = e[half].conj()
    phonons = sample.with_polarizations(e)
    triplets = every_triplet(grid, 6)
    reversed_ = Triplets(minus[triplets.points], triplets.weights)
    # Where -q is q itself the eigenvectors can be complex: leave these out.
    free = (minus[triplets.points] != triplets.points).all(axis=1)
    plain = interaction_strengths(sample.series, phonons, triplets)[free]
    again = interaction_strengths(sample.series, phonons, reversed_)[free]
    np.testing.assert_allclose(again, plain, atol=1e-12 * plain.max())


def test_symmetry_changes_the_work_and_not_the_result(sample):
    # All triplets, no little group, no exchange, against the irreducible ones.
    cell = sample.model.supercell.primitive
    plain_grid = Grid(
        sample.phonons.grid.mesh, cell.reciprocal_lattice, np.eye(3, dtype=int)[None]
    )
    phonons = PeriodicModes(
        plain_grid, sample.phonons.frequencies, sample.phonons.polarizations
    )
    reduced = all_linewidths(sample, sample.phonons)
    full = all_linewidths(sample, phonons)
    # The 24 tetrahedra have less symmetry than the crystal: weights differ a little
    # between the triplets of a star, by as much as the peers' do.
    np.testing.assert_allclose(full.sum(), reduced.sum(), rtol=0.05)


def test_linewidths_grow_with_temperature(sample):
    gamma = all_linewidths(sample, sample.phonons)
    assert (gamma[:, 1] >= gamma[:, 0]).all()
    assert (gamma >= -1e-15).all()


def test_every_temperature_is_on_its_own(sample):
    both = linewidths(sample.series, sample.phonons, 5, sample.occupations, Scattering())
    for i in (0, 1):
        one = sample.occupations[:, :, i : i + 1]
        alone = linewidths(sample.series, sample.phonons, 5, one, Scattering())
        np.testing.assert_allclose(alone[0], both[i], rtol=1e-12, atol=1e-14 * both.max())


def test_phonons_below_the_cutoff_have_no_linewidth(sample):
    gamma = linewidths(
        sample.series,
        sample.phonons,
        0,
        sample.occupations,
        Scattering(cutoff_frequency=1e-2),
    )
    assert (gamma[:, :3] == 0).all()
    assert (gamma[:, 3:] > 0).any()


def test_a_mesh_smaller_than_the_series_folds_it(sample):
    cell = sample.model.supercell.primitive
    grid = Grid.of(cell, [2, 2, 2])
    small = PeriodicModes.of(
        grid, Modes(grid.qpoints, *sample.model.modes(grid.qpoints)), cell
    )
    # The points of a 2 x 2 x 2 grid are points of the 4 x 4 x 4 grid.
    same = sample.phonons.grid.index(2 * grid.addresses)
    np.testing.assert_allclose(
        small.frequencies, sample.phonons.frequencies[same], atol=1e-6
    )
    small = PeriodicModes(
        grid, sample.phonons.frequencies[same], sample.phonons.polarizations[same]
    )
    triplets = every_triplet(grid, 3)
    strengths = interaction_strengths(sample.series, small, triplets)
    large = Triplets(same[triplets.points], triplets.weights)
    expected = interaction_strengths(sample.series, sample.phonons, large)
    # Strengths contain 1 / n_q.
    np.testing.assert_allclose(strengths / 8, expected, atol=1e-12 * expected.max())


def test_bad_input_is_refused(sample):
    run = (sample.series, sample.phonons)
    with pytest.raises(DomainError, match="q: 64 is out of range, expected 0 to 63"):
        linewidths(*run, 64, sample.occupations, Scattering())
    with pytest.raises(ShapeError, match=r"occupations: expected shape \[64, 6, n_T\]"):
        linewidths(*run, 0, sample.occupations[:, :5], Scattering())
    with pytest.raises(DomainError, match="degeneracy must be positive, got 0"):
        Scattering(degeneracy=0.0)
    with pytest.raises(DomainError, match="cutoff_frequency must not be negative"):
        Scattering(cutoff_frequency=-1.0)
    with pytest.raises(
        DomainError, match="smearing must be a Gaussian or AdaptiveGaussian, got float"
    ):
        Scattering(smearing=0.1)
    for t in (-3.0, np.nan):
        with pytest.raises(DomainError, match="temperatures must not be negative, got"):
            inverse_sinh(sample.phonons.frequencies, [300.0, t])


def test_triplets_that_lose_momentum_are_refused(sample):
    wrong = Triplets(np.array([[1, 2, 3]]), np.array([1]))
    with pytest.raises(PhonoError, match="does not conserve momentum"):
        interaction_strengths(sample.series, sample.phonons, wrong)


def test_the_symmetry_of_the_crystal_is_the_symmetry_of_strengths(sample):
    # Sums over degenerate sets are the same at q and R q.
    grid = sample.phonons.grid
    symmetry = Symmetry.of(sample.model.supercell.primitive)
    assert len(grid.rotations) == 2 * symmetry.n_operations
    triplets = every_triplet(grid, 6)
    total = interaction_strengths(sample.series, sample.phonons, triplets).sum(axis=(2, 3))
    for rotation in grid.rotations[::7]:
        image = grid.index(grid.addresses @ rotation.T)
        rotated = Triplets(image[triplets.points], triplets.weights)
        again = interaction_strengths(sample.series, sample.phonons, rotated)
        np.testing.assert_allclose(
            np.sort(again.sum(axis=(2, 3)).sum(axis=1)),
            np.sort(total.sum(axis=1)),
            rtol=1e-9,
        )


def test_freed_buffers_change_no_bit(sample):
    before = all_linewidths(sample, sample.phonons)
    free_buffers()
    free_buffers()
    np.testing.assert_array_equal(all_linewidths(sample, sample.phonons), before)
