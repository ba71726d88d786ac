"""Occupations and heat capacities."""

import numpy as np
import pytest
from phono_dynmat import bose_einstein, heat_capacities
from phono_grid import units
from phono_grid.errors import DomainError


def test_occupations_are_those_of_bose_and_einstein(rng):
    f, t = rng.uniform(0.1, 20, (3, 4)), np.array([10.0, 300.0, 2000.0])
    n = bose_einstein(f, t)
    assert n.shape == (3, 4, 3)
    # Detailed balance: n + 1 = n e^x.
    x = f[..., None] / (units.KELVIN_TO_THZ * t)
    np.testing.assert_allclose(np.log1p(1 / n), x, rtol=1e-12)


def test_small_energies_lose_no_digits():
    t = 300.0
    x = 1e-9
    n = bose_einstein([[x * units.KELVIN_TO_THZ * t]], [t])
    np.testing.assert_allclose(n, 1 / x - 0.5, rtol=1e-14)
    c = heat_capacities([[x * units.KELVIN_TO_THZ * t]], [t], cutoff_frequency=0)
    np.testing.assert_allclose(c, units.BOLTZMANN, rtol=1e-14)


def test_nothing_is_excited_at_zero_temperature_nor_below_zero_frequency():
    f = [[-1.0, 0.0, 1e-5, 5.0]]
    n = bose_einstein(f, [0, 300])
    assert not n[..., 0].any()
    assert n[0, :2].tolist() == [[0, 0], [0, 0]]
    assert (n[0, 2:, 1] > 0).all()
    c = heat_capacities(f, [0, 300])
    assert not c[0].any()
    assert c[1, 0, :3].tolist() == [0, 0, 0]
    assert c[1, 0, 3] > 0


def test_the_heat_capacity_is_the_slope_of_the_energy(rng):
    f, t, step = rng.uniform(0.5, 15, (5, 6)), np.array([80.0, 300.0, 900.0]), 1e-3
    n = bose_einstein(f, np.r_[t + step, t - step])
    slope = f[..., None] * units.THZ_TO_EV * (n[..., :3] - n[..., 3:]) / (2 * step)
    np.testing.assert_allclose(
        heat_capacities(f, t), np.moveaxis(slope, -1, 0), rtol=1e-6, atol=1e-15
    )


def test_hot_modes_share_the_energy_equally_and_cold_ones_freeze():
    f = np.array([[5.0]])
    hot, cold, frozen = heat_capacities(f, [1e5, 10, 1e-3])[:, 0, 0]
    x = 5 / (units.KELVIN_TO_THZ * np.array([1e5, 10]))
    assert hot == pytest.approx(units.BOLTZMANN * (1 - x[0] ** 2 / 12), rel=1e-10)
    assert cold == pytest.approx(units.BOLTZMANN * x[1] ** 2 * np.exp(-x[1]), rel=1e-9)
    assert frozen == 0


def test_the_cutoff_belongs_to_what_is_left_out():
    c = heat_capacities([[0.1, 0.2, 0.3]], [300], cutoff_frequency=0.2)
    assert (c[0, 0] > 0).tolist() == [False, False, True]


@pytest.mark.parametrize("function", [bose_einstein, heat_capacities])
def test_a_negative_temperature_is_refused(function):
    with pytest.raises(DomainError, match="temperatures must not be negative, got -1 K"):
        function([[1.0]], [300, -1])
