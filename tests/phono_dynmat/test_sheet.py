"""Dipoles of a sheet: limits, periodicity, and the law of the longitudinal branch."""

import numpy as np
import pytest
from phono_dynmat import (
    BornCharges,
    HarmonicSeries,
    dynamical_matrices,
    dynamical_matrix_derivatives,
    elasticity,
    phonon_frequencies,
    separate_sheet_dipoles,
)
from phono_fc import ForceConstants
from phono_grid import Cell, Supercell, units
from phono_grid.errors import DomainError

A, HEIGHT = 2.5, 12.0
CHARGE, EPSILON = 2.7, 1.9
LATTICE = [[A, 0, 0], [-A / 2, A * np.sqrt(3) / 2, 0], [0, 0, HEIGHT]]
CELL = Cell.of(LATTICE, [[1 / 3, 2 / 3, 0.5], [2 / 3, 1 / 3, 0.55]], ["B", "N"])
Q = np.array([[0.13, 0.21, 0.0], [0.4, -0.1, 0.0], [0.5, 0, 0], [1 / 3, 1 / 3, 0]])


def springs(supercell):
    """Springs between near atoms of a sheet, in all directions alike."""
    cell = supercell.cell
    x, n = cell.positions, cell.n_atoms
    values = np.zeros((n, n, 3, 3))
    for k in range(n):
        d = x - x[k]
        d -= np.rint(d)
        d = d @ cell.lattice
        r = np.linalg.norm(d, axis=1)
        for m in np.flatnonzero((r > 0) & (r < 1.2 * A)):
            near = r[m] < 0.8 * A
            along = np.outer(d[m], d[m]) / r[m] ** 2
            values[k, m] = -(12.0 if near else 2.0) * along - 1.0 * np.eye(3)
        values[k, k] = -values[k].sum(axis=0)
    return ForceConstants(values[supercell.primitive_to_supercell], supercell)


@pytest.fixture(scope="module")
def constants():
    return springs(Supercell.of(CELL, (4, 4, 1), "P"))


def polar(epsilon=EPSILON, charge=CHARGE):
    z = np.diag([charge, charge, 0.3])
    return BornCharges(np.array([z, -z]), np.diag([epsilon, epsilon, 1.1]))


@pytest.fixture(scope="module")
def sheet(constants):
    return separate_sheet_dipoles(constants, polar())


def test_the_longitudinal_branch_leaves_the_transverse_one_linearly(sheet):
    """Sohier and others: ω_L² − ω_T² = 2π e² Z² |q| / (A μ (1 + r |q|))."""
    h = np.array([1e-4, 2e-4, 1e-2])
    direction = np.array([0.6, 0.8, 0]) @ CELL.lattice.T
    f = phonon_frequencies(sheet, h[:, None] * direction)
    rest = phonon_frequencies(sheet, [[0, 0, 0]])[0]
    np.testing.assert_allclose(rest[4], rest[5], rtol=1e-6)
    reduced = 1 / (1 / CELL.masses).sum()
    area = CELL.volume / HEIGHT
    q = 2 * np.pi * h
    screened = 1 + (EPSILON - 1) * HEIGHT / 2 * q
    law = 2 * np.pi * units.COULOMB * CHARGE**2 * q / (area * reduced * screened)
    split = (f[:, 5] ** 2 - f[:, 4] ** 2) / units.FREQUENCY**2
    np.testing.assert_allclose(split[:2], law[:2], rtol=2e-2)
    np.testing.assert_allclose(split[1] / split[0], 2, rtol=2e-2)


def test_nothing_depends_on_the_image_of_a_wave_vector(sheet):
    f = phonon_frequencies(sheet, Q)
    for g in ((1, 0, 0), (-2, 1, 0), (0, 0, 1), (1, 1, -3)):
        np.testing.assert_allclose(phonon_frequencies(sheet, Q + g), f, atol=1e-7)


def test_rigid_translations_cost_nothing(sheet):
    d = dynamical_matrices(sheet, [[0, 0, 0]])[0]
    for axis in range(3):
        u = np.zeros((2, 3))
        u[:, axis] = np.sqrt(CELL.masses)
        np.testing.assert_allclose(d @ u.ravel(), 0, atol=1e-10)


def test_the_supercell_is_as_it_was(constants, sheet):
    q = np.array([[0.25, 0.5, 0], [0.75, 0.25, 0], [0.5, 0, 0]])
    whole = dynamical_matrices(HarmonicSeries.of(constants), q)
    np.testing.assert_allclose(dynamical_matrices(sheet, q), whole, atol=1e-10)


def test_screening_without_end_leaves_no_dipoles(constants):
    """The limit of a metal: what was separated is nothing."""
    metal = separate_sheet_dipoles(constants, polar(epsilon=1e9))
    plain = phonon_frequencies(HarmonicSeries.of(constants), Q)
    np.testing.assert_allclose(phonon_frequencies(metal, Q), plain, atol=1e-5)


def test_derivatives_are_those_of_the_matrix(sheet):
    q, h = np.array([[0.13, 0.21, 0.07]]), 1e-5
    slopes = dynamical_matrix_derivatives(sheet, q)[0]
    for axis in range(3):
        step = h * np.eye(3)[axis] @ CELL.lattice.T
        up, down = (dynamical_matrices(sheet, q + s * step)[0] for s in (1, -1))
        np.testing.assert_allclose(slopes[axis], (up - down) / (2 * h), atol=1e-6)


def test_what_is_no_sheet_is_refused(constants, sheet):
    with pytest.raises(DomainError, match="upright"):
        separate_sheet_dipoles(constants, polar(), axis=0)
    tall = springs(Supercell.of(CELL, (2, 2, 2), "P"))
    with pytest.raises(DomainError, match="one cell high"):
        separate_sheet_dipoles(tall, polar())
    with pytest.raises(DomainError, match="sheet"):
        elasticity(sheet)
