"""Joint densities of states of phonon pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_3ph import Scattering
from phono_3ph import joint_dos as pairs_at
from phono_grid import using

from phonokit._documented import documented
from phonokit.calc.record import INPUTS
from phonokit.calc.scattering_problem import (
    ScatteringProblem,
    computed,
    frequency_points_of,
    scatterers_of,
    wave_vectors,
)
from phonokit.model.crystal import Crystal
from phonokit.results.scattering import JointDosResult
from phonokit.run.run import Run
from phonokit.settings.mesh import SCATTERING_MESH
from phonokit.settings.temperatures import checked_temperatures

POINTS = 201
"""Frequency points, if no others are asked for."""


@documented(INPUTS)
def joint_dos(
    crystal: Crystal,
    q: ArrayLike,
    mesh: ArrayLike = SCATTERING_MESH,
    temperatures: float | Sequence[float] | NDArray[np.float64] | None = None,
    *,
    scattering: Scattering | None = None,
    frequency_points: int | ArrayLike = POINTS,
    nac: bool = True,
    run: Run | None = None,
) -> JointDosResult:
    r"""Joint densities of states: how many pairs there are to scatter with.

    .. math::

        D_1(w) &= \frac{1}{n_q} \sum_{\lambda'\lambda''}
            [\delta(w + f' - f'') + \delta(w - f' + f'')] \\
        D_2(w) &= \frac{1}{n_q} \sum_{\lambda'\lambda''} \delta(w - f' - f'')

    with :math:`q + q' + q'' = G`; or, at temperatures, weighted as in the linewidth:
    :math:`(n' - n'')\, [\delta(w + f' - f'') - \delta(w - f' + f'')]` and
    :math:`(n' + n'' + 1)\, \delta(w - f' - f'')` [1]_. Second-order constants suffice.

    Parameters
    ----------
    q : (3,) or (n_q, 3) array_like
        Fractional wave vectors, points of the mesh, in any Brillouin zone.
    temperatures : float or sequence of float, optional
        K; pairs are counted without their occupations if not given.
    scattering : Scattering, optional
        Cutoff frequency and smearing.
    frequency_points : int or (n_f,) array_like
        THz, ascending; or how many from 0 to a little above twice the highest frequency.

    Returns
    -------
    JointDosResult
        ``differences``, :math:`D_1`, and ``sums``, :math:`D_2`, in 1/THz: (n_q, n_f), or
        (n_q, n_T, n_f) at temperatures.

    Raises
    ------
    DomainError
        If a wave vector is not a point of the mesh, or a temperature is negative.
    FileError
        If the store of the run cannot be written, or holds another run.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary frequencies.

    References
    ----------
    .. [1] A. Togo, L. Chaput, I. Tanaka, Phys. Rev. B 91, 094306 (2015).

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.joint_dos(silicon, [0, 0, 0], mesh=(6, 6, 6))
    >>> pairs = result.sums[0].sum() * result.frequency_points[1]
    >>> round(float(pairs))  # of 6 bands with 6 bands
    36
    """
    t = np.empty(0) if temperatures is None else checked_temperatures(temperatures)
    problem = ScatteringProblem(
        product="joint_dos",
        crystal=crystal,
        qpoints=wave_vectors(q),
        mesh=mesh,
        temperatures=t,
        scattering=Scattering() if scattering is None else scattering,
        frequency_points=frequency_points_of(frequency_points),
        nac=nac,
        run=Run() if run is None else run,
    )
    with using(crystal.backend):
        scatterers = scatterers_of(problem, on_mesh=True, third_order=False)
        points = scatterers.frequency_points
        occupations = scatterers.occupations if len(t) else None

        def work(i: int) -> dict[str, NDArray[np.float64]]:
            place = int(scatterers.grid_points[i])
            pairs = pairs_at(
                scatterers.phonons, place, points, occupations, problem.scattering
            )
            return {"sums": pairs.sums, "differences": pairs.differences}

        shape = (len(t), len(points)) if len(t) else (len(points),)
        records = computed(problem, scatterers, {"sums": shape, "differences": shape}, work)
        sums, differences = map(records.everywhere, ("sums", "differences"))
    return JointDosResult(
        qpoints=problem.qpoints,
        grid_points=scatterers.grid_points,
        frequencies=scatterers.phonons.frequencies[scatterers.grid_points],
        frequency_points=points,
        sums=sums,
        differences=differences,
        temperatures=t if len(t) else None,
        provenance=problem.record.provenance(),
    )
