"""Projections of modes, and densities of states made of them."""

import numpy as np
import pytest
from model_crystals import mix_degenerate
from phono_dynmat import (
    Modes,
    atom_projections,
    debye_frequency,
    degenerate_average,
    direction_projections,
    frequency_points,
    phonon_modes,
)
from phono_grid import Gaussian, Grid, Spectrum, density_of_states
from phono_grid.errors import DomainError, ShapeError


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


@pytest.mark.parametrize("smearing", [None, Gaussian(0.3)])
def test_projected_densities_do_not_depend_on_the_choice_of_degenerate_modes(
    series, grid, modes, smearing, rng
):
    e = mix_degenerate(modes.frequencies, modes.polarizations, rng)
    other = Modes(modes.qpoints, modes.frequencies, e)
    assert np.abs(atom_projections(other, average=False)).max() > 0.1
    points = frequency_points(modes.frequencies, 50)

    def densities(modes, average):
        along = direction_projections(modes, series.cell, [1, 2, 0.5], average=average)
        shares = atom_projections(modes, average=average)
        weights = np.concatenate([shares, along[..., None]], axis=3)
        found = density_of_states(
            grid, modes.frequencies, points, weights=weights, smearing=smearing
        )
        return found.density

    expected = densities(modes, True)
    scale = expected.max()
    np.testing.assert_allclose(densities(other, True), expected, atol=1e-12 * scale)
    single = np.abs(densities(other, False) - densities(modes, False)).max() / scale
    assert single > 1e-3 if smearing is None else single < 1e-6


def test_the_mean_over_a_degenerate_set_keeps_its_sum(rng):
    f = np.array([[1, 1.00005, 1.0001, 2, 3, 3], [1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1.0]])
    values = rng.normal(size=(3, 6, 2))
    found = degenerate_average(f, values)
    np.testing.assert_allclose(found[0, :3], np.tile(values[0, :3].mean(axis=0), (3, 1)))
    np.testing.assert_allclose(found[0, 4:], np.tile(values[0, 4:].mean(axis=0), (2, 1)))
    np.testing.assert_array_equal(found[1], values[1])
    np.testing.assert_allclose(found.sum(axis=1), values.sum(axis=1), atol=1e-14)
    np.testing.assert_allclose(np.ptp(found[2], axis=0), 0, atol=1e-15)
    with pytest.raises(ShapeError, match=r"values: expected .* \[3, 6\], first, got"):
        degenerate_average(f, values[:, :5])


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
