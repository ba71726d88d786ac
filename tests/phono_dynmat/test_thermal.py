"""Thermodynamics of phonons, and how far atoms move."""

import numpy as np
import pytest
from phono_dynmat import (
    Modes,
    atom_projections,
    band_projections,
    cif_displacements,
    heat_capacities,
    mean_square_displacements,
    phonon_modes,
    rigid_translations,
    thermal_properties,
)
from phono_grid import Cell, Grid, units
from phono_grid.errors import DomainError, ShapeError

T = np.array([5.0, 80, 300, 1200])


@pytest.fixture
def f(rng):
    return rng.uniform(0.3, 15, (5, 6))


@pytest.mark.parametrize("classical", [False, True])
def test_bands_and_atoms_add_up_to_the_crystal(series, classical):
    modes = phonon_modes(series, Grid.of(series.cell, [3, 3, 3]).qpoints)
    f = modes.frequencies
    whole = thermal_properties(f, T, classical=classical, cutoff_frequency=0.1)
    parts = {
        "bands": (band_projections(f), (6,)),
        "atoms and axes": (atom_projections(modes), (2, 3)),
    }
    for projections, shape in parts.values():
        found = thermal_properties(
            f, T, projections=projections, classical=classical, cutoff_frequency=0.1
        )
        assert found.entropy.shape == (4, *shape)
        assert found.zero_point_energy.shape == shape
        for name in ("free_energy", "entropy", "heat_capacity", "energy"):
            total = getattr(found, name).reshape(4, -1).sum(axis=1)
            np.testing.assert_allclose(total, getattr(whole, name), rtol=1e-12, atol=1e-15)
        assert found.zero_point_energy.sum() == pytest.approx(whole.zero_point_energy)


def test_a_band_by_itself_is_a_crystal_of_that_band(f):
    found = thermal_properties(f, T, projections=band_projections(f))
    for j in range(f.shape[1]):
        alone = thermal_properties(f[:, j : j + 1], T)
        np.testing.assert_allclose(found.free_energy[:, j], alone.free_energy, rtol=1e-12)
        np.testing.assert_allclose(found.entropy[:, j], alone.entropy, rtol=1e-12)


@pytest.mark.parametrize("classical", [False, True])
def test_entropy_and_heat_capacity_are_slopes(f, classical):
    step = 1e-3 * T
    parts = [
        thermal_properties(f, T + s, classical=classical) for s in (-step, 0 * step, step)
    ]
    below, at, above = parts
    slope = (above.free_energy - below.free_energy) / (2 * step)
    np.testing.assert_allclose(at.entropy, -slope, rtol=2e-5, atol=1e-9)
    slope = (above.entropy - below.entropy) / (2 * step)
    np.testing.assert_allclose(at.heat_capacity, T * slope, rtol=2e-4, atol=1e-9)
    slope = (above.energy - below.energy) / (2 * step)
    np.testing.assert_allclose(at.heat_capacity, slope, rtol=2e-4, atol=1e-9)


def test_at_zero_temperature_there_is_the_zero_point_and_nothing_else(f):
    found = thermal_properties(f, [0])
    zero = units.THZ_TO_EV / 2 * f.sum() / len(f)
    assert found.free_energy[0] == pytest.approx(zero, rel=1e-14)
    assert found.zero_point_energy == pytest.approx(zero, rel=1e-14)
    assert (found.entropy[0], found.heat_capacity[0]) == (0, 0)
    # No jump, no overflow on the way there.
    near = thermal_properties(f, [1e-300, 1e-3, 0.01])
    np.testing.assert_allclose(near.free_energy, zero, rtol=1e-14)
    np.testing.assert_allclose(near.heat_capacity, 0, atol=1e-30)


def test_hot_crystals_obey_dulong_and_petit_and_soft_modes_keep_their_digits(f):
    hot = thermal_properties(f, [1e6])
    assert hot.heat_capacity[0] == pytest.approx(6 * units.BOLTZMANN, rel=1e-6)
    assert hot.heat_capacity[0] < 6 * units.BOLTZMANN
    x = 1e-9
    soft = thermal_properties([[x * units.KELVIN_TO_THZ * 300]], [300])
    assert soft.heat_capacity[0] == pytest.approx(units.BOLTZMANN, rel=1e-14)
    assert soft.entropy[0] == pytest.approx(units.BOLTZMANN * (1 - np.log(x)), rel=1e-9)


def test_heat_capacities_of_modes_add_up(f):
    found = thermal_properties(f, T).heat_capacity
    np.testing.assert_allclose(
        found, heat_capacities(f, T).sum((1, 2)) / len(f), rtol=1e-13
    )


def test_hot_is_classical(f):
    quantum, classical = (thermal_properties(f, [2e5], classical=c) for c in (False, True))
    np.testing.assert_allclose(classical.heat_capacity, 6 * units.BOLTZMANN, rtol=1e-13)
    np.testing.assert_allclose(quantum.entropy, classical.entropy, rtol=1e-6)
    assert classical.zero_point_energy == 0


