"""Phonons of a whole grid."""

import numpy as np
import pytest
from phono_3ph import PeriodicModes
from phono_grid import Grid
from phono_grid.errors import DomainError


@pytest.mark.parametrize(
    "options", [{"shift": [1, 1, 1]}, {"q_matrix": [[1, 1, 0], [0, 1, 0], [0, 0, 1]]}]
)
def test_generalised_and_shifted_grids_are_refused_until_scattering_knows_them(options):
    grid = Grid([2, 2, 2], np.eye(3), [np.eye(3)], **options)
    with pytest.raises(DomainError, match="scattering needs a plain mesh centred on"):
        PeriodicModes(grid, np.zeros((8, 3)), np.zeros((8, 3, 1, 3)))
