"""Self-energies at wave vectors that are no points of the grid."""

from dataclasses import replace

import numpy as np
import pytest
from model_crystals import mix_degenerate
from phono_3ph import (
    EvaluationPoints,
    ModesAround,
    PeriodicModes,
    Scattering,
    default_frequency_points,
    imaginary_self_energy,
    linewidths,
    real_self_energy,
    spectral_function,
)
from phono_dynmat import HarmonicSeries, bose_einstein
from phono_grid import Gaussian, using
from phono_grid.errors import DomainError, ShapeError

pytestmark = pytest.mark.usefixtures("backend")

Q = 6
POINTS = np.linspace(0, 40, 5)
TEMPERATURES = [0.0, 300.0]
BESIDE = np.array([0.137, -0.21, 0.064])
SMEARED = Scattering(smearing=Gaussian(0.5))


@pytest.fixture(scope="module")
def dynamics(sample):
    return HarmonicSeries.of(sample.model.fc2)


@pytest.fixture(scope="module")
def around(sample, dynamics):
    """Modes around a wave vector of the grid, and one of no grid."""
    on_grid = sample.phonons.grid.qpoints[Q] + [1, 0, -1]
    return [ModesAround.of(sample.phonons, dynamics, q) for q in (on_grid, BESIDE)]


def occupations(modes):
    return bose_einstein(modes.frequencies, TEMPERATURES)


@pytest.mark.parametrize("scattering", [Scattering(), SMEARED])
@pytest.mark.parametrize("points", [None, POINTS])
def test_at_a_point_of_the_grid_they_are_those_of_the_grid(
    sample, around, scattering, points
):
    modes, phonons = around[0], sample.phonons
    plain = imaginary_self_energy(
        sample.series,
        phonons,
        EvaluationPoints(Q, points),
        occupations(phonons),
        scattering,
    ).total
    found = imaginary_self_energy(
        sample.series,
        modes,
        EvaluationPoints(modes.q, points),
        occupations(modes),
        scattering,
    ).total
    # Modes beside the grid are computed anew: weights follow the rounding of frequencies.
    np.testing.assert_allclose(found, plain, rtol=0, atol=1e-8 * plain.max())
    shifts = [
        real_self_energy(
            sample.series, p, EvaluationPoints(q, points), occupations(p), epsilon=0.3
        )
        for p, q in ((phonons, Q), (modes, modes.q))
    ]
    np.testing.assert_allclose(*shifts, rtol=0, atol=1e-10 * np.abs(shifts[0]).max())


@pytest.mark.needs_rust
def test_rust_agrees_with_its_definition(sample, around):
    modes = around[1]
    run = (sample.series, modes, EvaluationPoints(modes.q, POINTS[1:3]), occupations(modes))
    for self_energy in (
        lambda: imaginary_self_energy(*run, Scattering()).total,
        lambda: imaginary_self_energy(*run, SMEARED).total,
        lambda: real_self_energy(*run, epsilon=0.3),
    ):
        with using("Rust"):
            rust = self_energy()
        with using("Python"):
            python = self_energy()
        np.testing.assert_allclose(
            rust, python, rtol=1e-12, atol=1e-12 * np.abs(python).max()
        )


def test_time_reversal_changes_nothing(sample, around):
    modes = around[1]
    phonons, n = sample.phonons, modes.grid.n_q
    f, e = (np.array(x) for x in (modes.frequencies, modes.polarizations))
    opposite = phonons.grid.index(-phonons.grid.addresses)
    # Modes at -q are the complex conjugates, in any gauge.
    turned = ModesAround(
        modes.grid,
        np.vstack([f[:n][opposite], f[n : 2 * n][opposite], f[-1:]]),
        np.concatenate([e[:n][opposite], e[n : 2 * n][opposite], e[-1:]]).conj(),
        -modes.qpoint,
        modes.tetrahedra,
    )
    assert np.abs(modes.frequencies[n:-1] - turned.frequencies[n:-1]).max() > 0.1
    expected, found = (
        imaginary_self_energy(
            sample.series, m, EvaluationPoints(m.q, POINTS), occupations(m), SMEARED
        ).total
        for m in (modes, turned)
    )
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11 * expected.max())


@pytest.mark.needs_rust
def test_mixing_degenerate_eigenvectors_changes_nothing(sample, dynamics, rng):
    # On a line of threefold symmetry the transverse bands are degenerate.
    modes = ModesAround.of(sample.phonons, dynamics, [0.17, 0.17, 0.17])
    e = mix_degenerate(modes.frequencies, modes.polarizations, rng)
    mixed = ModesAround(modes.grid, modes.frequencies, e, modes.qpoint, modes.tetrahedra)
    plain, again = (
        imaginary_self_energy(
            sample.series, m, EvaluationPoints(m.q, POINTS), occupations(m), Scattering()
        ).total
        for m in (modes, mixed)
    )
    assert np.abs(e - modes.polarizations).max() > 1e-3
    np.testing.assert_allclose(again, plain, rtol=0, atol=1e-12 * plain.max())


@pytest.mark.needs_rust
def test_spectra_change_continuously_on_the_way_from_point_to_point(sample, dynamics):
    points = default_frequency_points(sample.phonons.frequencies, n=101)
    start, end = sample.phonons.grid.qpoints[[5, Q]]

    def spectrum(x):
        modes = ModesAround.of(sample.phonons, dynamics, start + x * (end - start))
        evaluation = EvaluationPoints(modes.q, points)
        run = (sample.series, modes, evaluation, occupations(modes), SMEARED)
        return spectral_function(*run).imaginary[1].sum(axis=0)

    # Not from the very point on: there an acoustic phonon of q'' = 0 does not scatter.
    first = spectrum(0.3)
    steps = [np.abs(spectrum(x) - first).max() / first.max() for x in (0.301, 0.31, 0.6)]
    assert 0 < steps[0] < 0.01
    assert 5 * steps[0] < steps[1] < 20 * steps[0]
    assert steps[1] < steps[2]


def test_what_they_are_not_for_is_refused(sample, dynamics, around):
    modes = around[1]
    run = (sample.series, modes)
    n = occupations(modes)
    with pytest.raises(DomainError, match=f"q: expected {modes.q}, the one wave vector"):
        imaginary_self_energy(*run, EvaluationPoints(3), n, Scattering())
    with pytest.raises(ShapeError, match="occupations"):
        imaginary_self_energy(
            *run, EvaluationPoints(modes.q), sample.occupations, Scattering()
        )
    with pytest.raises(DomainError, match="phonons must be a PeriodicModes, got Modes"):
        linewidths(sample.series, modes, 3, n, Scattering())
    with pytest.raises(DomainError, match="qpoint"):
        ModesAround.of(sample.phonons, dynamics, [np.nan, 0, 0])
    with pytest.raises(ShapeError, match="qpoint"):
        ModesAround.of(sample.phonons, dynamics, [0, 0])
    with pytest.raises(ShapeError, match="frequencies: expected shape"):
        replace(modes, frequencies=modes.frequencies[1:])
    with pytest.raises(ShapeError, match="frequencies"):
        PeriodicModes(modes.grid, modes.frequencies, modes.polarizations)
