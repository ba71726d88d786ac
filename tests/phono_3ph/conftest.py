"""Phonons of a small model on a grid."""

from dataclasses import dataclass

import numpy as np
import pytest
from model_crystals import Model, zincblende
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
