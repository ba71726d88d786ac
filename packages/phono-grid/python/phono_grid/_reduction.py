"""Reduced bases of lattices, step by step as in Rust."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid.errors import DomainError, finite

Row = list[float]

_STEPS = 1000
"""After which a basis is given up; one that has a volume takes some tens."""
_HALF = 0.5 + 1e-9
"""Halves are ties, and which of them is taken must not depend on rounding."""
_SHORTENED: list[tuple[int, Row]] = [
    (1, [1, 0, 0]),
    (2, [1, 0, 0]),
    (2, [0, 1, 0]),
    (2, [1, 1, 0]),
    (2, [1, -1, 0]),
]
"""Which vector, in ascending order of lengths, is shortened by what."""


def minkowski_reduction(basis: ArrayLike) -> NDArray[np.float64]:
    """Integers ``U`` such that ``U @ basis`` is reduced after Minkowski [1]_.

    No vector gets shorter by whole multiples of shorter ones, of their sum or difference.

    Parameters
    ----------
    basis : (3, 3) array_like
        Vectors of a lattice in rows.

    Returns
    -------
    (3, 3) array
        Integers, of determinant ±1; the vectors ascend in length.

    Raises
    ------
    DomainError
        If the vectors are nearly in one plane.

    References
    ----------
    .. [1] I. Semaev, Lect. Notes Comput. Sci. 2146, 181 (2001).
    """
    # Python's numbers, added in Rust's order: ties that rounding tells apart fall alike.
    lattice = finite(basis, "basis", (3, 3)).tolist()
    u: list[Row] = np.eye(3).tolist()
    for _ in range(_STEPS):
        u.sort(key=lambda row: _square(_times(row, lattice)))
        rows = [_times(row, lattice) for row in u]
        for long, short in _SHORTENED:
            v = _times(short, rows)
            if _square(v) == 0:
                raise DomainError("basis cannot be reduced; its vectors are in one plane")
            along = _dot(rows[long], v) / _square(v)
            if abs(along) > _HALF:
                multiple = _times([x * round(along) for x in short], u)
                u[long] = [x - y for x, y in zip(u[long], multiple, strict=True)]
                break
        else:
            return np.array(u)
    raise DomainError("basis cannot be reduced; is it nearly flat?")


def _times(x: Row, rows: list[Row]) -> Row:
    """``x @ rows``."""
    (a, b, c), (r, s, t) = x, rows
    return [a * i + b * j + c * k for i, j, k in zip(r, s, t, strict=True)]


def _dot(x: Row, y: Row) -> float:
    """``x · y``."""
    return x[0] * y[0] + x[1] * y[1] + x[2] * y[2]


def _square(x: Row) -> float:
    """``|x|²``."""
    return _dot(x, x)
