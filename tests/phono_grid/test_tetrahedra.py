"""The 24 tetrahedra around a grid point."""

import numpy as np
import pytest
from phono_grid import Bands, Grid, Tetrahedra, tetrahedron_weights
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


@pytest.mark.parametrize(
    ("name", "mesh", "n"),
    [("aluminium_nitride", [3, 3, 2], 6), ("triclinic", [3, 4, 5], 1)],
)
def test_symmetrised_tetrahedra_are_the_distinct_images_of_one_cut(name, mesh, n, request):
    grid = Grid.of(request.getfixturevalue(name), mesh)
    one, all_of_them = Tetrahedra.of(grid), Tetrahedra.of(grid, symmetrized=True)
    assert one.n_cuts == 1
    assert all_of_them.n_cuts == n
    np.testing.assert_array_equal(all_of_them.offsets[:15], one.offsets)
    tetrahedra = {
        frozenset(map(tuple, t)) for t in all_of_them.offsets[all_of_them.vertices].tolist()
    }
    for rotation in grid.rotations:
        rotated = all_of_them.offsets[all_of_them.vertices] @ rotation.T
        assert {frozenset(map(tuple, t)) for t in rotated.tolist()} == tetrahedra


def test_the_four_diagonals_of_a_cubic_mesh_are_all_there_once_symmetrised(silicon):
    assert Tetrahedra.of(Grid.of(silicon, [4, 4, 4]), symmetrized=True).n_cuts == 4


def test_symmetrised_weights_have_the_symmetry_of_the_crystal(aluminium_nitride, rng):
    grid = Grid.of(aluminium_nitride, [4, 4, 3])
    frequencies = rng.random(grid.n_q)[grid.index(grid.rotate(grid.addresses)).min(axis=0)]
    bands = Bands.of(grid, frequencies[:, None])
    for symmetrized in (False, True):
        cut = Tetrahedra.of(grid, symmetrized=symmetrized)
        delta, _step = tetrahedron_weights(bands, cut, [0.3, 0.5])
        rotated = grid.index(grid.rotate(grid.addresses))
        same = np.allclose(delta[rotated], delta, atol=1e-12)
        assert same == symmetrized


def test_tables_that_are_no_tetrahedra_are_refused():
    with pytest.raises(DomainError, match="of every 15 offsets must be the point"):
        Tetrahedra(np.ones((15, 3)), np.ones((24, 3)))
