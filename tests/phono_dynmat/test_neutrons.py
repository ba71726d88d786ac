"""Neutrons and single phonons: sum rules, and what intensities may not depend on."""

from dataclasses import replace

import numpy as np
import pytest
from phono_dynmat import (
    HarmonicSeries,
    Modes,
    coherent_intensities,
    debye_waller_factors,
    incoherent_spectra,
    mean_square_displacements,
    one_phonon_spectra,
    phonon_modes,
    resolution_matrix,
    sphere_directions,
)
from phono_grid import units
from phono_grid.errors import DomainError, ShapeError

B = [7.288, 6.58]
Q = np.array([[1.11, 0.23, -0.34], [2.5, 1, 0.5], [3, -1, 2], [0.2, 0.2, 4.0]])
SHIFT = np.array([0.3, -0.1, 0.2])
POINTS = np.linspace(-20, 20, 801)


@pytest.fixture
def grid(rng):
    steps = [np.arange(4) / 4 + 0.03] * 3
    return np.stack(np.meshgrid(*steps, indexing="ij"), -1).reshape(-1, 3)


@pytest.fixture
def u(random_series, grid):
    modes = phonon_modes(random_series, grid)
    return mean_square_displacements(modes, random_series.cell.masses, [0, 300])


def recoil(cell, q, factors):
    """``Σ_k b_k² e^{-2W_k} ħQ² / 2 m_k`` in mbarn, over 2π for frequencies."""
    momenta = 2 * np.pi * q @ cell.reciprocal_lattice
    hbar_by_mass = units.HBAR * units.EV / units.AMU * 1e20 / 2e12  # Å² THz for 1 Da
    squares = (momenta**2).sum(axis=1)[:, None, None] / cell.masses
    return 10 * hbar_by_mass / (2 * np.pi) * (squares * np.square(B) * factors**2).sum(-1)


def test_intensities_times_frequencies_add_up_to_the_recoil(random_series, u):
    cell, modes = random_series.cell, phonon_modes(random_series, Q)
    intensities = coherent_intensities(modes, cell, B, u)
    q = 2 * np.pi * Q @ cell.reciprocal_lattice
    expected = recoil(cell, Q, debye_waller_factors(q, u))
    found = (intensities * modes.frequencies[:, None]).sum(axis=-1)
    general = [0, 1, 3]  # the third is a reciprocal lattice point
    np.testing.assert_allclose(found[general], expected[general], rtol=1e-12)
    assert (intensities[2, :, :3] == 0).all()
    bare = coherent_intensities(modes, cell, B)
    assert bare.shape == (4, 1, 6)
    assert (bare[general] >= intensities[general]).all()


def test_spectra_keep_weight_and_obey_detailed_balance(random_series, u):
    modes = phonon_modes(random_series, Q)
    t = [0.0, 300.0]
    a = coherent_intensities(modes, random_series.cell, B, u)
    s = one_phonon_spectra(modes.frequencies, a, t, POINTS)
    step = POINTS[1] - POINTS[0]
    x = modes.frequencies[:, None] / (units.KELVIN_TO_THZ * 300)
    with np.errstate(over="ignore", invalid="ignore"):
        coth = np.where(a[:, 1:] > 0, 1 / np.tanh(x / 2), 0)
    np.testing.assert_allclose(s[:, 0].sum(-1) * step, a[:, 0].sum(-1), rtol=1e-12)
    np.testing.assert_allclose(
        s[:, 1].sum(-1) * step, (a[:, 1:] * coth).sum(axis=(1, 2)), rtol=1e-12
    )
    # The sum over energies of f S(f) has no occupations.
    first = (s * POINTS).sum(-1) * step
    np.testing.assert_allclose(first, (a * modes.frequencies[:, None]).sum(-1), rtol=1e-9)
    assert not s[:, 0, -step > POINTS].any()


def test_the_origin_and_the_sign_of_q_do_not_matter(random_series):
    cell = random_series.cell
    modes = phonon_modes(random_series, Q)
    expected = coherent_intensities(modes, cell, B)
    moved = replace(random_series, cell=replace(cell, positions=cell.positions + SHIFT))
    back = phonon_modes(random_series, -Q)
    for other in (phonon_modes(moved, Q), back):
        np.testing.assert_allclose(
            coherent_intensities(other, cell, B), expected, rtol=1e-8, atol=1e-12
        )


