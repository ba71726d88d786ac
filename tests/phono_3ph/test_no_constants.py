"""Third-order constants that vanish scatter nothing, and are no accident of a kernel."""

import numpy as np
import pytest
from model_crystals import zincblende
from phono_3ph import (
    EvaluationPoints,
    QStars,
    Scattering,
    Series3,
    Strengths,
    ThermalFactors,
    collision_row,
    detailed_linewidths,
    imaginary_self_energy,
    linewidths,
    real_self_energy,
    reduced_row,
)
from phono_fc import ForceConstants
from phono_grid import Gaussian

pytestmark = pytest.mark.usefixtures("backend")

Q = 6


@pytest.fixture(scope="module")
def nothing() -> Series3:
    fc3 = zincblende().fc3
    return Series3.of(ForceConstants(np.zeros_like(fc3.values), fc3.supercell))


@pytest.mark.parametrize("smearing", [None, Gaussian(0.5)])
def test_without_constants_widths_shifts_and_strengths_are_zero(sample, nothing, smearing):
    scattering, p, n = Scattering(smearing=smearing), sample.phonons, sample.occupations
    points = EvaluationPoints(Q, np.linspace(0, 20, 5))
    thermal = ThermalFactors(n, n)
    width, row = collision_row(nothing, p, Q, thermal, scattering)
    results = [
        linewidths(nothing, p, Q, n, scattering),
        imaginary_self_energy(nothing, p, points, n, scattering).total,
        real_self_energy(nothing, p, points, n, scattering),
        detailed_linewidths(nothing, p, Q, n, scattering),
        Strengths.of(nothing, p, Q).values,
        width,
        reduced_row(row, QStars.of(p.grid, sample.irreducible)),
    ]
    assert len(nothing.values) == 0
    assert all(result.size and not result.any() for result in results)
