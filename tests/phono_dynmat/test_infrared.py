"""Oscillator strengths and the dielectric function."""

import numpy as np
import pytest
from phono_dynmat import (
    BornCharges,
    Modes,
    dielectric_function,
    oscillator_strengths,
)
from phono_grid import Cell, units
from phono_grid.errors import DomainError

CELL = Cell.of(2.8 * (np.ones((3, 3)) - np.eye(3)), [[0] * 3, [0.5] * 3], ["Na", "Cl"])
POLAR = BornCharges(np.array([1.1, -1.1])[:, None, None] * np.eye(3), 2.4 * np.eye(3))
TRANSVERSE = 4.9


@pytest.fixture
def modes():
    """Modes of two atoms at Γ: all together, and one against the other."""
    m = CELL.masses
    together, against = np.sqrt(m / m.sum()), np.sqrt(m[::-1] / m.sum()) * [1, -1]
    e = np.zeros((1, 6, 2, 3))
    for axis in range(3):
        e[0, axis, :, axis], e[0, 3 + axis, :, axis] = together, against
    return Modes(np.zeros((1, 3)), [[0] * 3 + [TRANSVERSE] * 3], e)


def test_ions_have_the_strength_of_their_reduced_mass(modes):
    s = oscillator_strengths(modes, POLAR, CELL)
    reduced = 1 / (1 / CELL.masses).sum()
    assert not s[:3].any()
    expected = 1.1**2 / reduced / 3 * np.eye(3)
    np.testing.assert_allclose(s[3:], [expected] * 3, atol=1e-15)


def test_longitudinal_modes_are_where_the_function_vanishes(modes):
    """Lyddane, Sachs and Teller: ε(0) / ε∞ = f_L² / f_T²."""
    s = oscillator_strengths(modes, POLAR, CELL)
    f = modes.frequencies[0]
    static = dielectric_function(f, s, POLAR, CELL, [0.0])[0, 0, 0].real
    reduced = 1 / (1 / CELL.masses).sum()
    shift = POLAR.coupling(CELL) * 1.1**2 / (2.4 * reduced) * units.FREQUENCY**2
    longitudinal = np.sqrt(TRANSVERSE**2 + shift)
    assert static / 2.4 == pytest.approx(longitudinal**2 / TRANSVERSE**2, rel=1e-12)
    there = dielectric_function(f, s, POLAR, CELL, [longitudinal])
    np.testing.assert_allclose(there, 0, atol=1e-9)


def test_absorption_obeys_kramers_and_kronig(modes):
    s = oscillator_strengths(modes, POLAR, CELL)
    x = np.linspace(1e-3, 200, 200_001)
    function = dielectric_function(modes.frequencies[0], s, POLAR, CELL, x, 0.3)[:, 0, 0]
    assert (function.imag > 0).all()
    static = dielectric_function(modes.frequencies[0], s, POLAR, CELL, [0.0])[0, 0, 0].real
    assert 2.4 + 2 / np.pi * np.trapezoid(function.imag / x, x) == pytest.approx(
        static, rel=1e-4
    )


def test_mixing_of_degenerate_modes_changes_nothing(modes):
    rng = np.random.default_rng(3)
    q, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    e = modes.polarizations.copy()
    e[0, 3:] = np.einsum("ij,jka->ika", q, e[0, 3:]) * 1j
    mixed = Modes(modes.qpoints, modes.frequencies, e)
    np.testing.assert_allclose(
        oscillator_strengths(mixed, POLAR, CELL),
        oscillator_strengths(modes, POLAR, CELL),
        atol=1e-14,
    )


def test_what_light_cannot_make_is_refused(modes):
    away = Modes([[0.1, 0, 0]], modes.frequencies, modes.polarizations)
    with pytest.raises(DomainError, match="at Γ"):
        oscillator_strengths(away, POLAR, CELL)
    s = oscillator_strengths(modes, POLAR, CELL)
    with pytest.raises(DomainError, match="lies on a mode"):
        dielectric_function(modes.frequencies[0], s, POLAR, CELL, [TRANSVERSE])
