from numpy import float64, int64
from numpy.typing import ArrayLike, NDArray
from phono_fc import ForceConstants
from phono_grid import Triplets

from phono_3ph import PeriodicModes, Scattering, Series3, Stars, Thermal

def series3(
    force_constants: ForceConstants, multiplicities: NDArray[int64], cells: NDArray[int64]
) -> tuple[NDArray[float64], NDArray[int64], NDArray[int64]]: ...
def interaction_strengths(
    series: Series3,
    phonons: PeriodicModes,
    triplets: Triplets,
    *,
    cutoff_frequency: float = 1e-4,
) -> NDArray[float64]: ...
def linewidths(
    series: Series3,
    phonons: PeriodicModes,
    q: int,
    occupations: ArrayLike,
    scattering: Scattering,
) -> NDArray[float64]: ...
def collision_row(
    series: Series3,
    phonons: PeriodicModes,
    q: int,
    thermal: Thermal,
    scattering: Scattering,
) -> tuple[NDArray[float64], NDArray[float64]]: ...
def reduced_row(row: NDArray[float64], stars: Stars) -> NDArray[float64]: ...
def isotope_linewidths(
    phonons: PeriodicModes, q: int, mass_spread: ArrayLike, scattering: Scattering
) -> NDArray[float64]: ...
def rayon_threads() -> int: ...
