"""Spectral functions as a result."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from phonokit.results.result import Result, quantity

AXES = "q, T, band, frequency point"


@dataclass(frozen=True, eq=False, kw_only=True)
class SpectralResult(Result):
    """Spectral functions at any wave vectors, or along a path.

    Sizes: ``n_q`` wave vectors, ``n_b`` bands, ``n_T`` temperatures, ``n_f`` frequency
    points, ``n_s`` segments of a path.

    Parameters
    ----------
    qpoints : (n_q, 3) array
        Fractional, as they were given, or along the path: the same number in each segment,
        both ends included.
    frequencies : (n_q, n_b) array
        Harmonic, THz, negative if imaginary.
    temperatures : (n_T,) array
        K
    frequency_points : (n_f,) array
        THz, from 0 on in equal steps.
    spectral_functions : (n_q, n_T, n_b, n_f) array
        1/THz; each band integrates to about 1.
    linewidths : (n_q, n_T, n_b, n_f) array
        Γ, the imaginary part of the self-energy, THz.
    shifts : (n_q, n_T, n_b, n_f) array
        Δ, its real part, THz.
    peaks : (n_q, n_T, n_b) array
        Where the spectral function is largest, THz, between frequency points too.
    labels : (n_s, 2) array of str, optional
        Of the ends of each segment.
    distances : (n_q,) array, optional
        Along the path, 1/Å without 2π; there is no jump between segments.
    provenance : Provenance
    """

    kind: ClassVar[str] = "spectral"

    qpoints: NDArray[np.float64] = quantity("1", "fractional", dataset="qpoint")
    frequencies: NDArray[np.float64] = quantity(
        "THz", "harmonic: q, band", dataset="frequency"
    )
    temperatures: NDArray[np.float64] = quantity("K", "temperatures", dataset="temperature")
    frequency_points: NDArray[np.float64] = quantity(
        "THz", "where spectra are given", dataset="frequency_point"
    )
    spectral_functions: NDArray[np.float64] = quantity(
        "1/THz", AXES, dataset="spectral_function"
    )
    linewidths: NDArray[np.float64] = quantity(
        "THz", f"imaginary self-energy: {AXES}", dataset="half_linewidth"
    )
    shifts: NDArray[np.float64] = quantity(
        "THz", f"real self-energy, by Kramers and Kronig: {AXES}", dataset="shift"
    )
    peaks: NDArray[np.float64] = quantity(
        "THz", "where the spectral function is largest: q, T, band", dataset="peak"
    )
    labels: NDArray[np.str_] | None = quantity(
        "1", "ends of segments, UTF-8", optional=True, dataset="label"
    )
    distances: NDArray[np.float64] | None = quantity(
        "1/angstrom", "along the path, without 2 pi", optional=True, dataset="distance"
    )

    @property
    def segments(self) -> list[slice]:
        """The wave vectors of each segment; no segments without a path."""
        if self.labels is None:
            return []
        n = len(self.qpoints) // len(self.labels)
        return [slice(i * n, (i + 1) * n) for i in range(len(self.labels))]
