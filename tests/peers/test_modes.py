"""Dynamical matrices, frequencies and velocities against phonopy.

With its own force constants: of real crystals and of two of low symmetry, without dipoles,
with those of Gonze and Lee, with those of Wang.
"""

import numpy as np
import pytest
from peers_harmonic import COMBINATIONS, both
from phono_dynmat import (
    HarmonicSeries,
    dynamical_matrices,
    finite_difference_velocities,
    group_velocities,
    phonon_frequencies,
    phonon_modes,
)
from phono_grid import Grid, IrreduciblePoints, first_brillouin_zone

pytest.importorskip("phonopy")
pytest.importorskip("phono3py")
# What the peers deprecate and advise is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

DIRECTIONS = [[1, 0, 0], [1, 2, -3]]


@pytest.fixture(scope="module", params=COMBINATIONS, ids="-".join)
def crystal(request, data):
    """One crystal in both programs, and the accuracy of its matrices."""
    name, way = request.param
    return both(name, way, data), 1e-12 if way == "plain" else 1e-10


@pytest.fixture
def qpoints(crystal, rng):
    """Generic points, points of high symmetry, lines of degenerate bands, the boundary."""
    cell = crystal[0].series.cell
    grid = Grid.of(cell, [4, 4, 4] if len(cell.symbols) == 2 else [4, 4, 3], None)
    special = grid.qpoints_at(IrreduciblePoints.of(grid).points)
    q = np.concatenate([rng.uniform(-1, 1, (20, 3)), special, special[::3] - 1])
    # Their sums of dipoles are right in the first zone only; ours take q there.
    has_dipoles = not isinstance(crystal[0].series, HarmonicSeries)
    wrapped = q - np.floor(np.round(q, 9))
    return first_brillouin_zone(wrapped, cell.reciprocal_lattice) if has_dipoles else q


def is_away(q):
    """From Γ, where the acoustic frequencies are square roots of rounding errors."""
    return np.abs(q - np.rint(q)).max(axis=1) > 1e-8


def matrices(peer, qpoints, direction=None):
    """Theirs."""
    found = []
    for q in qpoints:
        peer.dynamical_matrix.run(q, **({"q_direction": direction} if direction else {}))
        found.append(peer.dynamical_matrix.dynamical_matrix)
    return np.array(found)


def test_dynamical_matrices_are_theirs(crystal, qpoints):
    one, accuracy = crystal
    expected = matrices(one.peer, qpoints)
    found = dynamical_matrices(one.series, qpoints)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=0, atol=accuracy * scale)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_splitting_at_gamma_is_theirs(crystal, direction):
    one, accuracy = crystal
    q = np.zeros((1, 3))
    found = dynamical_matrices(one.series, q, direction=direction)
    if accuracy == 1e-12:  # Without dipoles the direction does not count.
        np.testing.assert_array_equal(found, dynamical_matrices(one.series, q))
        return
    expected = matrices(one.peer, q, direction)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=0, atol=accuracy * scale)
    one.peer.run_qpoints(q, nac_q_direction=direction)
    f = phonon_frequencies(one.series, q, direction=direction)
    np.testing.assert_allclose(f[0, 3:], one.peer.qpoints.frequencies[0, 3:], atol=1e-8)


def test_frequencies_and_velocities_are_theirs(crystal, qpoints):
    one, _ = crystal
    one.peer.run_qpoints(qpoints, with_group_velocities=True)
    modes, away = phonon_modes(one.series, qpoints), is_away(qpoints)
    f = one.peer.qpoints.frequencies
    np.testing.assert_allclose(modes.frequencies[away], f[away], atol=1e-8, rtol=0)
    np.testing.assert_allclose(modes.frequencies[:, 3:], f[:, 3:], atol=1e-8, rtol=0)
    np.testing.assert_allclose(
        phonon_frequencies(one.series, qpoints)[away], f[away], atol=1e-8
    )
    found = group_velocities(one.series, modes, one.rotations)
    expected = one.peer.qpoints.group_velocities
    np.testing.assert_allclose(found[away], expected[away], atol=1e-8, rtol=0)


def test_velocities_by_differences_are_theirs(crystal, qpoints):
    from phonopy.phonon.group_velocity import GroupVelocity

    one, _ = crystal
    q = qpoints[is_away(qpoints)]
    theirs = GroupVelocity(
        one.peer.dynamical_matrix,
        q_length=1e-3,
        symmetry=one.peer.primitive_symmetry,
        frequency_factor_to_THz=one.peer.unit_conversion_factor,
    )
    theirs.run(q)
    modes = phonon_modes(one.series, q)
    found = finite_difference_velocities(one.series, modes, one.rotations, step=1e-3)
    # In degenerate sets theirs has a difference of its own along (1, 2, 3).
    gaps = np.diff(modes.frequencies, axis=1) > 1e-4
    ends = np.ones((len(q), 1), dtype=bool)
    alone = np.hstack([ends, gaps]) & np.hstack([gaps, ends])
    assert alone.sum() > 100
    expected = theirs.group_velocities
    np.testing.assert_allclose(found[alone], expected[alone], atol=1e-8, rtol=0)
