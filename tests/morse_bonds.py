"""An fcc crystal whose nearest neighbours are bound as by Morse's potential."""

import numpy as np
from phono_fc import RandomDisplacementForces
from phono_grid import Cell, Supercell

A, NEAREST, WIDTH, DEPTH = 4.0, 4.0 / np.sqrt(2), 1.6, 0.35
FCC = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]


def morse(r):
    """Energy of a bond that is at rest, eV."""
    return DEPTH * (1 - np.exp(-WIDTH * (r - NEAREST))) ** 2


def slope(r):
    """Its derivative."""
    decay = np.exp(-WIDTH * (r - NEAREST))
    return 2 * DEPTH * WIDTH * (1 - decay) * decay


def forces_of(supercell, u):
    """Forces of Morse bonds between nearest neighbours, (n, n_s, 3)."""
    x, lattice = supercell.cell.positions, supercell.cell.lattice
    d = x[None] - x[:, None]
    d = (d - np.rint(d)) @ lattice
    bonds = np.abs(np.linalg.norm(d, axis=2) - NEAREST) < 0.1
    v = d + u[:, None] - u[:, :, None]
    r = np.linalg.norm(v, axis=3)
    pull = np.where(bonds, slope(r) / np.where(bonds, r, 1), 0)
    return np.einsum("nab,nabx->nax", pull, v)


def two_cubes():
    """Two by two by two cubes of an fcc crystal."""
    return Supercell.of(Cell.of(np.eye(3) * A, FCC, ["Al"] * 4), [2, 2, 2])


def snapshots(supercell, n, size, seed=1):
    """Forces of Gaussian displacements."""
    rng = np.random.default_rng(seed)
    u = rng.normal(size=(n, supercell.cell.n_atoms, 3)) * size
    u -= u.mean(axis=1, keepdims=True)
    return RandomDisplacementForces(u, forces_of(supercell, u))
