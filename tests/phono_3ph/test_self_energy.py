"""Laws of the self-energy over frequency, of its parts and of stored strengths."""

import numpy as np
import pytest
from model_crystals import mix_degenerate
from phono_3ph import (
    EvaluationPoints,
    PeriodicModes,
    Scattering,
    Series3,
    Strengths,
    detailed_linewidths,
    imaginary_self_energy,
    interaction_strengths,
    linewidths,
    real_self_energy,
)
from phono_dynmat import Modes
from phono_grid import BrillouinZone, Gaussian, Grid, Triplets
from phono_grid.errors import DomainError, ShapeError

pytestmark = pytest.mark.usefixtures("backend")

Q = 6
POINTS = np.linspace(0, 40, 33)
SMEARED = Scattering(smearing=Gaussian(0.5))


def over_frequencies(sample, couplings=None, scattering=None, q=Q):
    """Γ at `POINTS`."""
    couplings = sample.series if couplings is None else couplings
    scattering = Scattering() if scattering is None else scattering
    evaluation = EvaluationPoints(q, POINTS)
    return imaginary_self_energy(
        couplings, sample.phonons, evaluation, sample.occupations, scattering
    ).total


def test_at_their_own_frequencies_bands_have_their_linewidths(sample):
    f = sample.phonons.frequencies[Q]
    run = (sample.series, sample.phonons)
    widths = linewidths(*run, Q, sample.occupations, Scattering())
    own = imaginary_self_energy(*run, EvaluationPoints(Q), sample.occupations, Scattering())
    np.testing.assert_allclose(own.total, widths, rtol=1e-12, atol=1e-15 * widths.max())
    at = imaginary_self_energy(
        *run, EvaluationPoints(Q, f), sample.occupations, Scattering()
    ).total
    diagonal = np.einsum("Tjj->Tj", at)
    single = np.r_[True, np.diff(f) > 1e-4] & np.r_[np.diff(f) > 1e-4, True]
    np.testing.assert_allclose(
        diagonal[:, single], widths[:, single], rtol=1e-12, atol=1e-14 * widths.max()
    )


def test_normal_and_umklapp_parts_add_up(sample):
    zone = BrillouinZone.of(sample.phonons.grid)
    for points in (None, POINTS):
        found = imaginary_self_energy(
            sample.series,
            sample.phonons,
            EvaluationPoints.normal_umklapp(zone, Q, points),
            sample.occupations,
            Scattering(),
        )
        assert found.normal.max() > 0
        assert found.umklapp.max() > 0
        np.testing.assert_allclose(
            found.normal + found.umklapp, found.total, atol=1e-14 * found.total.max()
        )


def test_the_details_add_up_to_the_linewidths(sample):
    run = (sample.series, sample.phonons, 5, sample.occupations, Scattering())
    triplets = Triplets.of(sample.phonons.grid, 5)
    detail = detailed_linewidths(*run)
    total = np.einsum("t,Ttjkl->Tj", triplets.weights, detail)
    widths = linewidths(*run)
    # Details are not averaged over the sets of bands; their sums over bands are.
    np.testing.assert_allclose(total.sum(axis=1), widths.sum(axis=1), rtol=1e-12)


def test_the_imaginary_part_is_not_negative(sample):
    # Not at positive frequencies: n' - n'' has the sign of f'' - f'.
    for scattering in (Scattering(), Scattering(smearing=Gaussian(0.1, 4.0))):
        gamma = over_frequencies(sample, scattering=scattering)
        assert gamma.min() > -1e-13 * gamma.max()
        assert gamma.max() > 0


def test_mixing_degenerate_eigenvectors_changes_no_self_energy(sample, rng):
    e = mix_degenerate(sample.phonons.frequencies, sample.phonons.polarizations, rng)
    mixed = sample.with_polarizations(e)
    for q in (0, Q):
        again = imaginary_self_energy(
            sample.series,
            mixed,
            EvaluationPoints(q, POINTS),
            sample.occupations,
            Scattering(),
        ).total
        plain = over_frequencies(sample, q=q)
        np.testing.assert_allclose(again, plain, atol=1e-12 * plain.max())
        shifts = [
            real_self_energy(
                sample.series, phonons, EvaluationPoints(q), sample.occupations
            )
            for phonons in (sample.phonons, mixed)
        ]
        np.testing.assert_allclose(*shifts, atol=1e-12 * np.abs(shifts[0]).max())


