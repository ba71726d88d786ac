"""Laws of degenerate sets."""

import numpy as np
import pytest
from phono_grid import DEGENERACY, degenerate_sets
from phono_grid.errors import DomainError


def test_degenerate_sets_are_chains():
    sets = degenerate_sets([0, 1, 1.5, 2, 4], 0.6)
    np.testing.assert_array_equal(sets, [0, 1, 1, 1, 2])


def test_bands_as_far_apart_as_the_degeneracy_are_two_sets():
    f = np.array([1.0, 1.0 + 0.9 * DEGENERACY, 1.0 + 2 * DEGENERACY])
    np.testing.assert_array_equal(degenerate_sets(f), [0, 0, 1])
    np.testing.assert_array_equal(degenerate_sets([1.0, 1.5], 0.5), [0, 1])


def test_each_wave_vector_has_its_own_sets(rng):
    f = np.sort(rng.uniform(0, 1, (4, 3, 9)), axis=-1)
    sets = degenerate_sets(f, 0.1)
    for at_q, expected in zip(f.reshape(-1, 9), sets.reshape(-1, 9), strict=True):
        np.testing.assert_array_equal(degenerate_sets(at_q, 0.1), expected)
        assert expected[0] == 0
        assert expected.max() == (np.diff(at_q) >= 0.1).sum()


def test_a_degeneracy_of_nothing_is_refused():
    with pytest.raises(DomainError, match="degeneracy must be positive, got 0"):
        degenerate_sets([1.0], 0.0)
    with pytest.raises(DomainError, match="frequencies must be finite"):
        degenerate_sets([np.nan])
