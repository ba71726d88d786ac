"""Crystals held together by springs: small, stable, and known exactly."""

import numpy as np
import pytest
from phono_dynmat import HarmonicSeries
from phono_fc import ForceConstants
from phono_grid import Cell, ShortestVectors, Supercell

H = 0.5
FCC = np.array([[0, 0, 0], [0, H, H], [H, 0, H], [H, H, 0]])


@pytest.fixture
def random_series(rng) -> HarmonicSeries:
    """Random springs in a triclinic cell of two atoms: no symmetry, no degeneracy."""
    lattice = [[4.1, 0.2, -0.3], [0.9, 5.2, 0.1], [-1.3, 0.7, 6.3]]
    cell = Cell(lattice, [[0.1, 0.2, 0.3], [0.55, 0.71, 0.9]], ["Ga", "As"], [69.7, 74.9])
    values, atoms, cells = [], [], []
    on_site = np.zeros((2, 3, 3))
    for _ in range(12):
        k, other = rng.integers(2, size=2)
        r = rng.integers(-2, 3, 3) + (k == other) * 5
        a = rng.normal(size=(3, 3))
        spring = a @ a.T
        values += [-spring, -spring]
        atoms += [[k, other], [other, k]]
        cells += [r, -r]
        on_site[k] += spring
        on_site[other] += spring
    values += list(on_site)
    atoms += [[0, 0], [1, 1]]
    cells += [[0, 0, 0], [0, 0, 0]]
    return HarmonicSeries(values, atoms, cells, cell)


@pytest.fixture
def spring_constants() -> ForceConstants:
    """Zincblende with central and transverse springs to the first three shells."""
    masses = [69.7] * 4 + [30.97] * 4
    unit = Cell(np.eye(3) * 5.45, np.r_[FCC, FCC + 0.25], ["Ga"] * 4 + ["P"] * 4, masses)
    supercell = Supercell.of(unit, [2, 2, 2])
    shortest = ShortestVectors.of(supercell)
    vectors = shortest.vectors @ supercell.primitive.lattice
    n_s, n_a = shortest.multiplicities.shape
    values = np.zeros((n_a, n_s, 3, 3))
    for s, k in np.ndindex(n_s, n_a):
        start, m = shortest.first[s, k], shortest.multiplicities[s, k]
        for v in vectors[start : start + m]:
            d = np.linalg.norm(v)
            if 0 < d < 4.6:
                stretch = 6 * np.exp(-d) * np.outer(v, v) / d**2 + 0.3 * np.exp(
                    -d
                ) * np.eye(3)
                values[k, s] -= stretch
    home = supercell.primitive_to_supercell
    values[np.arange(n_a), home] -= values.sum(axis=1)
    return ForceConstants(values, supercell)


@pytest.fixture
def series(spring_constants) -> HarmonicSeries:
    return HarmonicSeries.of(spring_constants)
