"""Phonons at wave vectors: frequencies, eigenvectors, velocities."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import group_velocities, phonon_frequencies, phonon_modes
from phono_grid import Grid, IrreduciblePoints, using
from phono_grid.errors import DomainError, ensure_flag, finite

from phonokit._documented import documented
from phonokit.calc.record import INPUTS, Record, checked_run
from phonokit.calc.slabs import Slabs, zone_points
from phonokit.calc.stability import warn_of_imaginary_modes
from phonokit.model.crystal import Crystal
from phonokit.results.harmonic import ModesResult
from phonokit.run.run import Run
from phonokit.settings.mesh import HARMONIC_MESH


@documented(INPUTS)
def modes(
    crystal: Crystal,
    *,
    q: ArrayLike | None = None,
    mesh: ArrayLike | None = None,
    direction: ArrayLike | None = None,
    eigenvectors: bool = True,
    velocities: bool = True,
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
        20×20×20 if neither is given.
    direction : (3,) array_like, optional
        Fractional: the direction in which Γ, or another reciprocal lattice point, is
        approached. Without one, the dipoles of Born charges make no macroscopic field
        there.
    eigenvectors, velocities : bool
        Whether they are part of the result.

    Returns
    -------
    ModesResult
        Frequencies in THz, velocities in Å THz.

    Raises
    ------
    DomainError
        If both ``q`` and ``mesh`` are given, there are no wave vectors, or the mesh is not
        positive.
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
    qpoints, irreducible = _wave_vectors(crystal, q, mesh)
    toward = None if direction is None else finite(direction, "direction", (3,))
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
        values = Slabs(
            qpoints=qpoints,
            n_bands=3 * n_a,
            compute=lambda some: _values(crystal, some, wanted, toward, nac),
            each=wanted,
            key=lambda: record.key(qpoints=qpoints),
        ).complete(run)
    weights = None if irreducible is None else irreducible.weights
    f = values["frequencies"]
    if run.ranks.rank == 0:
        warn_of_imaginary_modes(qpoints, f, "they are given as negative numbers", weights)
    return ModesResult(
        qpoints=qpoints,
        weights=weights,
        grid_points=None if irreducible is None else irreducible.points,
        masses=crystal.primitive.masses,
        provenance=record.provenance(),
        **values,
    )


def _wave_vectors(
    crystal: Crystal, q: ArrayLike | None, mesh: ArrayLike | None
) -> tuple[NDArray[np.float64], IrreduciblePoints | None]:
    """Wave vectors that were given, or the irreducible ones of a mesh."""
    if q is not None:
        if mesh is not None:
            raise DomainError("q and mesh exclude each other; give one of them")
        given = finite(np.atleast_2d(np.asarray(q)), "q", ("n_q", 3))
        if not len(given):
            raise DomainError("q: expected one wave vector or more, got none")
        return given, None
    with using(crystal.backend):
        grid = Grid.of(
            crystal.primitive, HARMONIC_MESH if mesh is None else mesh, crystal.symmetry
        )
        irreducible = IrreduciblePoints.of(grid)
        return zone_points(grid, irreducible.points), irreducible


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
        values["velocities"] = group_velocities(
            dynamics, phonons, rotations, direction=direction
        )
    return values
