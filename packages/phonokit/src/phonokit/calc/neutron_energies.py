"""Energies that neutrons lose, and the resolution with which they are seen."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import resolution_matrix
from phono_grid.errors import MOST_POINTS, DomainError, as_numbers, ensure_integer, finite

MARGIN = 1.1
"""Where frequency points end, in units of the highest frequency."""

Array = NDArray[np.float64]


def energy_points(asked: int | ArrayLike, highest: float) -> Array:
    """Frequency points from energy gain to energy loss of neutrons, THz.

    Parameters
    ----------
    asked : int or (n_f,) array_like
        How many, from a little below the highest frequency of energy gain to as much above
        it of energy loss; or the points themselves, in equal steps.
    highest : float
        The largest frequency, imaginary ones too, THz.
    """
    if isinstance(asked, int | np.integer) or np.shape(asked) == ():
        n = ensure_integer("frequency_points", asked, 2, MOST_POINTS)
        end = MARGIN * highest
        if not end > 0:
            raise DomainError("frequency_points: all frequencies are zero; give the points")
        return np.linspace(-end, end, n)
    return finite(asked, "frequency_points", ("n_f",))


def checked_resolution(resolution: float | Sequence[float] | None) -> Array | None:
    """Coefficients of the width in THz, lowest first, as `resolution_matrix` has them."""
    if resolution is None:
        return None
    c = finite(np.atleast_1d(as_numbers(resolution, "resolution")), "resolution", ("n",))
    if not len(c) or not c[0] > 0:
        raise DomainError(
            "resolution: expected a positive width in THz, or coefficients of a polynomial "
            f"whose first one is, got {resolution!r}"
        )
    return c


def seen_with(spectra: Array, points: Array, resolution: Array | None) -> Array:
    """Spectra, (..., n_f), as an instrument of a resolution sees them."""
    if resolution is None:
        return spectra
    r = resolution_matrix(points, resolution)
    # Not by BLAS, whose sums depend on the number of its threads.
    return np.asarray(np.einsum("if,...f->...i", r, spectra))
