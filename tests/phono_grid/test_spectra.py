"""Densities of states and tetrahedron weights."""

import numpy as np
import pytest
from phono_grid import (
    Bands,
    Gaussian,
    Grid,
    IrreduciblePoints,
    Spectrum,
    Supercell,
    Tetrahedra,
    density_of_states,
    tetrahedron_weights,
)
from phono_grid.errors import DomainError, ShapeError

pytestmark = pytest.mark.usefixtures("backend")

SMEARINGS = [None, Gaussian(0.2), Gaussian(0.2, cutoff=3)]
HARMONICS = np.array([[1, 0, 0], [1, 1, 0], [2, 0, 1]])


@pytest.fixture(params=[3, 4])
def grid(crystal, request) -> Grid:
    """An even and an odd mesh of the primitive cell."""
    n = request.param
    return Grid.of(Supercell.of(crystal, [1, 1, 1]).primitive, [n, n, n])


def symmetric_bands(grid):
    """Three bands with the symmetry of the crystal on the whole grid, (n_q, 3)."""
    waves = [
        np.cos(2 * np.pi * (grid.addresses @ r.T / grid.mesh) @ HARMONICS.T)
        for r in grid.rotations
    ]
    return np.mean(waves, axis=0) + np.array([0.0, 1.3, 2.0])


def points_around(frequencies):
    return np.linspace(frequencies.min() - 0.5, frequencies.max() + 0.5, 40)


def test_delta_weights_are_the_slope_of_step_weights(grid):
    f = symmetric_bands(grid)
    bands, tetrahedra = Bands.of(grid, f), Tetrahedra.of(grid)
    w, h = np.sort(np.random.default_rng(1).uniform(-1, 3, 20)), 1e-6
    delta, _ = tetrahedron_weights(bands, tetrahedra, w)
    _, below = tetrahedron_weights(bands, tetrahedra, w - h)
    _, above = tetrahedron_weights(bands, tetrahedra, w + h)
    np.testing.assert_allclose((above - below) / (2 * h), delta, atol=1e-4)


def test_step_weights_of_the_whole_grid_count_states_from_none_to_all(grid):
    f = symmetric_bands(grid)
    bands, tetrahedra = Bands.of(grid, f), Tetrahedra.of(grid)
    _, step = tetrahedron_weights(bands, tetrahedra, points_around(f))
    count = step.mean(axis=0)
    assert (np.diff(count, axis=0) > -1e-14).all()
    np.testing.assert_array_equal(count[0], 0)
    np.testing.assert_allclose(count[-1], 1, rtol=1e-14)


@pytest.mark.parametrize("smearing", SMEARINGS)
def test_a_density_of_states_integrates_to_the_number_of_bands(grid, smearing, rng):
    # Without symmetry: tetrahedra that symmetry makes flat have a count but no density.
    f = symmetric_bands(grid) + rng.uniform(0, 0.5, (grid.n_q, 3))
    w = np.linspace(f.min() - 1, f.max() + 1, 300)
    spectrum = density_of_states(grid, f, w, smearing=smearing)
    np.testing.assert_allclose(spectrum.cumulative[-1], 3, rtol=1e-5)
    np.testing.assert_allclose(np.trapezoid(spectrum.density, w), 3, rtol=0.01)
    integral = np.cumsum(spectrum.density) * (w[1] - w[0])
    np.testing.assert_allclose(spectrum.cumulative, integral, atol=0.03)


@pytest.mark.parametrize("smearing", SMEARINGS[1:])
def test_irreducible_points_give_the_gaussian_spectrum_of_the_whole_grid(grid, smearing):
    f = symmetric_bands(grid)
    irreducible = IrreduciblePoints.of(grid)
    w = points_around(f)
    few = density_of_states(grid, f[irreducible.points], w, smearing=smearing)
    all_points = density_of_states(grid, f, w, smearing=smearing)
    np.testing.assert_allclose(few.density, all_points.density, atol=1e-12)
    np.testing.assert_allclose(few.cumulative, all_points.cumulative, atol=1e-12)


