"""Spectral functions, joint densities of states and strengths on disk."""

import numpy as np
import pytest
from phono_3ph import (
    EvaluationPoints,
    PeriodicModes,
    Scattering,
    Series3,
    Strengths,
    StrengthsOrigin,
    default_frequency_points,
    imaginary_self_energy,
    joint_dos,
    kramers_kronig,
    linewidths,
    read_strengths,
    spectral_function,
    write_strengths,
)
from phono_dynmat import Modes
from phono_grid import Gaussian, Grid
from phono_grid.errors import DomainError, FileError

pytestmark = pytest.mark.usefixtures("backend")

Q = 6


def test_kramers_kronig_of_a_pair_of_lorentzians_is_known():
    # Γ = b/((w-a)² + b²) - b/((w+a)² + b²) is odd and has the real part
    # (w-a)/((w-a)² + b²) - (w+a)/((w+a)² + b²).
    a, b = 10.0, 2.0
    w = np.linspace(0, 200, 1001)
    gamma = b / ((w - a) ** 2 + b**2) - b / ((w + a) ** 2 + b**2)
    expected = (w - a) / ((w - a) ** 2 + b**2) - (w + a) / ((w + a) ** 2 + b**2)
    inside = w < 30
    found = kramers_kronig(gamma, w)[inside]
    # Left out: the point itself, of the order of a step, 0.2, times the slope of Γ / π.
    np.testing.assert_allclose(found, expected[inside], atol=0.02)


@pytest.mark.needs_rust
def test_lines_obey_the_sum_rule_of_oscillators(sample):
    f = sample.phonons.frequencies
    points = default_frequency_points(f, n=2001)
    smeared = Scattering(smearing=Gaussian(0.5))
    run = (sample.series, sample.phonons, Q)
    # As hot as it takes to make lines wider than the steps.
    widths = linewidths(*run, sample.occupations, smeared)
    hot = 0.2 / widths.max() * sample.occupations
    found = spectral_function(
        sample.series,
        sample.phonons,
        EvaluationPoints(Q, points),
        hot,
        smeared,
    )
    assert found.values.min() >= 0
    at = np.abs(points - f[Q][:, None]).argmin(axis=1)
    widths = found.imaginary[:, np.arange(6), at]
    resolved = (widths > 3 * points[1]) & (widths < 0.25)
    assert resolved.sum() > 1
    # ∫ w A(w) dw = f, whatever the self-energy, if its two parts belong together.
    moment = (points * found.values).sum(axis=-1) * points[1] / f[Q]
    np.testing.assert_allclose(moment[resolved], 1, atol=0.02)


def test_frequency_points_of_a_spectrum_start_at_zero_in_equal_steps():
    for points in (None, [1.0, 2.0], [0.0], [0.0, 1.0, 3.0], [0.0, 0.0]):
        with pytest.raises(DomainError, match="from 0 on in equal steps"):
            kramers_kronig(np.ones(2), points)


@pytest.mark.needs_rust
def test_joint_densities_count_all_pairs(sample):
    phonons = sample.phonons
    points = default_frequency_points(phonons.frequencies, n=401)
    bare = joint_dos(phonons, Q, points)
    # Pairs of phonons; a difference is positive for one of the two signs. The rectangle
    # rule misses what is narrower than a step.
    np.testing.assert_allclose(bare.sums.sum() * points[1], 36, rtol=1e-2)
    np.testing.assert_allclose(bare.differences.sum() * points[1], 36, rtol=2e-2)


def test_averaged_strengths_turn_linewidths_into_joint_densities(sample):
    phonons = sample.phonons
    strengths = Strengths.of(sample.series, phonons, Q).averaged()
    points = np.linspace(1, 35, 23)
    for scattering in (Scattering(), Scattering(smearing=Gaussian(0.7))):
        gamma = imaginary_self_energy(
            strengths, phonons, EvaluationPoints(Q, points), sample.occupations, scattering
        ).total
        joint = joint_dos(phonons, Q, points, sample.occupations, scattering)
        shape = joint.sums + joint.differences
        optic = gamma[:, -1]
        factor = optic.sum() / shape.sum()
        np.testing.assert_allclose(optic, factor * shape, atol=1e-10 * optic.max())


def test_strengths_come_back_from_disk_as_they_were(sample, tmp_path):
    pytest.importorskip("h5py")
    strengths = Strengths.of(sample.series, sample.phonons, Q)
    origin = StrengthsOrigin.of(sample.series, sample.phonons, Q)
    path = write_strengths(tmp_path / "strengths.hdf5", strengths, origin)
    again = read_strengths(path, origin)
    np.testing.assert_array_equal(again.values, strengths.values)
    np.testing.assert_array_equal(again.triplets.points, strengths.triplets.points)
    assert [p.name for p in tmp_path.iterdir()] == ["strengths.hdf5"]


def test_strengths_of_something_else_are_refused(sample, tmp_path):
    pytest.importorskip("h5py")
    series, phonons = sample.series, sample.phonons
    origin = StrengthsOrigin.of(series, phonons, Q)
    path = tmp_path / "strengths.hdf5"
    write_strengths(path, Strengths.of(series, phonons, Q), origin)
    cell = sample.model.supercell.primitive
    grid = Grid.of(cell, [2, 2, 2])
    small = PeriodicModes.of(
        grid, Modes(grid.qpoints, *sample.model.modes(grid.qpoints)), cell
    )
    other = Series3(2 * series.values, series.atoms, series.cells)
    for asked, message in (
        (StrengthsOrigin.of(series, small, 3), "the mesh 4 4 4, asked for 2 2 2"),
        (StrengthsOrigin.of(series, phonons, 5), "grid point 6, asked for 5"),
        (StrengthsOrigin.of(other, phonons, Q), "other third-order constants"),
    ):
        with pytest.raises(DomainError, match=f"{message}.*compute them again"):
            read_strengths(path, asked)
    path.write_text("nothing")
    with pytest.raises(FileError, match="not an HDF5 file"):
        read_strengths(path, origin)
    strengths = Strengths.of(series, phonons, Q)
    with pytest.raises(FileError, match="cannot be written"):
        write_strengths(tmp_path / "no" / "x.hdf5", strengths, origin)
