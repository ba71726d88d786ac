from numpy import float64
from numpy.typing import ArrayLike, NDArray
from phono_3ph import PeriodicModes
from phono_grid import BrillouinZone

from phono_4ph import ForceConstants4, Scattering4

def interaction_strengths4(
    constants: ForceConstants4,
    phonons: PeriodicModes,
    points: ArrayLike,
    cutoff_frequency: float,
) -> NDArray[float64]: ...
def linewidths4(
    constants: ForceConstants4,
    phonons: PeriodicModes,
    q: int,
    occupations: ArrayLike,
    scattering: Scattering4,
    zone: BrillouinZone,
) -> NDArray[float64]: ...
def linewidths4_of_pairs(
    constants: ForceConstants4,
    phonons: PeriodicModes,
    pairs: tuple[int, ArrayLike],
    occupations: ArrayLike,
    scattering: Scattering4,
    zone: BrillouinZone,
) -> NDArray[float64]: ...
def rayon_threads() -> int: ...
