"""From dynamical matrices back to force constants."""

import numpy as np
import pytest
from phono_dynmat import (
    HarmonicSeries,
    commensurate_points,
    dynamical_matrices,
    force_constants_from_dynamical_matrices,
)
from phono_grid import Supercell
from phono_grid.errors import DomainError, ShapeError

MATRICES = [
    np.diag([2, 2, 2]),
    np.diag([1, 3, 2]),
    [[-1, 1, 1], [1, -1, 1], [1, 1, -1]],
    [[2, 1, 0], [0, 1, 3], [1, 0, 1]],
]


@pytest.fixture(params=range(len(MATRICES)))
def supercell(request, series):
    return Supercell.of(series.cell, MATRICES[request.param], "P")


def test_commensurate_waves_are_periodic_in_the_supercell(supercell):
    q = commensurate_points(supercell)
    assert len(q) == supercell.n_cells
    np.testing.assert_array_equal(q[0], 0)
    edges = supercell.cell.lattice @ np.linalg.inv(supercell.primitive.lattice)
    n = edges @ q.T
    np.testing.assert_allclose(n, np.rint(n), atol=1e-12)
    assert len(np.unique(np.rint(q * 5040) % 5040, axis=0)) == len(q)


def test_matrices_to_constants_and_back_are_the_same(series, supercell, rng):
    q = commensurate_points(supercell) + rng.integers(-1, 2, (supercell.n_cells, 3))
    d = dynamical_matrices(series, q)
    again = dynamical_matrices(
        HarmonicSeries.of(force_constants_from_dynamical_matrices(d, q, supercell)), q
    )
    np.testing.assert_allclose(again, d, atol=1e-12 * np.abs(d).max())


def test_constants_to_matrices_and_back_are_the_same(spring_constants):
    q = commensurate_points(spring_constants.supercell)
    d = dynamical_matrices(HarmonicSeries.of(spring_constants), q)
    again = force_constants_from_dynamical_matrices(d, q, spring_constants.supercell)
    scale = np.abs(spring_constants.values).max()
    np.testing.assert_allclose(again.values, spring_constants.values, atol=1e-12 * scale)


def test_other_wave_vectors_are_refused(series, spring_constants):
    supercell = spring_constants.supercell
    q = commensurate_points(supercell)
    d = dynamical_matrices(series, q)
    with pytest.raises(DomainError, match=r"must be the commensurate points .* each once"):
        force_constants_from_dynamical_matrices(d, np.r_[q[:-1], q[:1]], supercell)
    with pytest.raises(ShapeError, match=r"matrices: expected shape \[32, 6, 6\]"):
        force_constants_from_dynamical_matrices(d[:, :3, :3], q, supercell)
    with pytest.raises(ShapeError, match=r"qpoints: expected shape \[32, 3\]"):
        force_constants_from_dynamical_matrices(d, q[:4], supercell)
