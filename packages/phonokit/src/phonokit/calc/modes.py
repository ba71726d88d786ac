"""Phonons at wave vectors: frequencies, eigenvectors, velocities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import (
    Dynamics,
    Modes,
    Segment,
    group_velocities,
    phonon_frequencies,
    phonon_modes,
)
from phono_grid import IrreduciblePoints, first_brillouin_zone, using
from phono_grid.errors import DomainError, as_numbers, ensure_flag, finite

from phonokit._documented import documented
from phonokit.calc.bands import Path, band_segments, path_distances
from phonokit.calc.harmonic_grid import harmonic_grid
from phonokit.calc.record import INPUTS, Record, checked_run
from phonokit.calc.segments import complete_segments
from phonokit.calc.slabs import Slabs, zone_points
from phonokit.calc.stability import warn_of_imaginary_modes
from phonokit.model.crystal import Crystal
from phonokit.results.harmonic import ModesResult, cell_quantities
from phonokit.run.run import Run
from phonokit.settings.mesh import HARMONIC_MESH

SAME_Q = 1e-9
"""Fractional; images that differ by less are the same."""


@documented(INPUTS)
def modes(
    crystal: Crystal,
    *,
    q: ArrayLike | None = None,
    mesh: ArrayLike | None = None,
    path: Path | None = None,
    points: Mapping[str, ArrayLike] | None = None,
    points_per_segment: int = 51,
    direction: ArrayLike | None = None,
    eigenvectors: bool = True,
    velocities: bool = True,
    shift: bool = False,
    nac: bool = True,
    run: Run | None = None,
) -> ModesResult:
    r"""Frequencies, eigenvectors and group velocities of phonons.

    .. math::

        D(q)\, e = \operatorname{sign}(f)\, (2\pi f)^2\, e, \qquad
        v = \frac{\partial f}{\partial k}

    with ``k`` without 2π, so that ``v`` in Å THz is the velocity of a wave packet. Within a
    degenerate set eigenvectors and velocities are those of the set split along (1, 2, 3).

    Parameters
    ----------
    q : (3,) or (n_q, 3) array_like, optional
        Fractional wave vectors.
    mesh : three int, float, or (3, 3) array of int, optional
        In place of ``q``: the irreducible wave vectors of a Γ-centred grid; or of a length
        in Å; or of the matrix of a generalised grid, as `phono_grid.Grid.of` takes them.
        20×20×20 if nothing else is given.
    path : str, or sequence of labels, or sequence of such sequences, optional
        In place of ``q``: lines between named points, as `phonokit.bands` takes them.
    points : dict, optional
        Fractional wave vectors by label, ``{"X": (0.5, 0, 0.5)}``, for the path.
    points_per_segment : int
        Wave vectors between two labels, both included.
    direction : (3,) array_like, optional
        Fractional: the direction in which Γ, or another reciprocal lattice point, is
        approached. Without one, the dipoles of Born charges make no macroscopic field
        there.
    eigenvectors, velocities : bool
        Whether they are part of the result.
    shift : bool
        Shift the mesh by half a step along axes with even numbers, as Monkhorst and Pack
        do, and phonopy unless it is centred on Γ.

    Returns
    -------
    ModesResult
        Frequencies in THz, velocities in Å THz.

    Raises
    ------
    DomainError
        If two of ``q``, ``mesh``, ``path`` are given, there are no wave vectors, or the
        mesh is not positive.
    ShapeError
        If ``q`` is not three numbers, or rows of three.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary modes; their frequencies are negative numbers.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> phonokit.modes(silicon, q=[[0.5, 0, 0.5], [0.5, 0.5, 0.5]]).frequencies.shape
    (2, 6)
    >>> result = phonokit.modes(silicon, mesh=(4, 4, 4))
    >>> int(result.weights.sum())
    64
    """
    run = checked_run(crystal, nac, run)
    ensure_flag("eigenvectors", eigenvectors)
    ensure_flag("velocities", velocities)
    ways = {"q": q, "mesh": mesh, "path": path}
    where = wave_vectors_of(crystal, ways, points, points_per_segment, shift=shift)
    toward = None if direction is None else finite(direction, "direction", (3,))
    if toward is not None and where.labels is not None:
        raise DomainError("direction: segments of a path have their own; leave it out")
    settings: dict[str, Any] = {"eigenvectors": eigenvectors, "velocities": velocities}
    settings["direction"] = None if toward is None else toward.tolist()
    record = Record(product="modes", crystal=crystal, nac=nac, settings=settings)
    n_a = crystal.primitive.n_atoms
    each: list[Any] = [("frequencies", "<f8", (3 * n_a,))]
    if eigenvectors:
        each.append(("eigenvectors", "<c16", (3 * n_a, n_a, 3)))
    if velocities:
        each.append(("velocities", "<f8", (3 * n_a, 3)))
    wanted = np.dtype(each)
    with using(crystal.backend):
        if where.segments:
            values = complete_segments(
                where.segments,
                crystal.primitive,
                lambda some, toward: _values(crystal, some, wanted, toward, nac),
                wanted,
                lambda: record.key(qpoints=np.array([s.qpoints for s in where.segments])),
                run,
            )
        else:
            values = Slabs(
                qpoints=where.qpoints,
                n_bands=3 * n_a,
                compute=lambda some: _values(crystal, some, wanted, toward, nac),
                each=wanted,
                key=lambda: record.key(qpoints=where.qpoints),
            ).complete(run)
    if run.ranks.rank == 0:
        warn_of_imaginary_modes(
            where.qpoints,
            values["frequencies"],
            "they are given as negative numbers",
            where.weights,
        )
    return ModesResult(
        qpoints=where.qpoints,
        weights=where.weights,
        grid_points=where.grid_points,
        grid_matrix=where.grid_matrix,
        labels=where.labels,
        distances=where.distances,
        **cell_quantities(crystal.primitive),
        provenance=record.provenance(),
        **values,
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WaveVectors:
    """Wave vectors, and what they belong to: a mesh, a path, or nothing."""

    qpoints: NDArray[np.float64]
    weights: NDArray[np.int64] | None = None
    grid_points: NDArray[np.int64] | None = None
    grid_matrix: NDArray[np.int64] | None = None
    labels: NDArray[np.str_] | None = None
    distances: NDArray[np.float64] | None = None
    segments: tuple[Segment, ...] = ()


def wave_vectors_of(
    crystal: Crystal,
    ways: Mapping[str, Any],
    points: Mapping[str, ArrayLike] | None,
    points_per_segment: int,
    *,
    shift: bool = False,
) -> WaveVectors:
    """Wave vectors that were given, those of a path, or the irreducible ones of a mesh."""
    given = [name for name, value in ways.items() if value is not None]
    if len(given) > 1:
        raise DomainError(f"{' and '.join(given)} exclude each other; give one of them")
    ensure_flag("shift", shift)
    if shift and ({"q", "path"} & {*given} or points is not None):
        raise DomainError("shift: belongs to a mesh; leave it out")
    if "q" in given:
        q = finite(np.atleast_2d(as_numbers(ways["q"], "q")), "q", ("n_q", 3))
        if not len(q):
            raise DomainError("q: expected one wave vector or more, got none")
        return WaveVectors(qpoints=q)
    if "path" in given or points is not None:
        segments = band_segments(
            crystal.primitive, ways["path"], points, points_per_segment
        )
        return WaveVectors(
            qpoints=np.concatenate([s.qpoints for s in segments]),
            labels=np.array([list(s.labels) for s in segments]),
            distances=path_distances(segments, crystal.primitive).ravel(),
            segments=segments,
        )
    with using(crystal.backend):
        mesh = HARMONIC_MESH if ways["mesh"] is None else ways["mesh"]
        grid = harmonic_grid(crystal, mesh, shift=shift)
        irreducible = IrreduciblePoints.of(grid)
        return WaveVectors(
            qpoints=zone_points(grid, irreducible.points),
            weights=irreducible.weights,
            grid_points=irreducible.points,
            grid_matrix=grid.matrix,
        )


def _values(
    crystal: Crystal,
    q: NDArray[np.float64],
    wanted: np.dtype[Any],
    direction: NDArray[np.float64] | None,
    nac: bool,
) -> dict[str, NDArray[Any]]:
    """Requested quantities of the phonons at some wave vectors, by name."""
    dynamics = crystal.dynamics(nac=nac)
    if wanted.names == ("frequencies",):
        return {"frequencies": phonon_frequencies(dynamics, q, direction=direction)}
    phonons = phonon_modes(dynamics, q, direction=direction)
    values = {"frequencies": phonons.frequencies, "eigenvectors": phonons.polarizations}
    if "velocities" in (wanted.names or ()):
        rotations = crystal.symmetry.reciprocal_rotations()
        at = _in_zone(crystal, phonons, dynamics, direction)
        values["velocities"] = group_velocities(
            dynamics, at, rotations, direction=direction
        )
    return values


def _in_zone(
    crystal: Crystal,
    phonons: Modes,
    dynamics: Dynamics,
    direction: NDArray[np.float64] | None,
) -> Modes:
    """The same phonons, at those images of their wave vectors that carry heat on a mesh.

    Velocities are averaged over the operations that leave a wave vector in place, not
    modulo G: at the zone boundary they would depend on which image is given.
    """
    q = phonons.qpoints
    periodic = q - np.floor(q + SAME_Q)  # of equally short images always the same
    inside = first_brillouin_zone(periodic, crystal.primitive.reciprocal_lattice)
    inside -= np.rint(inside)
    if np.abs(inside - q).max(initial=0) < SAME_Q:
        return phonons
    return phonon_modes(dynamics, inside, direction=direction)
