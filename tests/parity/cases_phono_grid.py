"""Input for the kernels of phono_grid."""

from functools import partial

import numpy as np
from phono_grid import (
    Bands,
    BrillouinZone,
    Cell,
    Gaussian,
    Grid,
    IrreduciblePoints,
    Supercell,
    Symmetry,
    Tetrahedra,
    Triplets,
    reduced_basis,
)


def zincblende(rng: np.random.Generator) -> Cell:
    """A cubic cell with its atoms moved by random lattice vectors."""
    h = 0.5
    fcc = np.array([[0, 0, 0], [0, h, h], [h, 0, h], [h, h, 0]])
    positions = np.r_[fcc, fcc + 0.25] + rng.integers(-2, 3, (8, 3))
    masses = [69.7] * 4 + [74.9] * 4
    return Cell(np.eye(3) * 5.65, positions, ["Ga"] * 4 + ["As"] * 4, masses)


def grid_of(rng: np.random.Generator) -> Grid:
    """A grid of the primitive cell."""
    return Grid.of(Supercell.of(zincblende(rng), [1, 1, 1]).primitive, [6, 6, 6])


def atom_permutations(rng):
    cell = Supercell.of(zincblende(rng), [2, 2, 1]).cell
    symmetry = Symmetry.of(cell)
    operations = symmetry.rotations, symmetry.translations
    return (cell, *operations), {"symprec": 2e-5}


def shortest_vectors(rng):
    axes = rng.normal(size=(3, 3)) + 3 * np.eye(3)
    # Skewed: each language reduces it.
    basis = [[1, 0, 0], [-7, 1, 0], [2, 5, 1]] @ axes
    halves = rng.integers(-4, 5, (20, 3)) / 2
    positions = np.concatenate([halves, rng.uniform(-1, 1, (20, 3))])
    return (positions, positions[[0, 25]], basis, axes), {"symprec": 1e-5}


def irreducible_map(rng):
    return (grid_of(rng),), {}


def triplets_at(rng):
    grid = grid_of(rng)
    return (grid, int(rng.integers(grid.n_q))), {}


def with_each_smearing(case):
    """A case for one cut, for all its images, and for a Gaussian with a cutoff."""
    smearings = (
        Tetrahedra.of,
        partial(Tetrahedra.of, symmetrized=True),
        lambda _: Gaussian(0.25, cutoff=2),
    )
    return tuple(partial(case, smearing_of=smearing_of) for smearing_of in smearings)


def triplet_weights(rng, smearing_of):
    grid = grid_of(rng)
    q = int(rng.integers(grid.n_q))
    frequencies = np.sort(rng.uniform(-0.1, 5, (grid.n_q, 4)), axis=1)
    triplets = Triplets.of(grid, q)
    return (grid, smearing_of(grid), frequencies, triplets, frequencies[q]), {}


def joint_dos_channels(rng, smearing_of):
    grid = grid_of(rng)
    triplets = Triplets.of(grid, int(rng.integers(grid.n_q)))
    frequencies = np.sort(rng.uniform(-0.1, 5, (grid.n_q, 3)), axis=1)
    weights = rng.normal(size=(len(triplets.points), 3, 3, 2))
    points = np.linspace(-1, 8, 13)
    return (grid, smearing_of(grid), frequencies, triplets, weights, points), {}


def bands_of(rng):
    """Bands at irreducible points, some flat around a point."""
    grid = grid_of(rng)
    frequencies = rng.integers(-1, 6, (len(IrreduciblePoints.of(grid).points), 3)) / 2
    frequencies[::3] += rng.uniform(0, 1, frequencies[::3].shape)
    return Bands.of(grid, frequencies)


def tetrahedron_weights(rng):
    bands = bands_of(rng)
    cuts = Tetrahedra.of(bands.grid, symmetrized=bool(rng.integers(2)))
    return (bands, cuts, np.linspace(-1, 4, 21)), {}


def spectra(rng, smearing_of):
    bands = bands_of(rng)
    weights = rng.normal(size=(*bands.frequencies.shape, 2))
    return (bands, smearing_of(bands.grid), weights, np.linspace(-1, 4, 21)), {}


