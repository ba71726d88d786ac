"""Bad input to self-energies, spectra, joint densities and strengths: one typed error."""

from dataclasses import replace

import numpy as np
import pytest
from phono_3ph import (
    EvaluationPoints,
    PeriodicModes,
    Scattering,
    Strengths,
    ThermalFactors,
    collision_row,
    default_frequency_points,
    detailed_linewidths,
    imaginary_self_energy,
    interaction_strengths,
    joint_dos,
    kramers_kronig,
    linewidths,
    real_self_energy,
    spectral_function,
)
from phono_grid import Gaussian, Triplets
from phono_grid.errors import DomainError, ShapeError

pytestmark = pytest.mark.usefixtures("backend")

Q = 6
PLAIN = Scattering()


def imaginary(s, **change):
    keys = {"couplings": s.series, "phonons": s.phonons, "evaluation": EvaluationPoints(Q)}
    keys |= {"occupations": s.occupations, "scattering": PLAIN} | change
    return imaginary_self_energy(**keys)


def real(s, **change):
    keys = {"couplings": s.series, "phonons": s.phonons, "evaluation": EvaluationPoints(Q)}
    return real_self_energy(**keys | {"occupations": s.occupations} | change)


def spectral(s, points, **change):
    keys = {
        "couplings": s.series,
        "phonons": s.phonons,
        "evaluation": EvaluationPoints(Q, points),
    }
    keys |= {"occupations": s.occupations, "scattering": PLAIN} | change
    return spectral_function(**keys)


def detailed(s, q=Q, n=None):
    n = s.occupations if n is None else n
    return detailed_linewidths(s.series, s.phonons, q, n, PLAIN)


def other(s):
    """Another crystal of as many atoms on the same grid."""
    p = s.phonons
    return PeriodicModes(p.grid, 1.1 * p.frequencies, p.polarizations)


def stored(s, q=Q, **change):
    if q not in STORED:
        STORED[q] = Strengths.of(s.series, s.phonons, q)
    return replace(STORED[q], **change)