def test_irreducible_points_count_all_states_with_tetrahedra(grid):
    f = symmetric_bands(grid)
    few = f[IrreduciblePoints.of(grid).points]
    spectrum = density_of_states(grid, few, [f.min() - 1, f.max() + 1])
    np.testing.assert_allclose(spectrum.cumulative, [0, 3], atol=1e-12)


@pytest.mark.parametrize("smearing", SMEARINGS)
def test_projections_add_up_and_tensors_keep_their_axes(grid, smearing, rng):
    f = symmetric_bands(grid)
    share = rng.dirichlet(np.ones(4), f.shape)
    w = points_around(f)
    total = density_of_states(grid, f, w, smearing=smearing)
    parts = density_of_states(
        grid, f, w, weights=share.reshape(*f.shape, 2, 2), smearing=smearing
    )
    assert parts.density.shape == (40, 2, 2)
    np.testing.assert_allclose(parts.density.sum(axis=(1, 2)), total.density, atol=1e-12)
    np.testing.assert_allclose(
        parts.cumulative.sum(axis=(1, 2)), total.cumulative, atol=1e-12
    )


def test_the_mean_of_tetrahedron_weights_is_the_density(grid, rng):
    f = symmetric_bands(grid)
    carried, w = rng.normal(size=f.shape), points_around(f)
    delta, step = tetrahedron_weights(Bands.of(grid, f), Tetrahedra.of(grid), w)
    spectrum = density_of_states(grid, f, w, weights=carried)
    expected = np.einsum("pfj,pj->f", delta, carried) / grid.n_q
    np.testing.assert_allclose(spectrum.density, expected, atol=1e-13)
    expected = np.einsum("pfj,pj->f", step, carried) / grid.n_q
    np.testing.assert_allclose(spectrum.cumulative, expected, atol=1e-13)


def test_a_linear_band_in_one_direction_has_the_density_of_its_slope():
    # f = |x| on a fine line of wave vectors: two slopes, g = 2 where no kink is near.
    grid = Grid([40, 1, 1], np.eye(3), [np.eye(3)])
    x = grid.qpoints[:, 0]
    f = np.minimum(x, 1 - x)[:, None]
    spectrum = density_of_states(grid, f, np.linspace(0.05, 0.45, 30))
    np.testing.assert_allclose(spectrum.density, 2, rtol=1e-12)
    np.testing.assert_allclose(
        spectrum.cumulative, 2 * spectrum.frequency_points, rtol=1e-12
    )


def test_wrong_input_is_refused_by_name():
    grid = Grid([2, 2, 2], np.eye(3), [np.eye(3), -np.eye(3)])
    f = np.zeros((8, 3))
    with pytest.raises(ShapeError, match="expected 8 rows, one for each grid point, or 8"):
        density_of_states(grid, f[:5], [0.0])
    with pytest.raises(ShapeError, match=r"frequencies: expected \(points, bands\)"):
        density_of_states(grid, np.zeros(8), [0.0])
    with pytest.raises(DomainError, match="frequency_points must be a list of numbers in"):
        density_of_states(grid, f, [1.0, 0.0])
    with pytest.raises(DomainError, match=r"weights: expected .* \[8, 3\], first"):
        density_of_states(grid, f, [0.0], weights=np.zeros((8, 2)))
    with pytest.raises(DomainError, match="frequencies must be finite"):
        density_of_states(grid, f + np.nan, [0.0])
    with pytest.raises(DomainError, match="sigma must be positive"):
        Gaussian(0.0)
    with pytest.raises(DomainError, match="cutoff must be positive"):
        Gaussian(0.1, -1)
    with pytest.raises(ShapeError, match="cumulative: expected shape"):
        Spectrum([0.0], [1.0], [1.0, 2.0])
