"""Laws of the collision operator and of the full Boltzmann equation."""

import functools
import re
from dataclasses import replace

import numpy as np
import pytest
from model_crystals import mix_degenerate
from phono_3ph import (
    CollisionOperator,
    IrreducibleModes,
    QStars,
    RecomputedRows,
    Scattering,
    Solver,
    Storage,
    ThermalFactors,
    collision_row,
    conductivity_lbte,
    conductivity_rta,
    inverse_sinh,
    linewidths,
    operator_memory,
    reduced_row,
    storage_for,
)
from phono_grid import units
from phono_grid.errors import ConvergenceError, DomainError, PhonoWarning, ShapeError

TEMPERATURES = np.array([100.0, 300.0])


@pytest.fixture(scope="module")
def velocities(symmetric_vectors):
    return symmetric_vectors


def rows_of(sample, phonons, scattering=None):
    scattering = Scattering() if scattering is None else scattering
    thermal = ThermalFactors.of(phonons.frequencies, TEMPERATURES)
    stars = QStars.of(phonons.grid, sample.irreducible)
    rows, gamma = [], []
    for q in sample.irreducible.points.tolist():
        widths, row = collision_row(sample.series, phonons, q, thermal, scattering)
        gamma.append(widths)
        rows.append(reduced_row(row, stars))
    return np.stack(rows), np.stack(gamma, axis=1)


def operator_of(sample, rows, gamma):
    f = sample.phonons.frequencies[sample.irreducible.points]
    grid = sample.phonons.grid
    modes = IrreducibleModes(grid, sample.irreducible, f, TEMPERATURES)
    return CollisionOperator(modes, rows, gamma)


@pytest.fixture(scope="module")
def operator(sample):
    return operator_of(sample, *rows_of(sample, sample.phonons))


def with_temperatures(operator, temperatures):
    """The same operator, said to be of other temperatures."""
    modes = replace(operator.modes, temperatures=np.array(temperatures))
    return CollisionOperator(modes, operator.rows, operator.linewidths)


def heat_capacities(f):
    x = np.where(f > 1e-4, f, 1) / (units.KELVIN_TO_THZ * TEMPERATURES[:, None, None])
    return np.where(f > 1e-4, units.BOLTZMANN * (x / 2 / np.sinh(x / 2)) ** 2, 0)


def test_the_operator_is_symmetric_and_not_negative(operator):
    for i in range(2):
        matrix = operator.matrix(i)
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
    assert (direct.residuals < 1e-9).all()


def test_the_operator_applied_row_by_row_is_its_matrix(operator, rng):
    y = rng.normal(size=operator.modes.shape)
    matrices = [operator.matrix(i) for i in range(2)]
    expected = [m @ v.ravel() for m, v in zip(matrices, y, strict=True)]
    result = operator.apply(y).reshape(2, -1)
    np.testing.assert_allclose(result, expected, atol=1e-12 * np.abs(expected).max())
    diagonal = operator.diagonal().reshape(2, -1)
    expected = [np.diag(m) for m in matrices]
    np.testing.assert_allclose(diagonal, expected, atol=1e-13 * np.max(expected))


def test_relaxons_carry_the_conductivity_together(operator, velocities):
    result = conductivity_lbte(operator, velocities, 45.0, solver="direct")
    for kappa, relaxons in zip(result.kappa, result.relaxons, strict=True):
        np.testing.assert_allclose(relaxons.kappa.sum(axis=0), kappa, atol=1e-10 * kappa[0])
        assert (np.diff(relaxons.eigenvalues) >= 0).all()
        # Those that symmetry forbids carry nothing.
        null = np.abs(relaxons.eigenvalues) < 1e-8
        assert null.any()
        assert (relaxons.kappa[null] == 0).all()


def test_linewidths_of_the_fused_pass_are_the_linewidths(sample):
    thermal = ThermalFactors.of(sample.phonons.frequencies, TEMPERATURES)
    for q in (1, 5, 23):
        inputs = (sample.series, sample.phonons, q)
        gamma, _ = collision_row(*inputs, thermal, Scattering())
        plain = linewidths(*inputs, thermal.occupations, Scattering())
        np.testing.assert_array_equal(gamma, plain)


