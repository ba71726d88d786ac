from collections.abc import Sequence

from numpy import bool_, float64, int64
from numpy.typing import ArrayLike, NDArray
from phono_fc import ForceConstants
from phono_grid import Triplets

from phono_3ph import (
    EvaluationPoints,
    GivenTriplets,
    MappedForceConstants3,
    ModesAround,
    PeriodicModes,
    QStars,
    Scattering,
    Series3,
    Strengths,
    SumPieces,
    ThermalFactors,
    ZoneModes,
)

def free_buffers() -> None: ...
def series3(
    force_constants: ForceConstants | MappedForceConstants3,
    multiplicities: NDArray[int64],
    cells: NDArray[int64],
    *,
    average_origin: bool = True,
    alike: NDArray[bool_] | None = None,
) -> tuple[NDArray[float64], NDArray[int64], NDArray[int64]]: ...
def interaction_strengths(
    series: Series3,
    phonons: PeriodicModes | ZoneModes,
    triplets: Triplets,
    cutoff_frequency: float,
    bands: Sequence[int] | None,
) -> NDArray[float64]: ...
def linewidths(
    series: Series3,
    phonons: PeriodicModes,
    q: int,
    occupations: ArrayLike,
    scattering: Scattering,
) -> NDArray[float64]: ...
def linewidth_pieces(
    series: Series3,
    phonons: PeriodicModes,
    q: int,
    pieces: SumPieces,
    occupations: ArrayLike,
    scattering: Scattering,
) -> NDArray[float64]: ...
def linewidths_together(
    series: Series3,
    phonons: PeriodicModes,
    q: int,
    pieces: SumPieces,
    occupations: ArrayLike,
    scatterings: Sequence[Scattering],
) -> NDArray[float64]: ...
def imaginary_self_energies(
    couplings: Series3 | Strengths,
    phonons: PeriodicModes | ModesAround,
    evaluation: EvaluationPoints,
    occupations: ArrayLike,
    scattering: Scattering,
) -> NDArray[float64]: ...
def real_self_energies(
    couplings: Series3 | Strengths,
    phonons: PeriodicModes | ModesAround,
    evaluation: EvaluationPoints,
    occupations: ArrayLike,
    scattering: Scattering,
    epsilon: float,
) -> NDArray[float64]: ...
def detailed_linewidths(
    couplings: Series3 | Strengths,
    phonons: PeriodicModes,
    q: int,
    occupations: ArrayLike,
    scattering: Scattering,
) -> NDArray[float64]: ...
def collision_row(
    couplings: Series3 | Strengths,
    phonons: PeriodicModes,
    q: int,
    thermal: ThermalFactors,
    scattering: Scattering,
) -> tuple[NDArray[float64], NDArray[float64]]: ...
def reduced_row(row: NDArray[float64], stars: QStars) -> NDArray[float64]: ...
def isotope_linewidths(
    phonons: PeriodicModes,
    q: ArrayLike,
    mass_spread: ArrayLike,
    scattering: Scattering,
) -> NDArray[float64]: ...
def rayon_threads() -> int: ...
def zone_linewidths(
    series: Series3,
    phonons: ZoneModes,
    triplets: GivenTriplets,
    occupations: ArrayLike,
    scattering: Scattering,
    bands: Sequence[int] | None,
) -> NDArray[float64]: ...
