"""Orbital axes of a matrix at symmetry-related points."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.errors import DomainError


def apply_auto_orbital_transform(
    mat: NDArray[Any],
    *,
    us: ArrayLike,
    sigmas: ArrayLike,
    conjs: ArrayLike,
    num_orbital_dimensions: int,
) -> NDArray[Any]:
    r"""Turn the orbital axes of every point by its own unitary matrix.

    .. math:: M_{ab} = \sigma \sum_{pq} U_{ap} M'_{pq} U^*_{bq}, \qquad
        M_{abcd} = \sum_{pqrs} U_{ap} U^*_{bq} U_{cr} U^*_{ds} M'_{pqrs}

    with :math:`M' = M^*` where ``conjs``.

    Parameters
    ----------
    mat : (n, b, b, ...) or (n, b, b, b, b, ...) complex ndarray
        Overwritten.
    us : (n, b, b) array_like
        :math:`U`.
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
    identity = np.eye(u.shape[-1])
    turned = np.flatnonzero(np.abs(u - identity).max(axis=(1, 2), initial=0) > 0)
    # Point by point: the whole array would be needed several times otherwise.
    for point in turned:
        block = mat[point]
        for axis in range(num_orbital_dimensions):
            factor = u[point] if axis % 2 == 0 else u[point].conj()
            block = np.moveaxis(np.tensordot(factor, block, axes=(1, axis)), 0, axis)
        mat[point] = block
    return mat
