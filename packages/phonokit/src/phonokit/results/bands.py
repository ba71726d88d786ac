"""Phonon bands along lines, as a result."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from phonokit.results.result import Result, quantity


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class BandsResult(Result):
    """Phonon bands along straight segments between two wave vectors each.

    Sizes: ``n_s`` segments, ``n`` wave vectors of each, ``n_b`` bands.

    Parameters
    ----------
    labels : (n_s, 2) array of str
        Of the ends of each segment.
    qpoints : (n_s, n, 3) array
        Fractional.
    distances : (n_s, n) array
        Along the path, 1/Å without 2π; there is no jump between segments.
    frequencies : (n_s, n, n_b) array
        THz, negative if imaginary. At Γ each segment has the limit along its own direction.
    provenance : Provenance
    """

    kind: ClassVar[str] = "bands"

    labels: NDArray[np.str_] = quantity("1", "ends of segments, UTF-8", dataset="label")
    qpoints: NDArray[np.float64] = quantity("1", "fractional", dataset="qpoint")
    distances: NDArray[np.float64] = quantity(
        "1/angstrom", "along the path, without 2 pi", dataset="distance"
    )
    frequencies: NDArray[np.float64] = quantity(
        "THz", "segments, wave vectors, bands", dataset="frequency"
    )
