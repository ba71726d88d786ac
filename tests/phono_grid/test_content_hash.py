"""A hash notices what changes in an array."""

import numpy as np
import pytest
from phono_grid import content_hash
from phono_grid.errors import DomainError

pytestmark = pytest.mark.usefixtures("backend")


@pytest.mark.parametrize("dtype", [np.float64, np.complex128, np.int8, bool, np.int64])
@pytest.mark.parametrize("n", [0, 1, 7, 8, 1003])
def test_an_equal_array_has_an_equal_hash_and_a_changed_one_another(dtype, n, rng):
    array = rng.integers(0, 2, (n, 3)).astype(dtype)
    before = content_hash(array)
    assert before == content_hash(array.copy())
    for i in rng.permutation(array.size)[:20]:
        changed = array.copy()
        changed.flat[i] = 1 - changed.flat[i]
        assert content_hash(changed) != before
        changed.flat[i] = array.flat[i]
        assert content_hash(changed) == before


def test_rows_exchanged_make_another_hash(rng):
    array = rng.normal(size=(5, 4))
    assert content_hash(array[[1, 0, 2, 3, 4]]) != content_hash(array)


@pytest.mark.parametrize(
    "array", [np.zeros((3, 4)).T, np.zeros(9)[::2], np.array([None]), [1.0]]
)
def test_only_numbers_in_order_have_one(array):
    with pytest.raises(DomainError):
        content_hash(array)