STORED: dict[int, Strengths] = {}
NONE = np.zeros((64, 6, 0))
BAD = {
    "sigma of zero": (lambda s: Gaussian(0.0), "sigma must be positive, got 0"),
    "negative sigma": (lambda s: Gaussian(-0.1), "sigma must be positive"),
    "sigma that is no number": (lambda s: Gaussian(np.nan), "sigma must be positive"),
    "cutoff of zero": (lambda s: Gaussian(0.1, 0.0), "cutoff must be positive"),
    "negative cutoff frequency": (
        lambda s: Scattering(cutoff_frequency=-1.0),
        "cutoff_frequency must not be negative, got -1",
    ),
    "no width of sets": (
        lambda s: Scattering(degeneracy=0.0),
        "degeneracy must be positive",
    ),
    "epsilon of zero": (lambda s: real(s, epsilon=0.0), "epsilon must be positive, got 0"),
    "negative epsilon": (lambda s: real(s, epsilon=-0.1), "epsilon must be positive"),
    "no epsilon": (lambda s: real(s, epsilon=np.nan), "epsilon must be positive"),
    "no frequency points": (
        lambda s: EvaluationPoints(Q, []),
        "frequency_points: expected one or",
    ),
    "a point that is no number": (
        lambda s: EvaluationPoints(Q, [1.0, np.nan]),
        "frequency_points",
    ),
    "an infinite point": (lambda s: EvaluationPoints(Q, [np.inf]), "frequency_points"),
    "no temperatures": (
        lambda s: imaginary(s, occupations=NONE),
        "occupations must hold at least one temperature, got shape",
    ),
    "no temperatures, real": (
        lambda s: real(s, occupations=NONE),
        "occupations must hold at least one temperature, got shape",
    ),
    "no temperatures, in detail": (
        lambda s: detailed(s, n=NONE),
        "occupations must hold at least one temperature, got shape",
    ),
    "no temperatures, spectrum": (
        lambda s: spectral(s, [0.0, 1.0], occupations=NONE),
        "occupations must hold at least one temperature, got shape",
    ),
    "no temperatures, joint": (
        lambda s: joint_dos(s.phonons, Q, [1.0], NONE),
        "occupations must hold at least one temperature, got shape",
    ),
    "no temperatures, linewidths": (
        lambda s: linewidths(s.series, s.phonons, Q, NONE, PLAIN),
        "occupations must hold at least one temperature, got shape",
    ),
    "no temperatures, collisions": (
        lambda s: collision_row(s.series, s.phonons, Q, ThermalFactors(NONE, NONE), PLAIN),
        "occupations must hold at least one temperature, got shape",
    ),
    "q beyond the grid": (
        lambda s: imaginary(s, evaluation=EvaluationPoints(64)),
        "q: 64 is out of range",
    ),
    "negative q": (
        lambda s: real(s, evaluation=EvaluationPoints(-1)),
        "q: -1 is out of range",
    ),
    "q beyond, in detail": (lambda s: detailed(s, q=64), "q: 64 is out of range"),
    "q beyond, joint": (lambda s: joint_dos(s.phonons, 64, [1.0]), "q: 64 is out of range"),
    "no points of joint densities": (
        lambda s: joint_dos(s.phonons, Q, []),
        "frequency_points",
    ),
    "points of joint densities": (
        lambda s: joint_dos(s.phonons, Q, [1.0, np.nan]),
        "frequency_points",
    ),
    "unknown band": (
        lambda s: Strengths.of(s.series, s.phonons, Q, bands=[0, 6]),
        "bands: 6 is out of range, expected 0 to 5",
    ),
    "unknown band of triplets": (
        lambda s: interaction_strengths(
            s.series, s.phonons, Triplets.of(s.phonons.grid, Q), bands=[-1]
        ),
        "bands: -1 is out of range",
    ),
    "no bands": (
        lambda s: Strengths.of(s.series, s.phonons, Q, bands=[]),
        "bands: expected one or more",
    ),
    "strengths of another q": (
        lambda s: imaginary(s, couplings=stored(s, 5)),
        "compute the strengths anew",
    ),
    "strengths of another crystal": (
        lambda s: imaginary(s, couplings=stored(s), phonons=other(s)),
        "another crystal or mesh; compute them again",
    ),
    "strengths of another crystal, real": (
        lambda s: real(s, couplings=stored(s), phonons=other(s)),
        "another crystal or mesh; compute them again",
    ),
    "negative strengths": (
        lambda s: stored(s, values=-np.ones_like(stored(s).values)),
        "values must not be negative",
    ),
    "spectrum without points": (lambda s: spectral(s, None), "from 0 on in equal steps"),
    "spectrum from 1": (lambda s: spectral(s, [1.0, 2.0]), "from 0 on in equal steps"),
    "spectrum in uneven steps": (
        lambda s: spectral(s, [0.0, 1.0, 3.0]),
        r"use numpy\.linspace",
    ),
    "one point of a spectrum": (lambda s: spectral(s, [0.0]), "two or more numbers"),
    "Γ that is no number": (
        lambda s: kramers_kronig([0.0, np.nan], [0.0, 1.0]),
        "imaginary",
    ),
    "no default points": (
        lambda s: default_frequency_points(s.phonons.frequencies, n=1),
        "n must be 2 or more, got 1",
    ),
    "negative width of default points": (
        lambda s: default_frequency_points(s.phonons.frequencies, sigma=-1.0),
        "sigma must not be negative, got -1",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_is_named(sample, what):
    action, message = BAD[what]
    with pytest.raises(DomainError, match=message):
        action(sample)


SHAPES = {
    "occupations of fewer phonons": lambda s: imaginary(s, occupations=NONE[1:]),
    "occupations, real": lambda s: real(s, occupations=s.occupations[:, 1:]),
    "occupations in detail": lambda s: detailed(s, n=s.occupations[1:]),
    "occupations of joint densities": lambda s: joint_dos(
        s.phonons, Q, [1.0], s.occupations[1:]
    ),
    "points in a square": lambda s: EvaluationPoints(Q, np.eye(2)),
    "Γ of other points": lambda s: kramers_kronig([0.0, 1.0, 2.0], [0.0, 1.0]),
    "normal processes of other triplets": lambda s: imaginary(
        s, evaluation=EvaluationPoints(Q, None, [True])
    ),
    "strengths of some bands": lambda s: imaginary(
        s, couplings=Strengths.of(s.series, s.phonons, Q, bands=[1])
    ),
}


@pytest.mark.parametrize("what", SHAPES)
def test_a_shape_that_does_not_fit_is_named(sample, what):
    with pytest.raises(ShapeError, match="expected"):
        SHAPES[what](sample)


def test_kernels_themselves_refuse_strengths_of_other_triplets(sample):
    run = (stored(sample, 5), sample.phonons, EvaluationPoints(Q), sample.occupations)
    for kernel in (imaginary_self_energy, real_self_energy):
        with pytest.raises(DomainError, match="compute the strengths anew"):
            kernel(*run, PLAIN)
