"""Ctrl-C ends every kernel within a second."""

import numpy as np
import pytest
from ctrl_c import seconds_to_end
from phono_grid import (
    Bands,
    BrillouinZone,
    Cell,
    Gaussian,
    Grid,
    Tetrahedra,
    Triplets,
    atom_permutations,
    irreducible_map,
    joint_dos_channels,
    shortest_vectors,
    spectra,
    tetrahedron_weights,
    triplet_images,
    triplet_weights,
    triplets_at,
    zone_images,
)

ONE = [np.eye(3, dtype=int)]
SMALL = Grid([16, 16, 16], np.eye(3), ONE)
HUGE = Grid([320, 320, 320], np.eye(3), ONE)
BANDS = 40
TARGETS = np.linspace(0, 1, 4000)


def bands():
    rng = np.random.default_rng(0)
    return Bands.of(SMALL, rng.uniform(0, 1, (SMALL.n_q, BANDS)))


def columns():
    return np.ones((SMALL.n_q, BANDS, 1))


def triplets(n=2000):
    rows = np.zeros((n, 3), dtype=int)
    return Triplets(rows, np.ones(n, dtype=int))


def sums(smearing):
    b = bands()
    return lambda: spectra(b, smearing, columns(), TARGETS)


def single_bands():
    b, tetrahedra = bands(), Tetrahedra.of(SMALL)
    return lambda: tetrahedron_weights(b, tetrahedra, TARGETS[::4])


def pairs_of_bands():
    f, tetrahedra = bands().frequencies, Tetrahedra.of(SMALL)
    t = triplets()
    return lambda: triplet_weights(SMALL, tetrahedra, f, t, TARGETS[::40])


def joint():
    f, t = bands().frequencies, triplets()
    a = np.ones((len(t.points), BANDS, BANDS, 1))
    return lambda: joint_dos_channels(SMALL, Gaussian(0.1), f, t, a, TARGETS[::4])


def permutations():
    # All atoms in a row of bins: each image looks at every one of them.
    x = np.zeros((8000, 3))
    x[:, 0] = np.linspace(0, 1e-3, len(x))
    cell = Cell(np.eye(3) * 1e3, x, ["H"] * len(x), np.ones(len(x)))
    r, t = np.array([ONE[0]] * 48), np.zeros((48, 3))
    return lambda: atom_permutations(cell, r, t)


def vectors():
    x = np.random.default_rng(0).uniform(0, 1, (9000, 3))
    return lambda: shortest_vectors(x, x, np.eye(3))


def images():
    n = 64
    grid = Grid([n, 1, 1], np.eye(3), ONE)
    # A hundred images of every point make a million sums of each triplet.
    along = (np.arange(n)[:, None] + n * np.arange(100)).ravel()
    addresses = np.stack([along, 0 * along, 0 * along], axis=1)
    zone = BrillouinZone(grid, addresses, np.arange(0, 100 * n + 1, 100))
    t = triplets(5000)
    return lambda: triplet_images(zone, t)


LONG = {
    "irreducible_map": lambda: lambda: irreducible_map(HUGE),
    "triplets_at": lambda: lambda: triplets_at(HUGE, 1),
    "zone_images": lambda: lambda: zone_images(HUGE, ONE[0], np.eye(3)),
    "atom_permutations": permutations,
    "shortest_vectors": vectors,
    "triplet_images": images,
    "spectra of tetrahedra": lambda: sums(Tetrahedra.of(SMALL)),
    "spectra of Gaussians": lambda: sums(Gaussian(0.1)),
    "tetrahedron_weights": single_bands,
    "triplet_weights": pairs_of_bands,
    "joint_dos_channels": joint,
}


@pytest.mark.needs_rust
@pytest.mark.parametrize("name", LONG)
def test_ctrl_c_ends_every_kernel_within_a_second(name):
    assert seconds_to_end(LONG[name](), after=0.1) < 1
