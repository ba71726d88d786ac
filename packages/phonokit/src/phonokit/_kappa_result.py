"""Thermal conductivity as a result, with where it comes from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phonokit._read import InputFile


@dataclass(frozen=True, slots=True, eq=False)
class Provenance:
    """Where a result comes from.

    Parameters
    ----------
    formula : str
        Of the primitive cell.
    inputs : tuple of InputFile
    lang : str
        ``"Rust"`` or ``"Python"``.
    settings : dict
        Every choice that changes numbers.
    started, finished : str
        ISO 8601, UTC.
    """

    formula: str
    inputs: tuple[InputFile, ...]
    lang: str
    settings: dict[str, object]
    started: str
    finished: str


@dataclass(frozen=True, slots=True, eq=False)
class KappaResult:
    r"""Thermal conductivity and what it is made of.

    Sizes: ``n_i`` irreducible wave vectors, ``n_b`` bands, ``n_T`` temperatures; the six
    components are xx yy zz yz xz xy.

    Parameters
    ----------
    mesh : (3,) array of int
    reciprocal_lattice : (3, 3) array
        Rows, 1/Å, without 2π.
    temperatures : (n_T,) array
        K
    qpoints : (n_i, 3) array
        Fractional, in the first Brillouin zone.
    grid_points : (n_i,) array of int
        Their indices in `phono_grid.Grid`.
    weights : (n_i,) array of int
        Wave vectors of each star.
    frequencies : (n_i, n_b) array
        THz, negative if imaginary.
    group_velocities : (n_i, n_b, 3) array
        Å THz
    gv_by_gv : (n_i, n_b, 6) array
        Å² THz², summed over the star.
    heat_capacities : (n_T, n_i, n_b) array
        eV/K
    linewidths : (n_T, n_i, n_b) array
        Γ, half width at half maximum, THz; the lifetime is :math:`1 / 4\pi\Gamma`.
    kappa : (n_T, 6) array
        W/(m K)
    mode_kappa : (n_T, n_i, n_b, 6) array
        W/(m K); its sum over modes divided by the number of grid points is ``kappa``.
    factor : float
        W/(m K) per Å² THz² · eV/K / THz.
    provenance : Provenance
    """

    mesh: NDArray[np.int64]
    reciprocal_lattice: NDArray[np.float64]
    temperatures: NDArray[np.float64]
    qpoints: NDArray[np.float64]
    grid_points: NDArray[np.int64]
    weights: NDArray[np.int64]
    frequencies: NDArray[np.float64]
    group_velocities: NDArray[np.float64]
    gv_by_gv: NDArray[np.float64]
    heat_capacities: NDArray[np.float64]
    linewidths: NDArray[np.float64]
    kappa: NDArray[np.float64]
    mode_kappa: NDArray[np.float64]
    factor: float
    provenance: Provenance
