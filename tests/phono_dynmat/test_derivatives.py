"""Derivatives of dynamical matrices, and the tolerances of what is made of them."""

import cases_phono_dynmat as cases
import numpy as np
import pytest
from phono_dynmat import (
    Modes,
    atom_projections,
    degenerate_average,
    directional_velocities,
    dynamical_matrices,
    dynamical_matrix_derivatives,
    finite_difference_velocities,
    group_velocities,
    heat_capacities,
    phonon_modes,
    velocity_operators,
)
from phono_grid import CUTOFF_FREQUENCY, DEGENERACY, units
from phono_grid.errors import DomainError

pytestmark = pytest.mark.usefixtures("backend")

IDENTITY = np.eye(3, dtype=int)[None]


@pytest.fixture(params=cases.DYNAMICS)
def dynamics(request, rng):
    return cases.DYNAMICS[request.param](rng)


@pytest.fixture
def qpoints(rng):
    return rng.uniform(-2, 2, (6, 3))


def test_the_derivative_is_the_limit_of_differences(dynamics, qpoints):
    found = dynamical_matrix_derivatives(dynamics, qpoints)
    assert found.shape == (6, 3, 9, 9)
    step = 1e-5
    for axis in range(3):
        shift = step * dynamics.cell.lattice @ np.eye(3)[axis]
        rise = dynamical_matrices(dynamics, qpoints + shift)
        rise = rise - dynamical_matrices(dynamics, qpoints - shift)
        tolerance = 1e-6 * np.abs(found).max()
        np.testing.assert_allclose(found[:, axis], rise / (2 * step), atol=tolerance)


def test_the_derivative_is_hermitian(dynamics, qpoints):
    d = dynamical_matrix_derivatives(dynamics, qpoints)
    np.testing.assert_allclose(d, d.conj().swapaxes(2, 3), atol=1e-12 * np.abs(d).max())


def test_at_gamma_the_derivative_is_the_limit_along_the_direction(dynamics):
    direction = np.array([1, 2, -1])
    at = dynamical_matrix_derivatives(dynamics, [[0, 0, 0]], direction=direction)
    n = direction @ dynamics.cell.reciprocal_lattice
    n /= np.linalg.norm(n)
    # Along the direction itself there is no jump of the macroscopic field.
    step = 2e-5 * direction / np.linalg.norm(direction @ dynamics.cell.reciprocal_lattice)
    ends = dynamical_matrices(dynamics, np.array([step, 2 * step]))
    start = dynamical_matrices(dynamics, [[0, 0, 0]], direction=direction)[0]
    slope = (4 * ends[0] - ends[1] - 3 * start) / 4e-5
    found = np.tensordot(n, at[0], axes=1)
    np.testing.assert_allclose(found, slope, atol=1e-5 * np.abs(at).max())


def test_group_velocities_are_expectation_values_of_the_derivative(dynamics, qpoints):
    modes = phonon_modes(dynamics, qpoints)
    d = dynamical_matrix_derivatives(dynamics, qpoints)
    e = modes.polarizations.reshape(6, 9, 9)
    f = np.where(modes.frequencies > CUTOFF_FREQUENCY, modes.frequencies, np.inf)
    expected = np.einsum("qjx,qaxy,qjy->qja", e.conj(), d, e).real
    expected *= units.FREQUENCY**2 / (2 * f[..., None])
    v = group_velocities(dynamics, modes, IDENTITY)
    np.testing.assert_allclose(v, expected, atol=1e-10 * np.abs(v).max())


def test_modes_at_or_below_the_cutoff_have_no_velocity_and_no_heat_capacity(series, rng):
    modes = phonon_modes(series, rng.uniform(-0.5, 0.5, (5, 3)))
    f = modes.frequencies
    cutoff = float(np.median(f))  # the frequency of no mode: there is an even number
    fast = f > cutoff
    assert 0 < fast.sum() < fast.size
    for kernel, args in (
        (group_velocities, (series, modes, IDENTITY)),
        (finite_difference_velocities, (series, modes, IDENTITY)),
        (directional_velocities, (series, modes, [1, 2, 3])),
    ):
        whole, cut = kernel(*args), kernel(*args, cutoff_frequency=cutoff)
        np.testing.assert_array_equal(cut[fast], whole[fast])
        assert not cut[~fast].any()
    operators = velocity_operators(series, modes, cutoff_frequency=cutoff)
    assert not operators[~fast].any()
    assert operators[fast].any()
    c = heat_capacities(f, [300], cutoff_frequency=cutoff)[0]
    np.testing.assert_array_equal(c > 0, fast)


def test_bands_closer_than_the_degeneracy_are_one_set(series):
    modes = phonon_modes(series, [[0.21, 0.12, 0.05]])
    f = modes.frequencies
    gaps = np.diff(f[0])
    j = int(gaps.argmin())
    pair, gap = [j, j + 1], float(gaps[j])
    assert DEGENERACY < 1.1 * gap < np.sort(gaps)[1]
    apart, together = 0.9 * gap, 1.1 * gap
    shares = atom_projections(modes, degeneracy=together)[0, pair]
    np.testing.assert_allclose(shares[0], shares[1])
    single = atom_projections(modes, degeneracy=apart)
    np.testing.assert_array_equal(single, atom_projections(modes, average=False))
    means = degenerate_average(f, f, degeneracy=together)[0, pair]
    assert means[0] == means[1]


def test_within_a_set_of_the_given_degeneracy_modes_may_be_mixed(series):
    modes = phonon_modes(series, [[0.21, 0.12, 0.05]])
    gaps = np.diff(modes.frequencies[0])
    j = int(gaps.argmin())
    apart, together = 0.9 * float(gaps[j]), 1.1 * float(gaps[j])
    e = modes.polarizations.copy()
    a, b = e[0, [j, j + 1]]
    e[0, j], e[0, j + 1] = (a + 1j * b) / np.sqrt(2), (1j * a + b) / np.sqrt(2)
    mixed = Modes(modes.qpoints, modes.frequencies, e)
    first = group_velocities(series, modes, IDENTITY, degeneracy=together)
    again = group_velocities(series, mixed, IDENTITY, degeneracy=together)
    np.testing.assert_allclose(again, first, atol=1e-9)
    other = group_velocities(series, mixed, IDENTITY, degeneracy=apart)
    assert np.abs(other - first).max() > 0.01
    first, again = (
        np.abs(velocity_operators(series, m, degeneracy=together)) for m in (modes, mixed)
    )
    np.testing.assert_allclose(again, first, atol=1e-9)


def test_tolerances_that_cannot_be_are_refused(series):
    modes = phonon_modes(series, [[0.1, 0.2, 0.3]])
    with pytest.raises(DomainError, match="cutoff_frequency"):
        group_velocities(series, modes, IDENTITY, cutoff_frequency=-1)
    with pytest.raises(DomainError, match="degeneracy must be positive, got 0"):
        velocity_operators(series, modes, degeneracy=0)
    with pytest.raises(DomainError, match="degeneracy must be positive"):
        degenerate_average(modes.frequencies, modes.frequencies, degeneracy=-1)