def test_irreducible_points_with_weights_are_the_whole_grid(f):
    w = np.array([1, 2, 5, 3, 1])
    some = thermal_properties(f, T, weights=w)
    every = thermal_properties(np.repeat(f, w, axis=0), T)
    for name in ("free_energy", "entropy", "heat_capacity"):
        np.testing.assert_allclose(getattr(some, name), getattr(every, name), rtol=1e-12)


def test_modes_below_the_cutoff_and_imaginary_ones_do_not_take_part():
    whole = thermal_properties([[-3.0, 0.0, 0.5, 4.0]], T)
    cut = thermal_properties([[-3.0, 0.0, 0.5, 4.0]], T, cutoff_frequency=0.5)
    np.testing.assert_allclose(
        whole.entropy, thermal_properties([[0.5, 4.0]], T).entropy, rtol=1e-14
    )
    np.testing.assert_allclose(
        cut.entropy, thermal_properties([[4.0]], T).entropy, rtol=1e-14
    )


def test_an_empty_mesh_and_a_negative_temperature_are_refused(f):
    with pytest.raises(DomainError, match=r"frequencies: .* at least one .*mesh empty"):
        thermal_properties(np.zeros((0, 6)), T)
    with pytest.raises(DomainError, match="temperatures must not be negative, got -3 K"):
        thermal_properties(f, [-3])
    with pytest.raises(ShapeError, match=r"projections: expected .*\[5, 6\], first, got"):
        thermal_properties(f, T, projections=np.ones((6, 5)))


def test_an_oscillator_moves_as_far_as_its_energy_lets_it():
    # Half of the mean energy h f (n + 1/2) is potential, m ω² u² / 2.
    f, m = 7.0, 28.0
    modes = Modes([[0.1, 0, 0]], [[f] * 3], np.eye(3).reshape(1, 3, 1, 3))
    u = mean_square_displacements(modes, [m], [0, 300])
    n = 1 / np.expm1(f / (units.KELVIN_TO_THZ * 300))
    energy = units.THZ_TO_EV * f * np.array([0.5, n + 0.5])
    # eV / (Da THz²) in Å².
    scale = units.FREQUENCY**2
    np.testing.assert_allclose(
        u[:, 0], (energy / (m * f**2) * scale)[:, None, None] * np.eye(3), rtol=1e-10
    )


def test_displacements_have_the_symmetry_of_the_site(series):
    modes = phonon_modes(series, Grid.of(series.cell, [4, 4, 4]).qpoints)
    u = mean_square_displacements(modes, series.cell.masses, [0, 300], between=(0.01, 99))
    trace = np.trace(u, axis1=2, axis2=3)
    np.testing.assert_allclose(u, trace[..., None, None] / 3 * np.eye(3), atol=1e-12)
    assert (trace[1] > trace[0]).all()
    # The light atom moves more at rest.
    assert trace[0, 1] > trace[0, 0]


def test_matrices_of_cif_files_give_the_same_attenuation(rng):
    # exp(-2 π² Q·U·Q) with Q = h a* + k b* + l c* is exp(-2 π² Σ h_i h_j a*_i a*_j U'_ij).
    cell = Cell(
        [[4.1, 0.2, -0.3], [0.9, 5.2, 0.1], [-1.3, 0.7, 6.3]], [[0, 0, 0]], ["C"], [12]
    )
    u = rng.normal(size=(4, 3, 3))
    u = u @ u.swapaxes(1, 2)
    h = np.array([1, -2, 3])
    q = h @ cell.reciprocal_lattice
    hkl = h * np.linalg.norm(cell.reciprocal_lattice, axis=1)
    found = hkl @ cif_displacements(u, cell) @ hkl
    np.testing.assert_allclose(found, q @ u @ q, rtol=1e-12)


def test_rigid_translations_are_the_three_modes_closest_to_rest(rng):
    f = np.array([[-3, -1e-7, 2e-8, 1e-9, 0.2, 9], [-3, -1e-7, 2e-8, 1e-9, 0.2, 9]])
    rest = rigid_translations([[1, 0, -2], [0.5, 0, 0]], f)
    np.testing.assert_array_equal(rest[0], [False, True, True, True, False, False])
    assert not rest[1].any()


def test_a_crystal_that_moves_as_a_whole_displaces_no_atom(series):
    modes = phonon_modes(series, Grid.of(series.cell, [3, 3, 3]).qpoints)
    clean = mean_square_displacements(modes, series.cell.masses, [300])
    f = modes.frequencies.copy()
    f[0, :3] = [1e-9, 2e-8, 3e-7]
    rounded = Modes(modes.qpoints, f, modes.polarizations)
    u = mean_square_displacements(rounded, series.cell.masses, [300])
    np.testing.assert_array_equal(u, clean)
    assert u.max() < 1
