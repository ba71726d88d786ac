"""Force constants and displaced forces say what is wrong with their arrays."""

import numpy as np
import pytest
from phono_fc import ForceConstants, PairDisplacementForces, SingleDisplacementForces
from phono_grid.errors import DomainError, ShapeError


def test_the_order_is_the_number_of_atoms(rocksalt_model):
    crystal = rocksalt_model.crystal
    for order, full in ((2, rocksalt_model.fc2), (3, rocksalt_model.fc3)):
        assert ForceConstants(crystal.rows(full), crystal.supercell).order == order


def test_values_of_another_supercell_are_refused(rocksalt_model):
    supercell = rocksalt_model.crystal.supercell
    with pytest.raises(ShapeError, match=r"values: expected shape \[2, 8, 3, 3\], got"):
        ForceConstants(np.zeros((2, 9, 3, 3)), supercell)
    with pytest.raises(DomainError, match="as many atom axes as Cartesian axes"):
        ForceConstants(np.zeros((2, 8, 3)), supercell)


def test_values_that_are_not_numbers_are_refused(rocksalt_model):
    values = rocksalt_model.crystal.rows(rocksalt_model.fc2)
    values[1, 2, 0, 1] = np.nan
    with pytest.raises(
        DomainError, match=r"values must be finite, got nan at \[1, 2, 0, 1\]"
    ):
        ForceConstants(values, rocksalt_model.crystal.supercell)


def test_a_displaced_atom_outside_the_supercell_is_refused():
    with pytest.raises(DomainError, match="atoms must be in 0 to 7, got 8 to 8"):
        SingleDisplacementForces([8], [[0.01, 0, 0]], np.zeros((1, 8, 3)))


def test_every_displacement_needs_its_forces():
    with pytest.raises(
        ShapeError, match=r"forces: expected shape \[2, 8, 3\], got \[1, 8, 3\]"
    ):
        SingleDisplacementForces([0, 1], np.zeros((2, 3)), np.zeros((1, 8, 3)))
    with pytest.raises(ShapeError, match=r"first: expected shape \[1\], got \[2\]"):
        PairDisplacementForces([0, 1], [0], np.zeros((1, 3)), np.zeros((1, 8, 3)))


def test_the_arrays_cannot_be_changed(rocksalt_model):
    singles = rocksalt_model.singles([0])
    with pytest.raises(ValueError, match="read-only"):
        singles.forces[0] = 0
