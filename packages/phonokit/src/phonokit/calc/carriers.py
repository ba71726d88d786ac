"""The phonons that carry heat, and what scatters them: the set-up of a conductivity."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_3ph import BandPairs, PeriodicModes, Series3
from phono_grid import Cell, Grid, IrreduciblePoints
from phono_grid.memory import release_freed_memory
from phono_mpi import Ranks

from phonokit.calc.harmonic_phonons import Harmonic, harmonic_phonons, pairs_of
from phonokit.calc.stability import warn_of_imaginary_modes
from phonokit.model.crystal import Crystal
from phonokit.settings.transport import Transport

NO_SERIES = Series3(
    np.zeros((0, 3, 3, 3)), np.zeros((0, 3), np.int64), np.zeros((0, 2, 3), np.int64)
)
"""Third-order constants where strengths are given in their place."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Carriers:
    """The phonons that carry heat.

    Parameters
    ----------
    phonons : PeriodicModes
        On the whole grid.
    irreducible : IrreduciblePoints
    frequencies : (n_i, n_b) array
        THz
    velocities : (n_i, n_b, 3) array
        Å THz
    cell : Cell
        The primitive cell.
    temperatures : (n_T,) array
        K
    pairs : BandPairs, optional
        What coherences need.
    """

    phonons: PeriodicModes
    irreducible: IrreduciblePoints
    frequencies: NDArray[np.float64]
    velocities: NDArray[np.float64]
    cell: Cell
    temperatures: NDArray[np.float64]
    pairs: BandPairs | None = None


def carriers_of(
    crystal: Crystal,
    mesh: ArrayLike,
    temperatures: NDArray[np.float64],
    *,
    nac: bool = True,
    ranks: Ranks,
    transport: Transport | None = None,
) -> tuple[Harmonic, Carriers, Series3]:
    """All that scattering needs, and coherences if they are asked for. Collective."""
    transport = Transport() if transport is None else transport
    grid = Grid.of(
        crystal.primitive, mesh, crystal.symmetry, use_symmetry=not transport.full_zone
    )
    irreducible = IrreduciblePoints.of(grid)

    def make() -> tuple[PeriodicModes, list[NDArray[Any]]]:
        h = harmonic_phonons(
            crystal.dynamics(nac=nac),
            grid,
            irreducible,
            coherences=transport.coherence is not None,
            scattering=transport.scattering,
            symmetry=crystal.symmetry,
        )
        products = [] if h.products is None else [h.products]
        return h.phonons, [h.qpoints, h.frequencies, h.velocities, *products]

    # Before the series of third order, so that what modes need meanwhile is free for it.
    phonons, points = phonons_once_per_node(make, grid, ranks)
    release_freed_memory()
    harmonic = Harmonic(phonons, *points)
    constant = transport.constant_strength is not None
    series3 = NO_SERIES if constant else series_once_per_node(crystal, ranks)
    release_freed_memory()
    if ranks.rank == 0:
        warn_of_imaginary_modes(
            harmonic.qpoints,
            harmonic.frequencies,
            "these modes do not take part, and the conductivity is doubtful",
            irreducible.weights,
        )
    tetrahedra = transport.symmetrized_tetrahedra
    carriers = Carriers(
        phonons=replace(harmonic.phonons, symmetrized_tetrahedra=tetrahedra),
        irreducible=irreducible,
        frequencies=harmonic.frequencies,
        velocities=harmonic.velocities,
        cell=crystal.primitive,
        temperatures=temperatures,
        pairs=pairs_of(
            harmonic, grid, crystal.primitive.volume, transport.scattering.degeneracy
        ),
    )
    return harmonic, carriers, series3


def phonons_once_per_node(
    make: Callable[[], tuple[PeriodicModes, list[NDArray[Any]]]], grid: Grid, ranks: Ranks
) -> tuple[PeriodicModes, list[NDArray[Any]]]:
    """Phonons on a grid, and arrays beside them, made once on each node. Collective."""
    if ranks.size == 1:
        return make()

    def arrays() -> list[NDArray[Any]]:
        phonons, beside = make()
        v = phonons.velocities
        slopes = np.zeros((0, 0, 3)) if v is None else v
        return [phonons.frequencies, phonons.polarizations, slopes, *beside]

    f, e, v, *beside = ranks.shared(arrays)
    return PeriodicModes(grid, f, e, velocities=v if len(v) else None), beside


def series_once_per_node(crystal: Crystal, ranks: Ranks) -> Series3:
    """The series of third-order constants, made once on each node. Collective."""
    if ranks.size == 1:
        return crystal.series3

    def arrays() -> list[NDArray[Any]]:
        series = crystal.series3
        lattice = np.zeros((0, 3)) if series.lattice is None else series.lattice
        return [series.values, series.atoms, series.cells, lattice]

    values, atoms, cells, lattice = ranks.shared(arrays)
    return Series3(values, atoms, cells, lattice if len(lattice) else None)
