"""Bands that nothing tells apart."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.errors import as_numbers, ensure_finite, finite

from phono_dynmat._modes import ensure_of_modes

DEGENERATE = 1e-4
"""THz; consecutive bands closer than this are one degenerate set."""


def degenerate_sets(f: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """The bands of each degenerate set at one wave vector."""
    starts = np.flatnonzero(np.diff(f, prepend=-np.inf) >= DEGENERATE)
    return np.split(np.arange(len(f)), starts[1:])


def degenerate_average(frequencies: ArrayLike, values: ArrayLike) -> NDArray[np.float64]:
    """Values of bands, each replaced by the mean over its degenerate set.

    What a single mode of a set has depends on the arbitrary choice of its eigenvectors,
    the mean does not: a set is consecutive bands closer than 1e-4 THz.

    Parameters
    ----------
    frequencies : (n_q, n_b) array_like
        THz, ascending.
    values : (n_q, n_b, ...) array_like

    Returns
    -------
    (n_q, n_b, ...) array of float

    Raises
    ------
    ShapeError
        If there is not one value for each frequency.
    """
    f = finite(frequencies, "frequencies", ("n_q", "n_b"))
    v = np.array(as_numbers(values, "values"))
    ensure_finite("values", v)
    ensure_of_modes("values", v, f)
    first = (np.diff(f, axis=1, prepend=-np.inf) >= DEGENERATE).ravel()
    alone = first & np.append(first[1:], True)
    flat = v.reshape(len(first), -1)
    if not alone.all():
        starts = np.flatnonzero(first[~alone])
        sizes = np.diff(starts, append=np.count_nonzero(~alone))
        sums = np.add.reduceat(flat[~alone], starts, axis=0)
        flat[~alone] = np.repeat(sums / sizes[:, None], sizes, axis=0)
    return flat.reshape(v.shape)
