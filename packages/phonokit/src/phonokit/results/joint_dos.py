"""Joint densities of states as a result."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from phonokit.results.result import Result, quantity

AXES = "q, T if any, frequency point"


@dataclass(frozen=True, eq=False, kw_only=True)
class JointDosResult(Result):
    """Joint densities of states at wave vectors of a mesh.

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
    frequency_points : (n_f,) array
        THz
    sums : (n_q, n_f) or (n_q, n_T, n_f) array
        1/THz; decays into two phonons, class 2 of phono3py.
    differences : array of the same shape
        1/THz; phonons that are absorbed or emitted, class 1 of phono3py.
    temperatures : (n_T,) array, optional
        K; not there if pairs were counted without their occupations.
    provenance : Provenance
    """

    kind: ClassVar[str] = "joint_dos"

    qpoints: NDArray[np.float64] = quantity("1", "fractional", dataset="qpoint")
    grid_points: NDArray[np.int64] = quantity(
        "1", "index, first axis fastest", dataset="grid_point"
    )
    frequencies: NDArray[np.float64] = quantity(
        "THz", "harmonic: q, band", dataset="frequency"
    )
    frequency_points: NDArray[np.float64] = quantity(
        "THz", "where densities are given", dataset="frequency_point"
    )
    sums: NDArray[np.float64] = quantity("1/THz", f"decays: {AXES}")
    differences: NDArray[np.float64] = quantity("1/THz", f"absorption and emission: {AXES}")
    temperatures: NDArray[np.float64] | None = quantity(
        "K", "temperatures", optional=True, dataset="temperature"
    )