@pytest.mark.parametrize("storage", [Storage.DISK, Storage.RECOMPUTE])
def test_rows_out_of_memory_conduct_as_those_in_memory(
    operator, velocities, storage, tmp_path
):
    plain = conductivity_lbte(operator, velocities, 45.0)
    if storage is Storage.DISK:
        rows = np.memmap(tmp_path / "rows", np.float64, "w+", shape=operator.rows.shape)
        rows[:] = operator.rows
    else:
        rows = RecomputedRows(len(operator.rows), lambda i: operator.rows[i])
    outside = CollisionOperator(operator.modes, rows, operator.linewidths)
    result = conductivity_lbte(outside, velocities, 45.0)
    np.testing.assert_array_equal(result.kappa, plain.kappa)
    np.testing.assert_array_equal(result.iterations, plain.iterations)


def test_the_memory_of_an_operator_decides_where_its_rows_go():
    shape = (3, 84, 6)
    assert operator_memory(shape) == 8 * 3 * (3 * 84 * 6) ** 2
    choose = functools.partial(storage_for, shape, dense=False)
    assert choose(memory=0.1, over_memory="memory") is Storage.MEMORY
    assert choose(memory=0.05, over_memory="disk") is Storage.DISK
    assert choose(memory=0.05, over_memory="recompute") is Storage.RECOMPUTE
    with pytest.raises(DomainError, match='over_memory="disk" or over_memory="recomp'):
        choose(memory=0.05, over_memory="memory")
    with pytest.raises(DomainError, match='solver="cg", which needs no dense matrix'):
        storage_for(shape, dense=True, memory=0.05, over_memory="disk")
    with pytest.raises(DomainError, match="over_memory must be 'memory' or 'disk' or"):
        choose(memory=1, over_memory="tape")


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
        heat_capacities(operator.modes.frequencies),
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
        heat_capacities(operator.modes.frequencies),
        gamma,
        45.0,
    ).kappa
    assert (np.abs(lbte / rta - 1)[:, 0] > 1e-3).all()


def test_mixing_degenerate_eigenvectors_changes_nothing(sample, operator, velocities, rng):
    phonons = sample.phonons
    mixed = mix_degenerate(phonons.frequencies, phonons.polarizations, rng)
    rows, gamma = rows_of(sample, sample.with_polarizations(mixed))
    mixed_operator = operator_of(sample, rows, gamma)
    for i in range(2):
        plain = operator.matrix(i)
        again = mixed_operator.matrix(i)
        np.testing.assert_allclose(again, plain, rtol=0, atol=1e-12 * plain.max())
    plain, again = (
        conductivity_lbte(a, velocities, 45.0, solver="direct").kappa
        for a in (operator, mixed_operator)
    )
    np.testing.assert_allclose(again[:, :3], plain[:, :3], rtol=1e-12)


def test_nothing_conducts_at_zero_temperature(operator, velocities):
    for solver in Solver:
        result = conductivity_lbte(
            with_temperatures(operator, [0.0, 300.0]), velocities, 45.0, solver=solver
        )
        assert (result.kappa[0] == 0).all()
        assert result.kappa[1, 0] > 0


@pytest.mark.parametrize("faint", [0.0, 1e-90])
def test_phonons_that_nothing_scatters_are_left_out_by_both_solvers(
    operator, velocities, faint
):
    gamma = operator.linewidths.copy()
    gamma[1, 3] = faint
    some = CollisionOperator(operator.modes, operator.rows, gamma)
    cg, direct = (
        conductivity_lbte(some, velocities, 45.0, solver=solver) for solver in Solver
    )
    np.testing.assert_allclose(cg.kappa[:, :3], direct.kappa[:, :3], rtol=1e-9)
    for result in (cg, direct):
        assert (result.mode_kappa[1, 3] == 0).all()
        assert (result.residuals < 1e-9).all()
    matrix = some.matrix(1)
    np.testing.assert_allclose(
        some.apply(np.ones(some.modes.shape))[1].ravel(),
        matrix.sum(axis=1),
        atol=1e-12 * matrix.max(),
    )


