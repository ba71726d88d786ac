"""Linewidths by several ways to conserve energy, and strengths in place of constants."""

import numpy as np
import pytest
from phono_3ph import EvaluationPoints as At
from phono_3ph import (
    Scattering,
    Strengths,
    SumPieces,
    ThermalFactors,
    collision_row,
    imaginary_self_energy,
    linewidth_pieces,
    linewidths,
    linewidths_together,
)
from phono_grid import Gaussian
from phono_grid.errors import DomainError

pytestmark = pytest.mark.usefixtures("backend")

Q = 6
WAYS = [
    Scattering(),
    Scattering(smearing=Gaussian(0.5, 3.0)),
    Scattering(smearing=Gaussian(0.1, None)),
    Scattering(cutoff_frequency=2.0, average_degenerate_weights=False),
]


@pytest.mark.parametrize("pieces", [(1, (0, 1), None), (7, (2, 5), (1, 6))])
def test_each_way_has_the_bits_it_has_alone(sample, pieces):
    count, wanted, bands = pieces
    inputs = (sample.series, sample.phonons, Q)
    inputs += (SumPieces(count=count, wanted=wanted, bands=bands), sample.occupations)
    together = linewidths_together(*inputs, WAYS)
    for scattering, widths in zip(WAYS, together, strict=True):
        np.testing.assert_array_equal(widths, linewidth_pieces(*inputs, scattering))
    assert len({widths.tobytes() for widths in together}) == len(WAYS)


def test_no_way_is_refused(sample):
    inputs = (sample.series, sample.phonons, Q, SumPieces(count=1, wanted=(0, 1)))
    with pytest.raises(DomainError, match="scatterings: expected one or more"):
        linewidths_together(*inputs, sample.occupations, [])


def test_a_constant_strength_is_the_mean_of_every_band(sample):
    constant = Strengths.constant(sample.phonons, Q, 2.5e-10)
    np.testing.assert_allclose(constant.mean, 2.5e-10, rtol=1e-13)
    # What has the same mean at every band has the same linewidths when it is averaged.
    strengths = Strengths.of(sample.series, sample.phonons, Q)
    n = sample.occupations
    averaged, flat = (
        imaginary_self_energy(s, sample.phonons, At(Q), n, Scattering()).total
        for s in (strengths.averaged(), constant)
    )
    sets = np.diff(sample.phonons.frequencies[Q], prepend=-1, append=99) > 1e-4
    single = np.flatnonzero(sets[:-1] & sets[1:])
    assert len(single) > 1
    ratio = (averaged / flat)[:, single]
    expected = strengths.mean[single] / 2.5e-10
    np.testing.assert_allclose(ratio, expected[None].repeat(len(n.T), 0), rtol=1e-11)
    with pytest.raises(DomainError, match="mean must be positive, got 0"):
        Strengths.constant(sample.phonons, Q, 0)


@pytest.mark.parametrize("scattering", WAYS[:2])
def test_rows_from_stored_strengths_are_those_of_the_constants(sample, scattering):
    f = sample.phonons.frequencies
    thermal = ThermalFactors.of(f, [100.0, 300.0])
    strengths = Strengths.of(sample.series, sample.phonons, Q, cutoff_frequency=0)
    inputs = (sample.phonons, Q, thermal, scattering)
    for stored, computed in zip(
        collision_row(strengths, *inputs),
        collision_row(sample.series, *inputs),
        strict=True,
    ):
        np.testing.assert_allclose(
            stored, computed, rtol=1e-10, atol=1e-13 * np.abs(computed).max()
        )
    widths, _ = collision_row(strengths, *inputs)
    plain = linewidths(sample.series, sample.phonons, Q, thermal.occupations, scattering)
    np.testing.assert_allclose(widths, plain, rtol=1e-10)
