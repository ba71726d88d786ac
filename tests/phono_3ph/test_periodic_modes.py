"""Phonons of a whole grid."""

import numpy as np
import pytest
from phono_3ph import PeriodicModes
from phono_grid import Grid
from phono_grid.errors import DomainError


def test_shifted_grids_are_refused():
    grid = Grid([2, 2, 2], np.eye(3), [np.eye(3)], shift=[1, 1, 1])
    with pytest.raises(DomainError, match="scattering needs a grid centred on"):
        PeriodicModes(grid, np.zeros((8, 3)), np.zeros((8, 3, 1, 3)))


def test_tetrahedra_are_one_cut_or_all_its_images_as_asked():
    turn, flip = [[0, 0, 1], [1, 0, 0], [0, 1, 0]], [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
    group = [np.eye(3, dtype=int)]
    while len(group) < 24:
        products = [a @ b for a in group for b in (*group, turn, flip)]
        group = list(np.unique(products, axis=0))
    grid = Grid([2, 2, 2], np.eye(3), group)
    arrays = np.zeros((8, 3)), np.zeros((8, 3, 1, 3))
    assert PeriodicModes(grid, *arrays).tetrahedra.n_cuts == 1
    symmetrized = PeriodicModes(grid, *arrays, symmetrized_tetrahedra=True)
    assert symmetrized.tetrahedra.n_cuts == 4
