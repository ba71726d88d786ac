"""Weights at images in the zone are those of the grid where phonons are periodic."""

import numpy as np
import pytest
from model_crystals import zincblende
from phono_grid import (
    Bands,
    BrillouinZone,
    Grid,
    Tetrahedra,
    Triplets,
    tetrahedron_weights,
    triplet_weights,
    zone_point_weights,
    zone_triplet_weights,
)
from phono_grid.errors import DomainError, ShapeError

pytestmark = pytest.mark.usefixtures("backend")


@pytest.fixture(params=[False, True], ids=["one cut", "symmetrized"])
def tetrahedra(request, zone):
    return Tetrahedra.of(zone.grid, symmetrized=request.param)


@pytest.fixture
def zone():
    return BrillouinZone.of(Grid.of(zincblende().supercell.primitive, [4, 4, 4]))


def test_weights_of_triplets_are_those_of_the_grid(zone, tetrahedra, rng):
    grid, triplets = zone.grid, Triplets.of(zone.grid, 6)
    f = rng.uniform(-0.5, 10, (grid.n_q, 3))
    targets = np.array([7.0, 0.3, 12.0, 40.0])
    g = triplet_weights(grid, tetrahedra, f, triplets, targets)
    decay, absorb, emit = np.moveaxis(g, -1, 0)
    out, outside = np.empty((3, *decay.shape)), np.empty(decay.shape, np.int8)
    images = zone.first[triplets.points + 1] - 1
    zone_triplet_weights(zone, tetrahedra, f[zone.points], images, targets, out, outside)
    expected = [decay, absorb - emit, decay + absorb + emit]
    np.testing.assert_allclose(out, expected, rtol=1e-12, atol=1e-12)
    assert outside[:, 3].all()
    assert not outside.all()
    assert not np.abs(out[:, outside == 1]).any()
    two = np.empty((2, *decay.shape))
    zone_triplet_weights(zone, tetrahedra, f[zone.points], images, targets, two, outside)
    np.testing.assert_array_equal(two, out[:2])


def test_weights_of_points_are_those_of_the_grid(zone, tetrahedra, rng):
    grid = zone.grid
    f = rng.uniform(0, 10, (grid.n_q, 3))
    targets = np.linspace(-1, 12, 14)
    both = tetrahedron_weights(Bands.of(grid, f), tetrahedra, targets)
    order = rng.permutation(len(targets))
    for step, expected in enumerate(both):
        out = np.full((grid.n_q, len(targets), 3), np.nan)
        args = zone, tetrahedra, f, zone.points, zone.first[:-1]
        zone_point_weights(*args, targets, out, step=bool(step))
        np.testing.assert_allclose(out, expected, rtol=1e-12, atol=1e-12)
        mixed = np.empty_like(out)
        zone_point_weights(*args, targets[order], mixed, step=bool(step))
        np.testing.assert_array_equal(mixed, out[:, order])


def test_a_vertex_is_the_image_at_its_very_address(zone, tetrahedra):
    # Bands that tell the images of a point apart: their own address.
    f = np.linalg.norm(zone.addresses @ zone.steps, axis=1)[:, None] + 1
    point = int(np.flatnonzero((zone.addresses == [1, 1, 0]).all(axis=1))[0])
    targets = np.linspace(1, 4, 40)
    out, other = np.empty((2, 1, 40, 1))
    args = targets, out
    rows = np.arange(len(f))
    zone_point_weights(zone, tetrahedra, f, rows, [point], *args)
    first = zone.first[zone.points]
    zone_point_weights(zone, tetrahedra, f, first, [point], targets, other)
    assert np.abs(out - other).max() < 1e-12  # lengths of images are equal
    moved = f + 0.1 * (np.arange(len(f)) - first)[:, None]
    zone_point_weights(zone, tetrahedra, moved, rows, [point], targets, other)
    vertices = zone.index(zone.addresses[point] + tetrahedra.offsets)
    touches = (vertices != first[vertices]).any()
    assert (np.abs(out - other).max() > 1e-6) == touches


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda a: a.astype(np.float32), "writeable"),
        (lambda a: a[..., :1], "shape"),
        (lambda a: np.asfortranarray(a), "writeable"),
        (lambda a: a.tolist(), "ndarray"),
    ],
)
def test_only_an_array_that_can_be_written_as_it_is_will_do(zone, change, words):
    f, tetrahedra = np.ones((len(zone.addresses), 2)), Tetrahedra.of(zone.grid)
    out = change(np.empty((3, 2, 2)))
    with pytest.raises((DomainError, ShapeError), match=words):
        zone_point_weights(
            zone, tetrahedra, f, np.arange(len(f)), [0, 1, 2], [1.0, 2.0], out
        )


def test_absorption_and_emission_of_equal_phonons_cancel_where_vertices_tie(zone, rng):
    grid = zone.grid
    f = rng.integers(1, 3, (grid.n_q, 2)).astype(float)
    f = np.maximum(f, f[grid.index(-grid.addresses)])[zone.points]
    triplets = Triplets.of(grid, 0)
    shape = (len(triplets.points), 1, 2, 2)
    out, outside = np.empty((2, *shape)), np.empty(shape, np.int8)
    images = zone.first[triplets.points]
    zone_triplet_weights(zone, Tetrahedra.of(grid), f, images, [0.0], out, outside)
    assert np.abs(out[1]).max() > 0.01  # of different bands
    for j in range(2):
        np.testing.assert_allclose(out[1, :, 0, j, j], 0, atol=1e-12)
