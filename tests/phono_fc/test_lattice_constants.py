"""Force constants on lattice vectors, their laws."""

import numpy as np
import pytest
from phono_fc import (
    ForceConstants,
    LatticeForceConstants,
    SparseForceConstants3,
    drift,
    lattice_drift,
    symmetrize,
    symmetrize_lattice,
)
from phono_grid.errors import DomainError


def noise_of(model, order, rng):
    supercell = model.crystal.supercell
    n_a, n_s = supercell.primitive.n_atoms, supercell.cell.n_atoms
    values = rng.normal(size=(n_a, *[n_s] * (order - 1), *[3] * order))
    return ForceConstants(values, supercell)


@pytest.mark.parametrize("order", [2, 3])
def test_images_of_a_supercell_atom_share_its_constants(model, order, rng):
    constants = noise_of(model, order, rng)
    lattice = LatticeForceConstants.of(constants)
    assert lattice.order == order
    for k in range(constants.supercell.primitive.n_atoms):
        mine = lattice.values[lattice.atoms[:, 0] == k].sum(axis=0)
        whole = constants.values[k].sum(axis=tuple(range(order - 1)))
        np.testing.assert_allclose(mine, whole, rtol=0, atol=1e-11)


def test_second_order_on_lattice_vectors_keeps_the_sum_rule_of_its_supercell(model, rng):
    constants = symmetrize(noise_of(model, 2, rng))
    assert drift(constants).max() < 1e-12
    assert lattice_drift(LatticeForceConstants.of(constants)).max() < 1e-12


def test_sparse_and_dense_constants_are_the_same_on_lattice_vectors(model, rng):
    constants = noise_of(model, 3, rng)
    sparse = SparseForceConstants3.of(constants)
    one, other = (LatticeForceConstants.of(c) for c in (constants, sparse))
    np.testing.assert_array_equal(one.atoms, other.atoms)
    np.testing.assert_allclose(one.values, other.values, rtol=0, atol=1e-14)


@pytest.mark.parametrize("order", [2, 3])
def test_symmetrised_constants_obey_sum_rule_and_index_exchange(model, order, rng):
    lattice = LatticeForceConstants.of(noise_of(model, order, rng))
    assert lattice_drift(lattice).max() > 0.1
    lawful = symmetrize_lattice(lattice)
    assert lattice_drift(lawful).max() < 1e-11
    again = symmetrize_lattice(lawful)
    np.testing.assert_allclose(again.values, lawful.values, rtol=0, atol=1e-11)
    # The first two atoms exchanged, seen from the cell of the other one.
    atoms, ends = lawful.atoms.copy(), np.insert(lawful.cells, 0, 0, axis=1)
    atoms[:, [0, 1]], ends[:, [0, 1]] = atoms[:, [1, 0]], ends[:, [1, 0]]
    values = lawful.values.swapaxes(1, 2)
    turned = LatticeForceConstants(values, atoms, (ends - ends[:, :1])[:, 1:], lawful.cell)
    np.testing.assert_array_equal(turned.atoms, lawful.atoms)
    np.testing.assert_allclose(turned.values, lawful.values, rtol=0, atol=1e-11)


def test_exchange_alone_leaves_the_drift(model, rng):
    lattice = LatticeForceConstants.of(noise_of(model, 2, rng))
    exchanged = symmetrize_lattice(lattice, sum_rule=False)
    assert lattice_drift(exchanged).max() > 0.1


def test_equal_entries_are_added_up_and_wrong_ones_refused(model):
    cell = model.crystal.supercell.primitive
    values, atoms = np.ones((2, 3, 3)), [[0, 0], [0, 0]]
    both = LatticeForceConstants(values, atoms, np.zeros((2, 1, 3)), cell)
    assert len(both) == 1
    assert both.values[0, 0, 0] == 2
    assert both.range == 0
    with pytest.raises(DomainError, match="atoms"):
        LatticeForceConstants(values, [[0, 99], [0, 0]], np.zeros((2, 1, 3)), cell)
    with pytest.raises(DomainError, match="two Cartesian axes or more"):
        LatticeForceConstants(np.ones((2, 3)), atoms, np.zeros((2, 1, 3)), cell)
    empty = LatticeForceConstants(
        np.ones((0, 3, 3)), np.zeros((0, 2)), np.zeros((0, 1, 3)), cell
    )
    assert lattice_drift(empty).max() == 0
    assert len(symmetrize_lattice(empty)) == 0
