"""Harmonic phonons of a conductivity: modes, velocities, products of velocities."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_3ph import (
    AdaptiveGaussian,
    BandPairs,
    PeriodicModes,
    Scattering,
    periodic_gauge,
    resting_acoustic_modes,
)
from phono_dynmat import (
    Dynamics,
    HarmonicSeries,
    group_velocities,
    phonon_modes,
    resolve_degenerate_modes,
    velocity_operators,
)
from phono_grid import (
    DEGENERACY,
    Grid,
    IrreduciblePoints,
    Symmetry,
    first_brillouin_zone,
)
from phono_grid.progress import tell

from phonokit._timed import timed

SLAB = 512
"""Wave vectors whose modes are made at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Harmonic:
    """Harmonic phonons, as the linewidths and the conductivity need them.

    Parameters
    ----------
    phonons : PeriodicModes
        On the whole grid.
    qpoints : (n_i, 3) array
        Irreducible wave vectors in the first Brillouin zone.
    frequencies : (n_i, n_b) array
    velocities : (n_i, n_b, 3) array
    products : (n_i, n_b, n_b, 6) array, optional
        Of velocities between bands, as `phono_3ph.BandPairs` has them.
    """

    phonons: PeriodicModes
    qpoints: NDArray[np.float64]
    frequencies: NDArray[np.float64]
    velocities: NDArray[np.float64]
    products: NDArray[np.float64] | None = None


def harmonic_phonons(
    series: Dynamics,
    grid: Grid,
    irreducible: IrreduciblePoints,
    *,
    coherences: bool = False,
    scattering: Scattering | None = None,
    symmetry: Symmetry | None = None,
) -> Harmonic:
    """Modes on the whole grid, velocities at its irreducible points.

    With ``coherences`` also velocities between bands. Cutoff frequency and degeneracy are
    those of ``scattering``.
    """
    cell = series.cell
    scattering = Scattering() if scattering is None else scattering
    tolerances = {
        "cutoff_frequency": scattering.cutoff_frequency,
        "degeneracy": scattering.degeneracy,
    }
    with timed(f"phonons at {grid.n_q} wave vectors"):
        slopes = isinstance(scattering.smearing, AdaptiveGaussian)
        phonons = mesh_phonons(series, grid, velocities=slopes)
    q = first_brillouin_zone(grid.qpoints_at(irreducible.points), grid.reciprocal_lattice)
    # The little group of a velocity is that of q itself, not modulo G, so the choice of
    # image counts at the zone boundary. This is the peers' choice.
    inside = q - np.rint(q)
    with timed(f"group velocities at {len(q)} wave vectors"):
        at_irreducible = phonon_modes(series, inside)
        symmetry = Symmetry.of(cell) if symmetry is None else symmetry
        rotations = symmetry.reciprocal_rotations()
        velocities = group_velocities(series, at_irreducible, rotations, **tolerances)
    f = at_irreducible.frequencies
    if not coherences:
        return Harmonic(phonons, q, f, velocities)
    with timed("velocities between bands"):
        operators = velocity_operators(series, at_irreducible, **tolerances)
        pairs = BandPairs.of(
            grid,
            irreducible,
            f,
            velocities,
            operators,
            cell.volume,
            degeneracy=scattering.degeneracy,
        )
    return Harmonic(phonons, q, f, velocities, pairs.products)


def mesh_phonons(
    series: Dynamics, grid: Grid, *, velocities: bool = False
) -> PeriodicModes:
    """Modes at every wave vector of ``grid``, with their velocities if asked for."""
    q = grid.qpoints
    if not isinstance(series, HarmonicSeries):
        # A sum of dipoles that ends somewhere is not quite periodic.
        q = first_brillouin_zone(q, grid.reciprocal_lattice)
    return periodic_modes(series, grid, q, velocities=velocities)


def periodic_modes(
    series: Dynamics, grid: Grid, q: NDArray[np.float64], *, velocities: bool = False
) -> PeriodicModes:
    """Modes at the images ``q`` of the wave vectors of ``grid``, as scattering reads them.

    Some wave vectors at a time: a mode needs several times its size meanwhile.
    """
    n_a = series.cell.n_atoms
    f = np.empty((grid.n_q, 3 * n_a))
    e = np.empty((grid.n_q, 3 * n_a, n_a, 3), dtype=np.complex128)
    v = np.empty((*f.shape, 3)) if velocities else None
    for start in range(0, grid.n_q, SLAB):
        slab = slice(start, start + SLAB)
        modes = phonon_modes(series, q[slab])
        if v is not None:
            # Modes of a degenerate set, each with its own slope.
            modes = resolve_degenerate_modes(series, modes)
            rotations = Symmetry.of(series.cell).reciprocal_rotations()
            v[slab] = group_velocities(series, modes, rotations)
        f[slab], e[slab] = modes.frequencies, periodic_gauge(modes, series.cell)
        tell(min(start + SLAB, grid.n_q), grid.n_q)
    f = resting_acoustic_modes(grid, f, e)
    f.flags.writeable = False
    return PeriodicModes(grid, f, e, velocities=v)


def pairs_of(
    harmonic: Harmonic, grid: Grid, volume: float, degeneracy: float = DEGENERACY
) -> BandPairs | None:
    """Pairs of bands that coherences need, if their velocity products were made."""
    if harmonic.products is None:
        return None
    return BandPairs(
        harmonic.frequencies, harmonic.products, grid.n_q, volume, degeneracy=degeneracy
    )
