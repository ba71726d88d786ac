"""Lattice thermal conductivity in the relaxation-time approximation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import Grid, IrreduciblePoints, ValueNoun, units
from phono_grid.errors import (
    ShapeError,
    as_numbers,
    ensure_finite,
    ensure_positive,
    finite,
    hold_numbers,
    not_negative,
)

from phono_3ph._stars import ensure_of_grid

NO_LINEWIDTH = 1e-14
"""THz; a linewidth at or below it counts as 0: the phonon would live for 8 s or more.

Far tails of Gaussians give such numbers, and conductivities without meaning with them.
"""
NO_VELOCITY = 1e-8
"""Å THz; symmetry makes velocities zero only to rounding."""
VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
"""Axes of the six components xx yy zz yz xz xy."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ConductivityRta(ValueNoun):
    r"""Thermal conductivity with every phonon relaxing on its own.

    Parameters
    ----------
    kappa : (n_T, 6) array
        W/(m K), components xx yy zz yz xz xy.
    mode_kappa : (n_T, n_i, n_b, 6) array
        Contribution of the star of each irreducible wave vector, times ``n_q``.
    gv_by_gv : (n_i, n_b, 6) array
        ``Σ v v`` over the star, Å² THz².
    factor : float
        W/(m K) per ``gv_by_gv`` · heat capacity / (2 Γ).
    """

    kappa: NDArray[np.float64]
    mode_kappa: NDArray[np.float64]
    gv_by_gv: NDArray[np.float64]
    factor: float

    def __post_init__(self) -> None:
        """Hold arrays, whatever came."""
        hold_numbers(
            self,
            kappa=("n_T", 6),
            mode_kappa=("n_T", "n_i", "n_b", 6),
            gv_by_gv=("n_i", "n_b", 6),
        )
        ensure_positive("factor", self.factor)
        object.__setattr__(self, "factor", float(self.factor))


def conductivity_rta(
    grid: Grid,
    irreducible: IrreduciblePoints,
    velocities: ArrayLike,
    heat_capacities: ArrayLike,
    linewidths: ArrayLike,
    volume: float,
) -> ConductivityRta:
    r"""Thermal conductivity in the relaxation-time approximation.

    .. math::

        \kappa = \frac{1}{n_q V} \sum_\lambda C_\lambda\, v_\lambda \otimes v_\lambda\,
        \tau_\lambda, \qquad \tau_\lambda = \frac{1}{4\pi\Gamma_\lambda}

    Phonons without a linewidth (those at or below the cutoff frequency, and those that
    `has_no_scattering` finds) carry no heat here.

    Parameters
    ----------
    grid : Grid
    irreducible : IrreduciblePoints
        Irreducible points of this grid, ``n_i``.
    velocities : (n_i, n_b, 3) array_like
        Å THz.
    heat_capacities : (n_T, n_i, n_b) array_like
        eV/K.
    linewidths : (n_T, n_i, n_b) array_like
        Half widths at half maximum Γ, THz.
    volume : float
        Volume of the primitive cell, Å³.
    """
    ensure_of_grid(grid, irreducible)
    v = finite(velocities, "velocities", (len(irreducible.points), "n_b", 3))
    c = not_negative(heat_capacities, "heat_capacities", ("n_T", *v.shape[:2]), "eV/K")
    gamma = finite(linewidths, "linewidths", c.shape)
    ensure_positive("volume", volume)
    gv_by_gv = star_products(grid, irreducible, v)
    factor = units.CONDUCTIVITY / volume
    lives = gamma > NO_LINEWIDTH
    twice_tau = np.where(lives, 1 / np.where(lives, 2 * gamma, 1), 0)
    mode_kappa = factor * (c * twice_tau)[..., None] * gv_by_gv
    kappa = mode_kappa.sum(axis=(1, 2)) / grid.n_q
    return ConductivityRta(kappa, mode_kappa, gv_by_gv, factor)


def has_no_scattering(
    velocities: ArrayLike, heat_capacities: ArrayLike, linewidths: ArrayLike
) -> NDArray[np.bool_]:
    """Whether each phonon has heat and a velocity, but no linewidth above 1e-14 THz.

    They would carry heat for ever, so conductivities leave them out.

    Parameters
    ----------
    velocities : (n_i, n_b, 3) array_like
        Å THz.
    heat_capacities, linewidths : (n_T, n_i, n_b) array_like
        eV/K and THz.

    Returns
    -------
    (n_T, n_i, n_b) array of bool
    """
    v = finite(velocities, "velocities", ("n_i", "n_b", 3))
    heat = not_negative(heat_capacities, "heat_capacities", ("n_T", *v.shape[:2]), "eV/K")
    gamma = finite(linewidths, "linewidths", heat.shape)
    moves = np.linalg.norm(v, axis=-1) > NO_VELOCITY
    return np.asarray((gamma <= NO_LINEWIDTH) & (heat > 0) & moves)


def vectors(velocities: ArrayLike) -> NDArray[np.float64]:
    """Finite velocities, three components last."""
    v = as_numbers(velocities, "velocities")
    if v.shape[-1:] != (3,):
        raise ShapeError(f"velocities: expected shape [..., 3], got {list(v.shape)}")
    ensure_finite("velocities", v)
    return v


def star_products(
    grid: Grid, irreducible: IrreduciblePoints, velocities: NDArray[np.float64]
) -> NDArray[np.float64]:
    """``Σ (R v)(R v)ᵀ`` over the star of each irreducible point, (n_i, n_b, 6)."""
    # A tensor that is first averaged over the group is summed over any star by counting.
    mean = group_sum(grid, velocities, velocities) / len(grid.rotations)
    return mean * irreducible.weights[:, None, None]


def group_sum(
    grid: Grid, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The symmetric part of ``Σ_R (R x)(R y)ᵀ``, (n_i, n_b, 3) twice → (n_i, n_b, 6)."""
    return tensor_sum(grid, np.einsum("iba,ibc->ibac", x, y))


def tensor_sum(grid: Grid, tensors: NDArray[np.float64]) -> NDArray[np.float64]:
    """The symmetric part of ``Σ_R R t Rᵀ`` over the point group, (..., 3, 3) → (..., 6)."""
    rotations = grid.rotations_cartesian
    both = np.einsum("rxa,ryc->xyac", rotations, rotations)
    both = (both + both.swapaxes(0, 1)) / 2
    rows = np.stack([both[a, b] for a, b in VOIGT]).reshape(6, 9)
    return np.asarray(tensors.reshape(*tensors.shape[:-2], 9) @ rows.T)
