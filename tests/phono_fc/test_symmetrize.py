"""Index exchange and the acoustic sum rule."""

from itertools import permutations

import numpy as np
import pytest
from phono_fc import ForceConstants, drift, group_average, symmetrize
from phono_grid import Symmetry
from phono_grid.errors import DomainError

pytestmark = pytest.mark.usefixtures("backend")
EXACT = 1e-14  # rounding of sums of numbers of order one


def random_constants(crystal, order, rng) -> ForceConstants:
    """Constants that obey nothing but translations."""
    n_a = crystal.supercell.primitive.n_atoms
    shape = (n_a, *[crystal.n_s] * (order - 1), *[3] * order)
    return ForceConstants(rng.normal(size=shape), crystal.supercell)


@pytest.fixture(params=[2, 3])
def constants(crystal, rng, request) -> ForceConstants:
    return random_constants(crystal, request.param, rng)


def test_sums_over_every_atom_vanish(constants):
    assert drift(constants).min() > 0.1
    np.testing.assert_allclose(drift(symmetrize(constants)), 0, atol=1e-12)


def test_an_atom_holds_what_all_others_pull_to_the_last_digit(crystal, rng):
    values = symmetrize(random_constants(crystal, 2, rng)).values.copy()
    itself = np.arange(len(values)), crystal.supercell.primitive_to_supercell
    own, values[itself] = values[itself], 0
    np.testing.assert_array_equal(own, -values.sum(axis=1))


def test_atoms_with_their_axes_may_be_exchanged(crystal, constants):
    full = crystal.expanded(symmetrize(constants))
    order = constants.order
    for exchange in permutations(range(order)):
        exchanged = full.transpose(*exchange, *(order + np.array(exchange)))
        np.testing.assert_allclose(exchanged, full, rtol=0, atol=1e-12)


def test_compact_symmetrisation_is_that_of_the_full_array(crystal, constants):
    expected = crystal.rows(crystal.symmetrized(crystal.expanded(constants)))
    for rounds in (1, 3):
        values = symmetrize(constants, rounds=rounds).values
        np.testing.assert_allclose(values, expected, rtol=0, atol=EXACT)


def test_fourth_order_goes_the_same_way(triclinic_model, rng):
    crystal = triclinic_model.crystal
    constants = random_constants(crystal, 4, rng)
    expected = crystal.rows(crystal.symmetrized(crystal.expanded(constants)))
    values = symmetrize(constants, rounds=1).values
    np.testing.assert_allclose(values, expected, rtol=0, atol=EXACT)


def test_a_second_time_changes_nothing(constants):
    once = symmetrize(constants, rounds=1)
    np.testing.assert_allclose(symmetrize(once).values, once.values, rtol=0, atol=1e-14)


def test_constants_that_obey_everything_stay_as_they_are(model):
    for full in (model.fc2, model.fc3):
        values = model.crystal.rows(full)
        symmetrized = symmetrize(ForceConstants(values, model.crystal.supercell)).values
        np.testing.assert_allclose(symmetrized, values, rtol=0, atol=1e-14)


def test_the_space_group_survives(crystal, rng):
    noise = rng.normal(size=[crystal.n_s] * 3 + [3] * 3)
    rows = crystal.rows(crystal.group_average(noise))
    full = crystal.expanded(symmetrize(ForceConstants(rows, crystal.supercell)))
    for g in range(crystal.symmetry.n_operations):
        np.testing.assert_allclose(crystal.turned(full, g), full, rtol=0, atol=1e-13)


def test_the_input_is_left_alone(constants):
    before = constants.values.copy()
    symmetrize(constants)
    np.testing.assert_array_equal(constants.values, before)


def test_drift_is_the_largest_sum_over_each_atom(crystal, constants):
    full = crystal.expanded(constants)
    expected = [np.abs(full.sum(axis=m)).max() for m in range(constants.order)]
    np.testing.assert_allclose(drift(constants), expected, rtol=1e-13)


def test_no_round_at_all_is_refused(constants):
    with pytest.raises(DomainError, match="rounds must be at least 1, got 0"):
        symmetrize(constants, rounds=0)


@pytest.mark.needs_rust
def test_with_the_space_group_it_is_the_projection_on_all_laws_at_once(crystal, constants):
    projected = symmetrize(constants, symmetry=crystal.symmetry)
    full = crystal.expanded(projected)
    for g in range(crystal.symmetry.n_operations):
        np.testing.assert_allclose(crystal.turned(full, g), full, rtol=0, atol=1e-12)
    np.testing.assert_allclose(drift(projected), 0, atol=1e-12)
    again = symmetrize(projected, symmetry=crystal.symmetry).values
    np.testing.assert_allclose(again, projected.values, rtol=0, atol=1e-13)
    # Orthogonal: what is taken away has no part in what remains.
    taken = crystal.expanded(constants) - full
    assert abs((taken * full).sum()) <= 1e-11 * (full**2).sum()


def test_the_mean_over_the_group_is_that_of_the_full_array(crystal, constants):
    expected = crystal.rows(crystal.group_average(crystal.expanded(constants)))
    values = group_average(constants, crystal.symmetry).values
    np.testing.assert_allclose(values, expected, rtol=0, atol=EXACT)


def test_the_symmetry_of_another_cell_is_refused(crystal, constants):
    other = Symmetry.of(crystal.supercell.primitive)
    with pytest.raises(DomainError, match="symmetry: expected that of the supercell"):
        group_average(constants, other)
