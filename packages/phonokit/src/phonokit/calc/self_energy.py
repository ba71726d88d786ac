"""Linewidths of phonons, and their self-energies: shifts and linewidths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_3ph import (
    PRINCIPAL_VALUE_WIDTH,
    Couplings,
    EvaluationPoints,
    Scattering,
    Strengths,
    detailed_linewidths,
    imaginary_self_energy,
    real_self_energy,
)
from phono_4ph import loop_shift
from phono_grid import BrillouinZone, Grid, Triplets, using
from phono_grid.errors import DomainError, ensure_flag, ensure_positive

from phonokit._documented import documented
from phonokit.calc.four_phonon import fourth_order_constants
from phonokit.calc.record import INPUTS
from phonokit.calc.scattering_problem import (
    Scatterers,
    ScatteringProblem,
    computed,
    frequency_points_of,
    scatterers_of,
    wave_vectors,
)
from phonokit.model.crystal import Crystal
from phonokit.results.scattering import LinewidthsResult, SelfEnergyResult
from phonokit.run.run import Run
from phonokit.settings.mesh import SCATTERING_MESH
from phonokit.settings.temperatures import TEMPERATURES, checked_temperatures


@documented(INPUTS)
def linewidths(
    crystal: Crystal,
    q: ArrayLike,
    mesh: ArrayLike = SCATTERING_MESH,
    temperatures: float | Sequence[float] | NDArray[np.float64] = TEMPERATURES,
    *,
    scattering: Scattering | None = None,
    normal_umklapp: bool = False,
    average_strengths: bool = False,
    constant_strength: float | None = None,
    by_triplet: bool = False,
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
    q : (3,) or (n_q, 3) array_like
        Fractional wave vectors, points of the mesh, in any Brillouin zone.
    normal_umklapp : bool
        Resolve linewidths into normal and umklapp processes.
    average_strengths : bool
        Take the mean :math:`\frac{1}{n_b^2} \sum |\Phi|^2` over all pairs of phonons, one
        number for each band, in place of every strength [1]_: what is left of
        the differences between linewidths is the phase space.
    constant_strength : float, optional
        Such a mean in eV², the same for all bands; third-order constants are not used then.
    by_triplet : bool
        Keep what each irreducible triplet of wave vectors and each pair of bands adds, and
        the strengths; of one wave vector, without frequency points.
    frequency_points : int or (n_f,) array_like, optional
        THz, or how many from 0 to a little above twice the highest frequency; each band at
        its own frequency if not given.

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
    ensure_flag("average_strengths", average_strengths)
    ensure_flag("by_triplet", by_triplet)
    if constant_strength is not None:
        ensure_positive("constant_strength", constant_strength)
        if average_strengths:
            raise DomainError(
                "average_strengths: constant_strength= gives their mean; leave one of the "
                "two out"
            )
    if by_triplet and (np.size(q) > 3 or frequency_points is not None):
        raise DomainError(
            "by_triplet: is of one wave vector, at the frequencies of its bands; give one "
            "q= and no frequency_points="
        )
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
        choices={
            "normal_umklapp": normal_umklapp,
            # Files of versions that had no such choices do not name them.
            **({"average_strengths": True} if average_strengths else {}),
            **({"by_triplet": True} if by_triplet else {}),
            **(
                {}
                if constant_strength is None
                else {"constant_strength": float(constant_strength)}
            ),
        },
    )
    names = ("total", "normal", "umklapp") if normal_umklapp else ("total",)
    with using(crystal.backend):
        constant = constant_strength is not None
        scatterers = scatterers_of(problem, on_mesh=True, third_order=not constant)
        points = scatterers.points
        zone = BrillouinZone.of(problem.grid) if normal_umklapp else None

        def work(i: int) -> dict[str, NDArray[np.float64]]:
            phonons, place, occupations = scatterers.around(i)
            evaluation = EvaluationPoints(place, points)
            if zone is not None:
                evaluation = EvaluationPoints.normal_umklapp(zone, place, points)
            if constant_strength is not None:
                mean = constant_strength
                couplings: Couplings = Strengths.constant(scatterers.phonons, place, mean)
            elif average_strengths or by_triplet:
                couplings = _strengths(scatterers, place, problem.scattering)
                couplings = couplings.averaged() if average_strengths else couplings
            else:
                couplings = scatterers.couplings
            gamma = imaginary_self_energy(
                couplings, phonons, evaluation, occupations, problem.scattering
            )
            values = {name: getattr(gamma, name) for name in names}
            if by_triplet:
                assert isinstance(couplings, Strengths)
                values["strengths"] = couplings.values
                values["of_triplets"] = detailed_linewidths(
                    couplings,
                    scatterers.phonons,
                    place,
                    occupations,
                    problem.scattering,
                )
            return values

        fields = dict.fromkeys(names, scatterers.shape)
        triplets = None
        if by_triplet:
            triplets = Triplets.of(problem.grid, int(scatterers.grid_points[0]))
            bands = (len(triplets.weights), *[scatterers.n_b] * 3)
            fields |= {
                "strengths": bands,
                "of_triplets": (len(problem.temperatures), *bands),
            }
        records = computed(problem, scatterers, fields, work)
        gammas = {name: records.everywhere(name) for name in fields}
    return LinewidthsResult(
        qpoints=problem.qpoints,
        grid_points=scatterers.grid_points,
        frequencies=scatterers.phonons.frequencies[scatterers.grid_points],
        temperatures=problem.temperatures,
        linewidths=gammas["total"],
        normal=gammas.get("normal"),
        umklapp=gammas.get("umklapp"),
        frequency_points=points,
        **_of_triplets(problem.grid, triplets, gammas),
        provenance=problem.record.provenance(),
    )


def _strengths(scatterers: Scatterers, q: int, scattering: Scattering) -> Strengths:
    """The strengths of all triplets at a wave vector of the mesh."""
    return Strengths.of(
        scatterers.couplings,
        scatterers.phonons,
        q,
        cutoff_frequency=scattering.cutoff_frequency,
    )


def _of_triplets(
    grid: Grid, triplets: Triplets | None, values: Mapping[str, NDArray[np.float64]]
) -> dict[str, NDArray[Any]]:
    """The fields of the result that triplets have, if they were kept."""
    if triplets is None:
        return {}
    return {
        "triplets": triplets.points,
        "triplet_qpoints": grid.qpoints_at(triplets.points.ravel()).reshape(-1, 3, 3),
        "triplet_weights": triplets.weights,
        "triplet_linewidths": values["of_triplets"][0],
        "strengths": values["strengths"][0],
    }


@documented(INPUTS)
def self_energy(
    crystal: Crystal,
    q: ArrayLike,
    mesh: ArrayLike = SCATTERING_MESH,
    temperatures: float | Sequence[float] | NDArray[np.float64] = TEMPERATURES,
    *,
    scattering: Scattering | None = None,
    frequency_points: int | ArrayLike | None = None,
    epsilon: float = PRINCIPAL_VALUE_WIDTH,
    loop: bool = False,
    nac: bool = True,
    run: Run | None = None,
) -> SelfEnergyResult:
    r"""Shifts of frequencies with temperature, and half linewidths.

    The self-energy of three-phonon scattering [1]_, the bubble,

    .. math::

        \Sigma_\lambda(w) = \Delta_\lambda(w) - i\, \Gamma_\lambda(w)

    with :math:`\Gamma` as in `linewidths` and

    .. math::

        \Delta_\lambda(w) = \frac{18}{h^2} \sum_{\lambda'\lambda''}
            |\Phi_{\lambda\lambda'\lambda''}|^2 \big\{
            (n_{\lambda'} + n_{\lambda''} + 1) [p(w - f' - f'') - p(w + f' + f'')]
            + (n_{\lambda'} - n_{\lambda''}) [p(w + f' - f'') - p(w - f' + f'')] \big\}

    where :math:`p(x) = x / (x^2 + \varepsilon^2)` is the principal value of :math:`1/x`.
    Of the same size is the shift of fourth order, the loop [2]_,

    .. math::

        \Delta_\lambda = \frac{12}{h} \sum_{\lambda_1}
            V_4(\lambda, -\lambda, \lambda_1, -\lambda_1)\, (2 n_{\lambda_1} + 1)

    which is there with ``loop``; and that of thermal expansion, which is not.

    Parameters
    ----------
    q : (3,) or (n_q, 3) array_like
        Fractional wave vectors, on or off the mesh.
    frequency_points : int or (n_f,) array_like, optional
        THz, or how many from 0 to a little above twice the highest frequency; each band at
        its own frequency if not given.
    epsilon : float
        ε of the principal value, THz.
    loop : bool
        Compute the shifts of fourth order too, by the constants of `Crystal.with_fc4`.

    Returns
    -------
    SelfEnergyResult
        Δ and Γ in THz, each (n_q, n_T, n_b) or (n_q, n_T, n_b, n_f).

    Raises
    ------
    DomainError
        If a temperature is negative, ε is not positive, or the crystal has no third-order
        constants, or none of fourth order for the loop.
    FileError
        If the store of the run cannot be written, or holds another run.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary frequencies; such modes do not take part.

    References
    ----------
    .. [1] M. Lazzeri, M. Calandra, F. Mauri, Phys. Rev. B 68, 220509 (2003), eq. 4.
    .. [2] A. A. Maradudin, A. E. Fein, Phys. Rev. 128, 2589 (1962).

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.self_energy(silicon, [0, 0, 0], mesh=(4, 4, 4), temperatures=300)
    >>> bool((result.shifts[0, 0, 3:] < 0).all())  # the optical mode softens
    True
    """
    ensure_positive("epsilon", epsilon)
    ensure_flag("loop", loop)
    fc4 = fourth_order_constants("loop", crystal) if loop else None
    problem = ScatteringProblem(
        product="self_energy",
        crystal=crystal,
        qpoints=wave_vectors(q),
        mesh=mesh,
        temperatures=checked_temperatures(temperatures),
        scattering=Scattering() if scattering is None else scattering,
        frequency_points=frequency_points_of(frequency_points),
        nac=nac,
        run=Run() if run is None else run,
        choices={"epsilon": float(epsilon), **({"loop": True} if loop else {})},
    )
    with using(crystal.backend):
        scatterers = scatterers_of(problem, on_mesh=False)
        points = scatterers.points

        def work(i: int) -> dict[str, NDArray[np.float64]]:
            phonons, place, occupations = scatterers.around(i)
            evaluation = EvaluationPoints(place, points)
            arguments = (scatterers.couplings, phonons, evaluation, occupations)
            gamma = imaginary_self_energy(*arguments, problem.scattering).total
            shift = real_self_energy(*arguments, problem.scattering, epsilon=epsilon)
            values = {
                "frequency": phonons.frequencies[place],
                "gamma": gamma,
                "shift": shift,
            }
            if fc4 is not None:
                values["loop"] = loop_shift(
                    fc4,
                    phonons,
                    [place],
                    occupations,
                    cutoff_frequency=problem.scattering.cutoff_frequency,
                    degeneracy=problem.scattering.degeneracy,
                )[0]
            return values

        shape, n_b = scatterers.shape, scatterers.n_b
        fields = {"frequency": (n_b,), "gamma": shape, "shift": shape}
        if fc4 is not None:
            fields["loop"] = (len(problem.temperatures), n_b)
        records = computed(problem, scatterers, fields, work)
        values = {name: records.everywhere(name) for name in fields}
    return SelfEnergyResult(
        qpoints=problem.qpoints,
        frequencies=values["frequency"],
        temperatures=problem.temperatures,
        shifts=values["shift"],
        loop_shifts=values.get("loop"),
        linewidths=values["gamma"],
        frequency_points=points,
        provenance=problem.record.provenance(),
    )
