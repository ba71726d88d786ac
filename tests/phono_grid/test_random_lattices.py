"""A thousand random lattices: a change of basis changes nothing."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from phono_grid import (
    Grid,
    first_brillouin_zone,
    minkowski_reduction,
    reduced_basis,
    shortest_vectors,
    using,
)
from random_cases import cases

SEEDS = st.integers(0, 2**32 - 1)


def lattice_of(rng):
    """A right-handed lattice with a volume."""
    while True:
        lattice = rng.normal(size=(3, 3)) * 3
        if np.linalg.det(lattice) > 3:
            return lattice


def unimodular(rng):
    """Shears along random axes, entries up to some tens."""
    u = np.eye(3, dtype=int)
    for _ in range(4):
        i, j = rng.permutation(3)[:2]
        u[i] += rng.integers(-2, 3) * u[j]
    return u


@settings(max_examples=cases(1000))
@given(SEEDS)
def test_the_nearest_image_does_not_depend_on_the_choice_of_lattice_vectors(seed):
    rng = np.random.default_rng(seed)
    lattice, u = lattice_of(rng), unimodular(rng)
    x = rng.uniform(-2, 2, (3, 3))
    ours = first_brillouin_zone(x, lattice) @ lattice
    other = first_brillouin_zone(x @ np.linalg.inv(u), u @ lattice) @ u @ lattice
    lengths = np.linalg.norm([ours, other], axis=-1)
    np.testing.assert_allclose(lengths[0], lengths[1], rtol=1e-5)


@settings(max_examples=cases(1000))
@given(SEEDS)
def test_shortest_vectors_do_not_depend_on_the_choice_of_lattice_vectors(seed):
    rng = np.random.default_rng(seed)
    lattice, u = lattice_of(rng), unimodular(rng)
    # Halves have several images.
    x = np.concatenate([rng.integers(-2, 3, (2, 3)) / 2, rng.uniform(-1, 1, (2, 3))])
    found = []
    for axes, positions in ((lattice, x), (u @ lattice, x @ np.linalg.inv(u))):
        vectors, m = shortest_vectors(positions, x[:1] * 0, axes)
        cartesian = vectors @ axes
        found.append((m.ravel(), np.sort(np.linalg.norm(cartesian, axis=1))))
        # Both languages reduce alike, or the order of images would differ.
        if seed % 8 == 0:
            with using("Python"):
                defined = shortest_vectors(positions, x[:1] * 0, axes)[0]
            np.testing.assert_allclose(vectors, defined, atol=1e-12)
        inside = shortest_vectors(positions, x[:1] * 0, axes, np.eye(3))[0]
        np.testing.assert_allclose(inside, cartesian, atol=1e-9)
    np.testing.assert_array_equal(found[0][0], found[1][0])
    np.testing.assert_allclose(found[0][1], found[1][1], atol=1e-9)


@settings(max_examples=cases(1000))
@given(SEEDS)
def test_the_reduced_lattice_is_spglibs(seed):
    rng = np.random.default_rng(seed)
    skewed = unimodular(rng) @ lattice_of(rng)
    u = minkowski_reduction(skewed)
    assert round(abs(np.linalg.det(u))) == 1
    # Niggli's vectors are the shortest that are not in one plane, as Minkowski's.
    lengths = np.linalg.norm(u @ skewed, axis=1)
    niggli = np.linalg.norm(reduced_basis(skewed), axis=1)
    np.testing.assert_allclose(lengths, np.sort(niggli), rtol=1e-5)


@settings(max_examples=cases(300))
@given(SEEDS)
def test_a_grid_of_other_lattice_vectors_has_the_same_wave_vectors(seed):
    rng = np.random.default_rng(seed)
    lattice, u = lattice_of(rng), unimodular(rng)
    identity = [np.eye(3, dtype=int)]
    plain = Grid([3, 3, 3], np.linalg.inv(lattice).T, identity)
    other = Grid([3, 3, 3], np.linalg.inv(u @ lattice).T, identity)
    # q·a for the same lattice vectors a, in thirds.
    thirds = [
        np.rint(3 * g.qpoints @ g.reciprocal_lattice @ lattice.T).astype(int) % 3
        for g in (plain, other)
    ]
    assert {tuple(t) for t in thirds[0]} == {tuple(t) for t in thirds[1]}
