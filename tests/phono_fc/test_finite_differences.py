"""Force constants from displaced forces: recovery of known constants, laws, refusals."""

import numpy as np
import pytest
from phono_fc import (
    PairDisplacementForces,
    SingleDisplacementForces,
    force_constants2,
    force_constants3,
    pair_distances,
)
from phono_grid import Symmetry
from phono_grid.backend import KERNELS
from phono_grid.errors import DomainError
from random_crystals import Model

pytestmark = pytest.mark.usefixtures("backend")
EXACT = 1e-11  # of forces rounded at 1e-16, differences over the step squared


def assert_same(constants, full):
    """Compact constants are rows of a full array."""
    expected = full[constants.supercell.primitive_to_supercell]
    np.testing.assert_allclose(constants.values, expected, rtol=0, atol=EXACT)


def solve(model, singles, pairs):
    """Both orders."""
    crystal = model.crystal
    return (
        force_constants2(crystal.supercell, crystal.symmetry, singles),
        force_constants3(crystal.supercell, crystal.symmetry, singles, pairs),
    )


def kept(pairs, which):
    """Some of the pairs."""
    arrays = (pairs.first, pairs.atoms, pairs.displacements, pairs.forces)
    return PairDisplacementForces(*(array[which] for array in arrays))


def test_constants_come_back_from_the_forces_they_make(model):
    singles = model.singles(model.crystal.symmetry.independent_atoms)
    fc2, fc3 = solve(model, singles, model.pairs(singles))
    assert_same(fc2, model.fc2)
    assert_same(fc3, model.fc3)


def test_one_sided_errors_of_second_order_cancel_in_the_third(triclinic_model):
    # The same displacements make both second-order solutions, so both are wrong by the
    # same Φ₃u/2, and the force with one displacement matters.
    both = triclinic_model.singles([0, 2])
    one = slice(0, None, 2)
    singles = SingleDisplacementForces(
        both.atoms[one], both.displacements[one], both.forces[one]
    )
    pairs = triclinic_model.pairs(singles)
    fc2, fc3 = solve(
        triclinic_model, singles, kept(pairs, pairs.displacements.sum(axis=1) > 0)
    )
    largest_error = np.abs(
        fc2.values - triclinic_model.crystal.rows(triclinic_model.fc2)
    ).max()
    assert 1e-4 < largest_error < 0.1
    assert_same(fc3, triclinic_model.fc3)


def test_any_atom_of_an_orbit_may_be_displaced(model):
    last_of_orbits = np.unique(model.crystal.symmetry.permutations.max(axis=0))
    assert not np.isin(last_of_orbits, model.crystal.supercell.primitive_to_supercell).any()
    singles = model.singles(last_of_orbits)
    fc2, fc3 = solve(model, singles, model.pairs(singles))
    assert_same(fc2, model.fc2)
    assert_same(fc3, model.fc3)


def test_symmetry_makes_up_for_missing_directions_and_second_atoms(rocksalt_model):
    symmetry = rocksalt_model.crystal.symmetry
    z = np.array([0.0, 0, 1])
    singles = rocksalt_model.singles([0, 4], directions=[z])
    pairs = rocksalt_model.pairs(singles)
    keeps_z = np.linalg.norm(symmetry.rotations_cartesian @ z - z, axis=1) < 1e-8
    first_of_orbits = {
        i: symmetry.permutations[keeps_z & (symmetry.permutations[:, i] == i)].min(axis=0)
        for i in (0, 4)
    }
    needed = [
        j in first_of_orbits[singles.atoms[n]]
        for n, j in zip(pairs.first, pairs.atoms, strict=True)
    ]
    assert sum(needed) < len(needed)
    fc2, fc3 = solve(rocksalt_model, singles, kept(pairs, needed))
    assert_same(fc2, rocksalt_model.fc2)
    assert_same(fc3, rocksalt_model.fc3)


def test_repeated_data_change_nothing(model):
    singles = model.singles(model.crystal.symmetry.independent_atoms)
    twice = SingleDisplacementForces(
        np.r_[singles.atoms, singles.atoms],
        np.r_[singles.displacements, singles.displacements],
        np.r_[singles.forces, singles.forces],
    )
    supercell, symmetry = model.crystal.supercell, model.crystal.symmetry
    once = force_constants2(supercell, symmetry, singles)
    again = force_constants2(supercell, symmetry, twice)
    np.testing.assert_allclose(again.values, once.values, rtol=0, atol=1e-13)


