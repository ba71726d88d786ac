"""Joint densities of states of phonon pairs, bare or occupied."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import Triplets, ValueNoun
from phono_grid import joint_dos as joint_dos_channels
from phono_grid.errors import (
    DomainError,
    ensure_type,
    hold_numbers,
)

from phono_3ph._adaptive_gaussian import AdaptiveGaussian
from phono_3ph._linewidths import Scattering, ensure_occupations
from phono_3ph._periodic_modes import PeriodicModes


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class JointDos(ValueNoun):
    """Joint densities of states: how many pairs of phonons conserve energy and momentum.

    Parameters
    ----------
    frequency_points : (n_f,) array
        THz.
    differences : (n_f,) or (n_T, n_f) array
        1/THz; phonons that are absorbed or emitted, class 1 of phono3py.
    sums : (n_f,) or (n_T, n_f) array
        1/THz; decays into two phonons, class 2.
    """

    frequency_points: NDArray[np.float64]
    differences: NDArray[np.float64]
    sums: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Hold arrays, whatever came."""
        hold_numbers(self, frequency_points=("n_f",), differences=None)
        hold_numbers(self, sums=self.differences.shape)


def joint_dos(
    phonons: PeriodicModes,
    q: int,
    frequency_points: ArrayLike,
    occupations: ArrayLike | None = None,
    scattering: Scattering | None = None,
) -> JointDos:
    r"""The joint density of states at one wave vector.

    .. math::

        D_1(w) &= \frac{1}{n_q} \sum_{\lambda'\lambda''}
            [\delta(w + f' - f'') + \delta(w - f' + f'')] \\
        D_2(w) &= \frac{1}{n_q} \sum_{\lambda'\lambda''} \delta(w - f' - f'')

    or, with occupations, weighted as in the linewidth: :math:`(n' - n'')\,
    [\delta(w + f' - f'') - \delta(w - f' + f'')]` and :math:`(n' + n'' + 1)\,
    \delta(w - f' - f'')`, phonons at or below the cutoff left out.

    Parameters
    ----------
    phonons : PeriodicModes
        The polarizations are not used.
    q : int
        Index in the grid.
    frequency_points : (n_f,) array_like
        THz, ascending.
    occupations : (n_q, n_b, n_T) array_like, optional
        Bose-Einstein occupations, 0 at 0 K.
    scattering : Scattering, optional
        Its cutoff frequency and smearing; weights are never averaged over sets, which would
        not change a sum over all bands without couplings.
    """
    scattering = Scattering() if scattering is None else scattering
    ensure_type("phonons", phonons, PeriodicModes)
    ensure_type("scattering", scattering, Scattering)
    triplets = Triplets.of(phonons.grid, q)
    smearing = phonons.tetrahedra if scattering.smearing is None else scattering.smearing
    if isinstance(smearing, AdaptiveGaussian):
        raise DomainError(
            "smearing: joint densities take tetrahedra or a Gaussian of one width"
        )
    weights = None
    if occupations is not None:
        n = ensure_occupations(occupations, phonons.frequencies.shape)
        active = phonons.frequencies > scattering.cutoff_frequency
        _, q1, q2 = triplets.points.T
        both = active[q1][:, :, None] & active[q2][:, None, :]
        n1, n2 = n[q1][:, :, None], n[q2][:, None, :]
        weights = np.stack([n1 + n2 + 1, n1 - n2], axis=-1) * both[..., None, None]
    channels = joint_dos_channels(
        phonons.grid,
        phonons.frequencies,
        triplets,
        frequency_points,
        weights=weights,
        smearing=smearing,
    )
    points = channels.frequency_points
    if weights is None:
        return JointDos(points, channels.differences, channels.sums)
    exchange = channels.absorption[..., 1] - channels.emission[..., 1]
    return JointDos(points, exchange.T, channels.decay[..., 0].T)
