"""The eigenvectors of the collision operator, and the conductivity they carry."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid import Grid, ValueNoun, units
from phono_grid.errors import PhonoWarning, hold_numbers

from phono_3ph._collision_operator import CollisionOperator, ensure_unbroken
from phono_3ph._conductivity import VOIGT

Array = NDArray[np.float64]

PINV_CUTOFF = 1e-8
"""THz; eigenvalues of the collision operator below it in magnitude count as null."""

NEGATIVE_SHARE = 0.01
"""The part of the heat that eigenvectors which would grow for ever may carry; a few small
negative eigenvalues come with any finite mesh."""

NOTHING = 1e-6
"""W/(m K); near 0 K all eigenvalues are small, and so is the heat."""
DROPPED_SHARE = 0.01
"""The part of the heat that eigenvalues below the cutoff may carry without a word."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Relaxons(ValueNoun):
    r"""Eigenvectors of the collision operator at one temperature [1]_.

    Each relaxes on its own, with the lifetime :math:`1 / 4\pi\lambda`; what they carry adds
    up to κ.

    Parameters
    ----------
    eigenvalues : (n,) array
        λ, THz, ascending, the null ones among them; a half linewidth.
    kappa : (n, 6) array
        W/(m K); 0 for null eigenvalues.

    References
    ----------
    .. [1] A. Cepellotti, N. Marzari, Phys. Rev. X 6, 041013 (2016).
    """

    eigenvalues: Array
    kappa: Array

    def __post_init__(self) -> None:
        """Hold arrays, whatever came."""
        hold_numbers(self, eigenvalues=("n",), kappa=("n", 6))


def pseudo_inverse(
    operator: CollisionOperator, x: Array, volume: float, cutoff: float
) -> tuple[Array, tuple[Relaxons, ...], dict[int, str]]:
    """Solve ``A y = x`` without eigenvalues below ``cutoff`` THz in magnitude.

    ``x[T, i, j, axis]``; one dense matrix at a time. The last result tells, by the number
    of the temperature, why there is no solution; ``y`` is 0 there. A `PhonoWarning` names
    temperatures where eigenvalues below the cutoff, but above rounding, would carry heat.
    """
    y, relaxons, refused = np.zeros_like(x), [], {}
    left_out: list[str] = []
    grid = operator.modes.grid
    for i, t in enumerate(operator.modes.temperatures):
        matrix = operator.matrix(i)
        ensure_unbroken(matrix)
        values, vectors = np.linalg.eigh(matrix)
        del matrix
        keep = np.abs(values) > cutoff
        forces = vectors.T @ x[i].ravel()
        amplitudes = forces * keep / np.where(keep, values, 1)
        y[i] = (vectors @ amplitudes).reshape(x[i].shape)
        factor = 2 * units.CONDUCTIVITY / volume * units.BOLTZMANN * t**2 / grid.n_q
        kappa = factor * carried(grid, x[i].reshape(-1, 3), vectors, amplitudes)
        relaxons.append(Relaxons(values, kappa))
        share = negative_share(values, kappa)
        if share > NEGATIVE_SHARE:
            refused[i] = (
                "the collision operator is not positive, its smallest eigenvalue is "
                f"{values[0]:.2g} THz, and negative ones carry {100 * share:.2g} % of "
                "the heat"
            )
            y[i] = 0
            continue
        small = ~keep & (values > rounding_of(values))
        lost, kept = (forces[small] ** 2 / values[small]).sum(), forces @ amplitudes
        if lost <= DROPPED_SHARE * kept or factor * lost < NOTHING:
            continue
        which = f"from {values[small].min():.2g} THz on"
        if lost > kept:
            refused[i] = (
                f"eigenvalues of the collision operator {which}, below pinv_cutoff = "
                f"{cutoff:g} THz, would carry more heat than all above it"
            )
            y[i] = 0
        else:
            left_out.append(
                f"at {t:g} K {which}, kappa would be {1 + lost / kept:.3g} times"
            )
    if left_out:
        warnings.warn(
            f"eigenvalues of the collision operator below pinv_cutoff = {cutoff:g} THz are "
            f"left out, and would carry heat: {'; '.join(left_out)} as large with them; "
            "use a finer mesh, a larger sigma, or the relaxation-time approximation there",
            PhonoWarning,
            stacklevel=4,
        )
    return y, tuple(relaxons), refused


def rounding_of(eigenvalues: Array) -> float:
    """The size of eigenvalues that are 0 but for rounding."""
    largest = float(np.abs(eigenvalues).max(initial=0))
    return len(eigenvalues) * float(np.finfo(float).eps) * largest


def negative_share(eigenvalues: Array, kappa: Array) -> float:
    """Share of the heat, without regard to signs, that negative eigenvalues carry."""
    carried = np.abs(kappa[:, :3]).sum(axis=1)
    whole = carried.sum()
    return float(carried[eigenvalues < 0].sum() / whole) if whole > 0 else 0.0


def carried(grid: Grid, x: Array, vectors: Array, amplitudes: Array) -> Array:
    """The symmetric part of ``Σ_λ Σ_R (R x_λ)(R y_λ)ᵀ`` for each eigenvector, (n, 6)."""
    n = len(vectors)
    # [axis of x, axis of y, eigenvector]
    products = (x.T @ vectors.reshape(-1, 3 * n)).reshape(3, 3, n) * amplitudes
    r = grid.rotations_cartesian
    summed = np.einsum("rxa,abn,ryb->nxy", r, products, r, optimize=True)
    summed = (summed + summed.swapaxes(1, 2)) / 2
    return np.stack([summed[:, a, b] for a, b in VOIGT], axis=-1)
