"""Laws of the thermal conductivity in the relaxation-time approximation."""

import numpy as np
import pytest
from phono_3ph import conductivity_rta, has_no_scattering, total_linewidths
from phono_grid import Grid, IrreduciblePoints, units
from phono_grid.errors import DomainError, ShapeError


@pytest.fixture
def inputs(sample, rng):
    grid = sample.phonons.grid
    shape = (len(sample.irreducible.points), 6)
    return (
        grid,
        sample.irreducible,
        rng.normal(size=(*shape, 3)),
        rng.uniform(1e-5, 8e-5, (2, *shape)),
        rng.uniform(0.01, 0.1, (2, *shape)),
        45.0,
    )


def test_a_cubic_crystal_conducts_alike_in_every_direction(inputs):
    kappa = conductivity_rta(*inputs).kappa
    np.testing.assert_allclose(kappa[:, :3], kappa[:, :1] * np.ones(3), rtol=1e-12)
    np.testing.assert_allclose(kappa[:, 3:], 0, atol=1e-12 * kappa.max())


def test_the_trace_is_the_sum_over_modes(inputs):
    grid, irreducible, v, c, gamma, volume = inputs
    result = conductivity_rta(*inputs)
    weights = irreducible.weights[:, None]
    trace = (weights * (v**2).sum(axis=2) * c / (2 * gamma)).sum(axis=(1, 2))
    expected = units.CONDUCTIVITY / volume * trace / grid.n_q
    np.testing.assert_allclose(result.kappa[:, :3].sum(axis=1), expected, rtol=1e-12)


def test_the_factor_is_the_kinetic_formula_in_si_units():
    # One mode: κ = C v² τ / V with C in J/K, v in m/s, τ = 1 / (4π Γ) in s, V in m³.
    joule = 3e-5 * units.EV
    speed = 50.0 * 100.0
    tau = 1 / (4 * np.pi * 0.02e12)
    expected = joule * speed**2 * tau / 40e-30
    grid = Grid([1, 1, 1], np.eye(3), np.eye(3, dtype=int)[None])
    result = conductivity_rta(
        grid, IrreduciblePoints([0], [1]), [[[50.0, 0, 0]]], [[[3e-5]]], [[[0.02]]], 40.0
    )
    np.testing.assert_allclose(result.kappa[0, 0], expected, rtol=1e-12)


def test_a_mode_without_linewidth_adds_nothing(inputs):
    *rest, gamma, volume = inputs
    gamma = gamma.copy()
    gamma[:, 2, 1] = 0
    result = conductivity_rta(*rest, gamma, volume)
    assert np.isfinite(result.kappa).all()
    assert (result.mode_kappa[:, 2, 1] == 0).all()


@pytest.mark.parametrize("faint", [0.0, 5e-324, 1e-80, 1e-14])
def test_a_linewidth_that_underflows_is_none(inputs, faint):
    grid, irreducible, v, c, gamma, volume = inputs
    gamma = gamma.copy()
    gamma[1, 2, 1] = faint
    result = conductivity_rta(grid, irreducible, v, c, gamma, volume)
    assert (result.mode_kappa[1, 2, 1] == 0).all()
    assert (result.mode_kappa[0, 2, 1] != 0).any()
    assert np.argwhere(has_no_scattering(v, c, gamma)).tolist() == [[1, 2, 1]]
    # What does not move or has no heat is not missed.
    v, c = v.copy(), c.copy()
    v[2, 1] = 1e-12
    assert not has_no_scattering(v, c, gamma).any()


def test_other_scattering_limits_what_phonons_do_not_scatter():
    total = total_linewidths([[0.0, 1e-200, 0.1]], None, [0.02, 0.0, 0.3])
    np.testing.assert_array_equal(total, [[0.02, 0.0, 0.4]])


def test_mode_contributions_sum_to_the_total(inputs):
    result = conductivity_rta(*inputs)
    total = result.mode_kappa.sum(axis=(1, 2)) / inputs[0].n_q
    np.testing.assert_allclose(total, result.kappa, rtol=1e-13, atol=1e-13)


def test_bad_input_is_refused(inputs):
    *rest, gamma, volume = inputs
    with pytest.raises(ShapeError, match="linewidths: expected shape"):
        conductivity_rta(*rest, gamma[:, 1:], volume)
    with pytest.raises(DomainError, match="volume must be positive, got -1"):
        conductivity_rta(*rest, gamma, -1.0)
