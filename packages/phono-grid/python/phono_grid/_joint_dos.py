"""Joint densities of states: what pairs of bands at fixed total wave vector add up to."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._extension import rust
from phono_grid._grid import Grid
from phono_grid._spectra import Gaussian, ensure_sums
from phono_grid._tetrahedra import Tetrahedra
from phono_grid._triplet_weights import ensure_bands_of_triplets, triplet_weights
from phono_grid._triplets import Triplets
from phono_grid.backend import accelerated_by
from phono_grid.errors import DomainError, as_numbers, ascending, finite, frozen
from phono_grid.memory import ensure_memory
from phono_grid.nouns import ValueNoun

_BLOCK = 16


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class JointDosChannels(ValueNoun):
    r"""Densities of energy-conserving pairs against frequency, by channel.

    Parameters
    ----------
    frequency_points : (n_f,) array_like
        ``f``, THz, ascending.
    decay, absorption, emission : (n_f, ...) array_like
        Sums of :math:`\delta(f - f' - f'')`, :math:`\delta(f + f' - f'')` and
        :math:`\delta(f - f' + f'')`, 1/THz times the unit of the weights.
    """

    frequency_points: NDArray[np.float64]
    decay: NDArray[np.float64]
    absorption: NDArray[np.float64]
    emission: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Hold read-only arrays."""
        points = frozen(self.frequency_points, "frequency_points", shape=("n_f",))
        object.__setattr__(self, "frequency_points", points)
        decay = frozen(self.decay, "decay")
        shape = (len(points), *decay.shape[1:])
        for name in ("decay", "absorption", "emission"):
            values = frozen(getattr(self, name), name, shape=shape)
            object.__setattr__(self, name, values)

    @property
    def sums(self) -> NDArray[np.float64]:
        """Class of the sums ``f' + f''``, shape (n_f, ...)."""
        return self.decay

    @property
    def differences(self) -> NDArray[np.float64]:
        """Class of the differences ``±(f' − f'')``, shape (n_f, ...)."""
        return np.asarray(self.absorption + self.emission)


def joint_dos(
    grid: Grid,
    frequencies: ArrayLike,
    triplets: Triplets,
    frequency_points: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    smearing: Tetrahedra | Gaussian | None = None,
) -> JointDosChannels:
    r"""The joint density of states of all pairs at the ``q`` of ``triplets`` [1]_.

    .. math::

        D_c(f) = \frac{1}{n_q} \sum_t m_t \sum_{j'j''} A_{tj'j''}\, g_{c,tj'j''}(f)

    with the three channels :math:`g_c` of `triplet_weights` and the multiplicities
    :math:`m` of the triplets. Without weights each class, sums and differences, integrates
    to :math:`n_b^2` over :math:`f \ge 0`.

    Parameters
    ----------
    grid : Grid
    frequencies : (n_q, n_b) array_like
        THz, on the whole grid.
    triplets : Triplets
    frequency_points : (n_f,) array_like
        ``f``, THz, ascending.
    weights : (n_t, n_b, n_b, ...) array_like, optional
        ``A``, what the pair of bands ``j', j''`` of a triplet carries (occupations at some
        temperatures, say); 1 if not given.
    smearing : Tetrahedra or Gaussian, optional
        The approximation of the delta function; ``Tetrahedra.of(grid)`` if not given.

    Returns
    -------
    JointDosChannels
        Arrays of shape (n_f, ...), the axes of ``weights`` after its first three.

    References
    ----------
    .. [1] A. Togo, L. Chaput, I. Tanaka, Phys. Rev. B 91, 094306 (2015).
    """
    smearing = Tetrahedra.of(grid) if smearing is None else smearing
    f = ensure_bands_of_triplets(grid, smearing, frequencies, triplets)
    n_t, n_b = len(triplets.points), f.shape[1]
    shape = (n_t, n_b, n_b)
    what = f"frequencies: weights of {n_t} triplets and {n_b} x {n_b} bands"
    ensure_memory(what, 8.0 * n_t * n_b**2, "use a coarser mesh")
    carried = np.ones(shape) if weights is None else as_numbers(weights, "weights")
    if carried.shape[:3] != shape:
        raise DomainError(
            f"weights: expected the triplets and pairs of bands, {list(shape)}, first, got "
            f"shape {list(carried.shape)}"
        )
    points = ascending(frequency_points, "frequency_points")
    columns = carried.reshape(*shape, int(np.prod(carried.shape[len(shape) :])))
    density = joint_dos_channels(grid, smearing, f, triplets, columns, points)
    end = (len(points), *carried.shape[3:])
    return JointDosChannels(points, *(density[..., c].reshape(end) for c in range(3)))


def _checked(
    grid: Grid,
    smearing: Tetrahedra | Gaussian,
    frequencies: ArrayLike,
    triplets: Triplets,
    weights: ArrayLike,
    frequency_points: ArrayLike,
) -> tuple[Any, ...]:
    """Arguments of `joint_dos_channels`."""
    f = ensure_bands_of_triplets(grid, smearing, frequencies, triplets)
    n_t, n_b = len(triplets.points), f.shape[1]
    carried = finite(weights, "weights", (n_t, n_b, n_b, "n_w"))
    points = ascending(frequency_points, "frequency_points")
    ensure_sums(len(points), carried.shape[-1], -(-n_t // 16))
    return grid, smearing, f, triplets, carried, points


@accelerated_by(rust.joint_dos_channels, _checked)
def joint_dos_channels(
    grid: Grid,
    smearing: Tetrahedra | Gaussian,
    frequencies: NDArray[np.float64],
    triplets: Triplets,
    weights: NDArray[np.float64],
    frequency_points: NDArray[np.float64],
) -> NDArray[np.float64]:
    r"""Sums over the triplets at one ``q`` of what their pairs of bands carry.

    .. math::

        D_{wc}(f) = \frac{1}{n_q} \sum_t m_t \sum_{j'j''} A_{tj'j''w}\, g_{c,tj'j''}(f)

    with the weights of `triplet_weights`, which are never stored.

    Parameters
    ----------
    grid : Grid
    smearing : Tetrahedra or Gaussian
    frequencies : (n_q, n_b) array of float
        THz, on the whole grid.
    triplets : Triplets
    weights : (n_t, n_b, n_b, n_w) array of float
    frequency_points : (n_f,) array of float
        THz, ascending.

    Returns
    -------
    (n_f, n_w, 3) array of float
    """
    total = np.zeros((len(frequency_points), weights.shape[-1], 3))
    for start in range(0, len(triplets.points), _BLOCK):
        block = slice(start, start + _BLOCK)
        part = Triplets(triplets.points[block], triplets.weights[block])
        g = triplet_weights(grid, smearing, frequencies, part, frequency_points)
        carried = part.weights[:, None, None, None] * weights[block] / grid.n_q
        total += np.einsum("tfjkc,tjkw->fwc", g, carried)
    return total
