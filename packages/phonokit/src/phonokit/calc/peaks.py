"""Where curves are largest, between their points too."""

import numpy as np
from numpy.typing import NDArray


def peak_positions(
    frequency_points: NDArray[np.float64],
    values: NDArray[np.float64],
    *,
    lorentzian: bool = False,
) -> NDArray[np.float64]:
    """Frequencies at which curves are largest, by a parabola through three points.

    Parameters
    ----------
    frequency_points : (n_f,) array
        Ascending.
    values : (..., n_f) array
        Not negative.
    lorentzian : bool
        Whether the parabola goes through the inverse of the values, which is exact for a
        Lorentzian however narrow it is.

    Returns
    -------
    (...) array
        The point itself where the largest value is the first or the last one, or where a
        Lorentzian vanishes beside it.
    """
    top = values.argmax(axis=-1)
    inner = np.clip(top, 1, max(len(frequency_points) - 2, 1))
    if len(frequency_points) < 3:
        return np.asarray(frequency_points[top])
    around = inner[..., None] + np.arange(-1, 2)
    w, y = frequency_points[around], np.take_along_axis(values, around, axis=-1)
    refined = (inner == top) & (y > 0).all(axis=-1) if lorentzian else inner == top
    if lorentzian:
        # Relative to the largest, so that nothing overflows.
        y = y[..., 1:2] / np.where(y > 0, y, 1)
    slopes = np.diff(y, axis=-1) / np.diff(w, axis=-1)
    middles = (w[..., 1:] + w[..., :-1]) / 2
    bend = slopes[..., 1] - slopes[..., 0]
    refined &= bend != 0
    step = slopes[..., 0] * (middles[..., 1] - middles[..., 0])
    vertex = middles[..., 0] - step / np.where(bend == 0, 1, bend)
    return np.asarray(np.where(refined, vertex, frequency_points[top]))
