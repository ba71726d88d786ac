"""Polar crystals against phonopy, with its own force constants and charges."""

import numpy as np
import pytest
from phono_dynmat import (
    GonzeLee,
    Polar,
    Wang,
    dynamical_matrices,
    frequencies,
    group_velocities,
    phonon_modes,
)
from phono_fc import ForceConstants
from phono_grid import Cell, Grid, IrreduciblePoints, Supercell, Symmetry

pytest.importorskip("phonopy")
pytest.importorskip("phono3py")
# What the peers deprecate and advise is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

FILES = {
    "NaCl": "nacl-pbe/phono3py_params_NaCl222.yaml.xz",
    "AlN": "aln-lda/phono3py_params_AlN332.yaml.xz",
}
METHODS = {"gonze": GonzeLee, "wang": Wang}


@pytest.fixture(scope="module", params=FILES)
def constants(request, data):
    """phono3py with second-order constants."""
    import phono3py

    ph3 = phono3py.load(data / FILES[request.param], produce_fc=False)
    ph3.produce_fc2(symmetrize_fc2=True)
    return ph3


@pytest.fixture(scope="module", params=METHODS)
def crystals(request, constants):
    """Phonopy with charges, and ours of the same."""
    from phonopy import Phonopy

    unit = constants.unitcell
    matrices = constants.supercell_matrix, constants.primitive_matrix
    peer = Phonopy(unit, matrices[0], primitive_matrix=matrices[1])
    peer.force_constants = constants.fc2
    peer.nac_params = {**constants.nac_params, "method": request.param}
    cell = Cell(unit.cell, unit.scaled_positions, unit.symbols, unit.masses)
    supercell = Supercell.of(cell, *matrices)
    born = constants.nac_params
    polar = Polar.of(
        supercell.primitive, born["born"], born["dielectric"], factor=born["factor"]
    )
    of = METHODS[request.param].of
    return peer, of(ForceConstants(constants.fc2, supercell), polar)


@pytest.fixture
def qpoints(crystals, rng):
    """Generic points, and those of a small grid, inside and outside of the first zone."""
    mesh = [4, 4, 4] if crystals[1].cell.n_atoms == 2 else [4, 4, 3]
    grid = Grid.of(crystals[1].cell, mesh)
    special = grid.qpoints[IrreduciblePoints.of(grid).points]
    return np.concatenate([rng.uniform(-1, 1, (20, 3)), special, special[::3] - 1])


DIRECTIONS = [[1, 0, 0], [1, 2, -3]]


def test_dynamical_matrices_are_theirs(crystals, qpoints):
    peer, series = crystals
    for direction, points in [
        (None, qpoints),
        *((d, np.zeros((1, 3))) for d in DIRECTIONS),
    ]:
        expected = []
        for q in points:
            peer.dynamical_matrix.run(q, q_direction=direction)
            expected.append(peer.dynamical_matrix.dynamical_matrix)
        found = dynamical_matrices(series, points, direction=direction)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10 * scale)


def test_frequencies_and_velocities_are_theirs(crystals, qpoints):
    peer, series = crystals
    peer.run_qpoints(qpoints, with_group_velocities=True)
    modes = phonon_modes(series, qpoints)
    away = np.abs(qpoints - np.rint(qpoints)).max(axis=1) > 1e-8
    f = peer.qpoints.frequencies
    np.testing.assert_allclose(modes.frequencies[away], f[away], atol=1e-8, rtol=0)
    np.testing.assert_allclose(frequencies(series, qpoints[away]), f[away], atol=1e-8)
    rotations = Symmetry.of(series.cell).reciprocal_rotations()
    found = group_velocities(series, modes, rotations)
    expected = peer.qpoints.group_velocities
    np.testing.assert_allclose(found[away], expected[away], atol=1e-8, rtol=0)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_splitting_at_gamma_is_theirs(crystals, direction):
    peer, series = crystals
    peer.run_qpoints([[0, 0, 0]], nac_q_direction=direction)
    f = frequencies(series, [[0, 0, 0]], direction=direction)
    np.testing.assert_allclose(f[0, 3:], peer.qpoints.frequencies[0, 3:], atol=1e-8)
