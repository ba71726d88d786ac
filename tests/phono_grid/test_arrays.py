"""Small replacements of NumPy's functions."""

import numpy as np
import pytest
from phono_grid.arrays import distinct


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_distinct_values_are_those_of_numpy(axis):
    rng = np.random.default_rng(0)
    for values in (rng.integers(-2, 3, (40, 2)), rng.integers(0, 2, (30, 3)) / 3):
        assert np.array_equal(distinct(values, axis), np.unique(values, axis=axis))


def test_of_nothing_there_is_nothing():
    assert distinct([]).shape == (0,)
    assert distinct(np.zeros((0, 3), int), axis=0).shape == (0, 3)
