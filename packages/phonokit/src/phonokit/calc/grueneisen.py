"""Mode Grüneisen parameters and thermal expansion from third-order constants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_3ph import Series3, grueneisen_parameters
from phono_dynmat import (
    SheetCorrection,
    WangCorrection,
    elasticity,
    heat_capacities,
    phonon_modes,
    rigid_translations,
)
from phono_grid import CUTOFF_FREQUENCY, units, using
from phono_grid.errors import DomainError, ensure_flag, ensure_not_negative, finite

from phonokit._documented import documented
from phonokit.calc.bands import Path
from phonokit.calc.modes import WaveVectors, wave_vectors_of
from phonokit.calc.record import INPUTS, Record, checked_run
from phonokit.calc.slabs import Slabs
from phonokit.calc.stability import warn_of_imaginary_modes
from phonokit.model.crystal import Crystal
from phonokit.results.grueneisen import GrueneisenResult
from phonokit.results.harmonic import cell_quantities
from phonokit.run.run import Run
from phonokit.settings.temperatures import TEMPERATURES, checked_temperatures

VOIGT = ([0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1])
"""xx yy zz yz xz xy."""


@documented(INPUTS)
def grueneisen(
    crystal: Crystal,
    *,
    q: ArrayLike | None = None,
    mesh: ArrayLike | None = None,
    path: Path | None = None,
    points: Mapping[str, ArrayLike] | None = None,
    points_per_segment: int = 51,
    temperatures: float | Sequence[float] | NDArray[np.float64] = TEMPERATURES,
    elastic_constants: ArrayLike | None = None,
    clamped: bool = False,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
    shift: bool = False,
    nac: bool = True,
    run: Run | None = None,
) -> GrueneisenResult:
    r"""Grüneisen tensors of modes, and on a mesh the thermal expansion they make.

    .. math::

        \gamma_{qj,\mu\nu} = -\frac{\partial \ln f_{qj}}{\partial \epsilon_{\mu\nu}},
        \qquad
        \alpha = \frac{1}{V} C^{-1} \frac{1}{n_q} \sum_{qj} c_{qj}(T)\, \gamma_{qj}

    with elastic constants ``C`` and the heat capacity ``c`` of each mode, so that crystals
    that are not cubic have an expansion along each axis. See
    `phono_3ph.grueneisen_parameters` and `phono_dynmat.elasticity`.

    Parameters
    ----------
    q : (3,) or (n_q, 3) array_like, optional
        Fractional wave vectors.
    mesh : three int, float, or (3, 3) array of int, optional
        In place of ``q``: the irreducible wave vectors of a grid, 20×20×20 if nothing else
        is given. Mean parameter and expansion need one.
    path : str, or sequence of labels, or sequence of such sequences, optional
        In place of ``q``: lines between named points, as `phonokit.bands` takes them.
    points : dict, optional
        Fractional wave vectors by label, ``{"X": (0.5, 0, 0.5)}``, for the path.
    points_per_segment : int
        Wave vectors between two labels, both included.
    elastic_constants : (6, 6) array_like, optional
        GPa, xx yy zz yz xz xy. Those of `phonokit.elasticity` if not given; a crystal whose
        dipoles are summed by Wang's method has no expansion without them.
    clamped : bool
        Leave atoms where a strain takes them, instead of letting them find their rest in
        the strained cell.
    cutoff_frequency : float
        THz; modes at or below do not take part.
    shift : bool
        Shift the mesh by half a step along axes with even numbers, as Monkhorst and Pack
        do, and phonopy unless it is centred on Γ.

    Returns
    -------
    GrueneisenResult

    Raises
    ------
    DomainError
        If there are no third-order constants, or two of ``q``, ``mesh``, ``path`` are
        given.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary modes; they do not take part.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.grueneisen(silicon, mesh=(6, 6, 6), temperatures=[100, 300])
    >>> result.parameters.shape  # irreducible wave vectors, bands
    (16, 6)
    >>> result.expansion.shape  # 1/K
    (2, 3, 3)
    """
    run = checked_run(crystal, nac, run)
    ensure_flag("clamped", clamped)
    ensure_not_negative("cutoff_frequency", cutoff_frequency, "THz")
    crystal.ensure_third_order()
    t = checked_temperatures(temperatures)
    ways = {"q": q, "mesh": mesh, "path": path}
    where = wave_vectors_of(crystal, ways, points, points_per_segment, shift=shift)
    settings = {"clamped": clamped, "cutoff_frequency": cutoff_frequency}
    record = Record(product="grueneisen", crystal=crystal, nac=nac, settings=settings)
    n_b = 3 * crystal.primitive.n_atoms
    with using(crystal.backend):
        dynamics = crystal.dynamics(nac=nac)
        # Wang's method leaves a part of the field of dipoles in the constants.
        unknown = isinstance(dynamics, WangCorrection | SheetCorrection)
        rest = elasticity(crystal.dynamics(nac=False) if unknown else dynamics)
        own = None if unknown else rest.constants
        stiffness = _stiffness(elastic_constants, own)
        # An origin average would let the sum depend on where vectors begin.
        series = Series3.of(crystal.fc3, average_origin=False)
        u = None if clamped else rest.internal_strain

        def compute(some: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
            modes = phonon_modes(dynamics, some)
            tensors = grueneisen_parameters(
                series, modes, crystal.primitive, u, cutoff_frequency=cutoff_frequency
            )
            return {"frequencies": modes.frequencies, "tensors": tensors}

        values = Slabs(
            qpoints=where.qpoints,
            n_bands=n_b,
            compute=compute,
            each=np.dtype(
                [("frequencies", "<f8", (n_b,)), ("tensors", "<f8", (n_b, 3, 3))]
            ),
            key=lambda: record.key(qpoints=where.qpoints),
        ).complete(run)
    f, tensors = values["frequencies"], values["tensors"]
    tensors[rigid_translations(where.qpoints, f)] = 0
    if run.ranks.rank == 0:
        consequence = "they do not take part"
        warn_of_imaginary_modes(where.qpoints, f, consequence, where.weights)
    thermal = {}
    if where.weights is not None:
        thermal = _expansion(
            crystal, where, carrying(where, f, cutoff_frequency), tensors, t, stiffness
        )
    return GrueneisenResult(
        qpoints=where.qpoints,
        weights=where.weights,
        labels=where.labels,
        distances=where.distances,
        elastic_constants=stiffness,
        **values,
        **thermal,
        **cell_quantities(crystal.primitive),
        provenance=record.provenance(),
    )


def carrying(
    where: WaveVectors, frequencies: NDArray[np.float64], cutoff_frequency: float
) -> NDArray[np.float64]:
    """Frequencies, THz, those of modes that take no part being 0."""
    rest = rigid_translations(where.qpoints, frequencies)
    return np.where(rest | (frequencies <= cutoff_frequency), 0.0, frequencies)


def mode_heat_capacities(
    frequencies: NDArray[np.float64], t: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Heat capacities of the modes that take part, (n_T, n_q, n_b), eV/K."""
    return heat_capacities(frequencies, t) * (frequencies > 0)


