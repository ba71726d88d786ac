"""From displaced forces to bands, densities of states and thermal properties."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import (
    BandStructure,
    Dynamics,
    ThermalProperties,
    atom_projections,
    band_path,
    band_structure,
    frequencies,
    frequency_points,
    phonon_modes,
    standard_points,
    thermal_properties,
)
from phono_grid import (
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

from phonokit._constants import force_constants_of
from phonokit._series import dynamics_of
from phonokit._workflow import Crystal

GAMMA = ("G", "GAMMA", "Gamma")
"""How people write Γ."""


@dataclass(frozen=True, slots=True, eq=False)
class Densities:
    """A density of states, and what each element has of it.

    Parameters
    ----------
    total : Spectrum
    elements : dict
        (n_f,) arrays by symbol, per THz and primitive cell; they add up to the total.
    """

    total: Spectrum
    elements: dict[str, NDArray[np.float64]]


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
    series : HarmonicSeries, GonzeLee or Wang
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
) -> Densities:
    """The density of states on a mesh, by tetrahedra, or by Gaussians of ``sigma`` THz."""
    if steps < 1:
        raise DomainError(f"steps must be positive, got {steps}")
    smearing = None if sigma is None else Gaussian(sigma)
    symbols = crystal.primitive.symbols
    with using(crystal.backend):
        grid = Grid.of(crystal.primitive, mesh, Symmetry.of(crystal.primitive))
        q = first_brillouin_zone(grid.qpoints, grid.reciprocal_lattice)
        modes = phonon_modes(series, q)
        share = atom_projections(modes).sum(axis=3)
        kinds = list(dict.fromkeys(symbols))
        member = np.array([[s == kind for kind in kinds] for s in symbols], dtype=float)
        f = modes.frequencies
        points = frequency_points(f, steps)
        weights = np.concatenate([np.ones((*f.shape, 1)), share @ member], axis=2)
        found = density_of_states(grid, f, points, weights=weights, smearing=smearing)
    total = Spectrum(points, found.density[:, 0], found.cumulative[:, 0])
    return Densities(total, dict(zip(kinds, found.density.T[1:], strict=True)))


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
        f = frequencies(series, first_brillouin_zone(q, grid.reciprocal_lattice))
    return thermal_properties(
        f,
        temperatures,
        weights=irreducible.weights,
        cutoff_frequency=cutoff_frequency,
        classical=classical,
    )


def _label(word: str) -> str:
    """A label as it is printed."""
    return "Γ" if word in GAMMA else word


def _point(text: str) -> tuple[str, NDArray[np.float64]]:
    """``LABEL=x,y,z``; the numbers may be fractions."""
    label, _, numbers = text.partition("=")
    try:
        parts = [word.partition("/") for word in numbers.split(",")]
        q = np.array([float(a) / float(b or 1) for a, _, b in parts])
    except (ValueError, ZeroDivisionError):
        q = np.zeros(0)
    if not label or q.shape != (3,):
        raise DomainError(f"point: expected LABEL=x,y,z such as X=1/2,0,1/2, got {text!r}")
    return _label(label), q
