"""Least squares give back the constants that made the forces."""

import numpy as np
import pytest
from phono_fc import RandomDisplacementForces, drift, least_squares, random_displacements
from phono_grid.errors import DomainError, ShapeError
from random_crystals import Model

pytest.importorskip("symfc")


@pytest.fixture
def model():
    """Rocksalt in so small a cell has no third order: every atom is an inversion centre."""
    return Model.random("wurtzite")


def test_random_displacements_determine_all_constants(model):
    u = random_displacements(40, model.crystal.n_s, distance=0.03, seed=2)
    forces = np.array([model.forces(dict(enumerate(x))) for x in u])
    constants = least_squares(model.crystal.supercell, RandomDisplacementForces(u, forces))
    for order, full in ((2, model.fc2), (3, model.fc3)):
        expected = model.crystal.rows(full)
        np.testing.assert_allclose(constants[order].values, expected, rtol=0, atol=1e-8)
        assert drift(constants[order]).max() < 1e-10


def test_displaced_pairs_determine_them_too(model):
    crystal = model.crystal
    singles = model.singles(crystal.symmetry.independent_atoms)
    pairs = model.pairs(singles)
    snapshots = RandomDisplacementForces.of(singles, pairs)
    assert len(snapshots) == len(singles.atoms) + len(pairs.atoms)
    for number in (0, 11, 300):
        expected = model.forces(dict(enumerate(snapshots.displacements[number])))
        np.testing.assert_allclose(snapshots.forces[number], expected, rtol=0, atol=1e-13)
    constants = least_squares(crystal.supercell, snapshots)
    expected = crystal.rows(model.fc3)
    np.testing.assert_allclose(constants[3].values, expected, rtol=0, atol=1e-8)
    alone = RandomDisplacementForces.of(singles)
    (second,) = least_squares(crystal.supercell, alone, orders=(2,)).values()
    expected = crystal.rows(model.fc2)
    np.testing.assert_allclose(second.values, expected, rtol=0, atol=1e-3)


def test_data_of_another_supercell_are_refused(model):
    supercell = model.crystal.supercell
    u = np.zeros((2, 8, 3))
    with pytest.raises(ShapeError, match="forces: expected shape"):
        RandomDisplacementForces(u, u[:1])
    with pytest.raises(ShapeError, match="displacements: expected shape"):
        RandomDisplacementForces(u[0], u[0])
    with pytest.raises(DomainError, match="displacements must be finite, number 1 is not"):
        RandomDisplacementForces(np.stack([u[0], u[1] * np.nan]), u)
    with pytest.raises(DomainError, match=r"orders: expected \(2,\)"):
        least_squares(supercell, RandomDisplacementForces(u, u), orders=(3,))
    with pytest.raises(DomainError, match=r"forces: expected forces on 8 atoms, .* got 7"):
        least_squares(supercell, RandomDisplacementForces(u[:, :7], u[:, :7]))


def test_what_symfc_cannot_solve_is_said():
    """Every atom of this rocksalt is an inversion centre: nothing is of third order."""
    model = Model.random("rocksalt")
    u = random_displacements(4, model.crystal.n_s, seed=2)
    with pytest.raises(DomainError, match=r"symfc cannot solve for orders \(2, 3\) from 4"):
        least_squares(model.crystal.supercell, RandomDisplacementForces(u, u))
