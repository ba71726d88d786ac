"""Energy-conserving weights of triplets."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._extension import rust
from phono_grid._grid import Grid
from phono_grid._spectra import Gaussian
from phono_grid._tetrahedra import Tetrahedra
from phono_grid._tetrahedron_weights import delta_weights
from phono_grid._triplets import Triplets
from phono_grid.backend import accelerated_by
from phono_grid.errors import ensure_indices, ensure_type, finite
from phono_grid.memory import ensure_memory


def ensure_bands_of_triplets(
    grid: Grid, smearing: Tetrahedra | Gaussian, frequencies: ArrayLike, triplets: Triplets
) -> NDArray[np.float64]:
    """Require triplets of the grid and frequencies on all of it; return these."""
    ensure_type("grid", grid, Grid)
    ensure_type("smearing", smearing, Tetrahedra, Gaussian)
    ensure_type("triplets", triplets, Triplets)
    ensure_indices("triplets", triplets.points, grid.n_q)
    return finite(frequencies, "frequencies", (grid.n_q, "n_b"))


def _checked(
    grid: Grid,
    smearing: Tetrahedra | Gaussian,
    frequencies: ArrayLike,
    triplets: Triplets,
    targets: ArrayLike,
) -> tuple[Any, ...]:
    """Arguments of `triplet_weights`."""
    f = ensure_bands_of_triplets(grid, smearing, frequencies, triplets)
    w = finite(targets, "targets", ("n_f",))
    n_t, n_b = len(triplets.points), f.shape[1]
    what = f"targets: weights of {n_t} triplets and {n_b} x {n_b} bands at {len(w)} of them"
    n_bytes = 24.0 * n_t * n_b**2 * len(w)
    ensure_memory(what, n_bytes, "take fewer at a time, or joint_dos_channels")
    return grid, smearing, f, triplets, w


@accelerated_by(rust.triplet_weights, _checked)
def triplet_weights(
    grid: Grid,
    smearing: Tetrahedra | Gaussian,
    frequencies: ArrayLike,
    triplets: Triplets,
    targets: ArrayLike,
) -> NDArray[np.float64]:
    r"""Weights that stand for the energy-conserving delta functions of triplets [1]_.

    .. math::

        g_0 = \delta(f - f' - f''), \qquad g_1 = \delta(f + f' - f''), \qquad
        g_2 = \delta(f - f' + f'')

    at target frequencies :math:`f`. By tetrahedra, :math:`f'_{j'}` and :math:`f''_{j''}`
    are linear in each of those around :math:`q'`, whose vertices move :math:`q''` the
    opposite way. The weight is the share of the vertex :math:`q'`, so that the mean of a
    weight over the grid is the density per wave vector; negative frequencies count as 0.
    By Gaussians they count as they are, and with a cutoff a target of which all three
    energy differences are beyond it gets no weight.

    Parameters
    ----------
    grid : Grid
    smearing : Tetrahedra or Gaussian
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
    f, w = np.asarray(frequencies), np.asarray(targets)[:, None, None]
    second, third = triplets.points[:, 1], triplets.points[:, 2]
    if isinstance(smearing, Gaussian):
        f1, f2 = f[second][:, None, :, None], f[third][:, None, None, :]
        differences = np.stack([w - f1 - f2, w + f1 - f2, w - f1 + f2], axis=-1)
        return smearing.densities(differences)
    f = np.maximum(f, 0)
    a = grid.addresses
    offsets = smearing.offsets[smearing.vertices]
    f1 = f[grid.index(a[second][:, None, None] + offsets)]
    f2 = f[grid.index(a[third][:, None, None] - offsets)]
    plus = f1[..., :, None] + f2[..., None, :]
    minus = f1[..., :, None] - f2[..., None, :]
    channels = delta_weights(plus, w), delta_weights(minus, -w), delta_weights(minus, w)
    return np.stack(channels, axis=-1)