def quotient(sums: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means weighted by heat capacities; 0 where nothing takes heat up."""
    return np.divide(sums, total, out=np.zeros_like(sums), where=total > 0)


def _stiffness(
    given: ArrayLike | None, own: NDArray[np.float64] | None
) -> NDArray[np.float64] | None:
    """Elastic constants that were given, or those of the crystal, GPa."""
    if given is None:
        return own
    c = finite(given, "elastic_constants", (6, 6))
    if np.abs(c - c.T).max() > 1e-6 * np.abs(c).max():
        raise DomainError("elastic_constants must be symmetric; check their order")
    if np.linalg.eigvalsh(c).min() <= 0:
        raise DomainError(
            "elastic_constants: have an eigenvalue that is not positive: the crystal would "
            "not be stable; check their order, xx yy zz yz xz xy"
        )
    return c


def _expansion(
    crystal: Crystal,
    where: WaveVectors,
    frequencies: NDArray[np.float64],
    tensors: NDArray[np.float64],
    t: NDArray[np.float64],
    stiffness: NDArray[np.float64] | None,
) -> dict[str, Any]:
    """Mean parameter and thermal expansion at each temperature."""
    assert where.weights is not None  # or there would be no mesh
    weights = where.weights / where.weights.sum()
    c = mode_heat_capacities(frequencies, t)
    total = np.einsum("q,tqj->t", weights, c)
    sums = np.einsum("q,tqj,qjab->tab", weights, c, tensors, optimize=True)
    # Irreducible wave vectors stand for their stars.
    rotations = crystal.symmetry.rotations_cartesian
    sums = np.einsum("rai,rbj,tij->tab", rotations, rotations, sums, optimize=True)
    sums /= len(rotations)
    mean = quotient(np.trace(sums, axis1=1, axis2=2) / 3, total)
    thermal: dict[str, Any] = {"temperatures": t, "mean": mean}
    if stiffness is not None and np.linalg.eigvalsh(stiffness).min() > 0:
        strains = np.linalg.solve(stiffness / units.GPA, sums[:, VOIGT[0], VOIGT[1]].T).T
        strains[:, 3:] /= 2
        expansion = np.empty((len(t), 3, 3))
        expansion[:, VOIGT[0], VOIGT[1]] = strains / crystal.primitive.volume
        expansion[:, VOIGT[1], VOIGT[0]] = strains / crystal.primitive.volume
        thermal["expansion"] = expansion
    return thermal
