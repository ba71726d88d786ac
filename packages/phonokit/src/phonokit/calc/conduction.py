"""Thermal conductivity of phonons whose scattering rates are known."""

import functools
import logging
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import (
    CollisionOperator,
    CollisionRows,
    ConductivityLbte,
    IrreducibleModes,
    conductivity_lbte,
    conductivity_rta,
    conductivity_wigner,
    has_no_scattering,
    mean_free_paths,
)
from phono_dynmat import heat_capacities
from phono_grid.errors import DomainError, PhonoWarning

from phonokit.calc.carriers import Carriers
from phonokit.calc.ranked_operator import RankedOperator, RankedRows
from phonokit.results.rates import Conduction, Rates
from phonokit.run.run import on_first_rank
from phonokit.settings.transport import Transport

log = logging.getLogger("phonokit")

LONG_PATH = 1e7
"""Å, 1 mm; phonons that go farther should not carry much."""
LARGE_SHARE = 0.1
"""The part of κ that is worth a warning."""
REMEDY = "take a finer mesh, a larger sigma=, tetrahedra, or boundaries, boundary_mfp="
NAMED = 3
"""Phonons that a warning names."""


class UnscatteredWarning(PhonoWarning):
    """Phonons that would carry heat for ever are left out."""


class LongPathWarning(PhonoWarning):
    """Phonons that hardly anything scatters carry much of the heat."""


def conduction_of(
    carriers: Carriers, rates: Rates, rows: CollisionRows | None, transport: Transport
) -> Conduction:
    """The conductivity that the rates leave."""
    conduction = _populations(carriers, rates, rows, transport)
    warn_of_long_paths(carriers, rates.total, conduction.mode_kappa)
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


def _populations(
    carriers: Carriers, rates: Rates, rows: CollisionRows | None, transport: Transport
) -> Conduction:
    """Without what is carried between bands."""
    grid, irreducible = carriers.phonons.grid, carriers.irreducible
    cv = heat_capacities(
        carriers.frequencies,
        carriers.temperatures,
        cutoff_frequency=transport.scattering.cutoff_frequency,
    )
    endless = has_no_scattering(carriers.velocities, cv, rates.total)
    free = unscattered_temperatures(carriers, endless, rates)
    warn_of_unscattered(carriers, endless)
    volume = carriers.cell.volume
    rta = conductivity_rta(grid, irreducible, carriers.velocities, cv, rates.total, volume)
    rta.kappa[free] = rta.mode_kappa[free] = np.nan
    if rows is None:
        return Conduction(cv, rta, rta.kappa, rta.mode_kappa, endless)
    modes = IrreducibleModes(
        grid,
        irreducible,
        carriers.frequencies,
        carriers.temperatures,
        cutoff_frequency=transport.scattering.cutoff_frequency,
        degeneracy=transport.scattering.degeneracy,
    )
    solve = functools.partial(
        conductivity_lbte,
        velocities=carriers.velocities,
        volume=volume,
        solver=transport.solver,
    )
    if isinstance(rows, RankedRows):
        lbte = _on_ranks(RankedOperator(modes, rows, rates.total), solve)
    else:
        lbte = solve(CollisionOperator(modes, rows, rates.total))
    log.info("residuals of the Boltzmann equation: %s", lbte.residuals)
    lbte.kappa[free] = lbte.mode_kappa[free] = np.nan
    relaxons: dict[str, Any] = {}
    if lbte.relaxons:
        relaxons["eigenvalues"] = np.array([each.eigenvalues for each in lbte.relaxons])
        relaxons["relaxon_kappa"] = np.array([each.kappa for each in lbte.relaxons])
    return Conduction(cv, rta, lbte.kappa, lbte.mode_kappa, endless, **relaxons)


def unscattered_temperatures(
    carriers: Carriers, endless: NDArray[np.bool_], rates: Rates
) -> NDArray[np.bool_]:
    """The temperatures at which no phonon is scattered; refuse if there is no other.

    Their conductivity is infinite: to leave out all phonons would make it 0.
    """
    anyone = np.ones_like(carriers.velocities), np.ones_like(rates.total)
    free = has_no_scattering(*anyone, rates.total).all(axis=(1, 2))
    free &= endless.any(axis=(1, 2))
    warm = carriers.temperatures > 0
    if free.any() and (free | ~warm).all():
        raise DomainError(
            f"no phonon is scattered at {carriers.temperatures[free.argmax()]:g} K, the "
            "conductivity would be infinite: third-order constants that vanish (in a "
            "supercell where symmetry forbids them, or cut below the bonds) scatter "
            "nothing; take a larger supercell or cutoff, or give isotopes or boundaries"
        )
    return np.asarray(free)


def warn_of_unscattered(carriers: Carriers, endless: NDArray[np.bool_]) -> None:
    """Warn of phonons that have heat and speed but no linewidth, and name some of them."""
    if not endless.any():
        return
    counts = endless.sum(axis=(1, 2))
    worst = counts.argmax()
    warnings.warn(
        f"{counts[worst]} of {endless[worst].size} irreducible phonons at "
        f"{carriers.temperatures[worst]:g} K are scattered by nothing and are left out: "
        f"{_named(carriers, endless[worst])}; {REMEDY}",
        UnscatteredWarning,
        stacklevel=3,
    )


def warn_of_long_paths(
    carriers: Carriers, linewidths: NDArray[np.float64], mode_kappa: NDArray[np.float64]
) -> None:
    """Warn if phonons of paths beyond 1 mm carry much of the heat, and name some."""
    paths = mean_free_paths(carriers.velocities, linewidths)
    carried = np.abs(mode_kappa[..., :3]).sum(axis=-1)
    whole = carried.sum(axis=(1, 2))
    share = (carried * (paths > LONG_PATH)).sum(axis=(1, 2)) / np.where(whole > 0, whole, 1)
    share = np.nan_to_num(share)  # where the Boltzmann equation has no solution
    if not (share > LARGE_SHARE).any():
        return
    worst = share.argmax()
    long = (paths[worst] > LONG_PATH) & (carried[worst] > 0)
    warnings.warn(
        f"{long.sum()} of {long.size} irreducible phonons at "
        f"{carriers.temperatures[worst]:g} K have mean free paths of more than 1 mm, up to "
        f"{paths[worst][long].max() / 1e7:.3g} mm, and carry {100 * share[worst]:.0f} % of "
        f"the heat: {_named(carriers, long)}; do not trust it, {REMEDY}",
        LongPathWarning,
        stacklevel=3,
    )


def _named(carriers: Carriers, phonons: NDArray[np.bool_]) -> str:
    """The first of some irreducible phonons, by band and wave vector."""
    points, bands = np.nonzero(phonons)
    q = carriers.phonons.grid.qpoints_at(carriers.irreducible.points[points[:NAMED]])
    q -= np.rint(q)
    names = [
        f"band {j + 1} at q = ({', '.join(f'{x:.4f}' for x in point)})"
        for point, j in zip(q, bands, strict=False)
    ]
    return "; ".join(names + ["..."] * (len(points) > NAMED))


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