def test_all_atoms_displaced_is_a_least_squares_fit_of_all(model, rng):
    # Noise that knows no symmetry: the fit of all rows is the mean over the space group of
    # what each row says, because every atom is displaced alike.
    clean = model.singles(range(model.crystal.n_s))
    noisy = clean.forces + 1e-3 * rng.normal(size=clean.forces.shape)
    singles = SingleDisplacementForces(clean.atoms, clean.displacements, noisy)
    supercell, symmetry = model.crystal.supercell, model.crystal.symmetry
    constants = force_constants2(supercell, symmetry, singles)
    difference = noisy[::2] - noisy[1::2]
    full = difference.reshape(-1, 3, model.crystal.n_s, 3).swapaxes(1, 2)
    full = -full / np.ptp(clean.displacements)
    assert_same(constants, model.crystal.group_average(full))


def test_constants_obey_the_space_group_whatever_the_forces(model, rng):
    exact = model.singles(model.crystal.symmetry.independent_atoms)
    singles = SingleDisplacementForces(
        exact.atoms, exact.displacements, rng.normal(size=exact.forces.shape)
    )
    pairs = model.pairs(exact)
    pairs = PairDisplacementForces(
        pairs.first, pairs.atoms, pairs.displacements, rng.normal(size=pairs.forces.shape)
    )
    for constants in solve(model, singles, pairs):
        full = model.crystal.expanded(constants)
        largest = np.abs(full).max()
        for g in range(model.crystal.symmetry.n_operations):
            turned = model.crystal.turned(full, g)
            np.testing.assert_allclose(turned, full, rtol=0, atol=1e-12 * largest)


@pytest.mark.parametrize("order", [2, 3, 4])
def test_all_images_of_all_rows_are_the_sum_over_the_group(caesium_chloride, rng, order):
    symmetry, every = caesium_chloride.symmetry, np.arange(caesium_chloride.n_s)
    fields = rng.normal(size=[len(every)] * order + [3] * order)
    operations = symmetry.rotations_cartesian, symmetry.permutations
    rows = KERNELS["phono_fc.rows_by_symmetry"](fields, every, every, *operations)
    expected = symmetry.n_operations * caesium_chloride.group_average(fields)
    np.testing.assert_allclose(rows, expected, rtol=0, atol=1e-12)


def test_displacements_in_one_plane_are_refused(triclinic_model):
    crystal = triclinic_model.crystal
    singles = triclinic_model.singles([0, 2], directions=np.eye(3)[:2])
    with pytest.raises(
        DomainError, match=r"singles: the displacements of atom 0, .* do not span"
    ):
        force_constants2(crystal.supercell, crystal.symmetry, singles)


def test_second_displacements_in_one_plane_are_refused(triclinic_model):
    singles = triclinic_model.singles([0, 2])
    pairs = triclinic_model.pairs(singles)
    flat = kept(pairs, (pairs.atoms != 3) | (pairs.displacements[:, 1] == 0))
    with pytest.raises(
        DomainError,
        match=r"pairs with displacement 0 \(atom 0\): the displacements of atom 3,",
    ):
        solve(triclinic_model, singles, flat)


def test_an_orbit_without_displacements_is_refused(rocksalt_model):
    with pytest.raises(DomainError, match=r"singles: atom 4 is not displaced, nor is one"):
        force_constants2(
            rocksalt_model.crystal.supercell,
            rocksalt_model.crystal.symmetry,
            rocksalt_model.singles([0]),
        )


def test_missing_pairs_are_refused_by_saying_so(triclinic_model):
    singles = triclinic_model.singles([0, 2])
    pairs = triclinic_model.pairs(singles)
    near = kept(pairs, (pairs.atoms != 1) | (pairs.first != 7))
    with pytest.raises(
        DomainError,
        match=r"pairs with displacement 7 \(atom 2\): atom 1 is not displaced, .* name the "
        "cutoff",
    ):
        solve(triclinic_model, singles, near)


