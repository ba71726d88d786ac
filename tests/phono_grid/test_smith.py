"""The Smith normal form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phono_grid import smith_normal_form
from phono_grid.errors import DomainError, ShapeError
from random_cases import cases

ENTRIES = st.lists(st.integers(-60, 60), min_size=9, max_size=9)


def determinant(m):
    a, b, c = (row.tolist() for row in m)
    return (
        a[0] * (b[1] * c[2] - b[2] * c[1])
        - a[1] * (b[0] * c[2] - b[2] * c[0])
        + a[2] * (b[0] * c[1] - b[1] * c[0])
    )


@settings(max_examples=cases(1000))
@given(ENTRIES)
def test_the_form_is_diagonal_each_number_divides_the_next_and_p_and_q_are_unimodular(m):
    m = np.array(m).reshape(3, 3)
    if determinant(m) == 0:
        with pytest.raises(DomainError, match="must not be singular"):
            smith_normal_form(m)
        return
    d, p, q = smith_normal_form(m)
    np.testing.assert_array_equal(p @ m @ q, np.diag(d))
    assert (d > 0).all()
    assert d[1] % d[0] == 0
    assert d[2] % d[1] == 0
    assert abs(determinant(p)) == abs(determinant(q)) == 1
    assert int(d.prod()) == abs(determinant(m))
    assert d[0] == np.gcd.reduce(m.ravel())


def test_a_form_that_needs_a_row_from_below_is_found():
    d, _, _ = smith_normal_form(np.diag([4, 6, 10]))
    assert d.tolist() == [2, 2, 60]


@pytest.mark.parametrize(
    ("matrix", "error", "message"),
    [
        (np.eye(2), ShapeError, "matrix: expected 3 x 3 integers"),
        (np.eye(3) * 1j, ShapeError, "matrix: expected 3 x 3 integers, got complex128"),
        (np.eye(3) / 2, DomainError, "matrix must hold integers"),
        (np.full((3, 3), np.nan), DomainError, "matrix must hold integers"),
    ],
)
def test_what_is_no_integer_matrix_is_refused(matrix, error, message):
    with pytest.raises(error, match=message):
        smith_normal_form(matrix)
