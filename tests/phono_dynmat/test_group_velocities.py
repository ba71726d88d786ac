"""Group velocities."""

from dataclasses import replace

import numpy as np
import pytest
from phono_dynmat import Modes, group_velocities, phonon_modes
from phono_grid import Symmetry
from phono_grid.errors import DomainError, ShapeError

pytestmark = pytest.mark.usefixtures("backend")

IDENTITY = np.eye(3, dtype=int)[None]


def slopes(series, q, step=1e-6):
    """``∂f/∂k`` by central differences of sorted frequencies, shape (n_q, n_b, 3)."""

    def frequencies(k):
        return phonon_modes(series, q + k @ series.cell.lattice.T).frequencies

    rises = [frequencies(k) - frequencies(-k) for k in step * np.eye(3)]
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
    e = modes.polarizations.copy()
    for i, f in enumerate(modes.frequencies):
        starts = np.flatnonzero(np.diff(f, prepend=-np.inf) >= 1e-4)
        for members in np.split(np.arange(6), starts[1:]):
            a = rng.normal(size=(2, len(members), len(members)))
            u, _ = np.linalg.qr(a[0] + 1j * a[1])
            e[i, members] = np.einsum("ij,jka->ika", u, e[i, members])
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
    with pytest.raises(ShapeError, match=r"rotations: expected shape \[3, 3, 3\]"):
        group_velocities(series, modes, IDENTITY[0])
    other = Modes([[0, 0, 0]], [[1, 2, 3]], np.eye(3).reshape(1, 3, 1, 3))
    with pytest.raises(ShapeError, match=r"modes.frequencies: expected shape \[1, 6\]"):
        group_velocities(series, other, IDENTITY)
