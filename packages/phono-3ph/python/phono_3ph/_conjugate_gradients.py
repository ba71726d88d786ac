"""Conjugate gradients for several right-hand sides, each with its own operator."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RESIDUAL = 1e-11
"""Relative residual at which conjugate gradients have converged."""


def conjugate_gradients(
    apply: Callable[[Array], Array], x: Array, diagonal: Array, limit: int = 2000
) -> tuple[Array, NDArray[np.int64], dict[int, str]]:
    """Solve ``A_T y_T = x_T`` for every ``T``, preconditioned by the diagonal.

    Parameters
    ----------
    apply : callable
        ``y → A y`` for all ``T`` together.
    x, diagonal : (n_T, ...) arrays
        The right-hand sides, and the diagonals of the operators.
    limit : int
        Largest number of iterations.

    Returns
    -------
    y : (n_T, ...) array
    iterations : (n_T,) array of int
    refused : dict
        Why there is no solution, by the number of ``T``: the operator is not positive, or
        ``limit`` iterations do not suffice. ``y`` is 0 there.
    """
    axes = tuple(range(1, x.ndim))

    def dot(a: Array, b: Array) -> Array:
        """One number for each ``T``, ready to multiply vectors."""
        return np.asarray((a * b).sum(axis=axes, keepdims=True))

    # Components that symmetry forbids have rounding errors for a diagonal, and stay 0.
    allowed = diagonal > 1e-10 * diagonal.max(axis=axes, initial=0, keepdims=True)
    inverse = np.where(allowed, 1 / np.where(allowed, diagonal, 1), 0)
    y, r = np.zeros_like(x), x.copy()
    z = inverse * r
    p, rz = z.copy(), dot(r, z)
    goal = RESIDUAL**2 * dot(x, x)
    iterations = np.zeros(len(x), dtype=np.int64)
    refused: dict[int, str] = {}
    busy = dot(r, r) > goal
    for _ in range(limit):
        if not busy.any():
            return y, iterations, refused
        iterations += busy.ravel()
        ap = apply(p)
        curvature = dot(p, ap)
        for t in np.flatnonzero(busy & (curvature <= 0)):
            # Means over eigenvalues are not below the smallest of them.
            size = float(dot(p, p).ravel()[t])
            mean = min(curvature.ravel()[t] / size if size else 0.0, diagonal[t].min())
            refused[int(t)] = (
                "the collision operator is not positive, its smallest eigenvalue is "
                f"{mean:.2g} THz or below"
            )
            y[t] = 0
        busy = busy & ~(curvature <= 0)
        # What has converged stays as it is, whatever its company does.
        step = np.where(busy, rz / np.where(busy, curvature, 1), 0)
        y += step * p
        r -= step * ap
        z = inverse * r
        before, rz = rz, np.where(busy, dot(r, z), rz)
        p = np.where(busy, z + rz / np.where(before > 0, before, 1) * p, p)
        busy = busy & (dot(r, r) > goal)
    for t in np.flatnonzero(busy):
        refused[int(t)] = f"conjugate gradients have not converged in {limit} iterations"
        y[t] = 0
    return y, iterations, refused
