"""Equations of state, and thermodynamics at constant pressure."""

import numpy as np
import pytest
from phono_dynmat import EquationOfState, quasi_harmonic, thermal_properties
from phono_grid import units
from phono_grid.errors import DomainError, ShapeError

VOLUMES = np.linspace(38, 44, 10)
T = np.array([0, 50, 100, 299, 300, 301, 700.0])
PARAMETERS = [-3.2, 40.5, 0.61, 4.7]


@pytest.mark.parametrize("equation", EquationOfState)
def test_a_fit_gives_the_parameters_that_energies_were_made_with(equation):
    energies = equation.energy(PARAMETERS, VOLUMES)
    np.testing.assert_allclose(equation.fit(VOLUMES, energies), PARAMETERS, rtol=1e-9)
    moved = equation.fit(VOLUMES[::-1], [energies[::-1] + 5, 2 * energies[::-1]])
    np.testing.assert_allclose(moved[0], np.add(PARAMETERS, [5, 0, 0, 0]), rtol=1e-8)
    np.testing.assert_allclose(moved[1], np.multiply(PARAMETERS, [2, 1, 2, 1]), rtol=1e-8)


@pytest.mark.parametrize("equation", EquationOfState)
def test_energy_has_its_minimum_and_curvature_at_equilibrium(equation):
    e, v0, b, c = PARAMETERS
    h = 2e-2
    v = v0 + h * np.arange(-2, 3)
    low = equation.energy(PARAMETERS, v)
    assert low[2] == pytest.approx(e, rel=1e-14)
    assert (low[3] - low[1]) / (2 * h) == pytest.approx(0, abs=1e-6)
    curvature = (low[3] - 2 * low[2] + low[1]) / h**2
    assert v0 * curvature == pytest.approx(b, rel=1e-5)
    third = (low[4] - 2 * low[3] + 2 * low[1] - low[0]) / (2 * h**3)
    # B' = -1 - V² E''' / B
    assert -1 - v0**2 * third / b == pytest.approx(c, rel=1e-3)


def test_a_fit_to_noise_is_that_of_least_squares(rng):
    energies = EquationOfState.VINET.energy(PARAMETERS, VOLUMES)
    energies = energies + 1e-4 * rng.normal(size=10)
    best = EquationOfState.VINET.fit(VOLUMES, energies)

    def squares(parameters):
        return ((EquationOfState.VINET.energy(parameters, VOLUMES) - energies) ** 2).sum()

    for _ in range(20):
        near = best * (1 + 1e-4 * rng.normal(size=4))
        assert squares(near) >= squares(best)


@pytest.mark.parametrize("equation", EquationOfState)
def test_a_fit_does_not_depend_on_the_zero_of_energy(equation, rng):
    energies = EquationOfState.VINET.energy(PARAMETERS, VOLUMES) + 1e-4 * rng.normal(
        size=10
    )
    fit = equation.fit(VOLUMES, energies)
    # All electrons of heavy atoms: a millionth of that is 0.1 eV.
    moved = equation.fit(VOLUMES, energies - 1e5)
    np.testing.assert_allclose(moved[1:], fit[1:], rtol=1e-7)


@pytest.mark.parametrize("equation", EquationOfState)
def test_the_response_is_the_derivative_of_the_fit(equation, rng):
    # Far from any equation of state: the curvature of the residuals counts.
    energies = EquationOfState.VINET.energy(PARAMETERS, VOLUMES)
    energies = energies + 3e-4 * rng.normal(size=(3, 10))
    change, h = rng.normal(size=(3, 10)), 1e-6
    later, earlier = (equation.fit(VOLUMES, energies + s * change) for s in (h, -h))
    fit = equation.fit(VOLUMES, energies)
    response = equation.response(VOLUMES, energies, fit, change)
    difference = (later - earlier) / (2 * h)
    np.testing.assert_allclose(response, difference, rtol=1e-5, atol=1e-7)
    for name, given in {
        "fit": (energies, fit[0], change),
        "change": (energies, fit, change[:, :9]),
        "energies": (energies[:, 1:], fit, change),
    }.items():
        with pytest.raises(ShapeError, match=name):
            equation.response(VOLUMES, *given)
    with pytest.raises(DomainError, match="energies"):
        equation.response(VOLUMES, energies * np.nan, fit, change)


