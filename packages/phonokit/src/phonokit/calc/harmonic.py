"""From displaced forces to bands, densities of states and thermal properties."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import (
    BandStructure,
    Dynamics,
    Modes,
    ThermalProperties,
    atom_projections,
    band_path,
    band_projections,
    band_structure,
    direction_projections,
    frequency_points,
    mean_square_displacements,
    phonon_frequencies,
    phonon_modes,
    standard_points,
    thermal_properties,
)
from phono_grid import (
    Cell,
    Gaussian,
    Grid,
    IrreduciblePoints,
    Spectrum,
    Symmetry,
    density_of_states,
    first_brillouin_zone,
    using,
)
from phono_grid.errors import DomainError

from phonokit.calc.kappa import Crystal
from phonokit.cli.request_harmonic import Part, Projection, ThermalRequest
from phonokit.model.constants import force_constants_of
from phonokit.model.series import dynamics_of

GAMMA = ("G", "GAMMA", "Gamma")
"""How people write Γ."""
WHOLE = Projection()
"""All motion of each element."""
AT_REST = 1e-4
"""THz; what moves slower moves the crystal as a whole, which would be infinitely far."""


@dataclass(frozen=True, slots=True, eq=False)
class Densities:
    """A density of states, and what each part has of it.

    Parameters
    ----------
    total : Spectrum
    parts : dict
        (n_f,) arrays by name (``Si``, ``Si1``, ``Si x``), per THz and primitive cell; they
        add up to the total unless they are those of one direction.
    """

    total: Spectrum
    parts: dict[str, NDArray[np.float64]]


def dynamics(crystal: Crystal, *, nac: bool = True) -> Dynamics:
    """Second-order constants of a crystal, with dipoles if it has charges and ``nac``."""
    with using(crystal.backend):
        constants = force_constants_of(crystal.data, order=2)[2]
        return dynamics_of(constants, crystal.data.born if nac else None)


def bands(
    crystal: Crystal,
    series: Dynamics,
    path: str = "",
    points: Sequence[str] = (),
    *,
    n: int = 51,
    connect: bool = False,
) -> BandStructure:
    """Bands along a path of labels, the standard one if ``path`` is empty.

    Parameters
    ----------
    crystal : Crystal
    series : HarmonicSeries, GonzeLeeCorrection or WangCorrection
        See `dynamics`.
    path : str
        Labels along each line, lines separated by commas; G is Γ.
    points : sequence of str
        ``LABEL=x,y,z``; the standard points if there are none.
    n : int
        Wave vectors of a segment.
    connect : bool
        Follow bands through crossings.
    """
    if points and not path:
        raise DomainError("point: give a path of these points too, such as --path 'G X'")
    lines = [[_label(w) for w in line.split()] for line in path.split(",")]
    if points:
        named: dict[str, ArrayLike] = {"Γ": np.zeros(3)}
        named |= dict(_point(text) for text in points)
    else:
        standard, usual = standard_points(crystal.primitive)
        named = dict(standard)
        lines = lines if path else usual
    segments = band_path(named, lines, n)
    with using(crystal.backend):
        return band_structure(series, segments, connect=connect)


def densities(
    crystal: Crystal,
    series: Dynamics,
    mesh: ArrayLike,
    *,
    sigma: float | None = None,
    steps: int = 200,
    projection: Projection = WHOLE,
) -> Densities:
    """The density of states on a mesh, by tetrahedra, or by Gaussians of ``sigma`` THz."""
    if steps < 1:
        raise DomainError(f"steps must be positive, got {steps}")
    smearing = None if sigma is None else Gaussian(sigma)
    along = _direction(projection)
    with using(crystal.backend):
        grid, modes = _whole(crystal, series, mesh)
        f = modes.frequencies
        points = frequency_points(f, steps)
        names, shares = _shares(modes, crystal.primitive, projection, along)
        weights = np.concatenate([np.ones((*f.shape, 1)), shares], axis=2)
        found = density_of_states(grid, f, points, weights=weights, smearing=smearing)
    total = Spectrum(points, found.density[:, 0], found.cumulative[:, 0])
    return Densities(total, dict(zip(names, found.density.T[1:], strict=True)))


def atom_names(cell: Cell) -> list[str]:
    """``Si1``, ``Si2``: symbols with the number of the atom in the primitive cell."""
    return [f"{symbol}{i}" for i, symbol in enumerate(cell.symbols, 1)]


def _whole(crystal: Crystal, series: Dynamics, mesh: ArrayLike) -> tuple[Grid, Modes]:
    """A grid and the phonons on all of it."""
    grid = Grid.of(crystal.primitive, mesh, Symmetry.of(crystal.primitive))
    q = first_brillouin_zone(grid.qpoints, grid.reciprocal_lattice)
    return grid, phonon_modes(series, q)


def _shares(
    modes: Modes, cell: Cell, projection: Projection, along: NDArray[np.float64] | None
) -> tuple[list[str], NDArray[np.float64]]:
    """Names of parts, and what each has of the modes, (n_q, n_b, n_parts)."""
    if projection.by is Part.ATOM:
        names, member = atom_names(cell), np.eye(cell.n_atoms)
    else:
        names = list(dict.fromkeys(cell.symbols))
        member = np.array([[s == name for name in names] for s in cell.symbols], float)
    if along is not None:
        return names, direction_projections(modes, cell, along) @ member
    shares = atom_projections(modes)
    if not projection.axes:
        return names, shares.sum(axis=3) @ member
    axes = np.moveaxis(shares, 3, 2) @ member
    names = [f"{name} {axis}" for axis in "xyz" for name in names]
    return names, axes.reshape(*modes.frequencies.shape, -1)


def _direction(projection: Projection) -> NDArray[np.float64] | None:
    """Three numbers, or None where all motion counts."""
    if not projection.direction:
        return None
    if projection.axes:
        raise DomainError("direction and axes exclude each other; give one of them")
    direction = _numbers(projection.direction)
    if direction is None or not direction.any():
        raise DomainError(
            "direction: expected a,b,c in lattice vectors, not all zero, such as 0,0,1, "
            f"got {projection.direction!r}"
        )
    return direction


def thermal(
    crystal: Crystal,
    series: Dynamics,
    mesh: ArrayLike,
    temperatures: ArrayLike,
    *,
    cutoff_frequency: float = 0.0,
    classical: bool = False,
) -> ThermalProperties:
    """Free energy, entropy and heat capacity from the irreducible points of a mesh."""
    with using(crystal.backend):
        grid = Grid.of(crystal.primitive, mesh, Symmetry.of(crystal.primitive))
        irreducible = IrreduciblePoints.of(grid)
        q = grid.qpoints_at(irreducible.points)
        f = phonon_frequencies(series, first_brillouin_zone(q, grid.reciprocal_lattice))
    return thermal_properties(
        f,
        temperatures,
        weights=irreducible.weights,
        cutoff_frequency=cutoff_frequency,
        classical=classical,
    )


def thermal_parts(
    crystal: Crystal, series: Dynamics, request: ThermalRequest, temperatures: ArrayLike
) -> ThermalProperties:
    """The same of each band, or atom: the second axis of what is found."""
    with using(crystal.backend):
        _, modes = _whole(crystal, series, request.shared.mesh)
    f = modes.frequencies
    by_atom = request.by is Part.ATOM
    return thermal_properties(
        f,
        temperatures,
        projections=atom_projections(modes).sum(3) if by_atom else band_projections(f),
        cutoff_frequency=request.cutoff,
        classical=request.classical,
    )


def displacements(
    crystal: Crystal,
    series: Dynamics,
    mesh: ArrayLike,
    temperatures: ArrayLike,
    *,
    cutoff_frequency: float = 0.0,
) -> NDArray[np.float64]:
    """Mean-square displacements, Å², (n_T, n_a, 3, 3); see `AT_REST`."""
    with using(crystal.backend):
        _, modes = _whole(crystal, series, mesh)
    between = (max(cutoff_frequency, AT_REST), np.inf)
    masses = crystal.primitive.masses
    return mean_square_displacements(modes, masses, temperatures, between=between)


def _label(word: str) -> str:
    """A label as it is printed."""
    return "Γ" if word in GAMMA else word


def _point(text: str) -> tuple[str, NDArray[np.float64]]:
    """``LABEL=x,y,z``; the numbers may be fractions."""
    label, _, numbers = text.partition("=")
    q = _numbers(numbers)
    if not label or q is None:
        raise DomainError(f"point: expected LABEL=x,y,z such as X=1/2,0,1/2, got {text!r}")
    return _label(label), q


def _numbers(text: str) -> NDArray[np.float64] | None:
    """``x,y,z``, which may be fractions; None if it is anything else."""
    try:
        parts = [word.partition("/") for word in text.split(",")]
        numbers = np.array([float(a) / float(b or 1) for a, _, b in parts])
    except (ValueError, ZeroDivisionError):
        return None
    return numbers if numbers.shape == (3,) and np.isfinite(numbers).all() else None
