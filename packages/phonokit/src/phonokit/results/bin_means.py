"""Spectral functions as means over the steps between their frequency points."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def bin_means(frequencies: Array, points: Array, linewidths: Array, shifts: Array) -> Array:
    r"""Means of spectral functions over bins around equally spaced points.

    .. math::

        \frac{1}{h} \int_{w-h/2}^{w+h/2} \frac{4 f^2}{\pi}
            \frac{\Gamma}{u^2 + (2 f \Gamma)^2}\, dw',
        \qquad u = w'^2 - f^2 - 2 f \Delta

    A line that is narrower than the step has its whole weight in its bin, wherever between
    two points it is; sampled there it would be too high, or missing. In each half of a bin
    Γ is that of its middle and u is linear, from Γ and Δ that are linear between points.

    Parameters
    ----------
    frequencies : (...) array
        Harmonic ones, THz.
    points : (n_f,) array
        THz
    linewidths, shifts : (..., n_f) array
        Γ and Δ, THz.

    Returns
    -------
    (..., n_f) array
        1/THz; 0 for bands without frequency.
    """
    f = np.asarray(frequencies)[..., None]
    step = points[1] - points[0]
    means = np.zeros(np.shape(linewidths))
    for side in (-1, 1):
        middle = _beside(linewidths, 0.25 * side)
        ends = []
        for away in (0.0, 0.5 * side):
            w = points + away * step
            ends.append(w**2 - f**2 - 2 * f * _beside(shifts, away))
        width = 2 * f * middle
        change = ends[1] - ends[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            angle = np.arctan2(ends[1], width) - np.arctan2(ends[0], width)
            share = 2 * f / np.pi * angle / change * 0.5
            level = 2 * f / np.pi * width / (ends[0] ** 2 + width**2) * 0.5
        # Where u hardly changes, the difference of angles is rounding.
        flat = np.abs(change) < 1e-9 * (width + np.abs(ends[0]) + 1e-300)
        means += np.where(flat, level, share)
    return np.where(f > 0, np.nan_to_num(means, posinf=0.0), 0.0)


def _beside(values: Array, away: float) -> Array:
    """Values a part of a step away from each point, linear between points."""
    other = np.empty_like(values)
    if away < 0:
        other[..., 1:], other[..., 0] = values[..., :-1], values[..., 0]
    else:
        other[..., :-1], other[..., -1] = values[..., 1:], values[..., -1]
    return np.asarray(values + abs(away) * (other - values))
