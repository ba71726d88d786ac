import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_dynmat._harmonic_series import HarmonicSeries
from phono_dynmat._modes import Modes

def rayon_threads() -> int: ...
def dynamical_matrices(
    series: HarmonicSeries, qpoints: ArrayLike
) -> NDArray[np.complex128]: ...
def eigenmodes(
    series: HarmonicSeries, qpoints: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.complex128]]: ...
def group_velocities(
    series: HarmonicSeries, modes: Modes, rotations: ArrayLike
) -> NDArray[np.float64]: ...
