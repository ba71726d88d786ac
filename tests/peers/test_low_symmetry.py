"""Dynamical matrices of a triclinic and a monoclinic crystal against phonopy."""

import numpy as np
import pytest
from phono_dynmat import (
    GonzeLee,
    HarmonicSeries,
    Polar,
    Wang,
    dynamical_matrices,
    phonon_modes,
)
from phono_fc import ForceConstants
from phono_grid import Cell, Supercell

pytest.importorskip("phonopy")
# What the peers deprecate and advise is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

CRYSTALS = {
    "triclinic": (
        [[4.1, 0.2, -0.3], [0.9, 5.2, 0.1], [-1.3, 0.7, 6.3]],
        [[2, 1, 0], [0, 2, 0], [1, 0, 2]],
    ),
    "monoclinic": (
        [[4.7, 0, 0], [0, 5.3, 0], [-1.6, 0, 6.1]],
        np.diag([2, 2, 1]),
    ),
}
WAYS = {None: HarmonicSeries, "gonze": GonzeLee, "wang": Wang}


@pytest.mark.parametrize("name", CRYSTALS)
@pytest.mark.parametrize("way", WAYS)
def test_matrices_and_frequencies_are_theirs(name, way, rng):
    from phonopy import Phonopy
    from phonopy.structure.atoms import PhonopyAtoms

    lattice, matrix = CRYSTALS[name]
    x = np.array([[0.1, 0.2, 0.3], [0.55, 0.71, 0.9], [0.3, 0.9, 0.05]])
    symbols, masses = ["Ga", "As", "In"], [69.7, 74.9, 114.8]
    atoms = PhonopyAtoms(cell=lattice, scaled_positions=x, symbols=symbols, masses=masses)
    peer = Phonopy(atoms, matrix, primitive_matrix="P")
    supercell = Supercell.of(Cell(lattice, x, symbols, masses), matrix, "P")
    values = rng.normal(size=(3, supercell.cell.n_atoms, 3, 3))
    values[np.arange(3), supercell.primitive_to_supercell] += 40 * np.eye(3)
    peer.force_constants = values
    constants = ForceConstants(values, supercell)
    if way is None:
        series = HarmonicSeries.of(constants)
    else:
        z = rng.normal(size=(3, 3, 3))
        polar = Polar(z - z.mean(axis=0), np.diag([5.0, 6.0, 9.0]), 14.4)
        peer.nac_params = {
            "born": polar.charges,
            "dielectric": polar.dielectric,
            "factor": 14.4,
            "method": way,
        }
        series = WAYS[way].of(constants, polar)
    qpoints = rng.uniform(-0.5, 0.5, (20, 3))
    expected = []
    for q in qpoints:
        peer.dynamical_matrix.run(q)
        expected.append(peer.dynamical_matrix.dynamical_matrix)
    found = dynamical_matrices(series, qpoints)
    accuracy = 1e-12 if way is None else 1e-10
    np.testing.assert_allclose(
        found, expected, rtol=0, atol=accuracy * np.abs(expected).max()
    )
    peer.run_qpoints(qpoints)
    f = phonon_modes(series, qpoints).frequencies
    np.testing.assert_allclose(f, peer.qpoints.frequencies, atol=1e-8)
