"""Harmonic phonons against phonopy, with its own force constants and without NAC."""

import numpy as np
import pytest
from phono_dynmat import (
    HarmonicSeries,
    dynamical_matrices,
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
    "Si": ("si-pbesol/phono3py_disp.yaml", "si-pbesol/FORCES_FC3"),
    "NaCl": ("nacl-pbe/phono3py_params_NaCl222.yaml.xz", None),
    "AlN": ("aln-lda/phono3py_params_AlN332.yaml.xz", None),
}


@pytest.fixture(scope="module", params=FILES)
def crystals(request, data):
    """Phonopy with its force constants, and our series of the same."""
    import phono3py
    from phonopy import Phonopy

    path, forces = FILES[request.param]
    ph3 = phono3py.load(
        data / path,
        forces_fc3_filename=forces and data / forces,
        is_nac=False,
        produce_fc=False,
    )
    # Where the constants are not symmetric, phonopy reads one triangle of the derivative
    # within a degenerate set, we its Hermitian part.
    ph3.produce_fc2(symmetrize_fc2=True)
    peer = Phonopy(
        ph3.unitcell, ph3.supercell_matrix, primitive_matrix=ph3.primitive_matrix
    )
    peer.force_constants = ph3.fc2
    unit = ph3.unitcell
    cell = Cell(unit.cell, unit.scaled_positions, unit.symbols, unit.masses)
    supercell = Supercell.of(cell, ph3.supercell_matrix, ph3.primitive_matrix)
    return peer, HarmonicSeries.of(ForceConstants(ph3.fc2, supercell))


@pytest.fixture
def qpoints(crystals, rng):
    """Generic points, points of high symmetry, lines of degenerate bands, the boundary."""
    mesh = [6, 6, 6] if crystals[1].cell.n_atoms == 2 else [6, 6, 4]
    grid = Grid.of(crystals[1].cell, mesh)
    special = grid.qpoints[IrreduciblePoints.of(grid).points]
    return np.concatenate([rng.uniform(-1, 1, (20, 3)), special, special[::3] - 1])


def test_dynamical_matrices_are_theirs(crystals, qpoints):
    peer, series = crystals
    expected = []
    for q in qpoints:
        peer.dynamical_matrix.run(q)
        expected.append(peer.dynamical_matrix.dynamical_matrix)
    found = dynamical_matrices(series, qpoints)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * np.abs(expected).max())


def test_frequencies_and_velocities_are_theirs(crystals, qpoints):
    peer, series = crystals
    peer.run_qpoints(qpoints, with_group_velocities=True)
    modes = phonon_modes(series, qpoints)
    # At Γ the acoustic frequencies are square roots of rounding errors.
    away = np.abs(qpoints - np.rint(qpoints)).max(axis=1) > 1e-8
    f = peer.qpoints.frequencies
    np.testing.assert_allclose(modes.frequencies[away], f[away], atol=1e-9, rtol=0)
    np.testing.assert_allclose(modes.frequencies[:, 3:], f[:, 3:], atol=1e-9, rtol=0)
    rotations = Symmetry.of(series.cell).reciprocal_rotations()
    found = group_velocities(series, modes, rotations)
    expected = peer.qpoints.group_velocities
    np.testing.assert_allclose(found[away], expected[away], atol=1e-9, rtol=0)
