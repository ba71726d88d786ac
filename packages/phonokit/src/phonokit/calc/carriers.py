"""The phonons that carry heat, and what scatters them: the set-up of a conductivity."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_3ph import BandPairs, PeriodicModes, Series3
from phono_grid import Cell, Grid, IrreduciblePoints
from phono_mpi import Ranks

from phonokit._timed import timed
from phonokit.calc.harmonic_phonons import Harmonic, harmonic_phonons, pairs_of
from phonokit.calc.stability import warn_of_imaginary_modes
from phonokit.model.crystal import Crystal
from phonokit.settings.transport import Transport


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


def series_of(crystal: Crystal) -> Series3:
    """Third-order constants as a Fourier series, ready for wave vectors."""
    constants = crystal.fc3
    with timed("Fourier series"):
        return Series3.of(constants)


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
    make = functools.partial(
        _phonons_and_series, crystal, grid, irreducible, nac=nac, transport=transport
    )
    harmonic, series3 = _once_per_node(make, grid, ranks)
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


def _phonons_and_series(
    crystal: Crystal,
    grid: Grid,
    irreducible: IrreduciblePoints,
    *,
    nac: bool,
    transport: Transport,
) -> tuple[Harmonic, Series3]:
    """What depends on the force constants."""
    # Before the series of third order, so that what modes need meanwhile is free for it.
    harmonic = harmonic_phonons(
        crystal.dynamics(nac=nac),
        grid,
        irreducible,
        coherences=transport.coherence is not None,
        degeneracy=transport.scattering.degeneracy,
    )
    return harmonic, series_of(crystal)


def _once_per_node(
    make: Callable[[], tuple[Harmonic, Series3]], grid: Grid, ranks: Ranks
) -> tuple[Harmonic, Series3]:
    """Made by one rank of each node, read by all its ranks. Collective."""
    if ranks.size == 1:
        return make()

    def arrays() -> list[NDArray[Any]]:
        h, series = make()
        modes = [h.phonons.frequencies, h.phonons.polarizations]
        points = [h.qpoints, h.frequencies, h.velocities]
        points += [] if h.products is None else [h.products]
        lattice = np.zeros((0, 3)) if series.lattice is None else series.lattice
        constants = [series.values, series.atoms, series.cells, lattice]
        return [*constants, *modes, *points]

    values, atoms, cells, lattice, f, e, *points = ranks.shared(arrays)
    harmonic = Harmonic(PeriodicModes(grid, f, e), *points)
    return harmonic, Series3(values, atoms, cells, lattice if len(lattice) else None)
