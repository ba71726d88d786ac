"""The same bits however self-energies are run, and Ctrl-C."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ctrl_c import seconds_to_end
from phono_3ph import (
    EvaluationPoints,
    ModesAround,
    PeriodicModes,
    Scattering,
    Series3,
    Strengths,
    detailed_linewidths,
    imaginary_self_energy,
    isotope_linewidths,
    joint_dos,
    real_self_energy,
)
from phono_dynmat import HarmonicSeries, bose_einstein, phonon_modes
from phono_grid import Gaussian, Grid

pytestmark = pytest.mark.needs_rust

Q = 6
POINTS = np.linspace(0.1, 38, 40)

DIGEST = """
import hashlib
from model_crystals import zincblende
from test_self_energy_runs import everything, setting

digest = hashlib.sha256()
for array in everything(*setting([4, 4, 4])):
    digest.update(array.tobytes())
print(digest.hexdigest())
"""


def setting(mesh):
    """Series, phonons and dynamics of the model."""
    from model_crystals import zincblende

    model = zincblende()
    cell = model.supercell.primitive
    grid, dynamics = Grid.of(cell, mesh), HarmonicSeries.of(model.fc2)
    phonons = PeriodicModes.of(grid, phonon_modes(dynamics, grid.qpoints), cell)
    return Series3.of(model.fc3), phonons, dynamics


def everything(series, phonons, dynamics):
    """All kinds of self-energies."""
    around = ModesAround.of(phonons, dynamics, [0.137, -0.21, 0.064])
    n, m = (bose_einstein(p.frequencies, [0.0, 300.0]) for p in (phonons, around))
    yield joint_dos(phonons, Q, POINTS, n).sums
    yield detailed_linewidths(series, phonons, Q, n, Scattering())
    for couplings in (series, Strengths.of(series, phonons, Q)):
        at_own = (couplings, phonons, EvaluationPoints(Q), n, Scattering())
        yield imaginary_self_energy(*at_own).total
        for scattering in (Scattering(), Scattering(smearing=Gaussian(0.3))):
            run = (couplings, phonons, EvaluationPoints(Q, POINTS), n, scattering)
            yield imaginary_self_energy(*run).total
        yield real_self_energy(*run)
    run = (series, around, EvaluationPoints(around.q, POINTS), m)
    yield imaginary_self_energy(*run, Scattering()).total
    yield real_self_energy(*run)


def test_one_and_two_threads_make_the_same_bits():
    here = Path(__file__).parent
    path = os.pathsep.join([str(here), str(here.parent), *sys.path])
    found = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "RAYON_NUM_THREADS": n, "PYTHONPATH": path},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for n in ("1", "2")
    }
    assert len(found) == 1
    assert len(found.pop()) == 65


def test_batches_of_points_and_of_temperatures_make_the_same_bits(sample):
    n = bose_einstein(sample.phonons.frequencies, [0.0, 100.0, 300.0])
    run = (sample.series, sample.phonons)
    parts = [POINTS[:7], POINTS[7:]]
    for scattering in (Scattering(), Scattering(smearing=Gaussian(0.3))):
        whole = imaginary_self_energy(
            *run, EvaluationPoints(Q, POINTS), n, scattering
        ).total
        batches = [
            imaginary_self_energy(*run, EvaluationPoints(Q, p), n, scattering).total
            for p in parts
        ]
        np.testing.assert_array_equal(np.concatenate(batches, axis=2), whole)
        one = imaginary_self_energy(
            *run, EvaluationPoints(Q, POINTS), n[..., 1:2], scattering
        ).total
        np.testing.assert_array_equal(one[0], whole[1])
    whole = real_self_energy(*run, EvaluationPoints(Q, POINTS), n)
    batches = [real_self_energy(*run, EvaluationPoints(Q, p), n) for p in parts]
    np.testing.assert_array_equal(np.concatenate(batches, axis=2), whole)


LONG = np.linspace(0, 38, 30_000)


@pytest.fixture(scope="module")
def large():
    series, phonons, _ = setting([10, 10, 10])
    return series, phonons, bose_einstein(phonons.frequencies, [300.0])


@pytest.fixture(scope="module")
def of_many_bands():
    """Phonons at few points, so that each of them takes long."""
    grid, rng = Grid([8, 8, 8], np.eye(3), [np.eye(3, dtype=int)]), np.random.default_rng(0)
    f = np.sort(rng.uniform(1, 9, (grid.n_q, 96)), axis=1)
    return PeriodicModes(grid, f, rng.normal(size=(grid.n_q, 96, 32, 3)))


KERNELS = ["imaginary", "Gaussians", "real", "joint", "isotopes", "isotopes, Gaussians"]


@pytest.mark.parametrize("kernel", KERNELS)
def test_ctrl_c_ends_a_self_energy_within_a_second(large, of_many_bands, kernel):
    series, phonons, n = large
    evaluation = EvaluationPoints(357, LONG)
    smeared, spread = Scattering(smearing=Gaussian(2.0)), np.ones(32)
    points = np.arange(of_many_bands.grid.n_q)
    run = {
        "imaginary": lambda: imaginary_self_energy(
            series, phonons, evaluation, n, Scattering()
        ),
        "Gaussians": lambda: imaginary_self_energy(series, phonons, evaluation, n, smeared),
        "real": lambda: real_self_energy(series, phonons, evaluation, n),
        "joint": lambda: joint_dos(phonons, 357, LONG, n, smeared),
        "isotopes": lambda: isotope_linewidths(of_many_bands, points, spread, Scattering()),
        "isotopes, Gaussians": lambda: isotope_linewidths(
            of_many_bands, points, spread, smeared
        ),
    }[kernel]
    assert seconds_to_end(run, after=0.3) < 1
