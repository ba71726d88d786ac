"""The first Brillouin zone: images of grid points, normal and umklapp triplets."""

from itertools import product

import numpy as np
import pytest
from phono_grid import (
    BrillouinZone,
    Grid,
    IrreduciblePoints,
    Supercell,
    Triplets,
    first_brillouin_zone,
    normal_processes,
    triplet_images,
)
from phono_grid.errors import DomainError

pytestmark = pytest.mark.usefixtures("backend")


@pytest.fixture(params=["odd", "even", "shifted", "generalized"])
def grid(crystal, request) -> Grid:
    primitive = Supercell.of(crystal, [1, 1, 1]).primitive
    if request.param == "generalized":
        return Grid.generalized(primitive, 14.0)
    if request.param == "shifted":
        return Grid.of(primitive, [4, 4, 4], shift=[0.5, 0.5, 0.5], use_symmetry=False)
    n = 3 if request.param == "odd" else 4
    return Grid.of(primitive, [n, n, n])


@pytest.fixture
def zone(grid) -> BrillouinZone:
    return BrillouinZone.of(grid)


def lengths(zone, qpoints):
    return np.linalg.norm(qpoints @ zone.grid.reciprocal_lattice, axis=-1)


def test_images_differ_from_their_point_by_reciprocal_lattice_vectors(zone):
    shift = zone.qpoints - zone.grid.qpoints[zone.points]
    np.testing.assert_allclose(shift, np.rint(shift), atol=1e-12)


def test_no_equivalent_wave_vector_is_shorter_and_all_equally_short_ones_are_there(zone):
    box = np.array(list(product(range(-4, 5), repeat=3)))
    grid = zone.grid
    every = lengths(zone, zone.qpoints[zone.first[:-1], None] + box)
    least = every.min(axis=1)
    longest = max(lengths(zone, zone.qpoints))
    tolerance = 1e-6 * longest
    for g in range(grid.n_q):
        images = zone.qpoints[zone.first[g] : zone.first[g + 1]]
        np.testing.assert_allclose(lengths(zone, images), least[g], atol=tolerance)
        assert len(images) == (every[g] < least[g] + tolerance).sum()


def test_the_first_image_is_that_of_the_first_brillouin_zone(zone):
    grid = zone.grid
    expected = first_brillouin_zone(grid.qpoints, grid.reciprocal_lattice)
    found = zone.qpoints[zone.first[:-1]]
    np.testing.assert_allclose(lengths(zone, found), lengths(zone, expected), atol=1e-10)


def test_rotations_permute_the_images(zone):
    images = zone.rotate(np.arange(len(zone.addresses)))
    for permutation in images:
        assert sorted(permutation) == list(range(len(zone.addresses)))
    np.testing.assert_allclose(
        lengths(zone, zone.qpoints[images]),
        np.broadcast_to(lengths(zone, zone.qpoints), images.shape),
        atol=1e-10,
    )


def test_an_image_is_found_at_its_own_address_and_the_first_elsewhere(zone):
    np.testing.assert_array_equal(
        zone.index(zone.addresses), np.arange(len(zone.addresses))
    )
    far = zone.addresses + 7 * zone.grid.mesh
    np.testing.assert_array_equal(zone.index(far), zone.first[zone.points])


def test_normal_triplets_are_those_with_images_that_add_up_to_zero(crystal):
    grid = Grid.of(Supercell.of(crystal, [1, 1, 1]).primitive, [4, 4, 4])
    zone = BrillouinZone.of(grid)
    for q in IrreduciblePoints.of(grid).points[:6]:
        triplets = Triplets.of(grid, q)
        images, normal = triplet_images(zone, triplets)
        np.testing.assert_array_equal(zone.points[images], triplets.points)
        lost = zone.addresses[images].sum(axis=1)
        np.testing.assert_array_equal(normal, ~lost.any(axis=1))
        assert not (lost % grid.mesh).any()
        np.testing.assert_array_equal(normal_processes(zone, triplets), normal)
        for points, is_normal in zip(triplets.points, normal, strict=True):
            choices = [zone.addresses[zone.first[g] : zone.first[g + 1]] for g in points]
            sums = [np.sum(chosen, axis=0) for chosen in product(*choices)]
            assert is_normal == any(not s.any() for s in sums)


def test_at_gamma_every_triplet_is_normal(crystal):
    grid = Grid.of(Supercell.of(crystal, [1, 1, 1]).primitive, [3, 3, 3])
    assert normal_processes(BrillouinZone.of(grid), Triplets.of(grid, 0)).all()


def test_in_one_dimension_a_triplet_is_umklapp_when_it_crosses_the_zone():
    # q = 3/8: q' from 0 to 1/8 leaves q'' within the zone, -1/2 to 0 does too.
    grid = Grid([8, 1, 1], np.eye(3), [np.eye(3)])
    triplets = Triplets.of(grid, 3)
    normal = normal_processes(BrillouinZone.of(grid), triplets)
    for (_, second, third), is_normal in zip(triplets.points, normal, strict=True):
        a, b = (g if g <= 4 else g - 8 for g in (second, third))
        images = product({a, -4} if a == 4 else {a}, {b, -4} if b == 4 else {b})
        assert is_normal == any(3 + x + y == 0 for x, y in images)


def test_images_of_other_points_are_refused():
    grid = Grid([2, 1, 1], np.eye(3), [np.eye(3)])
    with pytest.raises(DomainError, match="addresses must be images of the points"):
        BrillouinZone(grid, [[1, 0, 0], [0, 0, 0]], [0, 1, 2])
    with pytest.raises(DomainError, match="first must start at 0"):
        BrillouinZone(grid, [[0, 0, 0]], [0, 0, 1])
