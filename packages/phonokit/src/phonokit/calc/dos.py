"""Densities of states."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import (
    Modes,
    atom_projections,
    debye_frequency,
    direction_projections,
    phonon_modes,
)
from phono_dynmat import frequency_points as equal_steps
from phono_grid import (
    Cell,
    Gaussian,
    Grid,
    Spectrum,
    density_of_states,
    units,
    using,
)
from phono_grid.errors import DomainError, ensure_integer, ensure_type

from phonokit._documented import documented
from phonokit._timed import timed
from phonokit.calc.harmonic_grid import harmonic_grid, mesh_record
from phonokit.calc.record import INPUTS, Record, checked_run
from phonokit.calc.slabs import Slabs, zone_points
from phonokit.calc.stability import (
    IMAGINARY,
    warn_of_imaginary_modes,
    without_translations,
)
from phonokit.model.crystal import Crystal
from phonokit.results.harmonic import DosResult
from phonokit.run.run import Run
from phonokit.settings.mesh import DOS_MESH
from phonokit.settings.projection import Part, Projection

POINTS_PER_STEP = 40 / 3
"""Frequencies for each step of a mesh along an axis."""
FEWEST_AND_MOST = (100, 400)
"""Steps between frequencies."""


@documented(INPUTS)
def dos(
    crystal: Crystal,
    mesh: ArrayLike = DOS_MESH,
    *,
    sigma: float | None = None,
    frequency_points: int | None = None,
    projection: Projection | None = None,
    shift: bool = False,
    nac: bool = True,
    run: Run | None = None,
) -> DosResult:
    r"""Phonon density of states, total and of each part of the crystal.

    .. math::

        g(f) = \frac{1}{n_q} \sum_{qj} \delta(f - f_{qj}), \qquad
        g_k(f) = \frac{1}{n_q} \sum_{qj} |e_{qjk}|^2\, \delta(f - f_{qj})

    by the linear tetrahedron method or by Gaussians. Shares of degenerate modes, whose
    eigenvectors are an arbitrary choice, are averaged.

    Parameters
    ----------
    sigma : float, optional
        The width of Gaussians in place of tetrahedra, THz.
    frequency_points : int, optional
        How many; they are in equal steps, begin a tenth of the range of the bands below the
        lowest frequency, imaginary ones among them, and end as much above the highest. If
        not given, 401 for a mesh of 30 × 30 × 30 or finer, fewer for a coarser one, whose
        tetrahedra would show: 13 for each step of the mesh, 101 at least.
    projection : Projection, optional
        What the density is divided into; elements if not given.
    shift : bool
        Shift the mesh by half a step along axes with even numbers, as Monkhorst and Pack
        do, and phonopy unless it is centred on Γ.

    Returns
    -------
    DosResult
        States per THz and primitive cell.

    Raises
    ------
    DomainError
        If the mesh or the width is not positive, or fewer than two
        frequencies are asked for.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary modes; their states are at negative frequencies, and there is
        no Debye temperature.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.dos(silicon, (8, 8, 8))
    >>> round(float(result.cumulative[-1]), 6)  # states of a primitive cell
    6.0
    """
    run = checked_run(crystal, nac, run)
    projection = Projection() if projection is None else projection
    ensure_type("projection", projection, Projection)
    smearing = None if sigma is None else Gaussian(sigma)
    cell = crystal.primitive
    names = part_names(cell, projection)
    grid = harmonic_grid(crystal, mesh, shift=shift)
    n = _suited_points(grid)
    if frequency_points is not None:
        n = ensure_integer("frequency_points", frequency_points, 2)
    record = Record(
        product="dos",
        crystal=crystal,
        nac=nac,
        settings={**mesh_record(grid), **projection.record},
    )
    with using(crystal.backend):
        q, f, shares = _modes(crystal, grid, projection, record, run)
        points = equal_steps(f, n - 1)
        weights = np.concatenate([np.ones((*f.shape, 1)), shares], axis=2)
        with timed("density of states"):
            spectrum = density_of_states(
                grid, f, points, weights=weights, smearing=smearing
            )
    if run.ranks.rank == 0:
        warn_of_imaginary_modes(q, f, "their states are at negative frequencies")
    total = Spectrum(points, spectrum.density[:, 0], spectrum.cumulative[:, 0])
    parts = dict(zip(names, spectrum.density.T[1:], strict=True))
    lowest = float(without_translations(q, f).min())
    stable = lowest >= IMAGINARY
    return DosResult(
        frequency_points=points,
        total=total.density,
        cumulative=total.cumulative,
        elements=parts if projection.part is Part.ELEMENT else None,
        atoms=parts if projection.part is Part.ATOM else None,
        n_bands=f.shape[1],
        lowest_frequency=lowest,
        debye_temperature=_debye_temperature(total, cell.n_atoms) if stable else None,
        provenance=record.provenance(sigma=sigma, frequency_points=n),
    )


def _suited_points(grid: Grid) -> int:
    """The number of frequencies at which the tetrahedra of a mesh do not show."""
    steps = round(POINTS_PER_STEP * float(np.cbrt(grid.n_q)))
    return int(np.clip(steps, *FEWEST_AND_MOST)) + 1


def atom_names(cell: Cell) -> list[str]:
    """``Si1``, ``Si2``: symbols with the number of the atom in the primitive cell."""
    return [f"{symbol}{i}" for i, symbol in enumerate(cell.symbols, 1)]


def part_names(cell: Cell, projection: Projection) -> list[str]:
    """The names of the parts, those of all elements or atoms along x first."""
    names = _members(cell, projection)[0]
    if not projection.axes:
        return names
    return [f"{name} {axis}" for axis in "xyz" for name in names]


def _modes(
    crystal: Crystal, grid: Grid, projection: Projection, record: Record, run: Run
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Wave vectors of a whole mesh, frequencies, and shares of parts. Collective."""
    cell, dynamics = crystal.primitive, crystal.dynamics(nac=record.nac)
    n_b, n_parts = 3 * cell.n_atoms, len(part_names(cell, projection))

    def compute(q: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
        modes = phonon_modes(dynamics, q)
        shares = _shares(modes, cell, projection)
        return {"frequencies": modes.frequencies, "shares": shares}

    q = zone_points(grid)
    each = [("frequencies", "<f8", (n_b,)), ("shares", "<f8", (n_b, n_parts))]
    slabs = Slabs(
        qpoints=q, n_bands=n_b, compute=compute, each=np.dtype(each), key=record.key
    )
    values = slabs.complete(run)
    return q, values["frequencies"], values["shares"]


def _members(cell: Cell, projection: Projection) -> tuple[list[str], NDArray[np.float64]]:
    """Elements or atoms by name, and which atoms each has, (n_a, n)."""
    if projection.part is Part.ATOM:
        return atom_names(cell), np.eye(cell.n_atoms)
    names = list(dict.fromkeys(cell.symbols))
    return names, np.array([[s == name for name in names] for s in cell.symbols], float)


def _shares(modes: Modes, cell: Cell, projection: Projection) -> NDArray[np.float64]:
    """Share of each part in each mode, (n_q, n_b, n_parts)."""
    members = _members(cell, projection)[1]
    if projection.direction is not None:
        return direction_projections(modes, cell, projection.direction) @ members
    shares = atom_projections(modes)
    if not projection.axes:
        return np.asarray(shares.sum(axis=3) @ members)
    axes = np.moveaxis(shares, 3, 2) @ members
    return axes.reshape(*modes.frequencies.shape, -1)


def _debye_temperature(total: Spectrum, n_atoms: int) -> float | None:
    """Debye temperature, K; None without states to fit, as on a mesh of one wave vector."""
    try:
        return debye_frequency(total, n_atoms) / units.KELVIN_TO_THZ
    except DomainError:
        return None
