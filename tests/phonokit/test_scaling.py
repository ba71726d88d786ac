"""Force constants of a harmonic crystal do not depend on how far atoms are displaced."""

import numpy as np
import phonokit
import pytest
from model_crystals import springs
from phono_fc import ForceConstants
from phono_grid import Cell
from phonokit import Displace, ForceData, displace

KINDS = {"one by one": {}, "at random": {"random": 8, "seed": 2}}
LATTICE = [[0, 2.7, 2.7], [2.7, 0, 2.7], [2.7, 2.7, 0]]


def fitted(distance, kind):
    """Constants from exact forces of springs on atoms displaced so far, and theirs."""
    cell = Cell.of(LATTICE, [[0, 0, 0], [0.25, 0.25, 0.25]], ["Ga", "As"])
    settings = Displace(
        supercell=(2, 2, 2), second_order=True, distance=distance, **KINDS[kind]
    )
    made = displace(cell, settings)
    at_rest = made.supercell.cell.positions @ made.supercell.cell.lattice
    model = ForceConstants(springs(made.supercell), made.supercell)
    u = np.stack([made.positions(i) - at_rest for i in range(len(made))])
    forces = -np.einsum("stij,ntj->nsi", model.to_full(), u)
    crystal = phonokit.Crystal.from_forces(ForceData.from_supercells(made, forces))
    return crystal.fc2.values, model.values


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("distance", [1e-4, 0.002, 0.01, 0.03, 0.3])
def test_constants_do_not_depend_on_the_length_of_displacements(distance, kind):
    if kind == "at random":
        pytest.importorskip("symfc")
    found, expected = fitted(distance, kind)
    # Positions of about 10 Å have rounding of 2e-15 Å, which is divided by the length.
    tolerance = (1e-10 + 1e-13 / distance) * np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)
