"""Constants and phonons that scatter are of one crystal."""

from dataclasses import replace

import numpy as np
import pytest
from phono_3ph import (
    EvaluationPoints,
    Scattering,
    ThermalFactors,
    collision_row,
    detailed_linewidths,
    imaginary_self_energy,
    interaction_strengths,
    linewidths,
    real_self_energy,
)
from phono_grid import Triplets
from phono_grid.errors import DomainError

pytestmark = pytest.mark.usefixtures("backend")

PLAIN = Scattering()
USES = {
    "strengths": lambda s, x: interaction_strengths(
        x, s.phonons, Triplets.of(s.phonons.grid, 1)
    ),
    "linewidths": lambda s, x: linewidths(x, s.phonons, 1, s.occupations, PLAIN),
    "linewidths by name": lambda s, x: linewidths(
        series=x, phonons=s.phonons, q=1, occupations=s.occupations, scattering=PLAIN
    ),
    "a row": lambda s, x: collision_row(
        x, s.phonons, 1, ThermalFactors.of(s.phonons.frequencies, [300.0]), PLAIN
    ),
    "imaginary": lambda s, x: imaginary_self_energy(
        x, s.phonons, EvaluationPoints(1), s.occupations, PLAIN
    ),
    "real": lambda s, x: real_self_energy(x, s.phonons, EvaluationPoints(1), s.occupations),
    "detailed": lambda s, x: detailed_linewidths(x, s.phonons, 1, s.occupations, PLAIN),
}


@pytest.mark.parametrize("use", USES)
def test_constants_of_another_crystal_with_as_many_atoms_are_refused(sample, use):
    larger = replace(sample.series, lattice=1.1 * sample.series.lattice)
    with pytest.raises(DomainError, match=r"vector 0 .* is 1.1, expected 1; make both"):
        USES[use](sample, larger)
    USES[use](sample, sample.series)


def test_the_same_crystal_in_other_axes_is_refused(sample):
    turned = replace(sample.series, lattice=np.roll(sample.series.lattice, 1, axis=0))
    with pytest.raises(DomainError, match=r"expected [01]; make both from one crystal"):
        USES["strengths"](sample, turned)


def test_constants_without_a_lattice_are_taken_as_they_are(sample):
    bare = replace(sample.series, lattice=None)
    np.testing.assert_array_equal(
        *(USES["strengths"](sample, series) for series in (bare, sample.series))
    )