@pytest.mark.needs_rust
def test_narrow_gaussians_tend_to_tetrahedra(sample):
    # Integrals over frequency windows: a delta function has no value at a point.
    def window(scattering):
        points = np.linspace(0, 40, 401)
        evaluation = EvaluationPoints(Q, points)
        gamma = imaginary_self_energy(
            sample.series, sample.phonons, evaluation, sample.occupations, scattering
        ).total
        return gamma.reshape(*gamma.shape[:2], -1)[..., :400].reshape(2, 6, 4, 100).sum(-1)

    exact = window(Scattering())
    away = [
        np.abs(window(Scattering(smearing=Gaussian(s))) - exact).sum() / exact.sum()
        for s in (4.0, 2.0, 1.0)
    ]
    assert away[0] > away[1] > away[2]
    assert away[2] < 0.1


@pytest.mark.needs_rust
def test_kramers_and_kronig_join_the_two_parts(sample):
    # p(x) = x / (x² + ε²) is the principal value smeared by a Lorentzian of width ε; Γ is
    # an odd function of frequency. The Gaussians are narrow beside ε.
    epsilon, step = 1.0, 0.02
    points = np.arange(0.5, 1750) * step
    gamma = imaginary_self_energy(
        sample.series,
        sample.phonons,
        EvaluationPoints(Q, points),
        sample.occupations,
        Scattering(smearing=Gaussian(0.04, 5.0)),
    ).total
    w = np.array([3.0, 9.5, 17.0])

    def p(x):
        return x / (x**2 + epsilon**2)

    kernel = p(w[:, None] - points) - p(w[:, None] + points)
    expected = np.einsum("wp,Tjp->Tjw", kernel, gamma) * step / np.pi
    delta = real_self_energy(
        sample.series,
        sample.phonons,
        EvaluationPoints(Q, w),
        sample.occupations,
        epsilon=epsilon,
    )
    # The width of the Gaussians counts in second order: (0.04 / 1)².
    np.testing.assert_allclose(delta, expected, rtol=0, atol=5e-3 * np.abs(delta).max())


def test_stored_strengths_take_the_place_of_the_series(sample):
    strengths = Strengths.of(sample.series, sample.phonons, Q)
    for scattering in (Scattering(), SMEARED):
        plain = over_frequencies(sample, scattering=scattering)
        again = over_frequencies(sample, strengths, scattering)
        np.testing.assert_allclose(again, plain, atol=1e-12 * plain.max())
    evaluation = EvaluationPoints(Q)
    run = (sample.phonons, evaluation, sample.occupations)
    np.testing.assert_allclose(
        real_self_energy(strengths, *run),
        real_self_energy(sample.series, *run),
        rtol=1e-10,
    )


def test_averaged_strengths_keep_their_mean(sample):
    strengths = Strengths.of(sample.series, sample.phonons, Q)
    averaged = strengths.averaged()
    np.testing.assert_allclose(averaged.mean, strengths.mean, rtol=1e-13)
    gamma = over_frequencies(sample, averaged)
    # What is left is one density of states, times the mean of each band.
    shape = gamma[0] / strengths.mean[:, None]
    sets = np.cumsum(np.diff(sample.phonons.frequencies[Q], prepend=-1) > 1e-4)
    first = [np.flatnonzero(sets == s) for s in np.unique(sets)]
    single = [s[0] for s in first if len(s) == 1]
    assert len(single) > 1
    for j in single[1:]:
        np.testing.assert_allclose(shape[j], shape[single[0]], rtol=1e-9)


def test_selected_bands_are_those_of_all(sample):
    triplets = Triplets.of(sample.phonons.grid, Q)
    run = (sample.series, sample.phonons, triplets)
    every = interaction_strengths(*run)
    chosen = interaction_strengths(*run, bands=[4, 0, 1])
    np.testing.assert_allclose(
        chosen, every[:, [4, 0, 1]], atol=1e-13 * every.max(), rtol=1e-12
    )
    with pytest.raises(DomainError, match="bands: 6 is out of range"):
        interaction_strengths(*run, bands=[6])


def test_the_six_orders_of_an_averaged_origin_are_one(sample):
    plain = Strengths.of(sample.series, sample.phonons, Q)
    symmetrized = Strengths.of(sample.series, sample.phonons, Q, symmetrize=True)
    np.testing.assert_allclose(
        symmetrized.values, plain.values, atol=1e-11 * plain.values.max()
    )


