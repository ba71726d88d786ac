"""Projections of modes, and densities of states made of them."""

import numpy as np
import pytest
from phono_dynmat import (
    atom_projections,
    debye_frequency,
    direction_projections,
    frequency_points,
    phonon_modes,
)
from phono_grid import Gaussian, Grid, Spectrum, density_of_states
from phono_grid.errors import DomainError


@pytest.fixture
def grid(series):
    return Grid.of(series.cell, [4, 4, 4])


@pytest.fixture
def modes(series, grid):
    return phonon_modes(series, grid.qpoints)


@pytest.mark.parametrize("smearing", [None, Gaussian(0.3)])
def test_projected_densities_add_up_to_the_total(grid, modes, smearing):
    points = frequency_points(modes.frequencies, 50)
    total = density_of_states(grid, modes.frequencies, points, smearing=smearing)
    parts = density_of_states(
        grid, modes.frequencies, points, weights=atom_projections(modes), smearing=smearing
    )
    assert parts.density.shape == (51, 2, 3)
    np.testing.assert_allclose(parts.density.sum(axis=(1, 2)), total.density, atol=1e-12)


def test_all_states_are_counted(grid, modes):
    points = frequency_points(modes.frequencies)
    total = density_of_states(grid, modes.frequencies, points)
    assert total.cumulative[-1] == pytest.approx(6, rel=1e-12)
    assert points[0] < modes.frequencies.min()
    assert points[-1] > modes.frequencies.max()
    assert len(points) == 201


def test_three_directions_at_right_angles_hold_all_motion(series, modes):
    inverse = np.linalg.inv(series.cell.lattice)
    along = [direction_projections(modes, series.cell, 3 * axis) for axis in inverse]
    # Rows of the inverse are the Cartesian axes in lattice vectors.
    np.testing.assert_allclose(
        np.stack(along, axis=-1), atom_projections(modes), atol=1e-13
    )


def test_a_debye_crystal_has_its_debye_frequency():
    f = np.linspace(0, 5, 201)
    density = 9 * 2 * f**2 / 12.0**3
    spectrum = Spectrum(f, density, density)
    assert debye_frequency(spectrum, 2) == pytest.approx(12.0, rel=1e-12)
    assert debye_frequency(spectrum, 2, 1.0) == pytest.approx(12.0, rel=1e-12)


def test_what_makes_no_density_is_refused(series, modes):
    with pytest.raises(DomainError, match="there are none; is the mesh empty"):
        frequency_points(np.zeros((0, 6)))
    with pytest.raises(DomainError, match="direction must be three numbers, not all zero"):
        direction_projections(modes, series.cell, [0, 0, 0])
    f = np.linspace(1, 5, 11)
    with pytest.raises(DomainError, match="no states up to it"):
        debye_frequency(Spectrum(f, 0 * f, 0 * f), 2, 2.0)
