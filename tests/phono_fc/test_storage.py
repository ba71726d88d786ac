"""Full arrays, other primitive cells, cutoffs."""

import numpy as np
import pytest
from phono_fc import (
    ForceConstants,
    SparseForceConstants3,
    compact,
    cut,
    drift,
    drift_sparse,
    expand,
    pair_distances,
    symmetrize,
)
from phono_grid import Supercell
from phono_grid.errors import DomainError, ShapeError


@pytest.mark.parametrize("order", [2, 3])
def test_compact_and_full_are_the_same_constants(model, order):
    full = {2: model.fc2, 3: model.fc3}[order]
    constants = compact(full, model.crystal.supercell)
    assert constants.order == order
    np.testing.assert_array_equal(constants.values, model.crystal.rows(full))
    np.testing.assert_allclose(expand(constants), full, rtol=0, atol=1e-14)


def test_a_larger_primitive_cell_holds_the_same_constants(rocksalt_model):
    supercell = rocksalt_model.crystal.supercell
    every = np.arange(8)
    larger = Supercell(supercell.cell, supercell.cell, every, every)
    constants = compact(rocksalt_model.fc3, larger)
    assert constants.values.shape[0] == 8
    np.testing.assert_allclose(expand(constants), rocksalt_model.fc3, rtol=0, atol=1e-14)


def test_symmetrising_is_the_same_for_either_primitive_cell(rocksalt_model, rng):
    supercell = rocksalt_model.crystal.supercell
    every = np.arange(8)
    larger = Supercell(supercell.cell, supercell.cell, every, every)
    noise = ForceConstants(rng.normal(size=(2, 8, 8, 3, 3, 3)), supercell)
    one, other = (symmetrize(c) for c in (noise, compact(expand(noise), larger)))
    np.testing.assert_allclose(expand(one), expand(other), rtol=0, atol=1e-13)


def test_constants_without_the_translations_are_refused(rocksalt_model):
    full = rocksalt_model.fc2.copy()
    full[3, 2, 0, 1] += 1e-3
    with pytest.raises(DomainError, match="constants of atom 3 are not those of atom 0"):
        compact(full, rocksalt_model.crystal.supercell)
    with pytest.raises(ShapeError, match="values: expected shape"):
        compact(full[:2], rocksalt_model.crystal.supercell)


def test_a_cutoff_keeps_what_is_near_on_all_sides(model):
    supercell = model.crystal.supercell
    constants = compact(model.fc3, supercell)
    radius = pair_distances(supercell).max() - 0.1
    near = model.crystal.expanded_pairs(pair_distances(supercell) < radius)
    together = near[:, :, None] & near[:, None, :] & near[None, :, :]
    expected = model.fc3 * together[..., None, None, None]
    short = expand(cut(constants, radius, restore=False))
    np.testing.assert_allclose(short, expected, rtol=0, atol=1e-14)
    assert not together.all()
    np.testing.assert_array_equal(cut(constants, 99.0).values, constants.values)
    with pytest.raises(DomainError, match="cutoff must be positive, got -1"):
        cut(constants, -1.0)


@pytest.mark.parametrize("order", [2, 3])
def test_constants_that_are_cut_obey_the_sum_rule_and_index_exchange(model, order, rng):
    supercell = model.crystal.supercell
    n_a, n_s = supercell.primitive.n_atoms, supercell.cell.n_atoms
    noise = rng.normal(size=(n_a, *[n_s] * (order - 1), *[3] * order))
    constants = symmetrize(ForceConstants(noise, supercell))
    radius = pair_distances(supercell).max() - 0.1
    broken, short = (cut(constants, radius, restore=r) for r in (False, True))
    assert drift(broken).max() > 0.1
    np.testing.assert_allclose(drift(short), 0, atol=1e-12)
    np.testing.assert_allclose(symmetrize(short).values, short.values, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(short.values[broken.values == 0], 0)


def test_sparse_constants_that_lose_blocks_obey_the_sum_rule(model, rng):
    supercell = model.crystal.supercell
    n_a, n_s = supercell.primitive.n_atoms, supercell.cell.n_atoms
    noise = rng.normal(size=(n_a, n_s, n_s, 3, 3, 3))
    constants = symmetrize(ForceConstants(noise, supercell))
    norms = np.sqrt((constants.values**2).sum(axis=(3, 4, 5)))
    radius = pair_distances(supercell).max() - 0.1
    for options in ({"cutoff": radius}, {"threshold": float(np.median(norms))}):
        broken, sparse = (
            SparseForceConstants3.of(constants, restore=r, **options) for r in (False, True)
        )
        assert drift_sparse(broken).max() > 0.01
        assert drift_sparse(sparse).max() < 1e-12
