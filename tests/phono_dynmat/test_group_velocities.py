"""Group velocities."""

from dataclasses import replace

import numpy as np
import pytest
from model_crystals import mix_degenerate
from phono_dynmat import (
    Modes,
    directional_velocities,
    finite_difference_velocities,
    group_velocities,
    phonon_frequencies,
    phonon_modes,
)
from phono_grid import Symmetry
from phono_grid.errors import DomainError, ShapeError

pytestmark = pytest.mark.usefixtures("backend")

IDENTITY = np.eye(3, dtype=int)[None]


def slopes(series, q, step=1e-6):
    """``∂f/∂k`` by central differences of sorted frequencies, shape (n_q, n_b, 3)."""

    def phonon_frequencies(k):
        return phonon_modes(series, q + k @ series.cell.lattice.T).frequencies

    rises = [phonon_frequencies(k) - phonon_frequencies(-k) for k in step * np.eye(3)]
    return np.stack(rises, axis=-1) / (2 * step)


def test_the_velocity_is_the_slope_of_the_frequency(random_series, rng):
    q = rng.uniform(-0.5, 0.5, (20, 3))
    modes = phonon_modes(random_series, q)
    v = group_velocities(random_series, modes, IDENTITY)
    # Errors of step² times the third derivative: bands that nearly cross bend sharply.
    np.testing.assert_allclose(v, slopes(random_series, q), atol=1e-6 * np.abs(v).max())


def test_velocities_rotate_with_the_wave_vector(series, rng):
    q = rng.uniform(-0.5, 0.5, (10, 3))
    symmetry = Symmetry.of(series.cell)
    v = group_velocities(series, phonon_modes(series, q), IDENTITY)
    b = series.cell.reciprocal_lattice.T
    for w in symmetry.reciprocal_rotations():
        rotated = group_velocities(series, phonon_modes(series, q @ w.T), IDENTITY)
        cartesian = b @ w @ np.linalg.inv(b)
        np.testing.assert_allclose(rotated, v @ cartesian.T, atol=1e-8)


def test_on_a_line_of_symmetry_the_velocity_is_along_the_line(series):
    rotations = Symmetry.of(series.cell).reciprocal_rotations()
    # Γ-X of the fcc lattice: transverse bands are degenerate.
    q = np.array([[0.1, 0.1, 0], [0.3, 0.3, 0]])
    modes = phonon_modes(series, q)
    assert (np.diff(modes.frequencies, axis=1).min(axis=1) < 1e-8).all()
    v = group_velocities(series, modes, rotations)
    k = q @ series.cell.reciprocal_lattice
    direction = k / np.linalg.norm(k, axis=1, keepdims=True)
    across = v - np.einsum("qja,qa,qb->qjb", v, direction, direction)
    np.testing.assert_allclose(across, 0, atol=1e-9)
    along = np.einsum("qja,qa->qj", v, direction)
    expected = np.einsum("qja,qa->qj", slopes(series, q), direction)
    np.testing.assert_allclose(along, expected, atol=1e-5 * np.abs(v).max())


def test_the_choice_of_modes_within_a_degenerate_set_does_not_matter(series, rng):
    # With equal masses this is the diamond structure. At X, the last point, longitudinal
    # bands cross with opposite slopes; on the lines transverse bands run together.
    cell = replace(series.cell, masses=[50, 50])
    series = replace(series, cell=cell)
    rotations = Symmetry.of(cell).reciprocal_rotations()
    q = np.array([[0.2, 0.2, 0], [0.15, 0.15, 0.15], [0.5, 0.5, 0]])
    modes = phonon_modes(series, q)
    assert np.abs(group_velocities(series, modes, rotations)[2]).max() > 1
    e = mix_degenerate(modes.frequencies, modes.polarizations, rng)
    assert np.abs(e - modes.polarizations).max() > 0.1
    mixed = Modes(q, modes.frequencies, e)
    np.testing.assert_allclose(
        group_velocities(series, mixed, rotations),
        group_velocities(series, modes, rotations),
        atol=1e-8,
    )


