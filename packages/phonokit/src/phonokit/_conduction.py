"""What phonons conduct, once it is known how fast they scatter."""

import functools
import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from phono_3ph import (
    CollisionOperator,
    ConductivityLbte,
    ConductivityRta,
    ConductivityWigner,
    Unknowns,
    conductivity_lbte,
    conductivity_rta,
    conductivity_wigner,
)
from phono_dynmat import heat_capacities

from phonokit._ranked_operator import RankedOperator, RankedRows
from phonokit._rates import Rates
from phonokit._run import on_first_rank
from phonokit._transport import Carriers, Transport

log = logging.getLogger("phonokit")


STILL = 1e-8
"""Å THz; symmetry makes velocities zero only to rounding."""


class UnscatteredWarning(UserWarning):
    """Phonons that would carry heat for ever are left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Conduction:
    """Thermal conductivity.

    Parameters
    ----------
    heat_capacities : (n_T, n_i, n_b) array
        eV/K.
    rta : ConductivityRta
    kappa : (n_T, 6) array
        By the method asked for, with coherences if there are any, W/(m K).
    mode_kappa : (n_T, n_i, n_b, 6) array
    wigner : ConductivityWigner, optional
        Populations in the relaxation-time approximation, and coherences.
    """

    heat_capacities: NDArray[np.float64]
    rta: ConductivityRta
    kappa: NDArray[np.float64]
    mode_kappa: NDArray[np.float64]
    wigner: ConductivityWigner | None = None


def conduction_of(carriers: Carriers, rates: Rates, transport: Transport) -> Conduction:
    """The conductivity that the rates leave."""
    conduction = _populations(carriers, rates, transport)
    if carriers.pairs is None or transport.coherence is None:
        return conduction
    wigner = conductivity_wigner(
        carriers.pairs,
        carriers.temperatures,
        rates.total,
        coherence=transport.coherence,
        cutoff_frequency=transport.scattering.cutoff_frequency,
    )
    return replace(
        conduction,
        kappa=conduction.kappa + wigner.coherences,
        mode_kappa=conduction.mode_kappa + wigner.mode_coherences,
        wigner=wigner,
    )


def _populations(carriers: Carriers, rates: Rates, transport: Transport) -> Conduction:
    """Without what is carried between bands."""
    grid, irreducible = carriers.phonons.grid, carriers.irreducible
    cv = heat_capacities(
        carriers.frequencies,
        carriers.temperatures,
        cutoff_frequency=transport.scattering.cutoff_frequency,
    )
    warn_of_unscattered(carriers, cv, rates.total)
    volume = carriers.cell.volume
    rta = conductivity_rta(grid, irreducible, carriers.velocities, cv, rates.total, volume)
    if rates.rows is None:
        return Conduction(cv, rta, rta.kappa, rta.mode_kappa)
    unknowns = Unknowns(
        grid,
        irreducible,
        carriers.frequencies,
        carriers.temperatures,
        transport.scattering.degeneracy,
    )
    solve = functools.partial(
        conductivity_lbte,
        velocities=carriers.velocities,
        volume=volume,
        solver=transport.solver,
    )
    if isinstance(rates.rows, RankedRows):
        lbte = _on_ranks(RankedOperator(unknowns, rates.rows, rates.total), solve)
    else:
        lbte = solve(CollisionOperator(unknowns, rates.rows, rates.total))
    log.info("residuals of the Boltzmann equation: %s", lbte.residuals)
    return Conduction(cv, rta, lbte.kappa, lbte.mode_kappa)


def warn_of_unscattered(
    carriers: Carriers, heat: NDArray[np.float64], linewidths: NDArray[np.float64]
) -> None:
    """Warn of phonons that have heat and speed but no linewidth."""
    moves = np.linalg.norm(carriers.velocities, axis=-1) > STILL
    endless = (linewidths <= 0) & (heat > 0) & moves
    if not endless.any():
        return
    worst = endless.sum(axis=(1, 2)).argmax()
    warnings.warn(
        f"{endless[worst].sum()} of {moves.size} phonons at "
        f"{carriers.temperatures[worst]:g} K are scattered by nothing and are left out; "
        "take a finer mesh, a larger --sigma, or tetrahedra",
        UnscatteredWarning,
        stacklevel=3,
    )


def _on_ranks(
    operator: RankedOperator, solve: Callable[[CollisionOperator], ConductivityLbte]
) -> ConductivityLbte:
    """Solve on the first rank, multiply on all. Collective.

    Vectors are on the first rank alone: ranks on unlike processors cannot disagree when to
    stop.
    """
    rows = operator.rows

    def solve_and_release() -> ConductivityLbte:
        try:
            solution = solve(operator)
        except Exception:
            rows.release()
            raise
        rows.release()
        return solution

    if rows.ranks.rank > 0:
        rows.serve()
    return on_first_rank(rows.ranks, solve_and_release)
