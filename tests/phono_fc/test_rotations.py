"""Rotations of the whole crystal cost nothing, and a sheet bends as a sheet does."""

import numpy as np
import pytest
from phono_fc import (
    ForceConstants,
    drift,
    group_average,
    impose_rotations,
    rotational_drift,
    symmetrize,
)
from phono_grid import Cell, ShortestVectors, Supercell, Symmetry
from phono_grid.errors import DomainError


def random_constants(crystal, rng) -> ForceConstants:
    n_a = crystal.supercell.primitive.n_atoms
    values = rng.normal(size=(n_a, crystal.n_s, 3, 3))
    return ForceConstants(values, crystal.supercell)


def test_all_laws_hold_and_a_second_time_changes_nothing(crystal, rng):
    constants = random_constants(crystal, rng)
    assert rotational_drift(constants).max() > 0.1
    lawful = impose_rotations(constants)
    np.testing.assert_allclose(rotational_drift(lawful), 0, atol=1e-9)
    np.testing.assert_allclose(drift(lawful), 0, atol=1e-10)
    again = symmetrize(lawful)
    np.testing.assert_allclose(again.values, lawful.values, atol=1e-11)
    np.testing.assert_allclose(impose_rotations(lawful).values, lawful.values, atol=1e-10)


def test_the_change_is_the_smallest_there_is(crystal, rng):
    """It is orthogonal to all differences of constants that obey the laws."""
    constants = symmetrize(random_constants(crystal, rng))
    lawful = impose_rotations(constants)
    other = impose_rotations(random_constants(crystal, rng))
    change = constants.values - lawful.values
    inside = lawful.values - other.values
    size = np.linalg.norm(change) * np.linalg.norm(inside)
    assert abs((change * inside).sum()) < 1e-10 * size


def test_the_space_group_survives(crystal, rng):
    symmetry = Symmetry.of(crystal.supercell.cell)
    constants = group_average(symmetrize(random_constants(crystal, rng)), symmetry)
    lawful = impose_rotations(constants)
    averaged = group_average(lawful, symmetry)
    np.testing.assert_allclose(averaged.values, lawful.values, atol=1e-9)


def test_other_orders_are_refused(crystal):
    n_a = crystal.supercell.primitive.n_atoms
    third = np.zeros((n_a, crystal.n_s, crystal.n_s, 3, 3, 3))
    for function in (impose_rotations, rotational_drift):
        with pytest.raises(DomainError, match="expected second order, got order 3"):
            function(ForceConstants(third, crystal.supercell))


def sheet(n: int) -> ForceConstants:
    """A triangular sheet of atoms with springs that fall off, cut by its supercell."""
    lattice = [[1, 0, 0], [-0.5, np.sqrt(0.75), 0], [0, 0, 8.0]]
    cell = Cell(np.array(lattice) * 2.5, [[0, 0, 0]], ["C"], [12.0])
    supercell = Supercell.of(cell, [n, n, 1], "P")
    shortest = ShortestVectors.of(supercell)
    v = shortest.vectors @ supercell.primitive.lattice
    values = np.zeros((1, supercell.cell.n_atoms, 3, 3))
    for s in range(1, supercell.cell.n_atoms):
        m = shortest.multiplicities[s, 0]
        for r in v[shortest.first[s, 0] :][:m]:
            d = np.linalg.norm(r)
            along, across = 20 * np.exp(-d), 0.5 * np.cos(2 * d) / d**2
            values[0, s] -= (along * np.outer(r, r) / d**2 + across * np.eye(3)) / m
    values[0, 0] = -values.sum(axis=1)[0]
    return ForceConstants(values, supercell)


def bending_constants(constants: ForceConstants, q: float) -> float:
    """The dynamical matrix along z, z, for waves of ``q`` along x, times the mass."""
    shortest = ShortestVectors.of(constants.supercell)
    v = shortest.vectors @ constants.supercell.primitive.lattice
    total = 0.0
    for s in range(constants.supercell.cell.n_atoms):
        m = shortest.multiplicities[s, 0]
        waves = np.cos(2 * np.pi * q * v[shortest.first[s, 0] :][:m, 0])
        total += constants.values[0, s, 2, 2] * waves.mean()
    return total


def test_the_branch_that_bends_a_sheet_is_quadratic():
    constants = sheet(5)
    lawful = impose_rotations(constants)
    q = np.array([2e-3, 4e-3])
    before = [bending_constants(constants, x) for x in q]
    after = [bending_constants(lawful, x) for x in q]
    assert before[1] / before[0] == pytest.approx(4, rel=0.01)  # f is linear
    assert after[1] / after[0] == pytest.approx(16, rel=0.01)  # f is quadratic
    assert np.abs(lawful.values - constants.values).max() < 0.1