def spectra_of_ties(rng, smearing_of):
    """Vertices that nearly tie, and tetrahedra with few states are left out."""
    (bands, smearing, weights, _), _ = spectra(rng, smearing_of)
    f = rng.integers(0, 3, bands.frequencies.shape)
    f = f + 1e-12 * rng.normal(size=f.shape)
    bands = Bands(bands.grid, f, bands.points, bands.multiplicities, bands.rows)
    return (bands, smearing, weights, [0.0, 1.0, 2.0]), {"drop_few": True}


def zone_images(rng):
    grid = Grid.of(
        Supercell.of(zincblende(rng), [1, 1, 1]).primitive,
        [[0, 4, 4], [4, 0, 4], [4, 4, 0]],
        shift=rng.integers(0, 2, 3) / 2,
        use_symmetry=False,
    )
    basis = reduced_basis(grid.reciprocal_lattice)
    transform = np.rint(grid.reciprocal_lattice @ np.linalg.inv(basis)).T @ grid.q_matrix
    return (grid, transform.astype(np.int64), basis), {}


def triplet_images(rng):
    grid = grid_of(rng)
    return (BrillouinZone.of(grid), Triplets.of(grid, int(rng.integers(grid.n_q)))), {}


def zone_triplet_weights(rng):
    grid = grid_of(rng)
    zone, triplets = BrillouinZone.of(grid), Triplets.of(grid, int(rng.integers(grid.n_q)))
    f = rng.uniform(-1, 10, (len(zone.addresses), 4))
    targets = rng.uniform(-1, 20, 5)
    shape = (len(triplets.points), 5, 4, 4)
    out, outside = np.full((3, *shape), np.nan), np.full(shape, 7, np.int8)
    points = zone.first[triplets.points]
    tetrahedra = Tetrahedra.of(grid, symmetrized=True)
    return (zone, tetrahedra, f, points, targets, out, outside), {}, copies


def zone_point_weights(rng, step=False):
    grid = grid_of(rng)
    zone = BrillouinZone.of(grid)
    rows = rng.integers(0, 9, len(zone.addresses))
    points = rng.integers(0, len(rows), 12)
    out = np.full((12, 7, 4), np.nan)
    f = rng.uniform(0, 10, (9, 4))
    args = (zone, Tetrahedra.of(grid), f, rows, points, rng.uniform(-1, 12, 7), out)
    return args, {"step": step}, copies


def zone_point_steps(rng):
    return zone_point_weights(rng, step=True)


def zone_point_ties(rng):
    """Targets where vertices nearly tie, and tetrahedra with few states are left out."""
    args, keywords, results = zone_point_weights(rng, step=bool(rng.integers(2)))
    zone, tetrahedra, _, rows, points, _, out = args
    f = rng.integers(0, 3, (9, 4)) + 1e-12 * rng.normal(size=(9, 4))
    args = (
        zone,
        tetrahedra,
        f,
        rows,
        points,
        [0.0, 1.0, 2.0],
        np.ascontiguousarray(out[:, :3]),
    )
    return args, keywords, results


def copies(results):
    """Results of their own, of kernels that write into arrays that they are given."""
    return tuple(array.copy() for array in ([results], results)[isinstance(results, tuple)])


def hash_of_words(rng):
    return (rng.integers(0, 2**64, 200_001, dtype=np.uint64),), {}


CASES = (
    {
        f"phono_grid.{case.__name__}": case
        for case in (
            atom_permutations,
            hash_of_words,
            irreducible_map,
            shortest_vectors,
            tetrahedron_weights,
            triplet_images,
            triplets_at,
            zone_images,
            zone_triplet_weights,
        )
    }
    | {
        "phono_grid.zone_point_weights": (
            zone_point_weights,
            zone_point_steps,
            zone_point_ties,
        ),
    }
    | {
        f"phono_grid.{case.__name__}": with_each_smearing(case)
        for case in (joint_dos_channels, triplet_weights)
    }
    | {
        "phono_grid.spectra": with_each_smearing(spectra)
        + with_each_smearing(spectra_of_ties),
    }
)