def test_an_atom_in_another_cell_is_the_same_atom(random_series):
    """Phases of polarizations carry positions, so nothing depends on lattice vectors."""
    series = random_series
    shift = np.array([[0, 0, 0], [1, -1, 2]])
    cells = series.cells + shift[series.atoms[:, 0]] - shift[series.atoms[:, 1]]
    positions = series.cell.positions + shift
    moved = HarmonicSeries(
        series.values, series.atoms, cells, replace(series.cell, positions=positions)
    )
    np.testing.assert_allclose(
        coherent_intensities(phonon_modes(moved, Q), moved.cell, B),
        coherent_intensities(phonon_modes(series, Q), series.cell, B),
        rtol=1e-8,
        atol=1e-12,
    )


def test_mixing_degenerate_modes_does_not_matter(spring_constants, rng):
    series = HarmonicSeries.of(spring_constants)
    modes = phonon_modes(series, [[2, 0, 0], [0.3, 0.3, 1.3], [1.5, 0.5, 0.5]])
    expected = coherent_intensities(modes, series.cell, B)
    e = modes.polarizations.copy()
    for i, f in enumerate(modes.frequencies):
        for j in range(len(f) - 1):
            if f[j + 1] - f[j] < 1e-5:
                c, s = np.cos(0.7), np.sin(0.7) * 1j
                e[i, j], e[i, j + 1] = (
                    c * e[i, j] + s * e[i, j + 1],
                    s * e[i, j] + c * e[i, j + 1],
                )
    mixed = Modes(modes.qpoints, modes.frequencies, e)
    assert not np.allclose(mixed.polarizations, modes.polarizations)
    np.testing.assert_allclose(
        coherent_intensities(mixed, series.cell, B), expected, rtol=1e-9, atol=1e-12
    )


def test_incoherent_spectra_are_those_of_atoms_that_scatter_alone(random_series, grid):
    modes = phonon_modes(random_series, grid)
    h = incoherent_spectra(modes, [0, 300], POINTS)
    step = POINTS[1] - POINTS[0]
    # Energies add up to the recoil of a free atom, ħ / 4π of each Q² / m.
    free = units.HBAR * units.EV / units.AMU * 1e8 / (4 * np.pi)
    np.testing.assert_allclose((h * POINTS).sum(-1) * step, free, rtol=1e-9)
    u = mean_square_displacements(modes, random_series.cell.masses, [0, 300])
    # Their sum is the mean square displacement, as the Debye-Waller factor expands.
    mean = np.trace(u, axis1=2, axis2=3) / 3 * random_series.cell.masses
    np.testing.assert_allclose(h.sum(-1) * step, mean, rtol=1e-9)


def test_resolution_keeps_weight_and_widths(rng):
    r = resolution_matrix(POINTS, [0.6, 0.02])
    inside = np.abs(POINTS) < 15
    np.testing.assert_allclose(r.sum(axis=0)[inside], 1, atol=1e-9)
    line = r[:, 400]
    half = POINTS[line > line.max() / 2]
    assert half[-1] - half[0] == pytest.approx(0.6, abs=2 * (POINTS[1] - POINTS[0]))
    np.testing.assert_allclose(resolution_matrix(POINTS, 1e-6), np.eye(801), atol=1e-300)
    with pytest.raises(DomainError, match="width must be positive"):
        resolution_matrix(POINTS, [0.1, 0.02])


def test_directions_cover_the_sphere():
    n = sphere_directions(500)
    np.testing.assert_allclose(np.linalg.norm(n, axis=1), 1)
    np.testing.assert_allclose(n.T @ n / 500, np.eye(3) / 3, atol=2e-3)


def test_what_does_not_fit_is_refused(random_series):
    modes = phonon_modes(random_series, Q)
    with pytest.raises(ShapeError, match="scattering_lengths"):
        coherent_intensities(modes, random_series.cell, [1.0])
    with pytest.raises(ShapeError, match="displacements"):
        coherent_intensities(modes, random_series.cell, B, np.zeros((2, 3, 3)))
    with pytest.raises(DomainError, match="equal steps"):
        one_phonon_spectra(modes.frequencies, np.ones((4, 1, 6)), [300], [0, 1, 3])
    with pytest.raises(ShapeError, match="intensities"):
        one_phonon_spectra(modes.frequencies, np.ones((4, 2, 6)), [300], POINTS)
