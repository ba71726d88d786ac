"""Gaussians whose width follows the slopes of the energies that are conserved."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Triplets
from phono_grid.errors import DomainError, ensure_positive

from phono_3ph._periodic_modes import PeriodicModes

REACH = 2 * np.sqrt(2)
"""Standard deviations beyond which there is no weight: two of the widths ``√2 σ``."""
NARROWEST = 1e-9
"""THz; a smaller width is rounding noise of modes that stand still."""


class Change(StrEnum):
    """Which change of an energy along the three steps of the grid is the width.

    ``LARGEST`` is FourPhonon's, ``ROOT_MEAN_SQUARE`` that of ShengBTE.
    """

    LARGEST = "largest"
    ROOT_MEAN_SQUARE = "root-mean-square"


def _change(value: Any) -> Change:
    """One of the ways to take three steps."""
    try:
        return Change(value)
    except ValueError:
        ways = ", ".join(way.value for way in Change)
        raise DomainError(f"change must be one of {ways}, got {value!r}") from None


@dataclass(frozen=True, slots=True)
class AdaptiveGaussian:
    r"""Normal distributions as wide as energies change between wave vectors [1]_.

    .. math::

        \sigma = \frac{s}{2} \max_i \left| (v' - v'') \cdot \frac{b_i}{N_i} \right|

    for :math:`\delta(f - f' - f'')`, with :math:`v' + v''` for the other two channels,
    whose :math:`q''` moves the opposite way, and :math:`v'` alone for isotopes; nothing
    beyond :math:`2 \sqrt 2\, \sigma`. With :math:`w = \sqrt 2\, \sigma` this is the
    :math:`e^{-x^2 / w^2} / w \sqrt\pi` of ShengBTE. FourPhonon takes the largest of the
    three steps, ShengBTE their root mean square.

    Where slopes tell the bands of a degenerate set apart, on the zone boundary, modes have
    to be those that the velocities are of: `phono_dynmat.resolve_degenerate_modes`.

    Parameters
    ----------
    scale : float
        ``s``, the factor ``scalebroad`` of ShengBTE.
    change : Change or str
        The largest of the three, or their root mean square.

    References
    ----------
    .. [1] J. R. Yates, X. Wang, D. Vanderbilt, I. Souza, Phys. Rev. B 75, 195121 (2007);
       W. Li et al., Comput. Phys. Commun. 185, 1747 (2014).
    """

    scale: float = 1.0
    change: Change = Change.LARGEST

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_positive("scale", self.scale)
        object.__setattr__(self, "scale", float(self.scale))
        object.__setattr__(self, "change", _change(self.change))

    @property
    def is_mean_square(self) -> bool:
        """Whether the width is the root mean square of three."""
        return self.change is Change.ROOT_MEAN_SQUARE


def slopes_of(phonons: object) -> NDArray[np.float64]:
    """``∂f/∂a`` along the addresses of the grid, which phonons must have."""
    slopes = phonons.slopes if isinstance(phonons, PeriodicModes) else None
    if slopes is None:
        raise DomainError(
            "phonons: have no velocities, which adaptive Gaussians need; give velocities="
        )
    return np.asarray(slopes)


def adaptive_weights(
    phonons: PeriodicModes,
    triplets: Triplets,
    targets: NDArray[np.float64],
    smearing: AdaptiveGaussian,
) -> NDArray[np.float64]:
    """Weights of triplets, the mean over their images under the little group of ``q``.

    ``g[t, f, j', j'', channel]``, 1/THz.
    """
    slopes, f = slopes_of(phonons), phonons.frequencies
    q = int(triplets.points[0, 0])
    images = _little_group(phonons, q)
    w = targets[:, None, None]
    f1, f2 = (f[triplets.points[:, i]] for i in (1, 2))
    a, b = f1[:, None, :, None], f2[:, None, None, :]
    x = np.stack([w - a - b, w + a - b, w - a + b], axis=-1)
    u1, u2 = (slopes[triplets.points[:, i]] for i in (1, 2))
    minus = u1[:, None, :, None] - u2[:, None, None]
    plus = u1[:, None, :, None] + u2[:, None, None]
    g = np.zeros_like(x)
    for rotation in images:
        narrow, wide = (_sigma(u @ rotation, smearing) for u in (minus, plus))
        g += _densities(x, np.stack([narrow, wide, wide], axis=-1))
    return np.asarray(g / len(images))


def elastic_weights(
    differences: NDArray[np.float64],
    slopes: NDArray[np.float64],
    smearing: AdaptiveGaussian,
) -> NDArray[np.float64]:
    """Weights of phonons with slopes [q, j', i], at differences [q, j, j'], 1/THz."""
    return _densities(differences, _sigma(slopes, smearing)[:, None])


def _little_group(phonons: PeriodicModes, q: int) -> NDArray[np.int64]:
    """The rotations of addresses that leave ``q`` where it is."""
    grid = phonons.grid
    images = grid.index(grid.addresses[q] @ grid.rotations.transpose(0, 2, 1))
    return np.asarray(grid.rotations[images == q])


def _sigma(slopes: NDArray[np.float64], smearing: AdaptiveGaussian) -> NDArray[np.float64]:
    """Widths from slopes along the three addresses."""
    if smearing.is_mean_square:
        change = np.sqrt((slopes**2).mean(axis=-1))
    else:
        change = np.abs(slopes).max(axis=-1)
    return np.asarray(smearing.scale / 2 * change)


def _densities(x: NDArray[np.float64], sigma: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normal distributions, cut off; nothing of no width."""
    is_wide = sigma >= NARROWEST
    wide = np.where(is_wide, sigma, 1.0)
    density = np.exp(-((x / wide) ** 2) / 2) / (np.sqrt(2 * np.pi) * wide)
    return np.where(is_wide & (np.abs(x) <= REACH * sigma), density, 0.0)
