"""Reduced bases of lattices, step by step as in Rust."""

import numpy as np
from numpy.typing import NDArray

from phono_grid.errors import DomainError

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


def reduction(basis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Integers ``U`` such that ``U @ basis`` is reduced after Minkowski, shape (3, 3).

    No vector gets shorter by whole multiples of shorter ones, of their sum or difference.
    Vectors in ascending order. Semaev, Lect. Notes Comput. Sci. 2146, 181 (2001).
    """
    # Python's numbers, added in Rust's order: ties that rounding tells apart fall alike.
    lattice = basis.tolist()
    u: list[Row] = np.eye(3).tolist()
    for _ in range(_STEPS):
        u.sort(key=lambda row: _square(_times(row, lattice)))
        rows = [_times(row, lattice) for row in u]
        for long, short in _SHORTENED:
            v = _times(short, rows)
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
