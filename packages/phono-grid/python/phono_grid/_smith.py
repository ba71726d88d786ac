"""Smith normal form of integer matrices."""

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid.errors import DomainError, ShapeError

Matrix = list[list[int]]


def smith_normal_form(
    matrix: ArrayLike,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    r"""The Smith normal form of a regular integer matrix.

    .. math:: P M Q = \operatorname{diag}(d_0, d_1, d_2), \qquad d_i \mid d_{i+1},

    with positive :math:`d` and integer matrices :math:`P`, :math:`Q` of determinant ±1.

    Parameters
    ----------
    matrix : (3, 3) array_like of int
        ``M``.

    Returns
    -------
    d : (3,) array of int
    p, q : (3, 3) arrays of int

    Raises
    ------
    DomainError
        If the matrix is singular, or the form does not fit into 64 bits.
    """
    return smith_form(integer_matrix(matrix, "matrix"), "matrix")


def smith_form(
    matrix: NDArray[np.int64], name: str
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """`smith_normal_form` of a matrix that errors call ``name``."""
    m = matrix.tolist()
    # Python's integers: what grows on the way cannot overflow.
    p, q = _identity(), _identity()
    for k in range(3):
        while True:
            if not _move_smallest(m, p, q, k):
                raise DomainError(f"{name} must not be singular")
            if _clear(m, p, q, k) and _divides_the_rest(m, p, k):
                break
    for i in range(3):
        if m[i][i] < 0:
            m[i], p[i] = [-x for x in m[i]], [-x for x in p[i]]
    try:
        d, p64, q64 = (np.array(x, dtype=np.int64) for x in (_diagonal(m), p, q))
    except OverflowError:
        raise DomainError(f"{name}: its Smith form does not fit into 64 bits") from None
    return d, p64, q64


def integer_matrix(matrix: ArrayLike, name: str) -> NDArray[np.int64]:
    """Require a 3 x 3 matrix of integers."""
    try:
        values = np.asarray(matrix)
    except ValueError:
        raise ShapeError(f"{name}: expected 3 x 3 integers, got rows unlike") from None
    if values.shape != (3, 3) or values.dtype.kind not in "iuf":
        raise ShapeError(
            f"{name}: expected 3 x 3 integers, got {values.dtype} of shape "
            f"{list(values.shape)}"
        )
    if not ((np.abs(values) < 2**62) & (values == np.rint(values))).all():
        raise DomainError(f"{name} must hold integers")
    return values.astype(np.int64)


def inverse_unimodular(
    matrix: NDArray[np.int64], name: str = "matrix"
) -> NDArray[np.int64]:
    """Exact inverse of an integer matrix of determinant ±1."""
    m = matrix.tolist()
    cofactors = [[_cofactor(m, i, j) for i in range(3)] for j in range(3)]
    determinant = sum(m[0][j] * cofactors[j][0] for j in range(3))
    if abs(determinant) != 1:
        raise DomainError(f"{name} must have determinant 1 or -1, got {determinant}")
    return np.asarray(np.array(cofactors, dtype=np.int64) * determinant)


def _cofactor(m: Matrix, i: int, j: int) -> int:
    """The cofactor of element ``i, j``."""
    a, b = [k for k in range(3) if k != i]
    c, d = [k for k in range(3) if k != j]
    return int((-1) ** (i + j)) * (m[a][c] * m[b][d] - m[a][d] * m[b][c])


def _diagonal(m: Matrix) -> list[int]:
    """``m_ii``."""
    return [m[i][i] for i in range(3)]


def _identity() -> Matrix:
    """Ones on the diagonal."""
    return [[int(i == j) for j in range(3)] for i in range(3)]


def _rest(k: int) -> Iterator[tuple[int, int]]:
    """Rows and columns from ``k``."""
    return product(range(k, 3), range(k, 3))


def _move_smallest(m: Matrix, p: Matrix, q: Matrix, k: int) -> bool:
    """Move the smallest element of what is left to ``k, k``; False if all are zero."""
    candidates = [(abs(m[i][j]), i, j) for i, j in _rest(k) if m[i][j]]
    if not candidates:
        return False
    _, i, j = min(candidates)
    for rows in (m, p):
        rows[k], rows[i] = rows[i], rows[k]
    for matrix in (m, q):
        for row in matrix:
            row[k], row[j] = row[j], row[k]
    return True


def _clear(m: Matrix, p: Matrix, q: Matrix, k: int) -> bool:
    """Subtract multiples of the pivot's row and column; True if nothing is left of them."""
    pivot = m[k][k]
    for i in range(k + 1, 3):
        times = m[i][k] // pivot
        for matrix in (m, p):
            matrix[i] = [x - times * y for x, y in zip(matrix[i], matrix[k], strict=True)]
    for j in range(k + 1, 3):
        times = m[k][j] // pivot
        for matrix in (m, q):
            for row in matrix:
                row[j] -= times * row[k]
    return not any(m[i][k] or m[k][i] for i in range(k + 1, 3))


def _divides_the_rest(m: Matrix, p: Matrix, k: int) -> bool:
    """Whether the pivot divides all that is left; if not, add the row that it does not."""
    for i, j in _rest(k):
        if m[i][j] % m[k][k]:
            for matrix in (m, p):
                matrix[k] = [x + y for x, y in zip(matrix[k], matrix[i], strict=True)]
            return False
    return True
