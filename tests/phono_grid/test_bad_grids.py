"""Bad input of what makes grids: one typed error that names the argument."""

import re

import numpy as np
import pytest
from phono_grid import (
    Grid,
    smith_normal_form,
)
from phono_grid.errors import DomainError, ShapeError
from silicon_nouns import (
    BAD,
    GRID,
    NAN,
    ONE,
    PRIMITIVE,
)

REFUSED = [
    (DomainError, "matrix must hold integers", lambda: smith_normal_form(np.eye(3) * 0.5)),
    (
        ShapeError,
        "matrix: expected 3 x 3 integers, got rows unlike",
        lambda: smith_normal_form([[1, 2], [1]]),
    ),
    (
        DomainError,
        "matrix must not be singular",
        lambda: smith_normal_form(np.zeros((3, 3), int)),
    ),
    (
        DomainError,
        "mesh must be three positive integers, got 0 1 1",
        lambda: Grid.of(PRIMITIVE, [0, 1, 1]),
    ),
    (
        DomainError,
        "mesh must be three positive integers, got 1.5 1 1",
        lambda: Grid.of(PRIMITIVE, [1.5, 1, 1]),
    ),
    (DomainError, "mesh must be positive, got nan", lambda: Grid.of(PRIMITIVE, NAN)),
    (
        DomainError,
        "mesh must be three positive integers, got nan 1 1",
        lambda: Grid.of(PRIMITIVE, [NAN, 1, 1]),
    ),
    (
        DomainError,
        "mesh: expected three numbers, as (11, 11, 11), or a length in Å, got '5x5'",
        lambda: Grid.of(PRIMITIVE, "5x5"),
    ),
    (
        ShapeError,
        "mesh: expected an array of numbers, got None",
        lambda: Grid.of(PRIMITIVE, None),
    ),
    (
        DomainError,
        "mesh must not be singular",
        lambda: Grid.of(PRIMITIVE, np.zeros((3, 3))),
    ),
    (DomainError, "mesh must hold integers", lambda: Grid.of(PRIMITIVE, np.eye(3) * 1.5)),
    (
        DomainError,
        "mesh must be three positive integers, got 1 2 3 4",
        lambda: Grid.of(PRIMITIVE, [[1, 2], [3, 4]]),
    ),
    (
        DomainError,
        "shift must be 0 or 1/2 for each of three axes, got",
        lambda: Grid.of(PRIMITIVE, [4, 4, 4], shift=[0.3, 0, 0]),
    ),
    (
        ShapeError,
        "shift: expected an array of numbers",
        lambda: Grid.of(PRIMITIVE, [4, 4, 4], shift="a"),
    ),
    (
        DomainError,
        "symmetry must be a Symmetry, got int",
        lambda: Grid.of(PRIMITIVE, [4, 4, 4], symmetry=3),
    ),
    (
        DomainError,
        "length must be positive, got -1",
        lambda: Grid.generalized(PRIMITIVE, -1),
    ),
    (
        DomainError,
        "length must be a positive number, got 'a'",
        lambda: Grid.generalized(PRIMITIVE, "a"),
    ),
    (
        DomainError,
        "reciprocal_lattice must have a volume: its vectors are",
        lambda: Grid([2, 2, 2], np.zeros((3, 3)), [ONE]),
    ),
    (
        DomainError,
        "reciprocal_lattice must be finite, got nan at [0, 0]",
        lambda: Grid([2, 2, 2], BAD, [ONE]),
    ),
    (
        DomainError,
        "rotations must hold integers, got 1.5",
        lambda: Grid([2, 2, 2], np.eye(3), [np.eye(3) * 1.5]),
    ),
    (
        ShapeError,
        "rotations: expected shape [n_r, 3, 3], got []",
        lambda: Grid([2, 2, 2], np.eye(3), 3),
    ),
    (
        ShapeError,
        "rotations: expected shape [n_r, 3, 3], got [3, 3]",
        lambda: Grid([2, 2, 2], np.eye(3), ONE),
    ),
    (
        DomainError,
        "q_matrix must have determinant 1 or -1, got 8",
        lambda: Grid([2, 2, 2], np.eye(3), [ONE], ONE, 2 * ONE),
    ),
    (
        DomainError,
        "shift must hold integers, got 0.5",
        lambda: Grid([2, 2, 2], np.eye(3), [ONE], shift=[0.5, 0, 0]),
    ),
    (
        ShapeError,
        "addresses: expected shape [..., 3], got [1, 2]",
        lambda: GRID.index([[0, 0]]),
    ),
    (
        DomainError,
        "addresses must hold integers, got 0.5",
        lambda: GRID.index([[0.5, 0, 0]]),
    ),
    (
        DomainError,
        "addresses must hold integers, got 0.5",
        lambda: GRID.rotate([0, 0, 0.5]),
    ),
    (DomainError, "points must be in 0 to 63, got 64 to 64", lambda: GRID.qpoints_at([64])),
    (DomainError, "points must hold integers, got 0.5", lambda: GRID.qpoints_at([0.5])),
]


@pytest.mark.parametrize(("error", "message", "call"), REFUSED)
def test_bad_input_is_refused_with_an_error_that_names_the_argument(error, message, call):
    with pytest.raises(error, match=re.escape(message)):
        call()
