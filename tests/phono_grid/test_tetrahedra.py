"""The 24 tetrahedra around a grid point."""

import numpy as np
import pytest
from phono_grid import Grid, Tetrahedra
from phono_grid.errors import DomainError


@pytest.fixture
def tetrahedra(crystal) -> Tetrahedra:
    """Those of a mesh whose symmetry is lower than that of the crystal."""
    return Tetrahedra.of(Grid([4, 4, 3], crystal.reciprocal_lattice, [np.eye(3)]))


@pytest.fixture
def vertices(tetrahedra):
    """Three edge vectors of each tetrahedron, in grid steps."""
    return tetrahedra.offsets[tetrahedra.corners]


def test_each_tetrahedron_is_a_sixth_of_a_cell(vertices):
    np.testing.assert_allclose(np.abs(np.linalg.det(vertices)), 1)


def test_every_direction_is_in_exactly_one_tetrahedron(vertices, rng):
    # A point close to the centre is a positive combination of the three edges.
    for direction in rng.normal(size=(200, 3)):
        weights = np.linalg.solve(vertices.transpose(0, 2, 1), direction)
        assert (weights > 0).all(axis=1).sum() == 1


def test_no_edge_is_longer_than_the_shortest_main_diagonal(crystal, vertices):
    steps = crystal.reciprocal_lattice / np.array([[4], [4], [3]])
    signs = np.array([[1, 1, 1], [-1, 1, 1], [1, -1, 1], [1, 1, -1]])
    diagonal = np.linalg.norm(signs @ steps, axis=1).min()
    along = vertices[(np.abs(vertices) == 1).all(axis=-1)]
    np.testing.assert_allclose(np.linalg.norm(along @ steps, axis=1), diagonal)


def test_the_neighbours_come_in_opposite_pairs(tetrahedra):
    offsets = tetrahedra.offsets
    assert not offsets[0].any()
    assert {tuple(o) for o in offsets} == {tuple(-o) for o in offsets}
    assert len(np.unique(offsets, axis=0)) == 15


def test_tables_that_are_no_tetrahedra_are_refused():
    with pytest.raises(DomainError, match=r"offsets\[0\] must be the point itself"):
        Tetrahedra(np.ones((15, 3)), np.ones((24, 3)))