@pytest.mark.parametrize(("name", "cutoff"), [("triclinic", 3.0), ("wurtzite", 2.5)])
def test_constants_with_a_near_pair_come_back_without_the_far_pairs(name, cutoff):
    model = Model.random(name)
    supercell, symmetry = model.crystal.supercell, model.crystal.symmetry
    rows = pair_distances(supercell) < cutoff
    near = model.crystal.expanded_pairs(rows)
    assert 0.1 < near.mean() < 0.9
    has_near = near[:, :, None] | near[:, None, :] | near[None, :, :]
    short = Model(model.crystal, model.fc2, model.fc3 * has_near[..., None, None, None])
    singles = short.singles(symmetry.independent_atoms)
    pairs = short.pairs(singles)
    pairs = kept(pairs, near[singles.atoms[pairs.first], pairs.atoms])
    fc3 = force_constants3(supercell, symmetry, singles, pairs, cutoff=cutoff)
    assert_same(fc3, short.fc3)


def test_forces_beyond_the_cutoff_are_not_looked_at(rocksalt_model):
    symmetry = rocksalt_model.crystal.symmetry
    supercell = rocksalt_model.crystal.supercell
    singles = rocksalt_model.singles(symmetry.independent_atoms)
    pairs = rocksalt_model.pairs(singles)
    near = rocksalt_model.crystal.expanded_pairs(pair_distances(supercell) < 3.5)
    near = near[singles.atoms[pairs.first], pairs.atoms]
    zeroed = PairDisplacementForces(
        pairs.first, pairs.atoms, pairs.displacements, pairs.forces * near[:, None, None]
    )
    one, other = (
        force_constants3(supercell, symmetry, singles, data, cutoff=3.5)
        for data in (zeroed, kept(pairs, near))
    )
    np.testing.assert_array_equal(one.values, other.values)


def test_a_single_displacement_without_pairs_is_refused(triclinic_model):
    singles = triclinic_model.singles([0, 2])
    pairs = triclinic_model.pairs(singles)
    with pytest.raises(
        DomainError, match=r"none has the first displacement 3 of singles \(atom 0"
    ):
        solve(triclinic_model, singles, kept(pairs, pairs.first != 3))


def test_pairs_of_unknown_singles_are_refused(triclinic_model):
    singles = triclinic_model.singles([0, 2])
    pairs = triclinic_model.pairs(singles)
    shifted = PairDisplacementForces(
        pairs.first + 1, pairs.atoms, pairs.displacements, pairs.forces
    )
    with pytest.raises(
        DomainError, match=r"pairs\.first must be in 0 to 11, .* got 1 to 12"
    ):
        solve(triclinic_model, singles, shifted)


def test_forces_of_another_supercell_are_refused(model):
    supercell, symmetry = model.crystal.supercell, model.crystal.symmetry
    n_s = model.crystal.n_s
    singles = SingleDisplacementForces([0], [[0.01, 0, 0]], np.zeros((1, n_s + 1, 3)))
    message = f"singles: expected forces on {n_s} atoms, as many as the supercell has, got"
    with pytest.raises(DomainError, match=f"{message} {n_s + 1}"):
        force_constants2(supercell, symmetry, singles)
    singles = model.singles([0])
    pairs = PairDisplacementForces([0], [0], [[0.01, 0, 0]], np.zeros((1, n_s + 1, 3)))
    with pytest.raises(DomainError, match="pairs: expected forces on"):
        force_constants3(supercell, symmetry, singles, pairs)


def test_symmetry_of_the_primitive_cell_is_refused(rocksalt_model):
    supercell = rocksalt_model.crystal.supercell
    with pytest.raises(DomainError, match=r"use Symmetry\.of\(supercell\.cell\)"):
        force_constants2(
            supercell, Symmetry.of(supercell.primitive), rocksalt_model.singles([0])
        )


def test_no_displacements_are_refused(rocksalt_model):
    crystal = rocksalt_model.crystal
    nothing = SingleDisplacementForces([], np.zeros((0, 3)), np.zeros((0, crystal.n_s, 3)))
    with pytest.raises(DomainError, match="singles: no displacement at all"):
        force_constants2(crystal.supercell, crystal.symmetry, nothing)
