"""Laws of the pieces of linewidths."""

import numpy as np
import pytest
from phono_3ph import Scattering, SumPieces, linewidth_pieces, linewidths
from phono_grid import Backend, Gaussian
from phono_grid.backend import active
from phono_grid.errors import DomainError

pytestmark = pytest.mark.usefixtures("backend")

Q = 6


def pieces_of(sample, scattering=None, **pieces):
    """Some pieces at one wave vector."""
    scattering = Scattering() if scattering is None else scattering
    inputs = (sample.series, sample.phonons, Q, SumPieces(**pieces))
    return linewidth_pieces(*inputs, sample.occupations, scattering)


@pytest.mark.parametrize("smearing", [None, Gaussian(0.5, 3.0)])
@pytest.mark.parametrize("count", [1, 3, 1000])
def test_pieces_add_up_to_the_linewidths(sample, smearing, count):
    scattering = Scattering(smearing=smearing)
    whole = linewidths(sample.series, sample.phonons, Q, sample.occupations, scattering)
    parts = pieces_of(sample, scattering, count=count, wanted=(0, count))
    assert parts.shape == (count, *whole.shape)
    np.testing.assert_allclose(parts.sum(axis=0), whole, rtol=1e-11, atol=0)
    if count == 1 and active() is Backend.RUST:
        np.testing.assert_array_equal(parts[0], whole)


@pytest.mark.parametrize("bands", [(0, 2), (2, 3), (1, 6), (4, 4)])
def test_a_piece_is_the_same_whatever_is_made_with_it(sample, bands):
    together = pieces_of(sample, count=7, wanted=(0, 7))
    for p in range(7):
        alone = pieces_of(sample, count=7, wanted=(p, p + 1))
        np.testing.assert_array_equal(alone[0], together[p])
    # Bands are averaged over degenerate sets, so that windows are compared by their sum.
    ends = (0, *bands, 6)
    windows = [
        pieces_of(sample, count=7, wanted=(2, 5), bands=ends[i : i + 2]) for i in range(3)
    ]
    np.testing.assert_allclose(sum(windows), together[2:5], rtol=1e-12, atol=1e-25)


def test_no_piece_and_no_band_give_nothing(sample):
    assert pieces_of(sample, count=3, wanted=(2, 2)).shape[0] == 0
    assert not pieces_of(sample, count=3, wanted=(0, 3), bands=(3, 3)).any()


def test_pieces_that_do_not_exist_are_refused(sample):
    with pytest.raises(DomainError, match=r"wanted must be .* at most 3, got \(0, 4\)"):
        SumPieces(count=3, wanted=(0, 4))
    with pytest.raises(DomainError, match=r"wanted must be .* in order"):
        SumPieces(count=3, wanted=(2, 1))
    with pytest.raises(DomainError, match="count"):
        SumPieces(count=0, wanted=(0, 0))
    with pytest.raises(DomainError, match="bands must be"):
        pieces_of(sample, count=3, wanted=(0, 1), bands=(0, 7))
