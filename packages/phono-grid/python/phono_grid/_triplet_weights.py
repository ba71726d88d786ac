"""Energy-conserving weights of triplets by the linear tetrahedron method."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._extension import rust
from phono_grid._grid import Grid
from phono_grid._tetrahedra import Tetrahedra
from phono_grid._triplets import Triplets
from phono_grid.backend import accelerated_by
from phono_grid.errors import ensure_shape

FLAT = 1e-10
"""THz; vertices closer than this are equal to the tetrahedron method."""


@accelerated_by(rust.triplet_weights)
def triplet_weights(
    grid: Grid,
    tetrahedra: Tetrahedra,
    frequencies: ArrayLike,
    triplets: Triplets,
    targets: ArrayLike,
) -> NDArray[np.float64]:
    r"""Weights that stand for the energy-conserving delta functions of triplets [1]_.

    .. math::

        g_0 = \delta(f - f' - f''), \qquad g_1 = \delta(f + f' - f''), \qquad
        g_2 = \delta(f - f' + f'')

    at target frequencies :math:`f`, with :math:`f'_{j'}` and :math:`f''_{j''}` linear in
    each of the 24 tetrahedra around :math:`q'`, whose vertices move :math:`q''` the
    opposite way. The weight is the share of the vertex :math:`q'`, so that the mean of a
    weight over the grid is the density per wave vector. Negative frequencies count as 0.

    Parameters
    ----------
    grid : Grid
    tetrahedra : Tetrahedra
    frequencies : (n_q, n_b) array_like
        THz, on the whole grid.
    triplets : Triplets
    targets : (n_f,) array_like
        THz.

    Returns
    -------
    (n_t, n_f, n_b, n_b, 3) array of float
        ``g[t, f, j', j'', channel]``, 1/THz.

    References
    ----------
    .. [1] P. E. Blöchl, O. Jepsen, O. K. Andersen, Phys. Rev. B 49, 16223 (1994).
    """
    f = np.maximum(np.asarray(frequencies, dtype=float), 0)
    targets = np.asarray(targets, dtype=float)
    ensure_shape("frequencies", f, (grid.n_q, f.shape[-1]))
    a = grid.addresses
    second, third = triplets.points[:, 1], triplets.points[:, 2]
    tetrahedron = np.concatenate(
        [np.zeros((24, 1), dtype=np.int64), tetrahedra.corners], axis=1
    )
    offsets = tetrahedra.offsets[tetrahedron]
    f1 = f[grid.index(a[second][:, None, None] + offsets)]
    f2 = f[grid.index(a[third][:, None, None] - offsets)]
    plus = f1[..., :, None] + f2[..., None, :]
    minus = f1[..., :, None] - f2[..., None, :]
    w = targets[:, None, None]
    channels = delta_weights(plus, w), delta_weights(minus, -w), delta_weights(minus, w)
    return np.stack(channels, axis=-1)


def delta_weights(
    vertices: NDArray[np.float64], w: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share of the first vertex in ``δ(w - value)``.

    ``vertices`` (n_t, 24, 4, n_b, n_b), ``w`` (n_f, 1, 1) → (n_t, n_f, n_b, n_b).
    """
    rank = (vertices[:, :, 1:] < vertices[:, :, :1]).sum(axis=2)[:, :, None]
    v = np.moveaxis(np.sort(vertices, axis=2), 2, 0)[:, :, :, None]

    def between(n: int, m: int) -> NDArray[np.float64]:
        """``(w - v_m) / (v_n - v_m)``, 0 where the vertices are equal."""
        width = v[n] - v[m]
        flat = np.abs(width) < FLAT
        return np.where(flat, 0, (w - v[m]) / np.where(flat, 1, width))

    f01, f02, f03 = between(0, 1), between(0, 2), between(0, 3)
    f10, f12, f13 = between(1, 0), between(1, 2), between(1, 3)
    f20, f21, f23 = between(2, 0), between(2, 1), between(2, 3)
    f30, f31, f32 = between(3, 0), between(3, 1), between(3, 2)
    width = v[3] - v[0]
    density = np.where(width < FLAT, 0, 1 / np.where(width < FLAT, 1, width))
    middle = f12 * f20 + f21 * f13

    first = f10 * f20 * _choose(rank, f01 + f02 + f03, f10, f20, f30)
    second = _choose(
        rank,
        f03 * middle + f02 * f12 * f20,
        f12 * middle + f13**2 * f21,
        f21 * middle + f20**2 * f12,
        f30 * middle + f31 * f13 * f21,
    )
    third = f13 * f23 * _choose(rank, f03, f13, f23, f30 + f31 + f32)
    inside = [(v[i] <= w) & (w < v[i + 1]) for i in range(3)]
    share = density * np.select(inside, [first, second, third], 0.0)
    return np.asarray(share.sum(axis=1) / 6)


def _choose(rank: NDArray[np.int64], *options: NDArray[np.float64]) -> NDArray[np.float64]:
    """``options[rank]``, element by element."""
    return np.asarray(np.choose(np.broadcast_to(rank, options[0].shape), options))
