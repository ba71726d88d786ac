"""Bands whose frequencies are so close that any mixture of them is as good."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._tolerances import DEGENERACY
from phono_grid.errors import ShapeError, as_numbers, ensure_finite, ensure_positive


def degenerate_sets(
    frequencies: ArrayLike, degeneracy: float = DEGENERACY
) -> NDArray[np.int64]:
    """The number of the degenerate set that each band belongs to.

    A set is consecutive bands closer than ``degeneracy``; its first and last may be farther
    apart.

    Parameters
    ----------
    frequencies : (..., n_b) array_like
        THz, ascending at each wave vector.
    degeneracy : float
        THz.

    Returns
    -------
    (..., n_b) array of int
        Ascending from 0 at each wave vector.
    """
    ensure_positive("degeneracy", degeneracy)
    f = as_numbers(frequencies, "frequencies")
    if not f.ndim:
        raise ShapeError("frequencies: expected shape [..., n_b], got one number")
    ensure_finite("frequencies", f)
    first = np.diff(f, axis=-1, prepend=-np.inf) >= degeneracy
    return np.asarray(np.cumsum(first, axis=-1) - 1)
