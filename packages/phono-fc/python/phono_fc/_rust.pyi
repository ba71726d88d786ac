import numpy as np
from numpy.typing import NDArray

from phono_fc._force_constants import ForceConstants

def filled_by_exchange(
    force_constants: ForceConstants, known: NDArray[np.bool_]
) -> NDArray[np.float64]: ...
def rows_by_symmetry(
    fields: NDArray[np.float64],
    atoms: NDArray[np.int64],
    targets: NDArray[np.int64],
    rotations: NDArray[np.float64],
    permutations: NDArray[np.int64],
) -> NDArray[np.float64]: ...
def symmetrized_values(
    force_constants: ForceConstants, *, rounds: int
) -> NDArray[np.float64]: ...
def rayon_threads() -> int: ...
