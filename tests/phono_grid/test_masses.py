"""Masses that differ in one element, and what they do to symmetry."""

import numpy as np
import pytest
from phono_grid import Cell, Supercell, Symmetry

BODY_CENTRED = [[0, 0, 0], [0.5, 0.5, 0.5]]
LIGHT, HEAVY = 53.9396, 56.9354


def iron(masses=(HEAVY, LIGHT), moments=None) -> Cell:
    return Cell(np.eye(3) * 2.87, BODY_CENTRED, ["Fe"] * 2, masses, moments)


def test_isotopes_in_turn_have_two_atoms_in_the_primitive_cell():
    supercell = Supercell.of(iron(), [2, 2, 2])
    assert supercell.primitive.n_atoms == 2
    assert supercell.primitive.masses.tolist() == [HEAVY, LIGHT]
    expected = supercell.primitive.masses[supercell.supercell_to_primitive]
    np.testing.assert_array_equal(supercell.cell.masses, expected)


def test_equal_masses_make_one_kind():
    assert iron((HEAVY, HEAVY)).kinds.tolist() == [1, 1]
    assert iron().kinds.tolist() == iron().isotopes.tolist() == [1, 2]
    assert iron().species.tolist() == [1, 1]
    assert Supercell.of(iron((HEAVY, HEAVY)), [2, 2, 2]).primitive.n_atoms == 1


def test_masses_and_moments_make_kinds_together():
    x = np.array([[0, 0, 0], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]])
    masses, moments = [HEAVY, HEAVY, LIGHT, LIGHT], [1, -1, 1, 1]
    cell = Cell(np.eye(3) * 4, x, ["Fe"] * 4, masses, moments)
    assert cell.kinds.tolist() == [1, 2, 3, 3]


@pytest.mark.parametrize("moments", [None, [2.2, 2.2]])
def test_vibrations_know_masses_and_forces_do_not(moments):
    cell = iron(moments=moments)
    assert Symmetry.of(cell).n_operations == 48
    assert Symmetry.of(cell).independent_atoms.tolist() == [0, 1]
    assert Symmetry.of(cell, masses=False).n_operations == 96
    assert Symmetry.of(cell, masses=False).independent_atoms.tolist() == [0]


@pytest.mark.parametrize("seed", range(6))
def test_masses_of_a_random_crystal_leave_the_operations_that_keep_them(seed):
    rng = np.random.default_rng(seed)
    h = 0.5
    fcc = np.array([[0, 0, 0], [0, h, h], [h, 0, h], [h, h, 0]])
    masses = rng.choice([LIGHT, HEAVY, 55.845], size=4)
    cell = Cell(np.eye(3) * 3.6, fcc, ["Fe"] * 4, masses)
    every, kept = Symmetry.of(cell, masses=False), Symmetry.of(cell)
    keeps = (masses[every.permutations] == masses).all(axis=1)
    assert kept.n_operations == keeps.sum()
    primitive = Supercell.of(cell, [1, 1, 1]).primitive
    expected = {3: 4, 2: 2 if sorted(np.bincount(cell.kinds))[-1] == 2 else 4, 1: 1}
    assert primitive.n_atoms == expected[len(set(masses))]


def test_a_primitive_cell_of_other_isotopes_is_another_crystal():
    one = Supercell.of(iron(), [1, 1, 1])
    other = Supercell.of(iron((HEAVY, HEAVY)), [1, 1, 1], np.eye(3)).primitive
    with pytest.raises(ValueError, match="cells of one crystal"):
        one.on_primitive(other)


def test_sites_that_are_occupied_in_part_are_refused():
    ase = pytest.importorskip("ase")
    atoms = ase.Atoms("Fe", cell=np.eye(3) * 2.87, pbc=True)
    for shares in ({"Fe": 1.0}, {"Fe": 0.5}, {"Fe": 0.5, "Ni": 0.5}):
        atoms.info["occupancy"] = {"0": shares}
        if shares == {"Fe": 1.0}:
            assert Cell.from_ase(atoms).n_atoms == 1
            continue
        with pytest.raises(ValueError, match=r"a site is occupied in part \(Fe 0.5"):
            Cell.from_ase(atoms)
