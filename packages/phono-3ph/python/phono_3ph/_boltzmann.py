"""The linearised Boltzmann equation and the thermal conductivity from its solution."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import Grid, IrreduciblePoints, units
from phono_grid.errors import ConvergenceError, DomainError, ensure_shape, named

from phono_3ph._collision import inverse_sinh, rotations_cartesian
from phono_3ph._conductivity import group_sum
from phono_3ph._linewidths import averaging

PINV_CUTOFF = 1e-8
"""THz; eigenvalues of the collision operator below it in magnitude count as null."""
RESIDUAL = 1e-11
"""Relative residual at which conjugate gradients have converged."""


class Solver(Enum):
    """Ways to solve the linearised Boltzmann equation."""

    CG = "cg"
    DIRECT = "direct"

    @classmethod
    def of(cls, name: "Solver | str") -> "Solver":
        """The solver called ``name``."""
        return named(cls, name, "solver")


@dataclass(frozen=True, slots=True, eq=False)
class CollisionOperator:
    """The symmetrised collision operator on vectors at irreducible wave vectors.

    Parameters
    ----------
    grid : Grid
    irreducible : IrreduciblePoints
    frequencies : (n_i, n_b) array
        THz.
    temperatures : (n_T,) array
        K.
    matrices : (n_T, n_i, n_b, 3, n_i, n_b, 3) array
        THz; symmetric, equal on degenerate bands.
    """

    grid: Grid
    irreducible: IrreduciblePoints
    frequencies: NDArray[np.float64]
    temperatures: NDArray[np.float64]
    matrices: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Check the shape."""
        n_i, n_b = self.frequencies.shape
        modes = (n_i, n_b, 3)
        ensure_shape("matrices", self.matrices, (len(self.temperatures), *modes, *modes))

    @classmethod
    def of(
        cls,
        grid: Grid,
        irreducible: IrreduciblePoints,
        frequencies: NDArray[np.float64],
        temperatures: NDArray[np.float64],
        rows: NDArray[np.float64],
        linewidths: NDArray[np.float64],
    ) -> "CollisionOperator":
        r"""Put together what leaves a phonon and what comes back to it [1]_.

        Parameters
        ----------
        grid, irreducible, frequencies, temperatures
            As above.
        rows : (n_T, n_i, n_b, 3, n_i, n_b, 3) array
            From `reduced_row`, stacked over the irreducible points; not kept.
        linewidths : (n_T, n_i, n_b) array
            Half linewidths of all scattering, THz.

        Notes
        -----
        The diagonal is added for every operation that fixes a point; blocks are multiplied
        by :math:`\sqrt{w_i w_{i'}} / |G|` with the sizes of the stars, averaged over
        degenerate bands on both sides, and the matrix is made symmetric.

        References
        ----------
        .. [1] L. Chaput, Phys. Rev. Lett. 110, 265506 (2013).
        """
        n_t, n_i, n_b = linewidths.shape
        matrices = np.array(rows, order="C")
        mean = fixed_sum(grid, irreducible)
        for i in range(n_i):
            for b in range(n_b):
                matrices[:, i, b, :, i, b] += linewidths[:, i, b, None, None] * mean[i]
        w = np.sqrt(irreducible.weights / len(grid.rotations))
        matrices *= w[:, None, None, None, None, None]
        matrices *= w[:, None, None]
        size = n_i * n_b * 3
        for i, f in enumerate(frequencies):
            p = averaging(f, 1e-4)
            matrices[:, i] = np.einsum("bc,Tcxjdy->Tbxjdy", p, matrices[:, i])
            matrices[..., i, :, :] = np.einsum(
                "bc,Tjdxcy->Tjdxby", p, matrices[..., i, :, :]
            )
        square = matrices.reshape(n_t, size, size)
        square += square.swapaxes(1, 2).copy()
        square *= 0.5
        return cls(grid, irreducible, frequencies, temperatures, matrices)


def fixed_sum(grid: Grid, irreducible: IrreduciblePoints) -> NDArray[np.float64]:
    """``Σ R`` over the operations that fix each irreducible point, (n_i, 3, 3)."""
    a = grid.addresses[irreducible.points]
    fixes = np.array([grid.index(a @ r.T) == irreducible.points for r in grid.rotations])
    return np.asarray(np.einsum("ri,rxy->ixy", fixes, rotations_cartesian(grid)))