def test_modes_of_no_frequency_have_no_velocity(series):
    modes = phonon_modes(series, [[0, 0, 0], [0.1, 0.2, 0.3]])
    slow = Modes(
        modes.qpoints, modes.frequencies - modes.frequencies[1, 0], modes.polarizations
    )
    v = group_velocities(series, slow, IDENTITY)
    assert not v[slow.frequencies <= 1e-4].any()
    assert v[1, 1:].any(axis=-1).all()


def test_rotations_without_the_identity_and_wrong_shapes_are_refused(series):
    modes = phonon_modes(series, [[0.1, 0.2, 0.3]])
    with pytest.raises(DomainError, match="rotations: no operation leaves q in place"):
        group_velocities(series, modes, -IDENTITY)
    with pytest.raises(ShapeError, match=r"rotations: expected shape \[n_r, 3, 3\]"):
        group_velocities(series, modes, IDENTITY[0])
    other = Modes([[0, 0, 0]], [[1, 2, 3]], np.eye(3).reshape(1, 3, 1, 3))
    with pytest.raises(ShapeError, match=r"modes.frequencies: expected shape \[n_q, 6\]"):
        group_velocities(series, other, IDENTITY)


@pytest.mark.parametrize("masses", [[50, 50], [70, 31]])
def test_differences_of_matrices_give_the_analytic_velocity(series, masses):
    series = replace(series, cell=replace(series.cell, masses=masses))
    rotations = Symmetry.of(series.cell).reciprocal_rotations()
    # Generic, lines of symmetry, X and L.
    q = [[0.1, 0.2, 0.3], [0.2, 0.2, 0], [0.15] * 3, [0.5, 0.5, 0], [0.5] * 3]
    modes = phonon_modes(series, q)
    v = group_velocities(series, modes, rotations)
    assert (np.diff(modes.frequencies, axis=1) < 1e-8).any()
    for step, tolerance in ((1e-3, 2e-4), (1e-4, 2e-6)):
        found = finite_difference_velocities(series, modes, rotations, step=step)
        np.testing.assert_allclose(found, v, atol=tolerance * np.abs(v).max())


def test_a_degenerate_set_parts_as_its_velocities_along_a_direction_say(series, rng):
    # Diamond: at L and X bands part differently in each direction.
    series = replace(series, cell=replace(series.cell, masses=[50, 50]))
    q = np.array([[0.5, 0.5, 0], [0.5] * 3, [0.2, 0.2, 0], [0.1, 0.2, 0.3]])
    modes = phonon_modes(series, q)
    for direction in ([1, 0, 0], [1, -1, 0.3], [0.2, 1, 1]):
        v = directional_velocities(series, modes, direction)
        n = direction @ series.cell.reciprocal_lattice
        along = np.asarray(direction) / np.linalg.norm(n)
        h = 2e-5
        at, near, far = (phonon_frequencies(series, q + x * h * along) for x in (0, 1, 2))
        # One-sided: on the other side the set parts the other way round. Errors of h².
        slopes = (4 * near - far - 3 * at) / (2 * h)
        np.testing.assert_allclose(v, slopes, atol=1e-5 * np.abs(v).max())
        opposite = directional_velocities(series, modes, [-x for x in direction])
        np.testing.assert_allclose(np.sort(opposite), np.sort(-v), atol=1e-8)
        other = mix_degenerate(modes.frequencies, modes.polarizations, rng)
        mixed = Modes(q, modes.frequencies, other)
        found = directional_velocities(series, mixed, direction)
        np.testing.assert_allclose(found, v, atol=1e-8)


def test_a_step_that_is_none_is_refused(series):
    modes = phonon_modes(series, [[0.1, 0.2, 0.3]])
    with pytest.raises(DomainError, match="step must be positive, got 0"):
        finite_difference_velocities(series, modes, IDENTITY, step=0)
    with pytest.raises(DomainError, match="direction must be three numbers, not all zero"):
        directional_velocities(series, modes, [0, 0, 0])
