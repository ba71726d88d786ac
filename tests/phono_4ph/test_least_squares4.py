"""Fourth-order constants from forces of random displacements."""

import numpy as np
import pytest
from morse_bonds import NEAREST, morse, snapshots, two_cubes
from phono_4ph import asymmetry4, drift4, least_squares4
from phono_fc import RandomDisplacementForces
from phono_grid import Symmetry
from phono_grid.errors import DomainError
from stillinger_weber import fourth_derivatives


@pytest.fixture(scope="module")
def crystal():
    """Two by two by two cubes of an fcc crystal."""
    return two_cubes()


@pytest.fixture(scope="module")
def fitted(crystal):
    """Constants of bonds of nearest neighbours."""
    return least_squares4(snapshots(crystal, 8, 0.003), crystal, cutoff=3.0, cutoff3=3.0)


def test_bonds_have_the_fourth_derivatives_of_their_energy(crystal, fitted):
    lattice = crystal.primitive.lattice
    bond = np.array([1, 0, 0]) @ lattice
    assert np.linalg.norm(bond) == pytest.approx(NEAREST)
    exact = fourth_derivatives(
        lambda u: morse(np.linalg.norm(bond + u[:, 3:] - u[:, :3], axis=1)), 6
    ).reshape((2, 3) * 4)
    ends = {(0, 0, 0): 0, (1, 0, 0): 1}
    largest, number = np.abs(exact).max(), 0
    for value, cells in zip(fitted.values, fitted.cells.tolist(), strict=True):
        places = [ends.get(tuple(cell)) for cell in cells]
        if None in places or not any(places):
            continue
        i, j, k = places
        number += 1
        expected = exact[0, :, i, :, j, :, k, :]
        # Displacements of 0.1 % of a bond feel a little of the fifth order.
        np.testing.assert_allclose(value, expected, atol=5e-3 * largest)
    assert number == 7


def test_they_obey_exchange_the_sum_rule_and_the_space_group(crystal, fitted):
    largest = np.abs(fitted.values).max()
    assert asymmetry4(fitted) < 1e-13 * largest
    assert drift4(fitted) < 1e-12 * largest
    symmetry = Symmetry.of(crystal.primitive)
    blocks = {tuple(c.ravel()): v for c, v in zip(fitted.cells, fitted.values, strict=True)}
    for w, r in list(zip(symmetry.rotations, symmetry.rotations_cartesian, strict=True))[
        ::7
    ]:
        for cells, value in blocks.items():
            moved = np.reshape(cells, (3, 3)) @ w.T
            turned = np.einsum("ax,by,cz,dw,xyzw->abcd", r, r, r, r, value, optimize=True)
            image = blocks[tuple(moved.ravel())]
            np.testing.assert_allclose(image, turned, atol=1e-10 * largest)


def test_smaller_displacements_come_nearer(crystal, fitted):
    away = []
    for size in (0.05, 0.015):
        other = least_squares4(snapshots(crystal, 8, size), crystal, cutoff=3, cutoff3=3)
        away.append(np.abs(other.values - fitted.values).max())
    assert away[1] < 0.5 * away[0]


def test_too_few_forces_and_too_long_cutoffs_are_refused(crystal):
    one = snapshots(crystal, 1, 0.03)
    at_rest = RandomDisplacementForces(one.displacements * 0, one.forces)
    with pytest.raises(DomainError, match="compute more supercells"):
        least_squares4(at_rest, crystal, cutoff=3.0, cutoff3=3.0)
    with pytest.raises(DomainError, match="more than the supercell holds"):
        least_squares4(snapshots(crystal, 1, 0.03), crystal, cutoff=5.0)
