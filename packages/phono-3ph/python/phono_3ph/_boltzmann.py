"""The linearised Boltzmann equation and the thermal conductivity from its solution."""

import warnings
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import ValueNoun, units
from phono_grid.errors import (
    ConvergenceError,
    PhonoWarning,
    as_numbers,
    ensure_positive,
    ensure_type,
    finite,
    hold_numbers,
    named,
)

from phono_3ph._collision import inverse_sinh
from phono_3ph._collision_operator import (
    CollisionOperator,
    IrreducibleModes,
    ensure_unbroken,
)
from phono_3ph._conductivity import group_sum
from phono_3ph._conjugate_gradients import conjugate_gradients
from phono_3ph._relaxons import PINV_CUTOFF, Relaxons, pseudo_inverse


class Solver(Enum):
    """Ways to solve the linearised Boltzmann equation."""

    CG = "cg"
    DIRECT = "direct"

    @classmethod
    def of(cls, name: "Solver | str") -> "Solver":
        """The solver called ``name``."""
        return named(cls, name, "solver")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ConductivityLbte(ValueNoun):
    r"""Thermal conductivity from the full linearised Boltzmann equation.

    Parameters
    ----------
    kappa : (n_T, 6) array
        W/(m K), components xx yy zz yz xz xy; NaN where there is no solution.
    mode_kappa : (n_T, n_i, n_b, 6) array
        Contribution of the star of each irreducible wave vector, times ``n_q``.
    residuals : (n_T,) array
        ``|A y − x| / |x|`` of the solution, null modes left out.
    iterations : (n_T,) array of int
        Iterations of conjugate gradients; 0 for the direct solution.
    relaxons : tuple of Relaxons
        One for each temperature, from the direct solution; empty from conjugate gradients.
    """

    kappa: NDArray[np.float64]
    mode_kappa: NDArray[np.float64]
    residuals: NDArray[np.float64]
    iterations: NDArray[np.int64]
    relaxons: tuple[Relaxons, ...]

    def __post_init__(self) -> None:
        """Hold arrays, whatever came."""
        hold_numbers(
            self,
            kappa=("n_T", 6),
            mode_kappa=("n_T", "n_i", "n_b", 6),
            residuals=("n_T",),
        )
        iterations = as_numbers(self.iterations, "iterations", np.int64, ("n_T",))
        object.__setattr__(self, "iterations", iterations)
        ensure_type("relaxons", self.relaxons, tuple, list)
        for one in self.relaxons:
            ensure_type("relaxons", one, Relaxons)
        object.__setattr__(self, "relaxons", tuple(self.relaxons))


