"""Dynamical matrices and phonon modes."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from phono_dynmat import Modes, dynamical_matrices, phonon_modes
from phono_grid import Symmetry, units
from phono_grid.errors import ShapeError

pytestmark = pytest.mark.usefixtures("backend")

ROUNDING = 1e-12
"""Relative to the largest element."""


@pytest.fixture
def qpoints(rng):
    return rng.uniform(-1, 1, (30, 3))


def test_dynamical_matrices_are_hermitian_even_if_the_constants_are_not(
    random_series, qpoints, rng
):
    skewed = random_series.values + rng.normal(size=random_series.values.shape)
    d = dynamical_matrices(replace(random_series, values=skewed), qpoints)
    np.testing.assert_allclose(d, d.conj().swapaxes(1, 2), atol=ROUNDING)


def test_the_opposite_wave_vector_has_the_conjugate_matrix(random_series, qpoints):
    d = dynamical_matrices(random_series, qpoints)
    np.testing.assert_allclose(
        dynamical_matrices(random_series, -qpoints), d.conj(), atol=ROUNDING
    )


def test_a_reciprocal_lattice_vector_changes_the_phases_of_atoms_only(
    random_series, qpoints, rng
):
    g = rng.integers(-3, 4, qpoints.shape)
    phase = np.repeat(np.exp(2j * np.pi * g @ random_series.cell.positions.T), 3, axis=1)
    d = dynamical_matrices(random_series, qpoints)
    expected = phase.conj()[:, :, None] * d * phase[:, None, :]
    np.testing.assert_allclose(
        dynamical_matrices(random_series, qpoints + g), expected, atol=ROUNDING
    )


def test_modes_are_orthonormal_and_diagonalise_the_dynamical_matrix(random_series, qpoints):
    modes = phonon_modes(random_series, qpoints)
    n_q, n_b = modes.frequencies.shape
    e = modes.polarizations.reshape(n_q, n_b, n_b)
    products = e.conj() @ e.swapaxes(1, 2)
    np.testing.assert_allclose(
        products, np.broadcast_to(np.eye(n_b), e.shape), atol=ROUNDING
    )
    squares = np.sign(modes.frequencies) * (modes.frequencies / units.FREQUENCY) ** 2
    d = np.einsum("qj,qja,qjb->qab", squares, e, e.conj())
    np.testing.assert_allclose(d, dynamical_matrices(random_series, qpoints), atol=ROUNDING)
    assert (np.diff(modes.frequencies, axis=1) >= 0).all()
    np.testing.assert_array_equal(modes.qpoints, qpoints)


def test_a_crystal_as_a_whole_moves_freely(random_series):
    f = phonon_modes(random_series, [[0, 0, 0]]).frequencies[0]
    # Square roots of rounding errors of the eigenvalues.
    assert np.abs(f[:3]).max() < 1e-5
    assert f[3] > 1


def test_a_soft_spring_of_the_wrong_sign_has_a_negative_frequency(random_series, qpoints):
    stable = phonon_modes(random_series, qpoints).frequencies
    unstable = phonon_modes(replace(random_series, values=-random_series.values), qpoints)
    np.testing.assert_allclose(unstable.frequencies, -stable[:, ::-1], atol=1e-9)


def test_frequencies_have_the_symmetry_of_the_crystal(series, qpoints):
    f = phonon_modes(series, qpoints).frequencies
    for w in Symmetry.of(series.cell).reciprocal_rotations():
        rotated = phonon_modes(series, qpoints @ w.T).frequencies
        np.testing.assert_allclose(rotated, f, atol=1e-10)


def test_frequencies_are_periodic_in_reciprocal_space(series, qpoints, rng):
    f = phonon_modes(series, qpoints).frequencies
    shifted = phonon_modes(series, qpoints + rng.integers(-2, 3, qpoints.shape))
    np.testing.assert_allclose(shifted.frequencies, f, atol=1e-10)


def test_the_supercell_at_gamma_has_the_modes_of_all_commensurate_wave_vectors(
    spring_constants, series
):
    supercell = spring_constants.supercell
    n_s = supercell.cell.n_atoms
    full = np.array(
        [
            spring_constants.values[k, supercell.translations[t]]
            for k, t in zip(supercell.supercell_to_primitive, supercell.home, strict=True)
        ]
    )
    m = np.repeat(supercell.cell.masses, 3) ** -0.5
    d = full.swapaxes(1, 2).reshape(3 * n_s, 3 * n_s) * m[:, None] * m
    expected = np.linalg.eigvalsh(d)
    matrix = np.rint(supercell.cell.lattice @ np.linalg.inv(series.cell.lattice))
    box = np.array(list(product(range(-4, 5), repeat=3))) @ np.linalg.inv(matrix).T
    q = np.unique(np.rint((box % 1) * 16).astype(int) % 16, axis=0) / 16
    assert len(q) == supercell.n_cells
    found = np.sort(np.linalg.eigvalsh(dynamical_matrices(series, q)).ravel())
    np.testing.assert_allclose(found, expected, atol=ROUNDING)


def test_no_wave_vectors_have_no_modes(random_series):
    modes = phonon_modes(random_series, np.zeros((0, 3)))
    assert modes.frequencies.shape == (0, 6)
    assert modes.polarizations.shape == (0, 6, 2, 3)


def test_wrong_shapes_are_refused(random_series):
    with pytest.raises(
        ShapeError, match=r"qpoints: expected shape \[n_q, 3\], got \[1, 2\]"
    ):
        dynamical_matrices(random_series, [[0, 0]])
    with pytest.raises(ShapeError, match=r"polarizations: expected shape \[1, 3, 1, 3\]"):
        Modes([[0, 0, 0]], [[1, 2, 3]], np.zeros((1, 3, 2, 3)))
    with pytest.raises(ShapeError, match=r"qpoints: expected shape \[1, 3\]"):
        Modes([[0, 0, 0]] * 2, [[1, 2, 3]], np.zeros((1, 3, 1, 3)))
