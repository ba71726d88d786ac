"""The space group and what it does to atoms."""

import numpy as np
import pytest
from phono_grid import Cell, Supercell, Symmetry, atom_permutations, reduced_basis
from phono_grid.errors import DomainError, ShapeError

pytestmark = pytest.mark.usefixtures("backend")


def as_tuples(matrices):
    """Hashable integer matrices."""
    return {tuple(m.ravel()) for m in np.asarray(matrices, dtype=int)}


def test_the_reciprocal_point_group_is_closed_and_has_time_reversal(crystal):
    group = Symmetry.of(crystal).reciprocal_rotations()
    members = as_tuples(group)
    assert len(members) == len(group)
    assert (group[0] == np.eye(3)).all()
    assert as_tuples(-group) == members
    for r in group:
        assert as_tuples(r @ group) == members


def test_reciprocal_rotations_keep_lengths(crystal):
    metric = crystal.reciprocal_lattice @ crystal.reciprocal_lattice.T
    for w in Symmetry.of(crystal).reciprocal_rotations():
        np.testing.assert_allclose(w.T @ metric @ w, metric, atol=1e-14)


def test_permutations_are_permutations_and_take_atoms_where_operations_do(crystal):
    symmetry = Symmetry.of(crystal)
    x = crystal.positions
    for r, t, p in zip(
        symmetry.rotations, symmetry.translations, symmetry.permutations, strict=True
    ):
        assert sorted(p) == list(range(crystal.n_atoms))
        assert (crystal.species[p] == crystal.species).all()
        d = x[p] - (x @ r.T + t)
        assert np.abs((d - np.rint(d)) @ crystal.lattice).max() < 1e-8


def test_permutations_form_a_group(silicon):
    symmetry = Symmetry.of(silicon)
    members = as_tuples(symmetry.permutations)
    for p in symmetry.permutations:
        assert as_tuples(p[symmetry.permutations]) == members


def test_cartesian_rotations_are_orthogonal_and_do_what_fractional_ones_do(crystal):
    symmetry = Symmetry.of(crystal)
    for r, c in zip(symmetry.rotations, symmetry.rotations_cartesian, strict=True):
        np.testing.assert_allclose(c @ c.T, np.eye(3), atol=1e-12)
        np.testing.assert_allclose(c @ crystal.lattice.T, crystal.lattice.T @ r, atol=1e-12)


def test_permutations_do_not_depend_on_the_lattice_vectors_added_to_positions(crystal, rng):
    supercell = Supercell.of(crystal, [2, 1, 2]).cell
    symmetry = Symmetry.of(supercell)
    # Some positions land a rounding error beside the boundary of the cell.
    moved = supercell.positions + rng.integers(-2, 3, supercell.positions.shape)
    moved += rng.choice([-1e-9, 0, 1e-9], moved.shape)
    other = Cell(supercell.lattice, moved, supercell.symbols, supercell.masses)
    found = atom_permutations(
        other, symmetry.rotations, symmetry.translations, symprec=1e-5
    )
    np.testing.assert_array_equal(found, symmetry.permutations)


def test_the_nearest_atom_is_taken_when_the_tolerance_reaches_several():
    cell = Cell(np.eye(3), [[0, 0, 0.98], [0, 0, 0.03]], ["H", "H"], [1, 1])
    identity = np.eye(3, dtype=int)[None]
    found = atom_permutations(cell, identity, [[0, 0, 0.03]], symprec=0.4)
    assert found.tolist() == [[1, 1]]


def test_the_space_group_of_silicon_has_its_name_and_192_operations(silicon):
    symmetry = Symmetry.of(silicon)
    assert symmetry.symbol == "Fd-3m"
    assert symmetry.n_operations == 192
    assert symmetry.independent_atoms.tolist() == [0]
    assert len(symmetry.site(3)) == 24


def test_a_site_that_is_not_there_is_refused(silicon):
    with pytest.raises(DomainError, match="atom: 8 is out of range, expected 0 to 7"):
        Symmetry.of(silicon).site(8)


@pytest.mark.parametrize("reduction", ["niggli", "delaunay"])
def test_reduced_vectors_are_short_and_of_the_same_lattice(triclinic, reduction):
    skewed = [[1, 4, -3], [0, 1, 7], [0, 0, 1]] @ triclinic.lattice
    reduced = reduced_basis(skewed, reduction)
    m = reduced @ np.linalg.inv(triclinic.lattice)
    np.testing.assert_allclose(m, np.rint(m), atol=1e-9)
    assert abs(np.linalg.det(m)) == pytest.approx(1)
    products = reduced @ reduced.T
    if reduction == "niggli":
        # No vector is longer than what another added to it would be.
        assert (2 * np.abs(products) <= np.diag(products) + 1e-9).sum() >= 6
    else:
        four = np.vstack([reduced, -reduced.sum(axis=0)])
        acute = four @ four.T - np.diag(np.einsum("ij,ij->i", four, four))
        assert acute.max() < 1e-9


def test_what_cannot_be_reduced_is_refused():
    with pytest.raises(DomainError, match="lattice: spglib cannot reduce it"):
        reduced_basis(np.ones((3, 3)))
    with pytest.raises(DomainError, match="reduction must be 'niggli' or 'delaunay'"):
        reduced_basis(np.eye(3), "lll")


def test_an_operation_that_is_no_symmetry_is_refused(silicon):
    with pytest.raises(
        DomainError, match="operation 1 takes atom 0 where there is no atom"
    ):
        atom_permutations(silicon, [np.eye(3, dtype=int)] * 2, [[0, 0, 0], [0.1, 0, 0]])


def test_operations_of_the_wrong_shape_are_refused(silicon):
    with pytest.raises(
        ShapeError, match=r"translations: expected shape \[1, 3\], got \[2, 3\]"
    ):
        atom_permutations(silicon, np.eye(3, dtype=int)[None], np.zeros((2, 3)))
    with pytest.raises(
        ShapeError, match=r"rotations: expected shape \[3, 3, 3\], got \[3, 3\]"
    ):
        atom_permutations(silicon, np.eye(3, dtype=int), np.zeros((3, 3)))


def test_a_tolerance_that_is_not_positive_is_refused(silicon):
    with pytest.raises(DomainError, match="symprec must be positive, got 0"):
        Symmetry.of(silicon, symprec=0)