def test_inverse_sinh_is_exact_where_sinh_overflows():
    s = inverse_sinh([[0.0, 1e-3, 5.0, 2000.0]], [0.0, 300.0])
    assert (s[..., 0] == 0).all()
    x = np.array([1e-3, 5.0]) / (2 * units.KELVIN_TO_THZ * 300)
    np.testing.assert_allclose(s[0, 1:3, 1], 1 / np.sinh(x), rtol=1e-14)
    assert s[0, 0, 1] == 0
    assert 0 < s[0, 3, 1] < 1e-60


def test_a_negative_operator_is_refused_by_conjugate_gradients(operator, velocities):
    wrong = CollisionOperator(operator.modes, operator.rows, -10 * operator.linewidths)
    with pytest.raises(ConvergenceError, match="is not positive"):
        conductivity_lbte(wrong, velocities, 45.0)


def test_bad_input_is_refused(operator, velocities):
    with pytest.raises(DomainError, match="solver must be 'cg' or 'direct', got 'lapack'"):
        conductivity_lbte(operator, velocities, 45.0, solver="lapack")
    with pytest.raises(ShapeError, match="velocities: expected shape"):
        conductivity_lbte(operator, velocities[1:], 45.0)
    with pytest.raises(DomainError, match="pinv_cutoff must be positive"):
        conductivity_lbte(operator, velocities, 45.0, solver=Solver.DIRECT, pinv_cutoff=0.0)


@pytest.mark.parametrize("solver", Solver)
def test_a_temperature_without_a_solution_leaves_the_others_as_they_are(
    operator, velocities, solver
):
    signs = np.array([-10.0, 1.0])[:, None, None]
    half = CollisionOperator(operator.modes, operator.rows, signs * operator.linewidths)
    with pytest.warns(PhonoWarning, match="at 100 K the collision operator is not"):
        some = conductivity_lbte(half, velocities, 45.0, solver=solver)
    alone = conductivity_lbte(operator, velocities, 45.0, solver=solver)
    assert np.isnan(some.kappa[0]).all()
    assert np.isnan(some.mode_kappa[0]).all()
    for name in ("kappa", "mode_kappa", "residuals", "iterations"):
        np.testing.assert_array_equal(getattr(some, name)[1], getattr(alone, name)[1])


def heat_below(result, i):
    """Eigenvalues, and the part of the heat that they and lower ones carry."""
    relaxons = result.relaxons[i]
    heat = np.cumsum(relaxons.kappa[:, :3].sum(axis=1))
    return relaxons.eigenvalues, heat / heat[-1]


def test_what_the_cutoff_leaves_out_is_told(operator, velocities):
    direct = functools.partial(conductivity_lbte, operator, velocities, 45.0)
    whole = direct(solver=Solver.DIRECT)
    values, below = heat_below(whole, 1)
    some = values[np.searchsorted(below, 0.2)]
    with pytest.warns(PhonoWarning) as told:
        cut = direct(solver=Solver.DIRECT, pinv_cutoff=some * 1.0001)
    said = next(
        found
        for w in told
        if (
            found := re.search(
                r"at 300 K from \S+ THz on, kappa would be (\S+) times", str(w.message)
            )
        )
    )
    traces = [result.kappa[1, :3].sum() for result in (whole, cut)]
    assert float(said[1]) == pytest.approx(traces[0] / traces[1], rel=5e-3)


def test_a_cutoff_that_leaves_most_of_the_heat_out_has_no_solution(operator, velocities):
    whole = conductivity_lbte(operator, velocities, 45.0, solver=Solver.DIRECT)
    most = max(
        values[np.searchsorted(below, 0.7)]
        for values, below in (heat_below(whole, i) for i in (0, 1))
    )
    with pytest.raises(
        ConvergenceError, match=r"at 300 K .* carry more heat than all above"
    ):
        conductivity_lbte(
            operator, velocities, 45.0, solver=Solver.DIRECT, pinv_cutoff=1.0001 * most
        )


@pytest.mark.parametrize("solver", Solver)
def test_an_operator_that_is_positive_nowhere_is_refused(operator, velocities, solver):
    wrong = CollisionOperator(operator.modes, operator.rows, -10 * operator.linewidths)
    with pytest.raises(ConvergenceError, match=r"smallest eigenvalue is -.* THz"):
        conductivity_lbte(wrong, velocities, 45.0, solver=solver)
