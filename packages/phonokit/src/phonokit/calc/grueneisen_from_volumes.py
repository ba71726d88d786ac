"""Mode Grüneisen parameters from phonons at three volumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import rigid_translations, volume_grueneisen_parameters
from phono_grid import CUTOFF_FREQUENCY, using
from phono_grid.errors import ensure_not_negative, ensure_type

from phonokit._documented import documented
from phonokit.calc.bands import Path
from phonokit.calc.grueneisen import carrying, mode_heat_capacities, quotient
from phonokit.calc.modes import wave_vectors_of
from phonokit.calc.record import INPUTS, Record, checked_run
from phonokit.calc.slabs import Slabs
from phonokit.calc.stability import warn_of_imaginary_modes
from phonokit.model.crystal import Crystal
from phonokit.results.grueneisen import GrueneisenResult
from phonokit.results.harmonic import cell_quantities
from phonokit.run.run import Run
from phonokit.settings.temperatures import TEMPERATURES, checked_temperatures

QUANTITIES = ("frequencies", "volume_parameters")


@documented(INPUTS)
def grueneisen_from_volumes(
    crystal: Crystal,
    smaller: Crystal,
    larger: Crystal,
    *,
    q: ArrayLike | None = None,
    mesh: ArrayLike | None = None,
    path: Path | None = None,
    points: Mapping[str, ArrayLike] | None = None,
    points_per_segment: int = 51,
    temperatures: float | Sequence[float] | NDArray[np.float64] = TEMPERATURES,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
    shift: bool = False,
    nac: bool = True,
    run: Run | None = None,
) -> GrueneisenResult:
    r"""Grüneisen parameters of modes, from the crystal a little smaller and larger.

    .. math::

        \gamma_{qj} = -\frac{\partial \ln f_{qj}}{\partial \ln V}

    along the path of the three cells, see `phono_dynmat.volume_grueneisen_parameters`. No
    third-order constants are needed; those of `phonokit.grueneisen` hold the response to
    any strain, but end with their supercell and take the atoms along to first order.

    Parameters
    ----------
    smaller, larger : Crystal
        The same crystal at a smaller and a larger volume.
    q : (3,) or (n_q, 3) array_like, optional
        Fractional wave vectors.
    mesh : three int, float, or (3, 3) array of int, optional
        In place of ``q``: the irreducible wave vectors of a grid, 20×20×20 if nothing else
        is given. The mean parameter needs one.
    path : str, or sequence of labels, or sequence of such sequences, optional
        In place of ``q``: lines between named points, as `phonokit.bands` takes them.
    points : dict, optional
        Fractional wave vectors by label, ``{"X": (0.5, 0, 0.5)}``, for the path.
    points_per_segment : int
        Wave vectors between two labels, both included.
    cutoff_frequency : float
        THz; modes at or below do not take part.
    shift : bool
        Shift the mesh by half a step along axes with even numbers, as Monkhorst and Pack
        do, and phonopy unless it is centred on Γ.

    Returns
    -------
    GrueneisenResult
        With ``volume_parameters`` in place of tensors.

    Raises
    ------
    DomainError
        If they are not one crystal at volumes that ascend.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary modes; they do not take part.

    Examples
    --------
    >>> import phonokit
    >>> from ase.build import bulk
    >>> from ase.calculators.emt import EMT
    >>> settings = phonokit.Displace(supercell=(3, 3, 3), second_order=True)
    >>> volumes = (0.99, 1.0, 1.01)
    >>> series = phonokit.at_volumes(bulk("Cu"), EMT(), settings, volumes=volumes)
    >>> smaller, copper, larger = series.crystals
    >>> result = phonokit.grueneisen_from_volumes(copper, smaller, larger, mesh=(6, 6, 6))
    >>> print(round(float(result.mean[0]), 1))
    2.3
    """
    run = checked_run(crystal, nac, run)
    ensure_type("smaller", smaller, Crystal)
    ensure_type("larger", larger, Crystal)
    ensure_not_negative("cutoff_frequency", cutoff_frequency, "THz")
    t = checked_temperatures(temperatures)
    ways = {"q": q, "mesh": mesh, "path": path}
    where = wave_vectors_of(crystal, ways, points, points_per_segment, shift=shift)
    record = Record(
        product="grueneisen",
        crystal=crystal,
        nac=nac,
        settings={"cutoff_frequency": cutoff_frequency, "from": "volumes"},
    )
    others = [smaller.fingerprint, larger.fingerprint]
    n_b = 3 * crystal.primitive.n_atoms
    with using(crystal.backend):
        dynamics = [c.dynamics(nac=nac) for c in (smaller, crystal, larger)]

        def compute(some: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
            f, gamma = volume_grueneisen_parameters(
                dynamics, some, cutoff_frequency=cutoff_frequency
            )
            return {"frequencies": f, "volume_parameters": gamma}

        values = Slabs(
            qpoints=where.qpoints,
            n_bands=n_b,
            compute=compute,
            each=np.dtype([(name, "<f8", (n_b,)) for name in QUANTITIES]),
            key=lambda: record.key(qpoints=where.qpoints, others=others),
        ).complete(run)
    f, gamma = values["frequencies"], values["volume_parameters"]
    gamma[rigid_translations(where.qpoints, f)] = 0
    if run.ranks.rank == 0:
        consequence = "they do not take part"
        warn_of_imaginary_modes(where.qpoints, f, consequence, where.weights)
    thermal: dict[str, Any] = {}
    if where.weights is not None:
        c = mode_heat_capacities(carrying(where, f, cutoff_frequency), t)
        sums = np.einsum("q,tqj,qj->t", where.weights, c, gamma)
        mean = quotient(sums, np.einsum("q,tqj->t", where.weights, c))
        thermal = {"temperatures": t, "mean": mean}
    return GrueneisenResult(
        qpoints=where.qpoints,
        weights=where.weights,
        labels=where.labels,
        distances=where.distances,
        **values,
        **thermal,
        **cell_quantities(crystal.primitive),
        provenance=record.provenance(),
    )
