"""Phonons of a small model on a grid."""

from dataclasses import dataclass

import numpy as np
import pytest
from model_crystals import Model, cartesian_rotations, zincblende
from phono_3ph import PeriodicModes, Series3
from phono_dynmat import Modes
from phono_grid import Grid, IrreduciblePoints, units


@dataclass(frozen=True)
class Sample:
    """Everything that linewidths need."""

    model: Model
    series: Series3
    phonons: PeriodicModes
    irreducible: IrreduciblePoints
    occupations: np.ndarray

    def with_polarizations(self, polarizations):
        """The same phonons with other eigenvectors."""
        phonons = self.phonons
        return PeriodicModes(phonons.grid, phonons.frequencies, polarizations)


def bose_einstein(f, temperatures):
    """Occupations ``n[q, j, T]``."""
    x = np.maximum(f, 1e-3)[..., None] / (np.array(temperatures) * units.KELVIN_TO_THZ)
    return np.where(f[..., None] > 1e-3, 1 / np.expm1(x), 0)


@pytest.fixture(scope="session")
def sample() -> Sample:
    model = zincblende()
    cell = model.supercell.primitive
    grid = Grid.of(cell, [4, 4, 4])
    modes = Modes(grid.qpoints, *model.modes(grid.qpoints))
    phonons = PeriodicModes.of(grid, modes, cell)
    return Sample(
        model,
        Series3.of(model.fc3),
        phonons,
        IrreduciblePoints.of(grid),
        bose_einstein(phonons.frequencies, [100.0, 300.0]),
    )


@pytest.fixture(scope="session")
def symmetric_vectors(sample):
    """Random vectors with the symmetry of their wave vectors, equal on degenerate bands."""
    rng = np.random.default_rng(5)
    grid, points = sample.phonons.grid, sample.irreducible.points
    v = np.repeat(rng.normal(size=(len(points), 1, 3)), 6, axis=1)
    a = grid.addresses[points]
    rotations = cartesian_rotations(grid)
    for i, point in enumerate(points):
        fixes = [grid.index(r @ a[i]) == point for r in grid.rotations]
        v[i] = v[i] @ rotations[fixes].mean(axis=0).T
    return 20 * v
