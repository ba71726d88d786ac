"""Means over degenerate bands."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import DEGENERACY, degenerate_sets
from phono_grid.errors import as_numbers, ensure_finite, ensure_positive, finite

from phono_dynmat._modes import ensure_of_modes


def bands_of_sets(f: NDArray[np.float64], degeneracy: float) -> list[NDArray[np.int64]]:
    """The bands of each degenerate set at one wave vector."""
    starts = np.flatnonzero(np.diff(degenerate_sets(f, degeneracy), prepend=-1))
    return np.split(np.arange(len(f)), starts[1:])


def degenerate_average(
    frequencies: ArrayLike, values: ArrayLike, *, degeneracy: float = DEGENERACY
) -> NDArray[np.float64]:
    """Values of bands, each replaced by the mean over its degenerate set.

    The value of a single mode of a set depends on the arbitrary choice of its eigenvectors,
    the mean does not.

    Parameters
    ----------
    frequencies : (n_q, n_b) array_like
        THz, ascending.
    values : (n_q, n_b, ...) array_like
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Returns
    -------
    (n_q, n_b, ...) array of float

    Raises
    ------
    ShapeError
        If there is not one value for each frequency.
    DomainError
        If ``degeneracy`` is not positive.
    """
    ensure_positive("degeneracy", degeneracy)
    f = finite(frequencies, "frequencies", ("n_q", "n_b"))
    v = np.array(as_numbers(values, "values"))
    ensure_finite("values", v)
    ensure_of_modes("values", v, f)
    first = (np.diff(degenerate_sets(f, degeneracy), axis=1, prepend=-1) > 0).ravel()
    single = first & np.append(first[1:], True)
    flat = v.reshape(len(first), -1)
    if not single.all():
        starts = np.flatnonzero(first[~single])
        sizes = np.diff(starts, append=np.count_nonzero(~single))
        sums = np.add.reduceat(flat[~single], starts, axis=0)
        flat[~single] = np.repeat(sums / sizes[:, None], sizes, axis=0)
    return flat.reshape(v.shape)
