"""Patterns of modes obey Newton, thermal motion has the covariance of the ensemble."""

import numpy as np
import pytest
from phono_dynmat import (
    HarmonicSeries,
    Modes,
    commensurate_points,
    mean_square_displacements,
    mode_patterns,
    participation_ratios,
    phonon_modes,
    thermal_random_displacements,
)
from phono_dynmat import rigid_translations as rigid
from phono_grid import Supercell, units
from phono_grid.errors import DomainError, ShapeError

DRAWS = 1000


@pytest.fixture
def full(spring_constants):
    """The constants between all atoms of the supercell, as a matrix."""
    values = spring_constants.to_full()
    n_s = values.shape[1]
    return values.transpose(0, 2, 1, 3).reshape(3 * n_s, 3 * n_s)


@pytest.fixture
def modes(spring_constants):
    q = commensurate_points(spring_constants.supercell)
    return phonon_modes(HarmonicSeries.of(spring_constants), q)


def test_forces_on_a_pattern_are_those_of_its_frequency(spring_constants, full, modes):
    cell = spring_constants.supercell.cell
    w = mode_patterns(modes, spring_constants.supercell)
    forces = -np.einsum("ab,qjb->qja", full, w.reshape(*w.shape[:2], -1))
    f = modes.frequencies / units.FREQUENCY
    accelerations = np.sign(f)[..., None, None] * (f**2)[..., None, None] * w
    expected = -cell.masses[:, None] * accelerations
    np.testing.assert_allclose(forces.reshape(w.shape), expected, atol=1e-10)


def test_the_longest_half_axis_is_one_angstrom_and_phases_do_not_matter(
    spring_constants, modes, rng
):
    supercell = spring_constants.supercell
    w = mode_patterns(modes, supercell)
    angles = np.linspace(0, 2 * np.pi, 721)
    turned = np.exp(1j * angles)[:, None, None, None] * w[1]
    furthest = np.linalg.norm(turned.real, axis=-1).max(axis=(0, 2))
    np.testing.assert_allclose(furthest, 1, atol=1e-5)
    phases = np.exp(2j * np.pi * rng.random(modes.frequencies.shape))
    other = Modes(
        modes.qpoints, modes.frequencies, modes.polarizations * phases[..., None, None]
    )
    np.testing.assert_allclose(mode_patterns(other, supercell), w, atol=1e-9)


def test_a_wave_that_is_not_periodic_is_refused(spring_constants):
    dynamics = HarmonicSeries.of(spring_constants)
    supercell = spring_constants.supercell
    with pytest.raises(DomainError, match=r"q = 0.1 0 0 is not periodic in the supercell"):
        mode_patterns(phonon_modes(dynamics, [[0, 0, 0], [0.1, 0, 0]]), supercell)
    with pytest.raises(ShapeError, match="modes: are of 1 atoms"):
        mode_patterns(
            Modes(np.zeros((1, 3)), [[1, 2, 3]], np.eye(3)[None, :, None]), supercell
        )


@pytest.mark.parametrize("classical", [False, True])
def test_covariance_is_that_of_the_whole_supercell(spring_constants, full, classical):
    cell, t = spring_constants.supercell.cell, 150.0
    dynamics = HarmonicSeries.of(spring_constants)
    u = thermal_random_displacements(
        dynamics, spring_constants.supercell, t, DRAWS, seed=3, classical=classical
    ).reshape(DRAWS, -1)
    # The supercell as one large molecule, by its own eigenvectors.
    root = np.repeat(np.sqrt(cell.masses), 3)
    square, e = np.linalg.eigh(full / root / root[:, None])
    f = np.sqrt(square[3:]) * units.FREQUENCY
    quanta = units.KELVIN_TO_THZ * t / f
    if not classical:
        quanta = 0.5 / np.tanh(f / (2 * units.KELVIN_TO_THZ * t))
    hbar_over = 1e20 * units.HBAR * units.EV / (2 * np.pi * 1e12 * units.AMU)
    e = e[:, 3:] / root[:, None]
    expected = (e * (hbar_over * quanta / f)) @ e.T
    got = u.T @ u / DRAWS
    variance = np.diag(expected)
    error = np.sqrt((np.outer(variance, variance) + expected**2) / DRAWS)
    z = (got - expected) / error
    assert np.abs(z).max() < 6
    assert z.std() < 1.2
    # The crystal as a whole stays where it is.
    drift = (u.reshape(DRAWS, -1, 3) * cell.masses[:, None]).sum(axis=1)
    np.testing.assert_allclose(drift, 0, atol=1e-9)


def test_at_zero_temperature_there_is_zero_point_motion_or_none(spring_constants, modes):
    dynamics, supercell = HarmonicSeries.of(spring_constants), spring_constants.supercell
    still = thermal_random_displacements(dynamics, supercell, 0, 2, classical=True)
    assert not still.any()
    u = thermal_random_displacements(dynamics, supercell, 0, DRAWS, seed=1)
    f = np.where(rigid(modes.qpoints, modes.frequencies), 0, modes.frequencies)
    moving = Modes(modes.qpoints, f, modes.polarizations)
    expected = mean_square_displacements(moving, supercell.primitive.masses, [0.0])[0]
    for k, matrix in enumerate(expected):
        some = u[:, supercell.supercell_to_primitive == k]
        got = (some**2).mean()
        np.testing.assert_allclose(got, np.trace(matrix) / 3, rtol=0.03)


def test_a_seed_gives_the_same_displacements_again(spring_constants):
    args = HarmonicSeries.of(spring_constants), spring_constants.supercell, 300.0, 2
    first, again = (thermal_random_displacements(*args, seed=7) for _ in range(2))
    assert (first == again).all()
    assert (first != thermal_random_displacements(*args, seed=8)).any()
    assert (
        thermal_random_displacements(*args) != thermal_random_displacements(*args)
    ).any()


def test_mistakes_are_named(spring_constants, random_series):
    dynamics, supercell = HarmonicSeries.of(spring_constants), spring_constants.supercell
    call = thermal_random_displacements
    with pytest.raises(DomainError, match="temperature must not be negative"):
        call(dynamics, supercell, -1, 2)
    with pytest.raises(DomainError, match="n_supercells must be positive, got 0"):
        call(dynamics, supercell, 300, 0)
    one = Supercell.of(supercell.primitive, [2, 2, 2])
    assert call(random_series, one, 300, 1).shape == (1, 16, 3)


def test_participation_counts_atoms(rng):
    e = np.zeros((1, 3, 4, 3), dtype=complex)
    e[0, 0, 2, 1] = 2j
    e[0, 1, :, 0] = 1, 1j, -1, -1j
    e[0, 2, :2, 2] = 1
    np.testing.assert_allclose(participation_ratios(e), [[0.25, 1, 0.5]], rtol=1e-14)
    with pytest.raises(DomainError, match="polarizations: an eigenvector is zero"):
        participation_ratios(np.zeros((1, 1, 2, 3)))
    with pytest.raises(ShapeError, match=r"expected shape \[n_q, n_b, n_a, 3\]"):
        participation_ratios(np.zeros(3))