@dataclass(frozen=True, slots=True, eq=False)
class ConductivityLbte:
    r"""Thermal conductivity from the full linearised Boltzmann equation.

    Parameters
    ----------
    kappa : (n_T, 6) array
        W/(m K), components xx yy zz yz xz xy.
    mode_kappa : (n_T, n_i, n_b, 6) array
        What the star of each irreducible wave vector adds, times ``n_q``.
    residuals : (n_T,) array
        ``|A y − x| / |x|`` of the solution, null modes left out.
    iterations : (n_T,) array of int
        Of conjugate gradients; 0 for the direct solution.
    """

    kappa: NDArray[np.float64]
    mode_kappa: NDArray[np.float64]
    residuals: NDArray[np.float64]
    iterations: NDArray[np.int64]


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

    and the symmetric part of that.

    Parameters
    ----------
    operator : CollisionOperator
    velocities : (n_i, n_b, 3) array_like
        Å THz.
    volume : float
        Of the primitive cell, Å³.
    solver : Solver or str
        ``"cg"``: conjugate gradients, preconditioned by the diagonal, which is the
        relaxation-time solution. ``"direct"``: all eigenvalues, and the pseudo-inverse
        without those below ``pinv_cutoff``.
    pinv_cutoff : float
        THz.

    Raises
    ------
    ConvergenceError
        If conjugate gradients do not converge: the operator is not positive.

    References
    ----------
    .. [1] L. Chaput, Phys. Rev. Lett. 110, 265506 (2013), eq. 4-8.
    """
    solver = Solver.of(solver)
    v = np.asarray(velocities, dtype=float)
    ensure_shape("velocities", v, (*operator.frequencies.shape, 3))
    temperatures = operator.temperatures
    n_i, n_b = operator.frequencies.shape
    mode_kappa = np.zeros((len(temperatures), n_i, n_b, 6))
    residuals = np.zeros(len(temperatures))
    iterations = np.zeros(len(temperatures), dtype=np.int64)
    for i, t in enumerate(temperatures):
        if t <= 0:
            continue
        x = driving_force(operator, v, t)
        matrix = operator.matrices[i].reshape(x.size, x.size)
        if solver is Solver.CG:
            y, iterations[i] = conjugate_gradients(matrix, x.ravel())
        else:
            y = pseudo_inverse(matrix, x.ravel(), pinv_cutoff)
        known = np.linalg.norm(x)
        residuals[i] = np.linalg.norm(matrix @ y - x.ravel()) / known if known else 0
        products = group_sum(operator.grid, x, y.reshape(x.shape))
        factor = 2 * units.CONDUCTIVITY / volume * units.BOLTZMANN * t**2
        mode_kappa[i] = factor * products
    kappa = mode_kappa.sum(axis=(1, 2)) / operator.grid.n_q
    return ConductivityLbte(kappa, mode_kappa, residuals, iterations)


def driving_force(
    operator: CollisionOperator, velocities: NDArray[np.float64], temperature: float
) -> NDArray[np.float64]:
    """The right-hand side, its part in the null space of the operator left out."""
    f = operator.frequencies
    s = inverse_sinh(f, [temperature])[..., 0]
    w = np.sqrt(operator.irreducible.weights / len(operator.grid.rotations))
    scale = w[:, None] * f * units.THZ_TO_EV * s / (4 * units.BOLTZMANN * temperature**2)
    x = scale[..., None] * velocities
    # Null vectors: what the operations that fix a point do not keep, and differences
    # between degenerate bands.
    fixed = fixed_sum(operator.grid, operator.irreducible)
    order = len(operator.grid.rotations) / operator.irreducible.weights
    x = np.einsum("ixy,iby->ibx", fixed / order[:, None, None], x)
    return np.stack([averaging(f_i, 1e-4) @ x_i for f_i, x_i in zip(f, x, strict=True)])


def conjugate_gradients(
    matrix: NDArray[np.float64], x: NDArray[np.float64], limit: int = 2000
) -> tuple[NDArray[np.float64], int]:
    """Solve ``matrix y = x``; (y, iterations)."""
    diagonal = np.diag(matrix)
    # Components that symmetry forbids have rounding errors for a diagonal, and stay 0.
    allowed = diagonal > 1e-10 * diagonal.max(initial=0)
    inverse = np.where(allowed, 1 / np.where(allowed, diagonal, 1), 0)
    y = np.zeros_like(x)
    r = x.copy()
    z = inverse * r
    p = z.copy()
    rz = r @ z
    goal = RESIDUAL * np.linalg.norm(x)
    for n in range(limit):
        if np.linalg.norm(r) <= goal:
            return y, n
        ap = matrix @ p
        curvature = p @ ap
        if curvature <= 0:
            break
        step = rz / curvature
        y += step * p
        r -= step * ap
        z = inverse * r
        rz, before = r @ z, rz
        p = z + (rz / before) * p
    raise ConvergenceError(
        "conjugate gradients do not converge: the collision operator is not positive; "
        "use a finer mesh, or solver 'direct'"
    )


def pseudo_inverse(
    matrix: NDArray[np.float64], x: NDArray[np.float64], cutoff: float
) -> NDArray[np.float64]:
    """Solve ``matrix y = x`` without eigenvalues below ``cutoff`` in magnitude."""
    if not cutoff > 0:
        raise DomainError(f"pinv_cutoff must be positive, got {cutoff:g}")
    values, vectors = np.linalg.eigh(matrix)
    keep = np.abs(values) > cutoff
    inverse = np.where(keep, 1 / np.where(keep, values, 1), 0)
    return np.asarray(vectors @ (inverse * (vectors.T @ x)))
