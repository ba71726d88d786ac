"""The collision operator of the linearised Boltzmann equation."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import Grid, IrreduciblePoints, Triplets, units
from phono_grid.backend import accelerated_by
from phono_grid.errors import ensure_shape

from phono_3ph._extension import rust
from phono_3ph._interaction import interaction_strengths
from phono_3ph._linewidths import Scattering, scattering_weights
from phono_3ph._periodic_modes import PeriodicModes
from phono_3ph._series3 import Series3


@accelerated_by(rust.collision_row)
def collision_row(
    series: Series3,
    phonons: PeriodicModes,
    q: int,
    inverse_sinh: ArrayLike,
    scattering: Scattering,
) -> NDArray[np.float64]:
    r"""How strongly the phonons at one wave vector are scattered into all others [1]_.

    .. math::

        A_{\lambda\lambda'} = \frac{18\pi}{h^2} \sum_{j''}
            \frac{|\Phi_{\lambda\lambda'\lambda''}|^2}{\sinh(h f'' / 2 k_B T)}
            [\delta(f - f' - f'') + \delta(f + f' - f'') + \delta(f - f' + f'')]

    One irreducible triplet serves every :math:`q'` that the operations which leave ``q`` in
    place, or the exchange of :math:`q'` and :math:`q''`, take it to; without the exchange
    if possible.

    Parameters
    ----------
    series : Series3
    phonons : PeriodicModes
    q : int
        Index in the grid.
    inverse_sinh : (n_q, n_b, n_T) array_like
        ``1 / sinh(h f / 2 k_B T)``, 0 for phonons that do not take part.
    scattering : Scattering

    Returns
    -------
    (n_T, n_b, n_q, n_b) array of float
        ``A[T, j, q', j']``, THz.

    References
    ----------
    .. [1] L. Chaput, Phys. Rev. Lett. 110, 265506 (2013), eq. 5.
    """
    s = np.asarray(inverse_sinh, dtype=float)
    f, grid = phonons.frequencies, phonons.grid
    ensure_shape("inverse_sinh", s, (*f.shape, s.shape[-1]))
    triplets = Triplets.of(grid, q)
    strengths = interaction_strengths(
        series, phonons, triplets, cutoff_frequency=scattering.cutoff_frequency
    )
    weighted = strengths * scattering_weights(phonons, triplets, scattering).sum(axis=-1)
    _, q1, q2 = triplets.points.T
    legs = (
        (q2, np.einsum("tjkl,tkT->tTjl", weighted, s[q1])),
        (q1, np.einsum("tjkl,tlT->tTjk", weighted, s[q2])),
    )
    row = np.zeros((s.shape[-1], f.shape[1], *f.shape))
    a = grid.addresses
    little_group = [r for r in grid.rotations if grid.index(r @ a[q]) == q]
    # Where a point is reached both ways, as q' wins: tetrahedra have less symmetry than the
    # crystal, so the two ways differ a little.
    for point, values in legs:
        for rotation in little_group:
            row[:, :, grid.index(a[point] @ rotation.T)] = np.moveaxis(values, 0, 2)
    return units.LINEWIDTH * row


def inverse_sinh(
    frequencies: ArrayLike, temperatures: ArrayLike, *, cutoff_frequency: float = 1e-4
) -> NDArray[np.float64]:
    """``1 / sinh(h f / 2 k_B T)``, (n_q, n_b) and (n_T,) → (n_q, n_b, n_T).

    0 at 0 K and for phonons at or below ``cutoff_frequency`` (THz).
    """
    f = np.asarray(frequencies, dtype=float)[..., None]
    t = np.asarray(temperatures, dtype=float)
    active = (f > cutoff_frequency) & (t > 0)
    x = np.where(active, f, 1) / (2 * units.KELVIN_TO_THZ * np.where(t > 0, t, 1))
    # e^-x / (1 - e^-2x) does not overflow where sinh does.
    return np.asarray(np.where(active, 2 * np.exp(-x) / -np.expm1(-2 * x), 0.0))


def reduced_row(
    row: NDArray[np.float64], grid: Grid, irreducible: IrreduciblePoints
) -> NDArray[np.float64]:
    r"""A row of the operator on vectors at irreducible wave vectors.

    .. math::

        B_{jx, i j' y} = \sum_R R_{xy} A_{j, R q_i\, j'}

    (n_T, n_b, n_q, n_b) → (n_T, n_b, 3, n_i, n_b, 3).
    """
    rotations = rotations_cartesian(grid)
    images = np.array(
        [grid.index(grid.addresses[irreducible.points] @ r.T) for r in grid.rotations]
    )
    n_t, n_b = row.shape[:2]
    n_i = len(irreducible.points)
    seen = row[:, :, images].transpose(2, 0, 1, 3, 4).reshape(len(images), -1)
    summed = rotations.reshape(-1, 9).T @ seen
    return summed.reshape(3, 3, n_t, n_b, n_i, n_b).transpose(2, 3, 0, 4, 5, 1)


def rotations_cartesian(grid: Grid) -> NDArray[np.float64]:
    """The point group of a grid on Cartesian vectors, as columns."""
    to_cartesian = (grid.reciprocal_lattice / grid.mesh[:, None]).T
    return np.asarray(to_cartesian @ grid.rotations @ np.linalg.inv(to_cartesian))
