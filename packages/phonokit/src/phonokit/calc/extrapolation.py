"""Extrapolation of a conductivity to infinitely fine meshes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extrapolation:
    """The line of κ over 1/N.

    Parameters
    ----------
    limit, slope, uncertainty : (...) array
        Of the quantity at 1/N = 0; NaN where meshes are too few.
    """

    limit: Array
    slope: Array
    uncertainty: Array


def extrapolated(n_q: NDArray[np.int64], values: Array, fitted: int) -> Extrapolation:
    r"""Fit a line in the inverse of the number of wave vectors along an axis.

    .. math::

        \kappa(N) = \kappa_\infty + \frac{s}{N}, \qquad N = n_q^{1/3}, \qquad
        u^2 = u_r^2 + (\kappa_\infty - \kappa_\infty')^2

    by least squares, the usual way in the field: phonons of wave lengths that a mesh cannot
    hold are missing. :math:`u_r` is the standard error of the intercept from the residuals,
    :math:`\kappa_\infty'` the intercept without the coarsest mesh of the line.

    Parameters
    ----------
    n_q : (n_m,) array of int
        Wave vectors of each mesh, in ascending order.
    values : (n_m, ...) array
    fitted : int
        How many of the finest meshes are fitted.

    Returns
    -------
    Extrapolation
        Without a limit from one mesh, and without an uncertainty from two.

    References
    ----------
    K. Esfarjani, G. Chen and H. T. Stokes, Phys. Rev. B 84, 085204 (2011): κ of silicon,
    extrapolated so.
    """
    x, y = 1 / np.cbrt(n_q[-fitted:].astype(np.float64)), values[-fitted:]
    none = np.full(values.shape[1:], np.nan)
    if len(x) < 2:
        return Extrapolation(limit=none, slope=none, uncertainty=none)
    limit, slope = _line(x, y)
    if len(x) < 3:
        return Extrapolation(limit=limit, slope=slope, uncertainty=none)
    rest = y - limit - np.multiply.outer(x, slope)
    spread = ((x - x.mean()) ** 2).sum()
    variance = (rest**2).sum(axis=0) / (len(x) - 2)
    squared = variance * (1 / len(x) + x.mean() ** 2 / spread)
    shift = np.asarray(limit - _line(x[1:], y[1:])[0])
    return Extrapolation(limit=limit, slope=slope, uncertainty=np.sqrt(squared + shift**2))


def _line(x: Array, y: Array) -> tuple[Array, Array]:
    """Intercept and slope by least squares."""
    d = x - x.mean()
    slope = np.tensordot(d, y, axes=1) / (d**2).sum()
    return y.mean(axis=0) - slope * x.mean(), slope


def first_converged(values: Array, line: Extrapolation, tolerance: float) -> int:
    """Number of the first mesh from which on all values are within the tolerance.

    Parameters
    ----------
    values : (n_m, ...) array
    line : Extrapolation
    tolerance : float
        Relative to the limit; the limit has to be known as well.

    Returns
    -------
    int
        -1 if the last mesh is not, or the limit is not known so well.
    """
    allowed = tolerance * np.abs(line.limit)
    near = np.asarray(np.abs(values - line.limit) <= allowed).reshape(len(values), -1)
    good = np.asarray(near.all(axis=1))
    if not good[-1] or not (line.uncertainty <= allowed).all():
        return -1
    bad = np.flatnonzero(~good)
    return int(bad[-1]) + 1 if len(bad) else 0
