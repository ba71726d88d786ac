"""Laws of grids on a thousand random lattices with random point groups."""

from functools import cache
from itertools import permutations, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from phono_grid import (
    Bands,
    Cell,
    Gaussian,
    Grid,
    IrreduciblePoints,
    Symmetry,
    Tetrahedra,
    Triplets,
    density_of_states,
    irreducible_map,
    tetrahedron_weights,
)
from random_cases import cases

SEEDS = st.integers(0, 2**32 - 1)
CUBE = [
    np.diag(signs)[list(order)]
    for signs in product((1, -1), repeat=3)
    for order in permutations(range(3))
]


@cache
def subgroup(number):
    """The group of two elements of the cube's, one of a hundred such."""
    chosen = np.random.default_rng(number).integers(len(CUBE), size=2)
    generators = np.array([CUBE[i] for i in chosen])
    group = np.eye(3, dtype=int)[None]
    while True:
        products = (generators[:, None] @ group).reshape(-1, 3, 3)
        larger = np.unique(np.concatenate([group, products]), axis=0)
        if len(larger) == len(group):
            return group
        group = larger


def matrices(rotations):
    """A set of integer matrices."""
    rows = np.ascontiguousarray(rotations, dtype=np.int64).reshape(-1, 9)
    return set(rows.view("V72").ravel().tolist())


def unimodular(rng):
    """Two shears along random axes."""
    u = np.eye(3, dtype=int)
    for _ in range(2):
        i, j = rng.permutation(3)[:2]
        u[i] += rng.integers(-1, 2) * u[j]
    return u


def crystal_of(rng):
    """A random subgroup of the cube in a random basis, and a lattice that has it."""
    u = unimodular(rng)
    inverse = np.rint(np.linalg.inv(u)).astype(int)
    group = u @ subgroup(int(rng.integers(100))) @ inverse
    x = rng.normal(size=(3, 3)) + 2 * np.eye(3)
    # The mean of a metric over the group is invariant.
    metric = np.mean(group.transpose(0, 2, 1) @ (x @ x.T) @ group, axis=0)
    return group, 2 * np.linalg.cholesky(metric)


def band_of(grid, coefficients):
    """Waves along Cartesian vectors of the lattice, whatever its basis."""
    vectors, amplitudes = coefficients
    cartesian = grid.qpoints @ grid.reciprocal_lattice
    return np.cos(2 * np.pi * cartesian @ vectors.T) @ amplitudes


@settings(max_examples=cases(1000))
@given(SEEDS)
def test_symmetry_is_a_closed_group_and_its_stars_partition_the_grid(seed):
    rng = np.random.default_rng(seed)
    group, lattice = crystal_of(rng)
    cell = Cell(lattice, [[0, 0, 0]], ["Si"], [28])
    symmetry = Symmetry.of(cell)
    members = matrices(symmetry.rotations)
    assert matrices(group) <= members
    assert matrices(symmetry.rotations[:, None] @ symmetry.rotations) == members

    grid = Grid.of(cell, [int(rng.integers(1, 4))] * 3, symmetry)
    stars = irreducible_map(grid)
    images = grid.index(grid.rotate(grid.addresses))
    np.testing.assert_array_equal(stars[images], np.broadcast_to(stars, images.shape))
    irreducible = IrreduciblePoints.of(grid)
    np.testing.assert_array_equal(irreducible.points, np.unique(stars))
    assert irreducible.weights.sum() == grid.n_q
    np.testing.assert_array_equal(
        irreducible.weights, np.bincount(stars)[irreducible.points]
    )
    # A star is what the rotations make of its point, nothing else.
    orbits = [set(images[:, point]) for point in irreducible.points]
    assert [len(orbit) for orbit in orbits] == irreducible.weights.tolist()


@settings(max_examples=cases(1000))
@given(SEEDS)
def test_triplets_stand_for_the_grid_and_conserve_momentum(seed):
    rng = np.random.default_rng(seed)
    group, lattice = crystal_of(rng)
    rotations = np.unique(group.transpose(0, 2, 1), axis=0)
    grid = Grid([int(rng.integers(1, 5))] * 3, np.linalg.inv(lattice).T, rotations)
    triplets = Triplets.of(grid, int(rng.integers(grid.n_q)))
    assert triplets.weights.sum() == grid.n_q
    sums = grid.addresses[triplets.points].sum(axis=1)
    assert not (sums % grid.mesh).any()


@settings(max_examples=cases(1000))
@given(SEEDS)
def test_step_weights_are_the_integral_of_delta_weights_and_all_states_are_counted(seed):
    rng = np.random.default_rng(seed)
    _, lattice = crystal_of(rng)
    mesh = rng.integers(2, 4, 3)
    grid = Grid(mesh, np.linalg.inv(lattice).T, [np.eye(3, dtype=int)])
    # Three bands of one atom take the same values in different orders.
    f = rng.uniform(0, 5, grid.n_q)
    f = np.stack([f, rng.permutation(f), rng.permutation(f)], axis=1)
    # Between the frequencies of vertices weights are cubic, and Simpson's rule is exact.
    ends = np.concatenate([[-1], np.sort(f[:, 0]), [6]])
    w = np.sort(np.concatenate([ends, (ends[1:] + ends[:-1]) / 2]))
    delta, step = tetrahedron_weights(Bands.of(grid, f[:, :1]), Tetrahedra.of(grid), w)
    left, middle, right = delta[:, :-2:2], delta[:, 1::2], delta[:, 2::2]
    parts = (left + 4 * middle + right) * np.diff(ends)[:, None] / 6
    np.testing.assert_allclose(np.cumsum(parts, axis=1), step[:, 2::2], atol=1e-9)

    spectrum = density_of_states(grid, f, w)
    g = spectrum.density
    integral = ((g[:-2:2] + 4 * g[1::2] + g[2::2]) * np.diff(ends) / 6).sum()
    np.testing.assert_allclose(integral, 3, rtol=1e-9)
    np.testing.assert_allclose(spectrum.cumulative[-1], 3, rtol=1e-12)


@settings(max_examples=cases(1000))
@given(SEEDS)
def test_a_change_of_basis_leaves_stars_and_the_density_of_states_as_they_are(seed):
    rng = np.random.default_rng(seed)
    group, lattice = crystal_of(rng)
    rotations = np.unique(group.transpose(0, 2, 1), axis=0)
    u, n = unimodular(rng), int(rng.integers(2, 5))
    inverse = np.rint(np.linalg.inv(u)).astype(int)
    waves = rng.integers(-2, 3, (4, 3)) @ lattice, rng.normal(size=4)
    w = np.linspace(-4, 4, 9)
    found = []
    # Wave vectors in other axes are q' = U q.
    for axes, turned in ((lattice, rotations), (u @ lattice, u @ rotations @ inverse)):
        grid = Grid([n, n, n], np.linalg.inv(axes).T, turned)
        band = band_of(grid, waves)[:, None]
        spectrum = density_of_states(grid, band, w, smearing=Gaussian(0.5))
        stars = np.sort(IrreduciblePoints.of(grid).weights)
        found.append((stars, spectrum.density, spectrum.cumulative))
    np.testing.assert_array_equal(found[0][0], found[1][0])
    np.testing.assert_allclose(found[0][1], found[1][1], atol=1e-12)
    np.testing.assert_allclose(found[0][2], found[1][2], atol=1e-12)
