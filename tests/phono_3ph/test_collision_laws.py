"""Detailed balance, conservation of energy, and the whole zone at once."""

import numpy as np
import pytest
from model_crystals import cartesian_rotations
from phono_3ph import (
    CollisionOperator,
    IrreducibleModes,
    PeriodicModes,
    QStars,
    Scattering,
    ThermalFactors,
    collision_row,
    conductivity_lbte,
    interaction_strengths,
    inverse_sinh,
    linewidths,
    reduced_row,
)
from phono_grid import (
    Gaussian,
    Grid,
    IrreduciblePoints,
    Triplets,
    triplet_weights,
    units,
)

TEMPERATURES = np.array([300.0])
SMEARED = Scattering(smearing=Gaussian(0.3))


def operator_on(sample, phonons, scattering):
    """The collision operator on the irreducible points of the grid of ``phonons``."""
    grid = phonons.grid
    irreducible = IrreduciblePoints.of(grid)
    thermal = ThermalFactors.of(phonons.frequencies, TEMPERATURES)
    stars = QStars.of(grid, irreducible)
    rows, gamma = [], []
    for q in irreducible.points.tolist():
        widths, row = collision_row(sample.series, phonons, q, thermal, scattering)
        gamma.append(widths)
        rows.append(reduced_row(row, stars))
    f = phonons.frequencies[irreducible.points]
    modes = IrreducibleModes(grid, irreducible, f, TEMPERATURES)
    return CollisionOperator(modes, np.stack(rows), np.stack(gamma, axis=1))


@pytest.fixture(scope="module")
def whole(sample):
    """The same phonons on a grid whose points are all irreducible."""
    cell = sample.model.supercell.primitive
    grid = Grid.of(cell, [4, 4, 4], use_symmetry=False)
    old = sample.phonons
    return PeriodicModes(grid, old.frequencies, old.polarizations)


def everywhere(sample, velocities):
    """Vectors at irreducible points, rotated to their stars."""
    grid = sample.phonons.grid
    v = np.zeros((grid.n_q, *velocities.shape[1:]))
    a = grid.addresses[sample.irreducible.points]
    for r, cartesian in zip(grid.rotations, cartesian_rotations(grid), strict=True):
        v[grid.index(a @ r.T)] = velocities @ cartesian.T
    return v


@pytest.fixture(scope="module")
def whole_operator(sample, whole):
    return operator_on(sample, whole, SMEARED)


@pytest.mark.needs_rust
def test_the_whole_zone_conducts_as_its_irreducible_part(
    sample, whole_operator, symmetric_vectors
):
    small, v = operator_on(sample, sample.phonons, SMEARED), symmetric_vectors
    assert whole_operator.modes.size == 3 * 6 * 64
    full = conductivity_lbte(whole_operator, everywhere(sample, v), 45.0).kappa
    for solver in ("cg", "direct"):
        irreducible = conductivity_lbte(small, v, 45.0, solver=solver).kappa
        np.testing.assert_allclose(full, irreducible, atol=1e-9 * full.max())


@pytest.mark.needs_rust
def test_scattering_there_is_as_strong_as_scattering_back(whole_operator):
    # Detailed balance: with equal widths on both sides the operator is symmetric.
    rows = np.stack([whole_operator.rows[i] for i in range(64)])[..., 0]
    b = rows[:, 0, :, 0].reshape(384, 384)
    assert b.min() >= 0
    np.testing.assert_allclose(b, b.T, atol=1e-12 * b.max())
    assert (whole_operator.linewidths >= 0).all()


@pytest.mark.parametrize("sigma", [0.1, 0.05, 0.02])
def test_energy_is_conserved_and_the_number_of_phonons_is_not(sample, sigma):
    # f / sinh(hf/2kT) is a null vector of the operator whose processes take energy away
    # with one sign and bring it with the other, as far as Gaussians are sharp.
    phonons, n = sample.phonons, sample.occupations[..., 1:]
    scattering = Scattering(smearing=Gaussian(sigma, 3.0))
    energy, number = (
        null_vector_defect(sample, phonons.frequencies, scattering, n),
        null_vector_defect(sample, np.ones_like(phonons.frequencies), scattering, n),
    )
    # |f' + f'' - f| <= 3 sigma in every process, on the scale of the lowest frequency and
    # of the temperature.
    slowest = phonons.frequencies[1:].min()
    thermal = np.tanh(slowest / (2 * units.KELVIN_TO_THZ * 300))
    scale = 1 / slowest + 1 / (2 * units.KELVIN_TO_THZ * 300 * thermal)
    assert energy < 3 * sigma * scale
    assert energy < 0.2 * number


def null_vector_defect(sample, u, scattering, occupations):
    """How far ``u / sinh`` is from a null vector: what goes in for what goes out."""
    phonons = sample.phonons
    s = inverse_sinh(phonons.frequencies, [300.0])[..., 0]
    out, rest = 0.0, 0.0
    for q in sample.irreducible.points[1:].tolist():
        triplets = Triplets.of(phonons.grid, q)
        _, q1, q2 = triplets.points.T
        strengths = interaction_strengths(sample.series, phonons, triplets)
        strengths *= s[q1][:, None, :, None] * s[q2][:, None, None, :]
        a, b = u[q1][:, :, None], u[q2][:, None, :]
        brought = np.stack([a + b, b - a, a - b], axis=-1)
        f = phonons.frequencies
        g = triplet_weights(phonons.grid, scattering.smearing, f, triplets, f[q])
        back = np.einsum("t,tjkl,tjklc,tklc->j", triplets.weights, strengths, g, brought)
        gamma = linewidths(sample.series, phonons, q, occupations, scattering)
        away = 2 * gamma[0] * u[q] * s[q]
        rest += np.abs(away - units.LINEWIDTH * back).sum()
        out += away.sum()
    return rest / out


@pytest.mark.needs_rust
def test_at_one_kelvin_both_solvers_agree(sample, symmetric_vectors):
    operator = operator_on(sample, sample.phonons, Scattering())
    of = operator.modes
    cold = IrreducibleModes(of.grid, of.irreducible, of.frequencies, np.array([0.0, 1.0]))
    thermal = ThermalFactors.of(sample.phonons.frequencies, cold.temperatures)
    stars = QStars.of(of.grid, of.irreducible)
    parts = [
        collision_row(sample.series, sample.phonons, int(q), thermal, Scattering())
        for q in of.irreducible.points
    ]
    rows = np.stack([reduced_row(row, stars) for _, row in parts])
    gamma = np.stack([widths for widths, _ in parts], axis=1)
    operator = CollisionOperator(cold, rows, gamma)
    cg, direct = (
        conductivity_lbte(operator, symmetric_vectors, 45.0, solver=solver).kappa
        for solver in ("cg", "direct")
    )
    assert (cg[0] == 0).all()
    assert np.isfinite(cg).all()
    assert cg[1, 0] > 0
    np.testing.assert_allclose(cg[1], direct[1], atol=1e-6 * cg[1, 0])
