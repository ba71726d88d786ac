"""From harmonic phonons to their scattering and what they conduct."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from phono_3ph import (
    CollisionOperator,
    ConductivityRta,
    PeriodicModes,
    Scattering,
    Series3,
    Solver,
    boundary_linewidths,
    collision_row,
    conductivity_lbte,
    conductivity_rta,
    inverse_sinh,
    isotope_linewidths,
    linewidths,
    natural_mass_spread,
    reduced_row,
    total_linewidths,
)
from phono_dynmat import bose_einstein, heat_capacities
from phono_grid import Cell, IrreduciblePoints
from phono_grid.errors import DomainError, ensure_positive, named

log = logging.getLogger("phonokit")

Progress = Callable[[int, int], None]
"""Called with the irreducible wave vectors that are done, and how many there are."""


class Method(Enum):
    """How the Boltzmann equation is solved."""

    RTA = "rta"
    LBTE = "lbte"

    @classmethod
    def of(cls, name: "Method | str") -> "Method":
        """The method called ``name``."""
        return named(cls, name, "method")


@dataclass(frozen=True, slots=True)
class Transport:
    """What scatters phonons, and how the Boltzmann equation is solved.

    Parameters
    ----------
    method : Method or "rta" or "lbte"
        The relaxation-time approximation, or the full linearised equation.
    solver : Solver or "cg" or "direct"
        Of the full equation.
    scattering : Scattering
        Cutoff frequency, degeneracy, averaging of weights, smearing.
    isotopes : bool
        Scattering by the natural isotopes of the elements.
    boundary_mfp : float, optional
        The longest mean free path that boundaries leave, µm.
    """

    method: Method | str = Method.RTA
    solver: Solver | str = Solver.CG
    scattering: Scattering = field(default_factory=Scattering)
    isotopes: bool = False
    boundary_mfp: float | None = None

    def __post_init__(self) -> None:
        """Take names for the enums, and check the path."""
        object.__setattr__(self, "method", Method.of(self.method))
        object.__setattr__(self, "solver", Solver.of(self.solver))
        if self.boundary_mfp is not None:
            ensure_positive("boundary_mfp", self.boundary_mfp)

    @property
    def description(self) -> str:
        """In words."""
        kind = "relaxation time approximation"
        if self.method is Method.LBTE:
            kind = f"linearised Boltzmann equation ({Solver.of(self.solver).value})"
        smearing = self.scattering.smearing
        energy = "linear tetrahedra" if smearing is None else f"σ = {smearing.sigma:g} THz"
        parts = [kind, energy]
        parts += ["isotopes"] * self.isotopes
        if self.boundary_mfp is not None:
            parts.append(f"boundaries {self.boundary_mfp:g} µm")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True, eq=False)
class Carriers:
    """The phonons that carry heat.

    Parameters
    ----------
    phonons : PeriodicModes
        On the whole grid.
    irreducible : IrreduciblePoints
    frequencies : (n_i, n_b) array
        THz.
    velocities : (n_i, n_b, 3) array
        Å THz.
    cell : Cell
        The primitive cell.
    temperatures : (n_T,) array
        K.
    """

    phonons: PeriodicModes
    irreducible: IrreduciblePoints
    frequencies: NDArray[np.float64]
    velocities: NDArray[np.float64]
    cell: Cell
    temperatures: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Half linewidths, THz.

    Parameters
    ----------
    phonon : (n_T, n_i, n_b) array
        Three-phonon scattering.
    isotope : (n_i, n_b) array or None
    boundary : (n_i, n_b) array or None
    rows : (n_T, n_i, n_b, 3, n_i, n_b, 3) array or None
        What comes back, for the full equation.
    """

    phonon: NDArray[np.float64]
    isotope: NDArray[np.float64] | None
    boundary: NDArray[np.float64] | None
    rows: NDArray[np.float64] | None

    @property
    def total(self) -> NDArray[np.float64]:
        """Matthiessen's sum; phonons that do not scatter one another stay so."""
        return total_linewidths(self.phonon, self.isotope, self.boundary)