def test_one_origin_alone_breaks_the_symmetry_of_the_orders_and_reordering_heals_it(sample):
    single = Series3.of(sample.model.fc3, average_origin=False)
    triplets = Triplets.of(sample.phonons.grid, Q)
    plain = interaction_strengths(single, sample.phonons, triplets)
    averaged = interaction_strengths(sample.series, sample.phonons, triplets)
    moved = interaction_strengths(single.reordered((1, 2, 0)), sample.phonons, triplets)
    assert np.abs(plain - averaged).max() > 1e-6 * plain.max()
    assert np.abs(plain - moved).max() > 1e-6 * plain.max()
    back = single.reordered((1, 2, 0)).reordered((2, 0, 1))
    again = interaction_strengths(back, sample.phonons, triplets)
    np.testing.assert_allclose(again, plain, atol=1e-13 * plain.max())


def test_reordering_puts_the_phonons_in_other_places(sample):
    # Phonon order[i] sits where phonon i sat: strengths with the axes exchanged.
    single = Series3.of(sample.model.fc3, average_origin=False)
    grid = sample.phonons.grid
    points = np.array([[6, 9, grid.index(-grid.addresses[6] - grid.addresses[9])]])
    order = (2, 0, 1)
    moved = Triplets(points[:, order], np.array([1]))
    expected = interaction_strengths(single, sample.phonons, moved)[0]
    found = interaction_strengths(
        single.reordered(order), sample.phonons, Triplets(points, np.array([1]))
    )[0]
    expected = expected.transpose(np.argsort(order))
    np.testing.assert_allclose(found, expected, atol=1e-13 * found.max())


def test_a_generalised_grid_is_the_plain_grid_it_contains(sample):
    # M = 4 in other axes: the same wave vectors in another order.
    cell = sample.model.supercell.primitive
    turn = np.array([[1, 1, 0], [0, 1, 0], [0, 2, 1]])
    grid = Grid.of(cell, 4 * turn, use_symmetry=False)
    assert not grid.is_plain
    plain = Grid.of(cell, [4, 4, 4], use_symmetry=False)
    same = plain.index(np.rint(grid.qpoints * 4).astype(int))
    assert sorted(same) == list(range(64))
    old = sample.phonons
    phonons = PeriodicModes(grid, old.frequencies[same], old.polarizations[same])
    q = int(np.flatnonzero(same == Q)[0])
    occupations = sample.occupations[same]
    found = imaginary_self_energy(
        sample.series, phonons, EvaluationPoints(q, POINTS), occupations, SMEARED
    ).total
    flat = PeriodicModes(plain, old.frequencies, old.polarizations)
    expected = imaginary_self_energy(
        sample.series, flat, EvaluationPoints(Q, POINTS), sample.occupations, SMEARED
    ).total
    np.testing.assert_allclose(found, expected, atol=1e-12 * expected.max())


def test_bad_input_says_what_to_do(sample):
    run = (sample.series, sample.phonons)
    strengths = Strengths.of(*run, 5)
    with pytest.raises(DomainError, match="compute the strengths anew"):
        over_frequencies(sample, strengths)
    some = Strengths.of(*run, Q, bands=[0, 1])
    with pytest.raises(ShapeError, match="strengths: expected shape"):
        over_frequencies(sample, some)
    evaluation = EvaluationPoints(Q, None, np.array([True]))
    with pytest.raises(ShapeError, match="normal: expected shape"):
        imaginary_self_energy(*run, evaluation, sample.occupations, Scattering())
    with pytest.raises(DomainError, match="frequency_points"):
        EvaluationPoints(Q, np.array([np.nan]))
    with pytest.raises(DomainError, match="one or more"):
        EvaluationPoints(Q, np.array([]))
    with pytest.raises(DomainError, match="sigma must be positive"):
        Gaussian(0.0)
    with pytest.raises(DomainError, match="epsilon must be positive"):
        real_self_energy(*run, EvaluationPoints(Q), sample.occupations, epsilon=0.0)


def test_modes_of_another_grid_are_refused(sample):
    cell = sample.model.supercell.primitive
    grid = Grid.of(cell, [2, 2, 2])
    q = grid.qpoints + np.array([0.1, 0, 0])
    modes = Modes(q, *sample.model.modes(q))
    with pytest.raises(DomainError, match=r"compute them at grid\.qpoints"):
        PeriodicModes.of(grid, modes, cell)
