"""Shifts by the loop, and linewidths from samples."""

from dataclasses import replace

import numpy as np
import pytest
from model_crystals import zincblende
from phono_3ph import ModesAround
from phono_4ph import (
    Sampling,
    Scattering4,
    conjugate_gauge,
    linewidths4,
    linewidths4_of_pairs,
    loop_constants,
    loop_shift,
    sampled_linewidths4,
)
from phono_dynmat import HarmonicSeries, bose_einstein, phonon_frequencies
from phono_grid import BrillouinZone, Gaussian, degenerate_sets, units
from phono_grid.errors import DomainError
from quartic_models import phonons_on

SMEARED = Scattering4(smearing=Gaussian(1.0, 3.0))


def test_the_loop_is_the_plain_sum_over_matrix_elements(quartic, rng):
    _, phonons = phonons_on([3, 1, 3], use_symmetry=False)
    phonons = conjugate_gauge(phonons)
    # Real eigenvectors where a wave vector is its own opposite: Γ here.
    f, grid = phonons.frequencies, phonons.grid
    n = rng.uniform(0, 2, (*f.shape, 1))
    n[f <= 1e-2] = 0
    q = 4
    minus = grid.index(-grid.addresses)
    shift = loop_shift(quartic, phonons, [q], n)[0, 0]
    expected = np.zeros(6)
    hbar = units.THZ_TO_EV * units.FREQUENCY**2 / 2
    for q1 in range(grid.n_q):
        four = [q, minus[q], q1, minus[q1]]
        v = plain_matrix_element(quartic, phonons, four)
        if q1 == minus[q1]:
            # ẽ(−q1) is the conjugate of ẽ(q1), which another choice of phases is not.
            continue
        for j1 in range(6):
            element = np.einsum("jjkk->jk", v)[:, j1]
            v4 = hbar**2 / 24 / grid.n_q * element.real / (f[q] * f[q1, j1])
            # 12/ħ in linear frequency is 12/h.
            expected += 12 / units.THZ_TO_EV * v4 * (2 * n[q1, j1, 0] + 1)
    gamma_point = n.copy()
    only = phonons_without(phonons, minus)
    shift = loop_shift(quartic, only, [q], gamma_point)[0, 0]
    sets = degenerate_sets(f[q])
    expected = np.array([expected[sets == s].mean() for s in sets])
    np.testing.assert_allclose(shift, expected, rtol=1e-9, atol=1e-12)


def plain_matrix_element(constants, phonons, points):
    """The sum over all blocks, one by one, of four wave vectors, eV/(Å⁴ Da²)."""
    e = phonons.polarizations
    qpoints = phonons.grid.qpoints[points]
    total = 0
    for value, atoms, cells in zip(
        constants.values, constants.atoms, constants.cells, strict=True
    ):
        at = [e[p][:, k] for p, k in zip(points, atoms, strict=True)]
        phase = np.exp(2j * np.pi * np.sum(qpoints[1:] * cells))
        total = total + phase * np.einsum("wxyz,jw,kx,ly,mz->jklm", value, *at)
    return total


def phonons_without(phonons, minus):
    """Phonons that are at rest where a wave vector is its own opposite."""
    f = phonons.frequencies.copy()
    f[minus == np.arange(len(f))] = 0
    return replace(phonons, frequencies=f)


def test_shifts_obey_the_sum_rule(quartic, rng):
    _, phonons = phonons_on([2, 2, 2], use_symmetry=False)
    n = rng.uniform(0, 2, (*phonons.frequencies.shape, 2))
    values, atoms, _ = loop_constants(quartic, phonons, n)
    for k in range(2):
        total = values[:, atoms[:, 0] == k].sum(axis=1)
        assert np.abs(total).max() < 1e-12 * np.abs(values).max() * len(atoms)


