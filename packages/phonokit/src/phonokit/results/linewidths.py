"""Linewidths of phonons as a result."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from phonokit.results.result import Result, quantity


@dataclass(frozen=True, eq=False, kw_only=True)
class LinewidthsResult(Result):
    r"""Half linewidths at wave vectors of a mesh.

    Sizes: ``n_q`` wave vectors, ``n_b`` bands, ``n_T`` temperatures, ``n_f`` frequency
    points.

    Parameters
    ----------
    qpoints : (n_q, 3) array
        Fractional, as they were given.
    grid_points : (n_q,) array of int
        Their indices in `phono_grid.Grid`.
    frequencies : (n_q, n_b) array
        Harmonic, THz, negative if imaginary.
    temperatures : (n_T,) array
        K
    linewidths : (n_q, n_T, n_b) or (n_q, n_T, n_b, n_f) array
        Γ, half widths at half maximum, THz; the lifetime is :math:`1 / 4\pi\Gamma`. Of each
        band at its own frequency, or at the frequency points.
    normal, umklapp : array, optional
        Its two parts, if they were told apart.
    frequency_points : (n_f,) array, optional
        THz
    provenance : Provenance
    """

    kind: ClassVar[str] = "linewidths"

    qpoints: NDArray[np.float64] = quantity("1", "fractional", dataset="qpoint")
    grid_points: NDArray[np.int64] = quantity(
        "1", "index, first axis fastest", dataset="grid_point"
    )
    frequencies: NDArray[np.float64] = quantity(
        "THz", "harmonic: q, band", dataset="frequency"
    )
    temperatures: NDArray[np.float64] = quantity("K", "temperatures", dataset="temperature")
    linewidths: NDArray[np.float64] = quantity(
        "THz", "half linewidth: q, T, band, frequency point if any", dataset="gamma"
    )
    normal: NDArray[np.float64] | None = quantity(
        "THz", "of normal processes", optional=True, dataset="gamma_normal"
    )
    umklapp: NDArray[np.float64] | None = quantity(
        "THz", "of umklapp processes", optional=True, dataset="gamma_umklapp"
    )
    frequency_points: NDArray[np.float64] | None = quantity(
        "THz", "where gamma is given", optional=True, dataset="frequency_point"
    )
