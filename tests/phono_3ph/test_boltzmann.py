"""Laws of the collision operator and of the full Boltzmann equation."""

import numpy as np
import pytest
from model_crystals import mix_degenerate
from phono_3ph import (
    CollisionOperator,
    Scattering,
    Solver,
    collision_row,
    conductivity_lbte,
    conductivity_rta,
    inverse_sinh,
    linewidths,
    reduced_row,
)
from phono_3ph._collision import rotations_cartesian
from phono_grid import units
from phono_grid.errors import ConvergenceError, DomainError, ShapeError

TEMPERATURES = np.array([100.0, 300.0])


@pytest.fixture(scope="module")
def velocities(sample):
    """Random vectors with the symmetry of their wave vectors, equal on degenerate bands."""
    rng = np.random.default_rng(5)
    grid, points = sample.phonons.grid, sample.irreducible.points
    v = np.repeat(rng.normal(size=(len(points), 1, 3)), 6, axis=1)
    a = grid.addresses[points]
    rotations = rotations_cartesian(grid)
    for i, point in enumerate(points):
        fixes = [grid.index(r @ a[i]) == point for r in grid.rotations]
        v[i] = v[i] @ rotations[fixes].mean(axis=0).T
    return 20 * v


def rows_of(sample, phonons):
    s = inverse_sinh(phonons.frequencies, TEMPERATURES)
    points = sample.irreducible.points
    rows = [collision_row(sample.series, phonons, int(q), s, Scattering()) for q in points]
    gamma = [
        linewidths(sample.series, phonons, int(q), sample.occupations, Scattering())
        for q in points
    ]
    grid = phonons.grid
    reduced = np.stack([reduced_row(r, grid, sample.irreducible) for r in rows], axis=1)
    return reduced, np.stack(gamma, axis=1)


def operator_of(sample, rows, gamma):
    f = sample.phonons.frequencies[sample.irreducible.points]
    return CollisionOperator.of(
        sample.phonons.grid, sample.irreducible, f, TEMPERATURES, rows, gamma
    )


@pytest.fixture(scope="module")
def operator(sample):
    return operator_of(sample, *rows_of(sample, sample.phonons))


def heat_capacities(f):
    x = np.where(f > 1e-4, f, 1) / (units.KELVIN_TO_THZ * TEMPERATURES[:, None, None])
    return np.where(f > 1e-4, units.BOLTZMANN * (x / 2 / np.sinh(x / 2)) ** 2, 0)


def test_the_operator_is_symmetric_and_not_negative(operator):
    n = operator.frequencies.size * 3
    for matrix in operator.matrices.reshape(2, n, n):
        np.testing.assert_array_equal(matrix, matrix.T)
        values = np.linalg.eigvalsh(matrix)
        assert values.min() > -1e-10 * values.max()


def test_conjugate_gradients_and_all_eigenvalues_agree(operator, velocities):
    cg = conductivity_lbte(operator, velocities, 45.0)
    direct = conductivity_lbte(operator, velocities, 45.0, solver="direct")
    np.testing.assert_allclose(cg.kappa[:, :3], direct.kappa[:, :3], rtol=1e-9)
    assert (cg.residuals < 1e-10).all()
    assert (cg.iterations > 3).all()
    assert (direct.iterations == 0).all()


def test_a_cubic_crystal_conducts_alike_in_every_direction(operator, velocities):
    kappa = conductivity_lbte(operator, velocities, 45.0).kappa
    np.testing.assert_allclose(kappa[:, :3], kappa[:, :1] * np.ones(3), rtol=1e-9)
    np.testing.assert_allclose(kappa[:, 3:], 0, atol=1e-9 * kappa.max())


def test_scattering_out_alone_is_the_relaxation_time_approximation(sample, velocities):
    rows, gamma = rows_of(sample, sample.phonons)
    operator = operator_of(sample, np.zeros_like(rows), gamma)
    lbte = conductivity_lbte(operator, velocities, 45.0)
    rta = conductivity_rta(
        sample.phonons.grid,
        sample.irreducible,
        velocities,
        heat_capacities(operator.frequencies),
        gamma,
        45.0,
    )
    np.testing.assert_allclose(lbte.kappa[:, :3], rta.kappa[:, :3], rtol=1e-9)


def test_scattering_back_changes_the_conductivity(sample, operator, velocities):
    _, gamma = rows_of(sample, sample.phonons)
    lbte = conductivity_lbte(operator, velocities, 45.0).kappa
    rta = conductivity_rta(
        sample.phonons.grid,
        sample.irreducible,
        velocities,
        heat_capacities(operator.frequencies),
        gamma,
        45.0,
    ).kappa
    assert (np.abs(lbte / rta - 1)[:, 0] > 1e-3).all()


def test_mixing_degenerate_eigenvectors_changes_nothing(sample, operator, velocities, rng):
    phonons = sample.phonons
    mixed = mix_degenerate(phonons.frequencies, phonons.polarizations, rng)
    rows, gamma = rows_of(sample, sample.with_polarizations(mixed))
    again = conductivity_lbte(operator_of(sample, rows, gamma), velocities, 45.0)
    plain = conductivity_lbte(operator, velocities, 45.0)
    np.testing.assert_allclose(again.kappa[:, :3], plain.kappa[:, :3], rtol=1e-9)


def test_nothing_conducts_at_zero_temperature(operator, velocities):
    cold = CollisionOperator(
        operator.grid,
        operator.irreducible,
        operator.frequencies,
        np.array([0.0, 300.0]),
        operator.matrices,
    )
    assert (conductivity_lbte(cold, velocities, 45.0).kappa[0] == 0).all()


def test_inverse_sinh_is_exact_where_sinh_overflows():
    s = inverse_sinh([[0.0, 1e-3, 5.0, 2000.0]], [0.0, 300.0])
    assert (s[..., 0] == 0).all()
    x = np.array([1e-3, 5.0]) / (2 * units.KELVIN_TO_THZ * 300)
    np.testing.assert_allclose(s[0, 1:3, 1], 1 / np.sinh(x), rtol=1e-14)
    assert s[0, 0, 1] == 0
    assert 0 < s[0, 3, 1] < 1e-60


def test_a_negative_operator_is_refused_by_conjugate_gradients(operator, velocities):
    wrong = CollisionOperator(
        operator.grid,
        operator.irreducible,
        operator.frequencies,
        operator.temperatures,
        operator.matrices - 2 * np.abs(operator.matrices).max(),
    )
    with pytest.raises(ConvergenceError, match="is not positive"):
        conductivity_lbte(wrong, velocities, 45.0)


def test_bad_input_is_refused(operator, velocities):
    with pytest.raises(DomainError, match="solver must be 'cg' or 'direct', got 'lapack'"):
        conductivity_lbte(operator, velocities, 45.0, solver="lapack")
    with pytest.raises(ShapeError, match="velocities: expected shape"):
        conductivity_lbte(operator, velocities[1:], 45.0)
    with pytest.raises(DomainError, match="pinv_cutoff must be positive"):
        conductivity_lbte(operator, velocities, 45.0, solver=Solver.DIRECT, pinv_cutoff=0.0)