def conductivity_lbte(
    operator: CollisionOperator,
    velocities: ArrayLike,
    volume: float,
    *,
    solver: Solver | str = Solver.CG,
    pinv_cutoff: float = PINV_CUTOFF,
) -> ConductivityLbte:
    r"""Thermal conductivity from the linearised Boltzmann equation [1]_.

    .. math::

        A\, y = x, \qquad
        x_{i j} = \sqrt{\tfrac{w_i}{|G|}}\, \frac{h f}{4 k_B T^2 \sinh(h f / 2 k_B T)}\, v,
        \qquad \kappa = \frac{2 k_B T^2}{n_q V} \sum_{ij} \sum_R (R x) \otimes (R y)

    and the symmetric part of that. The part of ``x`` in the null space that symmetry makes
    (what the little group of a point does not keep, differences inside degenerate sets) is
    left out before either solver starts, and so are phonons that nothing scatters and those
    at or below the cutoff frequency of the operator. Nothing conducts at 0 K.

    Parameters
    ----------
    operator : CollisionOperator
    velocities : (n_i, n_b, 3) array_like
        Å THz.
    volume : float
        Volume of the primitive cell, Å³.
    solver : Solver or str
        ``"cg"``: conjugate gradients, preconditioned by the diagonal, which is the
        relaxation-time solution; all temperatures together, one pass over the rows for
        each iteration. ``"direct"``: all eigenvalues, and the pseudo-inverse without those
        below ``pinv_cutoff``, in the 64-bit LAPACK of NumPy.
    pinv_cutoff : float
        THz; eigenvalues below it in magnitude count as null. A `PhonoWarning` tells where
        some that are not of rounding would carry more than 1 % of the heat; where they
        would carry more than the others there is no solution.

    A temperature at which the operator is not positive has no solution; this happens far
    below the Debye temperature, where hardly any three phonons of a coarse mesh conserve
    energy. ``kappa``, ``mode_kappa`` and ``residuals`` are NaN there and a `PhonoWarning`
    names it; the others are what they are without it. Conjugate gradients meet any negative
    eigenvalue whose vector carries heat, the direct solution refuses those that carry more
    than 1 % of it.

    Raises
    ------
    ConvergenceError
        If there is no solution at any temperature.

    References
    ----------
    .. [1] L. Chaput, Phys. Rev. Lett. 110, 265506 (2013), eq. 4-8.
    """
    ensure_type("operator", operator, CollisionOperator)
    solver = Solver.of(solver)
    ensure_positive("pinv_cutoff", pinv_cutoff)
    ensure_positive("volume", volume)
    modes = operator.modes
    v = finite(velocities, "velocities", (*modes.frequencies.shape, 3))
    x = operator.scattered * driving_force(modes, v)
    relaxons: tuple[Relaxons, ...] = ()
    if solver is Solver.CG:
        y, iterations, refused = conjugate_gradients(operator.apply, x, operator.diagonal())
    else:
        y, relaxons, refused = pseudo_inverse(operator, x, volume, pinv_cutoff)
        iterations = np.zeros(len(x), dtype=np.int64)
    ensure_unbroken(y)
    tell_refused(modes.temperatures, refused)
    known = norms(x)
    residuals = norms(operator.apply(y) - x) / np.where(known > 0, known, 1)
    ensure_unbroken(residuals)
    mode_kappa = np.zeros((*modes.shape[:3], 6))
    for i, t in enumerate(modes.temperatures):
        factor = 2 * units.CONDUCTIVITY / volume * units.BOLTZMANN * t**2
        mode_kappa[i] = factor * group_sum(modes.grid, x[i], y[i])
    mode_kappa[list(refused)] = residuals[list(refused)] = np.nan
    kappa = mode_kappa.sum(axis=(1, 2)) / modes.grid.n_q
    return ConductivityLbte(kappa, mode_kappa, residuals, iterations, relaxons)


def tell_refused(temperatures: NDArray[np.float64], refused: dict[int, str]) -> None:
    """Warn of temperatures without a solution; refuse if none has one."""
    if not refused:
        return
    said = "; ".join(
        f"at {temperatures[t]:g} K {reason}" for t, reason in sorted(refused.items())
    )
    advice = "use a finer mesh, a larger sigma, or the relaxation-time approximation there"
    if len(refused) == len(temperatures):
        raise ConvergenceError(f"the Boltzmann equation has no solution: {said}; {advice}")
    warnings.warn(
        f"the Boltzmann equation has no solution, kappa is NaN: {said}; {advice}",
        PhonoWarning,
        stacklevel=3,
    )


def norms(y: NDArray[np.float64]) -> NDArray[np.float64]:
    """``|y|`` at each temperature."""
    return np.asarray(np.linalg.norm(y.reshape(len(y), -1), axis=1))


def driving_force(
    modes: IrreducibleModes, velocities: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The right-hand side ``x[T, i, j, axis]``, its null vectors left out."""
    f, t = modes.frequencies, modes.temperatures
    s = inverse_sinh(f, t, cutoff_frequency=modes.cutoff_frequency)
    s = np.moveaxis(s, -1, 0)
    scale = modes.weights[:, None] * f * units.THZ_TO_EV * s
    scale /= 4 * units.BOLTZMANN * np.where(t > 0, t, 1)[:, None, None] ** 2
    return modes.allowed(scale[..., None] * velocities)
