"""Fourth-order constants by differences of forces with three displaced atoms."""

from dataclasses import replace

import numpy as np
import pytest
from morse_bonds import NEAREST, forces_of, morse, two_cubes
from phono_4ph import (
    TripleDisplacements,
    asymmetry4,
    drift4,
    finite_differences4,
    triple_displacements,
)
from phono_grid import Cell, Supercell
from phono_grid.errors import DomainError, ShapeError
from stillinger_weber import fourth_derivatives


@pytest.fixture(scope="module")
def crystal():
    """Two by two by two cubes of an fcc crystal."""
    return two_cubes()


@pytest.fixture(scope="module")
def triples(crystal):
    return triple_displacements(crystal, cutoff=3.0, distance=0.02)


def forces(triples):
    """Forces of Morse bonds, one supercell at a time."""
    return (forces_of(triples.supercell, u[None])[0] for u in triples.displacements())


@pytest.fixture(scope="module")
def constants(triples):
    return finite_differences4(triples, forces(triples))


def away(constants, lattice):
    """Relative difference of blocks of one bond from the derivatives of its energy."""
    bond = np.array([1, 0, 0]) @ lattice
    exact = fourth_derivatives(
        lambda u: morse(np.linalg.norm(bond + u[:, 3:] - u[:, :3], axis=1)), 6
    ).reshape((2, 3) * 4)
    ends = {(0, 0, 0): 0, (1, 0, 0): 1}
    worst = []
    for value, cells in zip(constants.values, constants.cells.tolist(), strict=True):
        places = [ends.get(tuple(cell)) for cell in cells]
        if None not in places and any(places):
            i, j, k = places
            worst.append(np.abs(value - exact[0, :, i, :, j, :, k, :]).max())
    assert len(worst) == 7
    return max(worst) / np.abs(exact).max()


def test_bonds_have_the_fourth_derivatives_of_their_energy(crystal, triples, constants):
    assert np.linalg.norm(crystal.primitive.lattice[0]) == pytest.approx(NEAREST)
    assert away(constants, crystal.primitive.lattice) < 3e-3
    # By hand each of 13 atoms within the cutoff takes 9 × 9 pairs of directions and more.
    assert len(triples) < 150


def test_what_is_left_goes_with_the_square_of_the_distance(triples, constants):
    fine, coarse = (
        finite_differences4(other, forces(other)).values
        for h in (0.01, 0.04)
        for other in [replace(triples, distance=h)]
    )
    middle = constants.values
    far, near = np.abs(coarse - middle).max(), np.abs(middle - fine).max()
    assert far / near == pytest.approx(4, rel=0.05)


def test_they_obey_exchange_and_the_sum_rule(constants):
    largest = np.abs(constants.values).max()
    assert asymmetry4(constants) < 1e-13 * largest
    assert drift4(constants) < 1e-12 * largest


def test_forces_of_third_power_are_exact_at_any_distance():
    cell = Cell.of(3 * np.eye(3), [[0, 0, 0]], ["Cu"])
    supercell = Supercell.of(cell, (3, 3, 3))
    triples = triple_displacements(supercell, cutoff=3.1, distance=0.2)

    def springs(u):
        grid = u.reshape(3, 3, 3, 3)
        ways = [(axis, step) for axis in (0, 1, 2) for step in (1, -1)]
        w = np.array([np.roll(grid, step, axis) - grid for axis, step in ways])
        return (w + 7 * w**2 + 50 * w**3).sum(axis=0).reshape(27, 3)

    fc4 = finite_differences4(triples, map(springs, triples.displacements()))
    own = fc4.values[(fc4.cells == 0).all(axis=(1, 2))][0]
    expected = np.zeros((3, 3, 3, 3))
    expected[range(3), range(3), range(3), range(3)] = 1800  # six bonds of 300
    np.testing.assert_allclose(own, expected, atol=1e-8)


def test_each_supercell_is_there_once_and_three_atoms_move_at_most(triples):
    states = [tuple(np.flatnonzero(u).tolist()) for u in triples.displacements()]
    assert max(map(len, states)) == 3
    every = {u.tobytes() for u in triples.displacements()}
    assert len(every) == len(triples)
    assert "supercells of 32 atoms" in repr(triples)


def test_wrong_numbers_of_forces_and_triples_that_do_not_suffice_are_refused(
    crystal, triples
):
    some = [np.zeros((32, 3))] * (len(triples) - 1)
    for forces in (some, [*some, some[0], some[0]]):
        with pytest.raises(DomainError, match=f"{len(triples)} supercells"):
            finite_differences4(triples, forces)
    with pytest.raises(ShapeError, match="forces"):
        finite_differences4(triples, [np.zeros((31, 3))] * len(triples))
    few = TripleDisplacements(
        crystal, 3.0, 0.01, triples.atoms[:1].copy(), triples.axes[:1].copy()
    )
    with pytest.raises(DomainError, match="independent constants"):
        finite_differences4(few, [np.zeros((32, 3))] * len(few))
    with pytest.raises(DomainError, match="more than the supercell holds"):
        triple_displacements(crystal, cutoff=5.0)
    with pytest.raises(DomainError, match="sum rule leaves no constants within 2 Å"):
        triple_displacements(crystal, cutoff=2.0)
