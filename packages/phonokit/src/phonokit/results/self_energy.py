"""Self-energies of phonons as a result."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from phonokit.results.result import Result, quantity

AXES = "q, T, band, frequency point if any"


@dataclass(frozen=True, eq=False, kw_only=True)
class SelfEnergyResult(Result):
    """Frequency shifts and half linewidths at any wave vectors.

    Sizes: ``n_q`` wave vectors, ``n_b`` bands, ``n_T`` temperatures, ``n_f`` frequency
    points.

    Parameters
    ----------
    qpoints : (n_q, 3) array
        Fractional, as they were given.
    frequencies : (n_q, n_b) array
        Harmonic, THz, negative if imaginary.
    temperatures : (n_T,) array
        K
    shifts : (n_q, n_T, n_b) or (n_q, n_T, n_b, n_f) array
        Δ, the real part, THz. Of each band at its own frequency, or at the frequency
        points.
    linewidths : array of the same shape
        Γ, half widths at half maximum, THz.
    frequency_points : (n_f,) array, optional
        THz
    provenance : Provenance
    """

    kind: ClassVar[str] = "self_energy"

    qpoints: NDArray[np.float64] = quantity("1", "fractional", dataset="qpoint")
    frequencies: NDArray[np.float64] = quantity(
        "THz", "harmonic: q, band", dataset="frequency"
    )
    temperatures: NDArray[np.float64] = quantity("K", "temperatures", dataset="temperature")
    shifts: NDArray[np.float64] = quantity(
        "THz", f"real self-energy: {AXES}", dataset="shift"
    )
    linewidths: NDArray[np.float64] = quantity(
        "THz", f"imaginary self-energy, half linewidth: {AXES}", dataset="half_linewidth"
    )
    frequency_points: NDArray[np.float64] | None = quantity(
        "THz", "where the self-energy is given", optional=True, dataset="frequency_point"
    )