def test_all_pairs_together_are_the_linewidth(quartic, rng):
    _, phonons = phonons_on([2, 2, 1], use_symmetry=False)
    n = rng.uniform(0, 2, (*phonons.frequencies.shape, 1))
    zone = BrillouinZone.of(phonons.grid)
    pairs = np.array(np.meshgrid(range(4), range(4), indexing="ij")).reshape(2, -1).T
    part = linewidths4_of_pairs(quartic, phonons, (1, pairs[None]), n, SMEARED, zone)[0]
    whole = linewidths4(quartic, phonons, 1, n, SMEARED, zone)
    np.testing.assert_allclose(part, whole, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("n_q", [7, 64])
def test_every_pair_is_drawn_as_often_in_the_mean(n_q):
    sampling = Sampling(replicates=500, first=5, second=6)
    pairs = sampling.pairs(n_q, 3)
    for column in (0, 1):
        counts = np.bincount(pairs[:, :, column].ravel(), minlength=n_q)
        expected = pairs.shape[0] * pairs.shape[1] / n_q
        # Draws of q_1 come in groups of `second`.
        group = sampling.second if column == 0 else 1
        assert np.abs(counts - expected).max() < 5 * np.sqrt(expected * group)


def test_samples_are_those_of_the_seed_and_go_on():
    sampling = Sampling(seed=5, replicates=4)
    pairs = sampling.pairs(100, 7)
    np.testing.assert_array_equal(sampling.pairs(100, 7), pairs)
    first = Sampling(seed=5, replicates=2)
    np.testing.assert_array_equal(first.pairs(100, 7), pairs[:2])
    np.testing.assert_array_equal(first.pairs(100, 7, start=2), pairs[2:])
    assert (Sampling(seed=6, replicates=4).pairs(100, 7) != pairs).any()


@pytest.mark.needs_rust
def test_the_error_of_a_sample_is_what_it_says(quartic):
    _, phonons = phonons_on([4, 4, 4], use_symmetry=False)
    n = np.ones((*phonons.frequencies.shape, 1))
    zone = BrillouinZone.of(phonons.grid)
    exact = linewidths4(quartic, phonons, 5, n, SMEARED, zone).sum(axis=(0, 1))[0, 3]
    away = []
    for seed in range(25):
        sampling = Sampling(seed=seed, replicates=8, first=4, second=8)
        gamma = sampled_linewidths4(quartic, phonons, 5, n, SMEARED, zone, sampling).sum(
            axis=(1, 2)
        )[:, 0, 3]
        away.append((gamma.mean() - exact) / (gamma.std(ddof=1) / np.sqrt(8)))
    # Student's distribution of 7 degrees of freedom: 2.36 is 95 %.
    assert np.mean(np.abs(away) < 2.36) >= 0.85
    assert abs(np.mean(away)) < 0.6


@pytest.mark.parametrize("name", ["replicates", "first", "second", "seed"])
def test_a_sample_of_nothing_is_refused(name):
    with pytest.raises(DomainError, match=name):
        Sampling(**{name: -1})


BESIDE = np.array([0.137, -0.21, 0.064])


@pytest.fixture(scope="module")
def dynamics():
    return HarmonicSeries.of(zincblende().fc2)


@pytest.fixture
def grid_modes():
    return phonons_on([3, 2, 1], use_symmetry=False)[1]


def test_at_a_point_of_the_grid_the_loop_is_that_of_the_grid(quartic, dynamics, grid_modes):
    q = 4
    modes = ModesAround.of(grid_modes, dynamics, grid_modes.grid.qpoints[q] + [1, 0, -1])
    around, on_grid = (
        loop_shift(quartic, p, [place], bose_einstein(p.frequencies, [0.0, 300.0]))
        for p, place in ((modes, modes.q), (grid_modes, q))
    )
    np.testing.assert_allclose(around, on_grid, rtol=1e-9, atol=1e-12)


def test_the_loop_beside_the_grid_is_how_its_constants_change_frequencies(
    quartic, dynamics, grid_modes
):
    modes = ModesAround.of(grid_modes, dynamics, BESIDE)
    n = bose_einstein(modes.frequencies, [300.0])
    shift = loop_shift(quartic, modes, [modes.q], n)[0, 0]
    values, atoms, cells = loop_constants(quartic, modes, n)
    small = 1e-5

    def frequencies(sign):
        more = dynamics.values, sign * small * values[0]
        changed = replace(
            dynamics,
            values=np.concatenate(more),
            atoms=np.concatenate([dynamics.atoms, atoms]),
            cells=np.concatenate([dynamics.cells, cells]),
        )
        return phonon_frequencies(changed, BESIDE[None])[0]

    slope = (frequencies(1) - frequencies(-1)) / (2 * small)
    assert np.abs(shift).max() > 0.01
    np.testing.assert_allclose(shift, slope, rtol=1e-5, atol=1e-6)
