"""Sparse third order: the same numbers, fewer of them, and the laws among them."""

import numpy as np
import pytest
from phono_fc import (
    ForceConstants,
    SparseForceConstants3,
    cut,
    drift,
    drift_sparse,
    force_constants3,
    pair_distances,
    sparse_force_constants3,
    symmetrize_sparse,
)
from phono_grid.errors import ConvergenceError, DomainError, ShapeError


def radius_of(model) -> float:
    """Between near and far."""
    distances = np.unique(pair_distances(model.crystal.supercell).round(6))
    return float(distances[len(distances) // 2] + distances[len(distances) // 2 - 1]) / 2


@pytest.fixture
def constants(model) -> ForceConstants:
    crystal = model.crystal
    return ForceConstants(crystal.rows(model.fc3), crystal.supercell)


@pytest.fixture
def noise(model, rng) -> ForceConstants:
    supercell = model.crystal.supercell
    n_a, n_s = supercell.primitive.n_atoms, supercell.cell.n_atoms
    return ForceConstants(rng.normal(size=(n_a, n_s, n_s, 3, 3, 3)), supercell)


def test_a_cutoff_keeps_what_the_cut_of_the_full_array_keeps(model, noise):
    radius = radius_of(model)
    sparse = SparseForceConstants3.of(noise, cutoff=radius, restore=False)
    expected = cut(noise, radius, restore=False).values
    np.testing.assert_array_equal(sparse.dense().values, expected)
    assert np.abs(expected).max() > 0
    assert len(sparse) < noise.values[..., 0, 0, 0].size


def test_everything_is_kept_without_a_limit(noise):
    sparse = SparseForceConstants3.of(noise)
    assert len(sparse) == noise.values[..., 0, 0, 0].size
    np.testing.assert_array_equal(sparse.dense().values, noise.values)


@pytest.mark.needs_rust
def test_the_solver_gives_what_the_dense_one_gives(model):
    """Rows are solved alone and cut at once; pairs beyond the cutoff are not needed."""
    crystal, radius = model.crystal, radius_of(model)
    singles = model.singles(crystal.symmetry.independent_atoms)
    pairs = model.pairs(singles)
    cells = crystal.supercell, crystal.symmetry
    dense = force_constants3(*cells, singles, pairs)
    sparse = sparse_force_constants3(*cells, singles, pairs, cutoff=radius)
    expected = cut(dense, radius, restore=False).values
    atol = 1e-14 * np.abs(dense.values).max()
    np.testing.assert_allclose(sparse.dense().values, expected, rtol=0, atol=atol)


def test_a_block_is_kept_with_all_its_exchanged_ones(noise):
    threshold = float(np.median(np.sqrt((noise.values**2).sum(axis=(3, 4, 5)))))
    sparse = SparseForceConstants3.of(noise, threshold=threshold, restore=False)
    exchanged = sparse.exchanged()
    assert (exchanged >= 0).all()
    np.testing.assert_array_equal(exchanged[0], np.arange(len(sparse)))
    assert np.sqrt((sparse.blocks**2).sum(axis=(1, 2, 3))).min() > threshold
    # What is exchanged twice is where it was.
    for e in (1, 2, 5):  # the three that exchange two atoms
        np.testing.assert_array_equal(exchanged[e][exchanged[e]], exchanged[0])


def test_the_laws_hold_among_the_blocks_that_are_kept(model, noise):
    sparse = SparseForceConstants3.of(noise, cutoff=radius_of(model), restore=False)
    assert drift_sparse(sparse).min() > 0.1
    np.testing.assert_allclose(drift_sparse(sparse), drift(sparse.dense()), rtol=1e-12)
    lawful = symmetrize_sparse(sparse)
    np.testing.assert_allclose(drift_sparse(lawful), 0, atol=1e-12)
    np.testing.assert_array_equal(lawful.atoms, sparse.atoms)
    exchanged = lawful.exchanged()
    for where, axes in zip(
        exchanged[[1, 2, 5]], ([0, 2, 1], [1, 0, 2], [2, 1, 0]), strict=True
    ):
        images = lawful.blocks[where].transpose(0, *(np.array(axes) + 1))
        np.testing.assert_allclose(images, lawful.blocks, rtol=0, atol=1e-12)
    again = symmetrize_sparse(lawful)
    np.testing.assert_allclose(again.blocks, lawful.blocks, rtol=0, atol=1e-12)


def test_the_space_group_survives(model):
    crystal, full = model.crystal, model.fc3
    constants = ForceConstants(crystal.rows(full), crystal.supercell)
    sparse = SparseForceConstants3.of(constants, cutoff=radius_of(model), restore=False)
    turned = crystal.expanded(symmetrize_sparse(sparse).dense())
    for g in range(crystal.symmetry.n_operations):
        np.testing.assert_allclose(crystal.turned(turned, g), turned, rtol=0, atol=1e-12)


def test_what_is_not_sparse_third_order_is_refused(model, constants):
    supercell = model.crystal.supercell
    second = ForceConstants(model.crystal.rows(model.fc2), supercell)
    with pytest.raises(DomainError, match="must be of order 3, got 2"):
        SparseForceConstants3.of(second)
    blocks = np.zeros((2, 3, 3, 3))
    with pytest.raises(DomainError, match="ascending triples, each of them once"):
        SparseForceConstants3(blocks, [[0, 1, 1], [0, 1, 1]], supercell)
    with pytest.raises(DomainError, match=r"atoms: expected 0 to \d+ and twice 0 to \d"):
        SparseForceConstants3(blocks, [[0, 0, 0], [0, 0, 8]], supercell)
    with pytest.raises(ShapeError, match="atoms: expected shape"):
        SparseForceConstants3(blocks, [[0, 0, 0]], supercell)
    with pytest.raises(DomainError, match="cutoff must be positive, got -1"):
        SparseForceConstants3.of(constants, cutoff=-1.0)


def test_too_few_rounds_are_told(model, noise):
    sparse = SparseForceConstants3.of(noise, cutoff=radius_of(model), restore=False)
    with pytest.raises(ConvergenceError, match="after 1 rounds; allow more of them"):
        symmetrize_sparse(sparse, max_rounds=1)
    with pytest.raises(DomainError, match="max_rounds must be at least 1"):
        symmetrize_sparse(sparse, max_rounds=0)
    nothing = SparseForceConstants3.of(noise, threshold=1e9)
    assert len(symmetrize_sparse(nothing)) == 0
    np.testing.assert_array_equal(drift_sparse(nothing), 0)
