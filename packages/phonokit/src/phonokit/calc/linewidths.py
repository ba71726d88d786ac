"""Linewidths of phonons at a few wave vectors."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_3ph import EvaluationPoints, Scattering, imaginary_self_energy
from phono_grid import BrillouinZone, using
from phono_grid.errors import ensure_flag

from phonokit.calc.scattering_problem import (
    ScatteringProblem,
    computed,
    frequency_points_of,
    scatterers_of,
    wave_vectors,
)
from phonokit.model.crystal import Crystal
from phonokit.results.scattering import LinewidthsResult
from phonokit.run.run import Run
from phonokit.settings.mesh import SCATTERING_MESH
from phonokit.settings.temperatures import TEMPERATURES, checked_temperatures


def linewidths(
    crystal: Crystal,
    q: ArrayLike,
    mesh: ArrayLike = SCATTERING_MESH,
    temperatures: float | Sequence[float] | NDArray[np.float64] = TEMPERATURES,
    *,
    scattering: Scattering | None = None,
    normal_umklapp: bool = False,
    frequency_points: int | ArrayLike | None = None,
    nac: bool = True,
    run: Run | None = None,
) -> LinewidthsResult:
    r"""Half linewidths of phonons from three-phonon scattering [1]_.

    .. math::

        \Gamma_\lambda(w) = \frac{18\pi}{h^2} \sum_{\lambda'\lambda''}
            |\Phi_{\lambda\lambda'\lambda''}|^2 \big\{
            (n_{\lambda'} + n_{\lambda''} + 1)\, \delta(w - f' - f'')
            + (n_{\lambda'} - n_{\lambda''})\,
            [\delta(w + f' - f'') - \delta(w - f' + f'')] \big\}

    the imaginary part of the self-energy, half width at half maximum in THz; the lifetime
    is :math:`\tau = 1 / 4\pi\Gamma`. It is averaged over each degenerate set of bands.

    Parameters
    ----------
    crystal : Crystal
    q : (3,) or (n_q, 3) array_like
        Fractional wave vectors, points of the mesh, in any Brillouin zone.
    mesh : three int, float, or (3, 3) array of int
        The Γ-centred grid of the phonons that the others scatter with; or a length in Å; or
        the matrix of a generalised grid, as `phono_grid.Grid.of` takes them.
    temperatures : float or sequence of float
        K
    scattering : Scattering, optional
        Cutoff frequency, degeneracy, averaging of weights, smearing.
    normal_umklapp : bool
        Tell normal from umklapp processes.
    frequency_points : int or (n_f,) array_like, optional
        THz, or how many from 0 to a little above twice the highest frequency; each band at
        its own frequency if not given.
    nac : bool
        Whether Born charges, where the data hold them, are used.
    run : Run, optional
        Progress, ranks, and where finished work is kept; nothing that changes a number.

    Returns
    -------
    LinewidthsResult
        Γ in THz, (n_q, n_T, n_b) or (n_q, n_T, n_b, n_f).

    Raises
    ------
    DomainError
        If a wave vector is not a point of the mesh, a temperature is negative, or the
        crystal has no third-order constants.
    FileError
        If the store of the run cannot be written, or holds another run.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary frequencies; such modes do not take part.

    References
    ----------
    .. [1] A. Togo, L. Chaput, I. Tanaka, Phys. Rev. B 91, 094306 (2015), eq. 11.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.linewidths(silicon, [0, 0, 0], mesh=(5, 5, 5), temperatures=300)
    >>> result.linewidths.shape  # wave vectors, temperatures, bands; THz
    (1, 1, 6)
    """
    ensure_flag("normal_umklapp", normal_umklapp)
    problem = ScatteringProblem(
        product="linewidths",
        crystal=crystal,
        qpoints=wave_vectors(q),
        mesh=mesh,
        temperatures=checked_temperatures(temperatures),
        scattering=Scattering() if scattering is None else scattering,
        frequency_points=frequency_points_of(frequency_points),
        nac=nac,
        run=Run() if run is None else run,
        choices={"normal_umklapp": normal_umklapp},
    )
    names = ("total", "normal", "umklapp") if normal_umklapp else ("total",)
    with using(crystal.backend):
        scatterers = scatterers_of(problem, on_mesh=True)
        points = scatterers.points
        zone = BrillouinZone.of(problem.grid) if normal_umklapp else None

        def work(i: int) -> dict[str, NDArray[np.float64]]:
            phonons, place, occupations = scatterers.around(i)
            evaluation = EvaluationPoints(place, points)
            if zone is not None:
                evaluation = EvaluationPoints.normal_umklapp(zone, place, points)
            gamma = imaginary_self_energy(
                scatterers.couplings, phonons, evaluation, occupations, problem.scattering
            )
            return {name: getattr(gamma, name) for name in names}

        shape = scatterers.shape
        records = computed(problem, scatterers, dict.fromkeys(names, shape), work)
        gammas = {name: records.everywhere(name) for name in names}
    return LinewidthsResult(
        qpoints=problem.qpoints,
        grid_points=scatterers.grid_points,
        frequencies=scatterers.phonons.frequencies[scatterers.grid_points],
        temperatures=problem.temperatures,
        linewidths=gammas["total"],
        normal=gammas.get("normal"),
        umklapp=gammas.get("umklapp"),
        frequency_points=points,
        provenance=problem.record.provenance(),
    )
