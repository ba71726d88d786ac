import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_dynmat._fourier import Dynamics
from phono_dynmat._modes import Modes

def rayon_threads() -> int: ...
def dynamical_matrices(
    series: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> NDArray[np.complex128]: ...
def eigenmodes(
    series: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> tuple[NDArray[np.float64], NDArray[np.complex128]]: ...
def frequencies(
    series: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> NDArray[np.float64]: ...
def group_velocities(
    series: Dynamics,
    modes: Modes,
    rotations: ArrayLike,
    *,
    direction: ArrayLike | None = None,
) -> NDArray[np.float64]: ...
def velocity_operators(
    series: Dynamics, modes: Modes, *, direction: ArrayLike | None = None
) -> NDArray[np.complex128]: ...
