"""Which image of a wave vector is given does not matter to the phonons of real crystals."""

from itertools import product

import numpy as np
import phonokit
import pytest
from phono_dynmat import (
    WangCorrection,
    band_path,
    band_structure,
    group_velocities,
    phonon_frequencies,
    phonon_modes,
)
from phono_grid import Backend, Grid, first_brillouin_zone
from phono_grid.backend import active

ALL_SHIFTS = np.array(list(product(range(-3, 4), repeat=3)))
IDENTITY = np.eye(3, dtype=int)[None]


@pytest.fixture(scope="module", params=product(["nacl-pbe", "aln-lda"], ["gonze", "wang"]))
def dynamics(request, data):
    """Polar crystals with both ways to treat dipoles."""
    name, way = request.param
    crystal = phonokit.load(data / name)
    gonze = crystal.dynamics()
    return gonze if way == "gonze" else WangCorrection.of(crystal.fc2, gonze.polar)


@pytest.fixture
def qpoints(dynamics, rng):
    """Generic ones and a grid, whose points lie on the surface of the zone too."""
    grid = Grid.of(dynamics.cell, [4, 4, 4], use_symmetry=False)
    q = first_brillouin_zone(grid.qpoints, grid.reciprocal_lattice)
    away = q[np.abs(q).max(axis=1) > 1e-8]
    return np.concatenate([rng.uniform(-0.5, 0.5, (20, 3)), away])


def test_frequencies_and_velocities_are_those_of_any_image(dynamics, qpoints):
    modes = phonon_modes(dynamics, qpoints)
    v = group_velocities(dynamics, modes, IDENTITY)
    # NumPy takes half a minute for all: some of every kind.
    for g in ALL_SHIFTS if active() is Backend.RUST else ALL_SHIFTS[::9]:
        f = phonon_frequencies(dynamics, qpoints + g)
        np.testing.assert_allclose(f, modes.frequencies, atol=1e-9)
    for g in ALL_SHIFTS[::57]:
        shifted = phonon_modes(dynamics, qpoints + g)
        found = group_velocities(dynamics, shifted, IDENTITY)
        np.testing.assert_allclose(found, v, atol=1e-7 * np.abs(v).max())


@pytest.mark.parametrize("end", [(1, 1, 1), (2, 1, 0)])
def test_a_line_to_any_reciprocal_lattice_point_ends_with_the_longitudinal_branch(
    dynamics, end
):
    points = {"A": np.subtract(end, [0.2, 0.2, 0.1]), "B": end}
    (f,) = band_structure(dynamics, band_path(points, ["AB"], 11)).frequencies
    expected = phonon_frequencies(dynamics, [[0, 0, 0]], direction=[2, 2, 1])[0]
    np.testing.assert_allclose(f[-1, 3:], expected[3:], atol=1e-9)
    without = phonon_frequencies(dynamics, [[0, 0, 0]])[0]
    assert f[-1, -1] > without[-1] + 1