def solid(temperatures, gamma=2.0):
    """Free energies of ten modes that soften as V^-γ, and the crystal's own."""
    f = np.linspace(2, 9, 10)
    energies = EquationOfState.VINET.energy(PARAMETERS, VOLUMES)
    each = [thermal_properties([f * (40.5 / v) ** gamma], temperatures) for v in VOLUMES]
    columns = (
        np.array([getattr(p, name) for p in each]).T
        for name in ("free_energy", "entropy", "heat_capacity")
    )
    return VOLUMES, energies, temperatures, *columns


def test_modes_that_share_a_grueneisen_parameter_give_it_to_the_crystal():
    result = quasi_harmonic(*solid(T))
    np.testing.assert_allclose(result.grueneisen[1:], 2.0, rtol=2e-4)


@pytest.mark.parametrize("pressure", [0.0, 3.0])
def test_the_laws_of_thermodynamics_hold(pressure):
    t = np.array([299.0, 300, 301])
    result = quasi_harmonic(*solid(t), pressure=pressure)
    v, b, alpha = (
        result.volume,
        result.bulk_modulus / 1e21 / units.EV,
        result.thermal_expansion,
    )
    excess = result.heat_capacity_p - result.heat_capacity_v
    np.testing.assert_allclose(excess, t * v * alpha**2 * b, rtol=1e-12)
    assert (v[2] - v[0]) / 2 / v[1] == pytest.approx(alpha[1], rel=1e-6)
    g = result.gibbs_energy
    capacity = -300 * (g[2] - 2 * g[1] + g[0])
    assert capacity == pytest.approx(result.heat_capacity_p[1], rel=1e-5)
    # B = -V dp/dV, and V = dG/dp, as far as fits of two pressures agree.
    above, below = (quasi_harmonic(*solid(t), pressure=pressure + d) for d in (0.1, -0.1))
    slope = (above.volume - below.volume)[1] / 0.2
    assert -v[1] / slope == pytest.approx(result.bulk_modulus[1], rel=1e-3)
    slope = (above.gibbs_energy - below.gibbs_energy)[1] / (0.2 / 1e21 / units.EV)
    assert slope == pytest.approx(v[1], rel=1e-5)


def test_nothing_expands_at_zero_temperature():
    result = quasi_harmonic(*solid(T))
    for name in ("thermal_expansion", "heat_capacity_v", "heat_capacity_p", "grueneisen"):
        assert getattr(result, name)[0] == pytest.approx(0, abs=1e-15), name


def test_quantities_do_not_depend_on_which_other_temperatures_there_are():
    alone = quasi_harmonic(*solid(np.array([300.0])))
    among = quasi_harmonic(*solid(T))
    for name in ("volume", "thermal_expansion", "bulk_modulus", "heat_capacity_p"):
        expected = getattr(among, name)[4]
        assert getattr(alone, name)[0] == pytest.approx(expected, rel=1e-6), name


def test_free_energies_of_electrons_add_to_the_entropy():
    t = np.arange(0, 1001, 10.0)
    v, u, t, f, s, c = solid(t)
    gamma = 1e-6 * (v / 40.5) ** 2
    electrons = -gamma * t[:, None] ** 2 / 2
    table = quasi_harmonic(v, u + electrons, t, f, s, c)
    exact = quasi_harmonic(
        v, u, t, f + electrons, s + gamma * t[:, None], c + gamma * t[:, None]
    )
    for name in ("thermal_expansion", "heat_capacity_p"):
        a, b = getattr(table, name), getattr(exact, name)
        np.testing.assert_allclose(a[1:-1], b[1:-1], rtol=1e-5, err_msg=name)


def test_a_volume_beyond_those_given_is_not_a_number():
    v, u, t, f, s, c = solid(T)
    result = quasi_harmonic(v[:5], u[:5], t, f[:, :5], s[:, :5], c[:, :5])
    assert np.isnan(result.volume[-1])
    assert np.isnan(result.heat_capacity_p[-1])


def test_what_has_no_equation_of_state_is_refused():
    v, u, t, f, s, c = solid(T)
    with pytest.raises(DomainError, match="four different volumes"):
        quasi_harmonic(v[:3], u[:3], t, f[:, :3], s[:, :3], c[:, :3])
    with pytest.raises(DomainError, match="maximum"):
        quasi_harmonic(v, -u, t, f, s, c)
    with pytest.raises(DomainError, match="ascend"):
        quasi_harmonic(v, u, t[::-1], f, s, c)
    with pytest.raises(DomainError, match="equation"):
        quasi_harmonic(v, u, t, f, s, c, equation="ideal gas")
    with pytest.raises(DomainError, match="pressure"):
        quasi_harmonic(v, u, t, f, s, c, pressure=np.nan)
