"""Velocities between bands."""

from dataclasses import replace

import numpy as np
import pytest
from model_crystals import mix_degenerate
from phono_dynmat import (
    Modes,
    dynamical_matrices,
    group_velocities,
    phonon_modes,
    velocity_operators,
)
from phono_grid import Symmetry, units
from phono_grid.errors import ShapeError

pytestmark = pytest.mark.usefixtures("backend")

IDENTITY = np.eye(3, dtype=int)[None]
SYMMETRIC = np.array([[0.2, 0.2, 0], [0.15, 0.15, 0.15], [0.5, 0.5, 0], [0.5, 0.5, 0.5]])
"""On lines of threefold and fourfold symmetry, and at X and L."""


@pytest.fixture
def diamond(series):
    """Equal masses: at X longitudinal bands cross with opposite slopes."""
    return replace(series, cell=replace(series.cell, masses=[50, 50]))


def averaged(products, frequencies):
    """Means over degenerate sets at both ends."""
    for product, f in zip(products, frequencies, strict=True):
        sets = np.cumsum(np.diff(f, prepend=-np.inf) >= 1e-4)
        same = (sets[:, None] == sets).astype(float)
        mean = same / same.sum(axis=1)
        product[:] = np.einsum("ij,kl,jlab->ikab", mean, mean, product)
    return products


def products(v):
    """``Re V_a V_b*`` of every pair of bands, without their phases."""
    return (v[..., :, None] * v.conj()[..., None, :]).real


def test_the_operator_is_hermitian(random_series, rng):
    modes = phonon_modes(random_series, rng.uniform(-0.5, 0.5, (10, 3)))
    v = velocity_operators(random_series, modes)
    np.testing.assert_array_equal(v, v.conj().swapaxes(1, 2))
    assert np.abs(v[:, 0, 1]).min() > 1e-3  # there is something between bands


def test_the_diagonal_is_the_group_velocity(random_series, diamond, rng):
    for series, q in (
        (random_series, rng.uniform(-0.5, 0.5, (10, 3))),
        (diamond, SYMMETRIC),
    ):
        modes = phonon_modes(series, q)
        v = velocity_operators(series, modes)
        expected = group_velocities(series, modes, IDENTITY)
        np.testing.assert_allclose(
            np.diagonal(v, axis1=1, axis2=2).swapaxes(1, 2), expected, atol=1e-9
        )


def test_with_means_of_frequencies_it_is_the_slope_of_the_root_of_d(random_series, rng):
    # ⟨j| ∂√D |j'⟩ = ⟨j| ∂D |j'⟩ / (√λ_j + √λ_j'), since ∂D = √D ∂√D + ∂√D √D.
    q = rng.uniform(-0.5, 0.5, (5, 3))
    modes = phonon_modes(random_series, q)
    f = modes.frequencies

    def root(k):
        d = dynamical_matrices(random_series, q + k @ random_series.cell.lattice.T)
        squares, u = np.linalg.eigh(d)
        return (u * np.sqrt(squares)[:, None]) @ u.conj().swapaxes(1, 2)

    step = 1e-5
    slopes = np.array([root(k) - root(-k) for k in step * np.eye(3)]) / (2 * step)
    e = modes.polarizations.reshape(5, 6, 6)
    expected = units.FREQUENCY * np.einsum("qjx,aqxy,qky->qjka", e.conj(), slopes, e)
    ratio = 2 * np.sqrt(f[:, :, None] * f[:, None]) / (f[:, :, None] + f[:, None])
    v = velocity_operators(random_series, modes) * ratio[..., None]
    np.testing.assert_allclose(v, expected, atol=1e-6 * np.abs(v).max())


def test_the_choice_of_eigenvectors_does_not_matter(diamond, rng):
    modes = phonon_modes(diamond, SYMMETRIC)
    e = mix_degenerate(modes.frequencies, modes.polarizations, rng)
    assert np.abs(e - modes.polarizations).max() > 0.1
    mixed = Modes(SYMMETRIC, modes.frequencies, e)
    # On a line the slopes of transverse bands are equal in every direction and do not tell
    # them apart, so that only the mean over the set is defined.
    first, second = (
        averaged(products(velocity_operators(diamond, m)), modes.frequencies)
        for m in (modes, mixed)
    )
    np.testing.assert_allclose(first, second, atol=1e-10 * first.max())


def test_sums_over_degenerate_sets_rotate_with_the_wave_vector(diamond, rng):
    q = np.concatenate([rng.uniform(-0.5, 0.5, (2, 3)), SYMMETRIC[:3]])
    modes = phonon_modes(diamond, q)
    f = modes.frequencies
    here = averaged(products(velocity_operators(diamond, modes)), f)
    b = diamond.cell.reciprocal_lattice.T
    for w in Symmetry.of(diamond.cell).reciprocal_rotations()[::5]:
        r = b @ w @ np.linalg.inv(b)
        images = phonon_modes(diamond, q @ w.T)
        there = averaged(products(velocity_operators(diamond, images)), f)
        np.testing.assert_allclose(r @ here @ r.T, there, atol=1e-7 * here.max())


def test_the_operator_is_periodic_up_to_phases(random_series, rng):
    q = rng.uniform(-0.5, 0.5, (5, 3))
    first, second = (
        products(velocity_operators(random_series, phonon_modes(random_series, x)))
        for x in (q, q - np.array([1, -2, 0]))
    )
    np.testing.assert_allclose(first, second, atol=1e-9 * first.max())


def test_modes_of_no_frequency_have_no_velocity(series):
    modes = phonon_modes(series, [[0, 0, 0], [0.1, 0.2, 0.3]])
    slow = Modes(
        modes.qpoints, modes.frequencies - modes.frequencies[1, 0], modes.polarizations
    )
    v = velocity_operators(series, slow)
    still = slow.frequencies <= 1e-4
    assert not v[still].any()
    assert not v.swapaxes(1, 2)[still].any()
    assert np.isfinite(v).all()


def test_modes_of_another_crystal_are_refused(series):
    other = Modes([[0, 0, 0]], [[1, 2, 3]], np.eye(3).reshape(1, 3, 1, 3))
    with pytest.raises(ShapeError, match=r"modes.frequencies: expected shape \[n_q, 6\]"):
        velocity_operators(series, other)
