import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._bands import Bands
from phono_grid._cell import Cell
from phono_grid._grid import Grid
from phono_grid._spectra import Gaussian
from phono_grid._tetrahedra import Tetrahedra
from phono_grid._triplets import Triplets
from phono_grid._zone import BrillouinZone

def rayon_threads() -> int: ...
def atom_permutations(
    cell: Cell, rotations: ArrayLike, translations: ArrayLike, *, symprec: float = 1e-5
) -> NDArray[np.int64]: ...
def hash_of_words(words: NDArray[np.uint64]) -> int: ...
def irreducible_map(grid: Grid) -> NDArray[np.int64]: ...
def joint_dos_channels(
    grid: Grid,
    smearing: Tetrahedra | Gaussian,
    frequencies: ArrayLike,
    triplets: Triplets,
    weights: ArrayLike,
    frequency_points: ArrayLike,
) -> NDArray[np.float64]: ...
def shortest_vectors(
    positions: ArrayLike,
    origins: ArrayLike,
    basis: ArrayLike,
    axes: ArrayLike | None = None,
    *,
    symprec: float = 1e-5,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]: ...
def spectra(
    bands: Bands,
    smearing: Tetrahedra | Gaussian,
    weights: ArrayLike,
    frequency_points: ArrayLike,
    *,
    drop_few: bool = False,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def tetrahedron_weights(
    bands: Bands, tetrahedra: Tetrahedra, targets: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def triplet_images(
    zone: BrillouinZone, triplets: Triplets
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]: ...
def triplet_weights(
    grid: Grid,
    smearing: Tetrahedra | Gaussian,
    frequencies: ArrayLike,
    triplets: Triplets,
    targets: ArrayLike,
) -> NDArray[np.float64]: ...
def triplets_at(grid: Grid, q: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]: ...
def zone_images(
    grid: Grid, transform: ArrayLike, basis: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.int64]]: ...
def zone_point_weights(
    zone: BrillouinZone,
    tetrahedra: Tetrahedra,
    frequencies: ArrayLike,
    rows: ArrayLike,
    points: ArrayLike,
    targets: ArrayLike,
    out: NDArray[np.float64],
    *,
    step: bool = False,
) -> NDArray[np.float64]: ...
def zone_triplet_weights(
    zone: BrillouinZone,
    tetrahedra: Tetrahedra,
    frequencies: ArrayLike,
    points: ArrayLike,
    targets: ArrayLike,
    out: NDArray[np.float64],
    outside: NDArray[np.int8],
) -> tuple[NDArray[np.float64], NDArray[np.int8]]: ...
