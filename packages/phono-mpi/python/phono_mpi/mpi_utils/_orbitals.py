"""Orbital axes of a matrix at symmetry-related points."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.errors import DomainError

_BLOCK = 2**20
"""Bytes of the points that are transformed at a time."""


def apply_auto_orbital_transform(
    mat: NDArray[Any],
    us: ArrayLike,
    sigmas: ArrayLike,
    conjs: ArrayLike,
    num_orbital_dimensions: int,
) -> NDArray[Any]:
    r"""Transform the orbital axes of every point by its own unitary matrix.

    .. math:: M_{ab} = \sigma \sum_{pq} U_{ap} M'_{pq} U^*_{bq}, \qquad
        M_{abcd} = \sum_{pqrs} U_{ap} U^*_{bq} U_{cr} U^*_{ds} M'_{pqrs}

    with :math:`M' = M^*` where ``conjs``.

    Parameters
    ----------
    mat : (n, b, b, ...) or (n, b, b, b, b, ...) complex ndarray
        Overwritten.
    us : (n, b, b) array_like
        :math:`U`; those that agree to 1e-6 count as the same.
    sigmas : (n,) array_like
        :math:`\sigma = \pm 1`; it cancels from four axes.
    conjs : (n,) array_like of bool
    num_orbital_dimensions : {2, 4}

    Returns
    -------
    ndarray
        ``mat``.
    """
    if num_orbital_dimensions not in (2, 4):
        raise DomainError(
            f"num_orbital_dimensions must be 2 or 4, got {num_orbital_dimensions}"
        )
    u = np.asarray(us)
    conjugated = np.asarray(conjs, dtype=bool)
    mat[conjugated] = mat[conjugated].conj()
    if num_orbital_dimensions == 2:
        signs = np.asarray(sigmas).reshape(-1, *[1] * (mat.ndim - 1))
        mat *= signs.astype(mat.real.dtype)
    rounded = u.round(6) + 0.0
    others = np.flatnonzero((rounded != np.eye(u.shape[-1])).any(axis=(1, 2)))
    # Points of one matrix together, as many as fit in the cache.
    _, matrices = np.unique(rounded[others], axis=0, return_inverse=True)
    step = max(1, _BLOCK // max(1, mat[:1].nbytes))
    for number in range(matrices.max(initial=-1) + 1):
        points = others[matrices.ravel() == number]
        for i in range(0, len(points), step):
            part = points[i : i + step]
            mat[part] = _transformed(mat[part], u[part[0]], num_orbital_dimensions)
    return mat


def _transformed(
    rows: NDArray[Any], matrix: NDArray[Any], num_orbital_dimensions: int
) -> NDArray[Any]:
    """Some points with their orbital axes transformed by one matrix."""
    for axis in range(1, num_orbital_dimensions + 1):
        factor = matrix if axis % 2 == 1 else matrix.conj()
        rows = np.moveaxis(np.tensordot(factor, rows, axes=(1, axis)), 0, axis)
    return rows