@dataclass(frozen=True, slots=True, eq=False)
class Conduction:
    """Thermal conductivity.

    Parameters
    ----------
    heat_capacities : (n_T, n_i, n_b) array
        eV/K.
    rta : ConductivityRta
    kappa : (n_T, 6) array
        By the method asked for, W/(m K).
    mode_kappa : (n_T, n_i, n_b, 6) array
    """

    heat_capacities: NDArray[np.float64]
    rta: ConductivityRta
    kappa: NDArray[np.float64]
    mode_kappa: NDArray[np.float64]


def rates_of(
    carriers: Carriers,
    series: Series3,
    transport: Transport,
    progress: Progress | None = None,
) -> Rates:
    """Everything that scatters, one irreducible wave vector at a time."""
    scattering, phonons = transport.scattering, carriers.phonons
    points = carriers.irreducible.points
    occupations = bose_einstein(phonons.frequencies, carriers.temperatures)
    s = inverse_sinh(
        phonons.frequencies,
        carriers.temperatures,
        cutoff_frequency=scattering.cutoff_frequency,
    )
    spread = natural_mass_spread(carriers.cell) if transport.isotopes else None
    gamma, isotope, rows = [], [], []
    for done, q in enumerate(points.tolist(), start=1):
        gamma.append(linewidths(series, phonons, q, occupations, scattering))
        if spread is not None:
            isotope.append(isotope_linewidths(phonons, q, spread, scattering))
        if transport.method is Method.LBTE:
            row = collision_row(series, phonons, q, s, scattering)
            rows.append(reduced_row(row, phonons.grid, carriers.irreducible))
        if progress is not None:
            progress(done, len(points))
    boundary = None
    if transport.boundary_mfp is not None:
        boundary = boundary_linewidths(carriers.velocities, transport.boundary_mfp)
    return Rates(
        np.stack(gamma, axis=1),
        np.stack(isotope) if isotope else None,
        boundary,
        np.stack(rows, axis=1) if rows else None,
    )


def conduction_of(carriers: Carriers, rates: Rates, transport: Transport) -> Conduction:
    """The conductivity that the rates leave."""
    grid, irreducible = carriers.phonons.grid, carriers.irreducible
    cv = heat_capacities(
        carriers.frequencies,
        carriers.temperatures,
        cutoff_frequency=transport.scattering.cutoff_frequency,
    )
    volume = carriers.cell.volume
    rta = conductivity_rta(grid, irreducible, carriers.velocities, cv, rates.total, volume)
    if rates.rows is None:
        return Conduction(cv, rta, rta.kappa, rta.mode_kappa)
    operator = CollisionOperator.of(
        grid,
        irreducible,
        carriers.frequencies,
        carriers.temperatures,
        rates.rows,
        rates.total,
    )
    lbte = conductivity_lbte(operator, carriers.velocities, volume, solver=transport.solver)
    log.info("residuals of the Boltzmann equation: %s", lbte.residuals)
    return Conduction(cv, rta, lbte.kappa, lbte.mode_kappa)


def ensure_memory(transport: Transport, modes: int, temperatures: int, cap: float) -> None:
    """Refuse a collision operator that is larger than ``cap`` GB, before it is made."""
    if transport.method is not Method.LBTE:
        return
    # The rows, their symmetrised copy, and what a solver holds beside them.
    need = 8 * (3 * modes) ** 2 * (2 * temperatures + 1) / 1e9
    if need > cap:
        raise DomainError(
            f"the collision operator of {3 * modes} unknowns at {temperatures} "
            f"temperatures takes {need:.1f} GB, above the cap of {cap:g} GB; raise "
            "--memory, or take fewer temperatures or a coarser mesh"
        )
