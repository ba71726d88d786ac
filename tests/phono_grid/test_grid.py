"""Grids, stars and triplets."""

from itertools import product

import numpy as np
import pytest
from phono_grid import (
    Cell,
    Grid,
    IrreduciblePoints,
    Supercell,
    Symmetry,
    Triplets,
    brillouin_zone_images,
    first_brillouin_zone,
    irreducible_map,
)
from phono_grid.errors import DomainError, ShapeError

pytestmark = pytest.mark.usefixtures("backend")


@pytest.fixture(params=[3, 4])
def grid(crystal, request) -> Grid:
    """An odd and an even mesh, longer along the third axis where it may be."""
    primitive = Supercell.of(crystal, [1, 1, 1]).primitive
    n = request.param
    return Grid.of(primitive, [n, n, n if len(primitive.symbols) == 2 else n - 1])


def star(grid, g):
    """The points that the point group takes ``g`` to."""
    return {int(grid.index(r @ grid.addresses[g])) for r in grid.rotations}


def test_index_and_address_are_inverse(grid):
    np.testing.assert_array_equal(grid.index(grid.addresses), np.arange(grid.n_q))
    np.testing.assert_array_equal(
        grid.index(grid.addresses - grid.mesh), np.arange(grid.n_q)
    )
    np.testing.assert_array_equal(grid.addresses[1], [1, 0, 0])


def test_some_wave_vectors_are_those_of_all(grid, rng):
    points = rng.integers(grid.n_q, size=20)
    np.testing.assert_array_equal(grid.qpoints_at(points), grid.qpoints[points])
    for outside in (-1, grid.n_q):
        with pytest.raises(
            DomainError, match=f"points must be in 0 to {grid.n_q - 1}, got"
        ):
            grid.qpoints_at([0, outside])


def test_stars_partition_the_grid_and_the_smallest_point_represents_its_own(grid):
    irreducible = IrreduciblePoints.of(grid)
    stars = [star(grid, g) for g in irreducible.points]
    assert sorted(g for s in stars for g in s) == list(range(grid.n_q))
    assert [min(s) for s in stars] == irreducible.points.tolist()
    assert [len(s) for s in stars] == irreducible.weights.tolist()
    assert irreducible.weights.sum() == grid.n_q


def test_the_map_sends_a_star_to_one_point(grid):
    mapping = irreducible_map(grid)
    for g in range(grid.n_q):
        assert {int(mapping[i]) for i in star(grid, g)} == {int(mapping[g])}


def test_triplets_conserve_momentum_and_stand_for_the_whole_grid(grid):
    for q in IrreduciblePoints.of(grid).points:
        triplets = Triplets.of(grid, q)
        assert triplets.weights.sum() == grid.n_q
        assert (triplets.points[:, 0] == q).all()
        assert (np.diff(triplets.points[:, 1]) > 0).all()
        assert not (grid.addresses[triplets.points].sum(axis=1) % grid.mesh).any()


def test_triplets_are_the_orbits_of_little_group_and_exchange(grid):
    q = int(IrreduciblePoints.of(grid).points[-1])
    a = grid.addresses
    little_group = [r for r in grid.rotations if grid.index(r @ a[q]) == q]
    orbits = set()
    for g in range(grid.n_q):
        other = grid.index(-a[q] - a[g])
        orbits.add(
            frozenset(int(grid.index(r @ a[i])) for r in little_group for i in (g, other))
        )
    triplets = Triplets.of(grid, q)
    assert sorted(min(o) for o in orbits) == triplets.points[:, 1].tolist()
    weights = {min(o): len(o) for o in orbits}
    assert [weights[g] for g in triplets.points[:, 1]] == triplets.weights.tolist()


def test_without_symmetry_exchange_alone_makes_triplets():
    grid = Grid([3, 3, 3], np.eye(3), [np.eye(3)])
    triplets = Triplets.of(grid, 0)
    assert sorted(triplets.weights) == [1] + [2] * 13
    assert len(IrreduciblePoints.of(grid).points) == 27


