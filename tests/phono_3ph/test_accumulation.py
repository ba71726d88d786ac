"""Laws of the conductivity accumulated over frequency and mean free path."""

import numpy as np
import pytest
from phono_3ph import (
    Accumulation,
    accumulate,
    accumulation_points,
    conductivity_rta,
    mean_free_paths,
)
from phono_grid import Gaussian, Grid, IrreduciblePoints
from phono_grid.errors import DomainError, ShapeError

pytestmark = pytest.mark.usefixtures("backend")


@pytest.fixture
def parts(sample, rng):
    """Grid, irreducible points, frequencies, mean free paths, conductivity."""
    grid, irreducible = sample.phonons.grid, sample.irreducible
    f = sample.phonons.frequencies[irreducible.points]
    v = rng.normal(size=(*f.shape, 3))
    gamma = rng.uniform(0.01, 0.1, (2, *f.shape))
    gamma[:, 0, :3] = 0
    rta = conductivity_rta(grid, irreducible, v, np.full_like(gamma, 5e-5), gamma, 45.0)
    return grid, irreducible, f, mean_free_paths(v, gamma), rta


def test_everything_is_below_the_last_point(parts):
    grid, irreducible, f, paths, rta = parts
    for over in (f, paths):
        for logarithmic in (False, True):
            points = accumulation_points(over, 20, logarithmic=logarithmic)
            done = accumulate(grid, irreducible, over, rta.mode_kappa, points=points)
            assert done.cumulative.shape == (2, 21, 6)
            np.testing.assert_allclose(
                done.cumulative[:, -1], rta.kappa, atol=1e-12 * rta.kappa.max()
            )
            diagonal = done.cumulative[..., :3]
            assert (np.diff(diagonal, axis=1) >= -1e-12 * diagonal.max()).all()


def test_the_integral_of_the_spectrum_is_the_conductivity(parts):
    grid, irreducible, f, _, rta = parts
    gaussian = Gaussian(0.2)
    points = np.linspace(f.min() - 2, f.max() + 2, 2001)
    smooth = accumulate(
        grid, irreducible, f, rta.mode_kappa, points=points, smearing=gaussian
    )
    total = np.trapezoid(smooth.density, points, axis=1)
    # Gaussians of ten widths: the trapezoidal rule is exact to rounding.
    np.testing.assert_allclose(total, rta.kappa, atol=1e-10 * rta.kappa.max())
    sharp = accumulate(grid, irreducible, f, rta.mode_kappa, points=points)
    total = np.trapezoid(sharp.density, points, axis=1)
    # Steps of 5 mTHz over kinks of the tetrahedra.
    np.testing.assert_allclose(total, rta.kappa, rtol=2e-3, atol=1e-3 * rta.kappa.max())


def test_the_spectrum_is_the_slope_of_the_accumulation(parts):
    grid, irreducible, _, paths, rta = parts
    middle = np.linspace(0.2, 0.8, 7) * paths.max()
    step = 1e-5 * paths.max()
    below, at, above = (
        accumulate(grid, irreducible, paths, rta.mode_kappa, points=middle + x)
        for x in (-step, 0, step)
    )
    slope = (above.cumulative - below.cumulative) / (2 * step)
    np.testing.assert_allclose(at.density, slope, atol=1e-4 * np.abs(slope).max())


def test_the_mean_free_path_is_speed_times_lifetime():
    paths = mean_free_paths([[[3.0, 0, 4.0], [1, 0, 0]]], [[[0.5, 0.0]]])
    np.testing.assert_allclose(paths, [[[5 / (2 * np.pi), 0]]])


def test_one_wave_vector_is_a_step():
    grid = Grid([1, 1, 1], np.eye(3), np.eye(3, dtype=int)[None])
    kappa = np.arange(12.0).reshape(1, 1, 2, 6)
    done = accumulate(
        grid, IrreduciblePoints([0], [1]), [[1.0, 3.0]], kappa, points=[0.5, 2, 4]
    )
    expected = [np.zeros(6), kappa[0, 0, 0], kappa[0, 0].sum(axis=0)]
    np.testing.assert_allclose(done.cumulative[0], expected)


def test_bad_input_is_refused(parts):
    grid, irreducible, f, paths, rta = parts
    with pytest.raises(ShapeError, match="over: expected shape"):
        accumulate(grid, irreducible, paths[:1], rta.mode_kappa)
    with pytest.raises(ShapeError, match="mode_kappa: expected shape"):
        accumulate(grid, irreducible, f, rta.mode_kappa[:, 1:])
    with pytest.raises(DomainError, match="values: none is positive"):
        accumulation_points([0.0, 0.0], logarithmic=True)
    with pytest.raises(ShapeError, match="density: expected shape"):
        Accumulation([1.0], np.zeros((1, 1, 6)), np.zeros((1, 2, 6)))
