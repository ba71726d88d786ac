import numpy as np
from numpy.typing import ArrayLike, NDArray

def rayon_threads() -> int: ...
def get_pencil_indices(
    rank: int, size: int, nq: ArrayLike, layout: str
) -> NDArray[np.int64]: ...
def rows_by_partner(
    rank: int, size: int, nq: ArrayLike, layout: str, other: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]: ...
