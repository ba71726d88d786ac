"""Elastic constants of crystals whose energy under strain is known."""

import numpy as np
import pytest
from phono_dynmat import (
    HarmonicSeries,
    debye_temperature_of_sound,
    elasticity,
    phonon_frequencies,
    sound_velocities,
)
from phono_grid import Cell, units
from phono_grid.errors import DomainError

BONDS = [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]
A = 5.4


def zincblende(k: float, second: float = 0.9) -> HarmonicSeries:
    """Springs along bonds and between second neighbours, without tension."""
    lattice = A / 2 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0.0]])
    cell = Cell(lattice, [[0, 0, 0], [0.25] * 3], ["Ga", "As"], [69.7, 74.9])
    values, atoms, cells = [], [], []
    on_site = np.zeros((2, 3, 3))
    for n in np.ndindex(5, 5, 5):
        for i, j in np.ndindex(2, 2):
            r = (np.array(n) - 2 + cell.positions[j] - cell.positions[i]) @ lattice
            length = np.linalg.norm(r)
            if 0 < length < 0.75 * A:
                spring = (k if i != j else second) * np.outer(r, r) / length**2
                values.append(-spring)
                atoms.append([i, j])
                cells.append(np.array(n) - 2)
                on_site[i] += spring
    values += list(on_site)
    atoms += [[0, 0], [1, 1]]
    cells += [[0, 0, 0]] * 2
    return HarmonicSeries(values, atoms, cells, cell)


@pytest.mark.parametrize(("k", "second"), [(9.0, 0.9), (6.0, 1.5)])
def test_constants_are_those_of_springs(k, second):
    """Bonds along 111, which yield to shear, and second neighbours along 110."""
    found = elasticity(zincblende(k, second))
    # Energy per volume of strain e: sum of k (n e n)² r² / 2 over springs.
    bonds = k * 3 / 16 * A**2 * 4 / 9 / (A**3 / 4) * np.ones((3, 3))
    c11 = bonds[0, 0] + second * 2 * A**2 / 2 / A**3 * 4
    c12 = bonds[0, 1] + second * A**2 / 2 / A**3 * 4
    c44 = second * A**2 / 2 / A**3 * 4
    expected = np.zeros((6, 6))
    expected[:3, :3] = c12
    expected[range(3), range(3)] = c11
    expected[range(3, 6), range(3, 6)] = c44
    np.testing.assert_allclose(found.constants / units.GPA, expected, atol=1e-10)
    # Clamped atoms feel the shear of their bonds.
    expected[range(3, 6), range(3, 6)] += bonds[0, 0]
    np.testing.assert_allclose(found.clamped / units.GPA, expected, atol=1e-10)
    assert found.is_stable


def test_sound_has_the_velocity_of_the_elastic_constants():
    series = zincblende(9.0)
    c = elasticity(series).constants / units.GPA
    density = series.cell.masses.sum() / series.cell.volume
    q = np.array([[0, 1e-3, 1e-3]])  # along x
    k = np.linalg.norm(q @ series.cell.reciprocal_lattice)
    assert abs((q @ series.cell.reciprocal_lattice)[0, 1:]).max() < 1e-15
    f = phonon_frequencies(series, q)[0, :3] / k
    speeds = np.sqrt(np.array([c[3, 3], c[3, 3], c[0, 0]]) / density)
    np.testing.assert_allclose(f, speeds * units.FREQUENCY * 2 * np.pi, rtol=1e-4)


def test_atoms_move_inside_a_sheared_cell_until_no_force_is_left():
    series = zincblende(9.0)
    u = elasticity(series).internal_strain
    np.testing.assert_allclose(u.sum(axis=0), 0, atol=1e-12)
    # Kleinman's parameter: of bonds alone an x displacement under yz shear.
    assert abs(u[1, 0, 1, 2] - u[0, 0, 1, 2]) == pytest.approx(A / 4, rel=1e-9)


def test_a_crystal_without_second_neighbours_does_not_resist_shear():
    assert not elasticity(zincblende(9.0, 0.0)).is_stable


def test_anything_but_a_series_is_refused():
    with pytest.raises(DomainError, match="dynamics"):
        elasticity(3)


def test_velocities_of_sound_are_slopes_of_the_bands(rng):
    series = zincblende(6.0, 1.5)
    q = 1e-3 * rng.normal(size=(5, 3))
    k = q @ series.cell.reciprocal_lattice
    slopes = phonon_frequencies(series, q)[:, :3] / np.linalg.norm(k, axis=1)[:, None]
    found = sound_velocities(elasticity(series).constants, series.cell, k)
    np.testing.assert_allclose(found, slopes, rtol=1e-4)


def test_an_isotropic_crystal_has_the_debye_temperature_of_its_three_velocities():
    cell = zincblende(9.0).cell
    c = np.diag([200.0] * 3 + [60.0] * 3)
    c[:3, :3] += 80 * (1 - np.eye(3))  # c11 - c12 = 2 c44
    speeds = sound_velocities(c, cell, [[1, 0, 0], [1, 2, 3]])
    np.testing.assert_allclose(speeds[0], speeds[1], rtol=1e-12)
    mean = (1 / speeds[0] ** 3).sum()
    density = cell.n_atoms / cell.volume
    expected = np.cbrt(9 * density / (4 * np.pi * mean)) / units.KELVIN_TO_THZ
    assert debye_temperature_of_sound(c, cell) == pytest.approx(expected, rel=1e-12)
    assert np.isnan(debye_temperature_of_sound(-c, cell))