def test_the_zone_holds_the_shortest_of_all_equivalent_wave_vectors(crystal, rng):
    b = crystal.reciprocal_lattice
    q = rng.uniform(-3, 3, (50, 3))
    nearest = first_brillouin_zone(q, b)
    shift = nearest - q
    np.testing.assert_allclose(shift, np.rint(shift), atol=1e-12)
    box = np.array(list(product(range(-4, 5), repeat=3)))
    shortest = np.linalg.norm((nearest[:, None] + box) @ b, axis=-1).min(axis=1)
    np.testing.assert_allclose(np.linalg.norm(nearest @ b, axis=-1), shortest, rtol=1e-6)


def test_the_zone_of_a_skewed_basis_is_the_same_zone(triclinic, rng):
    b = triclinic.reciprocal_lattice
    u = np.array([[1, 2, 0], [0, 1, -3], [0, 0, 1]])
    q = rng.uniform(-1, 1, (20, 3))
    expected = first_brillouin_zone(q, b) @ b
    skewed = first_brillouin_zone(q @ np.linalg.inv(u), u @ b) @ (u @ b)
    np.testing.assert_allclose(skewed, expected, atol=1e-12)


def test_faces_edges_and_corners_of_a_cubic_zone_have_two_four_and_eight_images():
    q = [[0, 0, 0], [0.3, 0.1, 0], [0.5, 0.2, 0], [0.5, 0.5, 0.1], [0.5, -0.5, 1.5]]
    np.testing.assert_array_equal(brillouin_zone_images(q, np.eye(3)), [1, 1, 2, 4, 8])


@pytest.mark.parametrize(
    ("mesh", "got"), [([3, 0, 3], "3 0 3"), ([3, 3], "3 3"), ([2.5, 3, 3], "2.5 3 3")]
)
def test_a_mesh_that_is_not_three_positive_integers_is_refused(silicon, mesh, got):
    with pytest.raises(DomainError, match=f"three positive integers, got {got}$"):
        Grid.of(silicon, mesh)


def test_a_mesh_without_the_symmetry_of_the_crystal_is_refused(silicon):
    primitive = Supercell.of(silicon, [1, 1, 1]).primitive
    with pytest.raises(DomainError, match="mesh 5 4 4 does not have the symmetry"):
        Grid.of(primitive, [5, 4, 4])


def test_rotations_that_are_no_group_are_refused():
    quarter = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
    for rotations in ([np.eye(3), quarter], np.zeros((0, 3, 3)), [np.zeros((3, 3))]):
        with pytest.raises(DomainError, match="rotations must be a group"):
            Grid([2, 2, 2], np.eye(3), rotations)


def test_wrong_shapes_and_points_outside_the_grid_are_refused():
    with pytest.raises(ShapeError, match=r"reciprocal_lattice: expected shape \[3, 3\]"):
        Grid([2, 2, 2], np.eye(2), [np.eye(3)])
    grid = Grid([2, 2, 2], np.eye(3), [np.eye(3)])
    for q in (-1, 8):
        with pytest.raises(DomainError, match=f"q: {q} is out of range, expected 0 to 7"):
            Triplets.of(grid, q)


def test_a_given_symmetry_is_used_instead_of_that_of_the_cell(silicon):
    other = Cell(silicon.lattice, silicon.positions, ["Si", *["Ge"] * 7], silicon.masses)
    lower = Symmetry.of(other)
    grid = Grid.of(silicon, [3, 3, 3], lower)
    assert len(grid.rotations) == len(lower.reciprocal_rotations())


def test_what_does_not_fit_into_memory_says_how_much_it_would_need(silicon, monkeypatch):
    grid = Grid([1290, 1290, 1290], silicon.reciprocal_lattice, [np.eye(3)])
    monkeypatch.setattr("phono_grid.memory.machine_memory", lambda: 2.0**31)
    message = "2146689000 wave vectors would need .* GiB, this machine has 2; use"
    for use in (
        lambda: grid.addresses,
        lambda: grid.qpoints,
        lambda: IrreduciblePoints.of(grid),
    ):
        with pytest.raises(DomainError, match=message):
            use()
