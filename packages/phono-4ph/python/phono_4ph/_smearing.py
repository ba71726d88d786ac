"""Energy conservation of four phonons by Gaussians, fixed or adaptive."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_3ph import PeriodicModes
from phono_grid import ValueNoun
from phono_grid.arrays import distinct
from phono_grid.errors import (
    DomainError,
    ensure_finite,
    ensure_positive,
    ensure_type,
    finite,
    frozen,
)

NARROWEST = 1e-4
"""THz; a process whose adaptive width is not above is left out: phonons that vary alike
with the wave vector conserve energy all or not at all, which rounding must not choose."""


class Counting(StrEnum):
    """Conventions of counting processes that matter on a coarse mesh only.

    ``SYMMETRIC`` has the symmetry of the crystal and does not depend on the arbitrary
    choice of eigenvectors: adaptive widths are means over the pairs of phonons that could
    make them and over degenerate sets, of the largest among all equivalent steps of the
    grid; a phonon that goes out in the degenerate set it came from is not scattered; two
    equal phonons are one process of half the weight, as the sum over modes has it.

    ``FOURPHONON`` is what FourPhonon counts: widths come from the last two phonons in the
    order of the grid and the bands and the three steps of the grid alone, only the very
    same band is not scattered, equal phonons have the full weight. It forbids the use of
    symmetry.
    """

    SYMMETRIC = "symmetric"
    FOURPHONON = "fourphonon"


def _counting(value: Any) -> Counting:
    """One of the ways to count."""
    try:
        return Counting(value)
    except (TypeError, ValueError):
        ways = ", ".join(way.value for way in Counting)
        raise DomainError(f"counting must be one of {ways}, got {value!r}") from None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AdaptiveGaussian(ValueNoun):
    r"""Normal distributions as wide as the energies vary between points of the grid [1]_.

    Two phonons of a quadruplet whose wave vectors vary while the others are fixed have
    the standard deviation [2]_

    .. math::

        \sigma = \frac{a}{2} \max_i \big| s_i \cdot (v_2 \mp v_3) \big|

    with the steps :math:`s_i` of the grid and group velocities, minus if both are emitted
    or both absorbed. A process farther from energy conservation than ``cutoff`` standard
    deviations is left out.

    Parameters
    ----------
    spreads : (n_q, n_b, n_s) array_like
        :math:`a\, s_i \cdot v / 2` of every phonon, THz.
    cutoff : float
        In standard deviations.
    counting : Counting

    References
    ----------
    .. [1] W. Li, J. Carrete, N. A. Katcho, N. Mingo, Comput. Phys. Commun. 185, 1747
       (2014), eq. 18.
    .. [2] Z. Han, X. Yang, W. Li, T. Feng, X. Ruan, Comput. Phys. Commun. 270, 108179
       (2022).
    """

    spreads: NDArray[np.float64]
    cutoff: float = float(np.sqrt(2))
    counting: Counting = Counting.SYMMETRIC

    def __post_init__(self) -> None:
        """Establish the invariants."""
        spreads = frozen(self.spreads, "spreads", shape=("n_q", "n_b", "n_s"))
        ensure_finite("spreads", spreads)
        ensure_positive("cutoff", self.cutoff)
        object.__setattr__(self, "spreads", spreads)
        object.__setattr__(self, "counting", _counting(self.counting))

    @classmethod
    def of(
        cls,
        phonons: PeriodicModes,
        velocities: ArrayLike,
        *,
        scale: float = 1.0,
        cutoff: float = float(np.sqrt(2)),
        counting: Counting = Counting.SYMMETRIC,
    ) -> "AdaptiveGaussian":
        """Widths of ``phonons`` from their group velocities.

        Parameters
        ----------
        phonons : PeriodicModes
        velocities : (n_q, n_b, 3) array_like
            Å THz, at every point of the grid, as `phono_dynmat.group_velocities` has them.
            Of ``FOURPHONON`` the partner at -q moves the other way, in degenerate sets too.
        scale : float
            ``a``; FourPhonon's ``scalebroad``.
        cutoff : float
            In standard deviations; √2 is FourPhonon's.
        counting : Counting
        """
        ensure_type("phonons", phonons, PeriodicModes)
        ensure_positive("scale", scale)
        v = finite(velocities, "velocities", (*phonons.frequencies.shape, 3))
        grid, counting = phonons.grid, _counting(counting)
        steps = np.eye(3, dtype=np.int64)
        if counting is Counting.SYMMETRIC:
            # Opposite steps are as good as one.
            images = grid.rotations.transpose(0, 2, 1).reshape(-1, 3)
            first = images[np.arange(len(images)), (images != 0).argmax(axis=1)]
            steps = distinct(images * np.sign(first)[:, None], axis=0)
        else:
            v = _paired(v, phonons)
        return cls(scale / 2 * v @ (steps @ grid.steps).T, cutoff, counting)

    def densities(
        self, differences: NDArray[np.float64], sigma: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Normal distributions of widths ``sigma``, 0 beyond the cutoff, 1/THz."""
        near = (np.abs(differences) <= self.cutoff * sigma) & (sigma > NARROWEST)
        sigma = np.where(near, sigma, 1.0)
        x = differences / sigma
        return np.where(near, np.exp(-(x**2) / 2) / (np.sqrt(2 * np.pi) * sigma), 0.0)


def _paired(velocities: NDArray[np.float64], phonons: PeriodicModes) -> NDArray[np.float64]:
    """The velocities in `conjugate_gauge`: of band j at -q the opposite of band j at q."""
    opposite = phonons.grid.index(-phonons.grid.addresses)
    later = opposite > np.arange(len(opposite))
    paired = velocities.copy()
    paired[opposite[later]] = -velocities[later]
    return paired
