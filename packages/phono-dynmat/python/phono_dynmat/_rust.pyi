import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import ShortestVectors

from phono_dynmat._fourier import Dynamics
from phono_dynmat._modes import Modes

def rayon_threads() -> int: ...
def dynamical_matrices(
    dynamics: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> NDArray[np.complex128]: ...
def dynamical_matrix_derivatives(
    dynamics: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> NDArray[np.complex128]: ...
def eigenmodes(
    dynamics: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> tuple[NDArray[np.float64], NDArray[np.complex128]]: ...
def phonon_frequencies(
    dynamics: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> NDArray[np.float64]: ...
def group_velocities(
    dynamics: Dynamics,
    modes: Modes,
    rotations: ArrayLike,
    *,
    direction: ArrayLike | None,
    cutoff_frequency: float,
    degeneracy: float,
) -> NDArray[np.float64]: ...
def velocity_operators(
    dynamics: Dynamics,
    modes: Modes,
    *,
    direction: ArrayLike | None,
    cutoff_frequency: float,
    degeneracy: float,
) -> NDArray[np.complex128]: ...
def inverse_fourier_sum(
    matrices: NDArray[np.complex128],
    qpoints: NDArray[np.float64],
    vectors: ShortestVectors,
    atoms: NDArray[np.int64],
) -> NDArray[np.float64]: ...
def thermal_sums(
    frequencies: NDArray[np.float64],
    shares: NDArray[np.float64],
    thermal: NDArray[np.float64],
) -> NDArray[np.float64]: ...
