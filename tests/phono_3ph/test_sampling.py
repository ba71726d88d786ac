"""Laws of three-phonon linewidths from a part of the triplets."""

import numpy as np
import pytest
from phono_3ph import (
    Scattering,
    SumPieces,
    TripletSampling,
    linewidth_pieces,
    linewidths,
    sampled_linewidths,
)
from phono_grid import Triplets
from phono_grid.errors import DomainError

pytestmark = pytest.mark.usefixtures("backend")
Q = 6


def inputs_of(sample):
    return sample.series, sample.phonons, Q, sample.occupations, Scattering()


def n_triplets(sample):
    return len(Triplets.of(sample.phonons.grid, Q).weights)


def test_a_part_of_the_pieces_has_their_bits(sample):
    count, some = 7, (1, 2, 5)
    arguments = (sample.series, sample.phonons, Q)
    whole, part = (
        linewidth_pieces(*arguments, pieces, sample.occupations, Scattering())
        for pieces in (
            SumPieces(count=count, wanted=(0, count)),
            SumPieces(count=count, wanted=(0, count), numbers=some),
        )
    )
    np.testing.assert_array_equal(part, whole[list(some)])
    for wrong in ((2, 1), (3, 3), (0, 7), (-1, 2)):
        with pytest.raises(DomainError, match="numbers must be in ascending order"):
            SumPieces(count=count, wanted=(0, count), numbers=wrong)


def test_a_sample_of_every_piece_is_exact(sample):
    exact = linewidths(*inputs_of(sample))
    pieces = -(-n_triplets(sample) // 2)
    sampling = TripletSampling(replicates=2, pieces=pieces, length=2)
    for estimate in sampled_linewidths(*inputs_of(sample), sampling):
        np.testing.assert_allclose(estimate, exact, rtol=1e-11)


def test_estimates_are_unbiased_and_know_their_error(sample):
    exact = linewidths(*inputs_of(sample))
    sampling = TripletSampling(seed=3, replicates=200, pieces=3, length=1)
    estimates = sampled_linewidths(*inputs_of(sample), sampling)
    error = estimates.std(axis=0, ddof=1) / np.sqrt(len(estimates))
    active = exact > 0
    assert active.any()
    assert (error[active] > 0).all()
    assert (np.abs(estimates.mean(axis=0) - exact)[active] < 4.5 * error[active]).all()


def test_the_seed_and_the_number_decide(sample):
    sampling = TripletSampling(seed=1, replicates=4, pieces=2, length=1)
    first = sampled_linewidths(*inputs_of(sample), sampling)
    again = sampled_linewidths(*inputs_of(sample), sampling)
    np.testing.assert_array_equal(again, first)
    later = sampled_linewidths(*inputs_of(sample), sampling, start=2)
    np.testing.assert_array_equal(later[:2], first[2:])
    other = TripletSampling(seed=2, replicates=4, pieces=2, length=1)
    assert (sampled_linewidths(*inputs_of(sample), other) != first).any()


def test_numbers_that_make_no_sample_are_refused():
    for wrong in ({"replicates": 1}, {"pieces": 0}, {"length": 0}, {"seed": -1}):
        (name,) = wrong
        with pytest.raises(DomainError, match=name):
            TripletSampling(**wrong)
