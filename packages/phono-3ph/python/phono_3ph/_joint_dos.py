"""Joint densities of states of phonon pairs, bare or occupied."""

import numpy as np
from numpy.typing import ArrayLike
from phono_grid import JointDos, Triplets
from phono_grid import joint_dos as joint_dos_of_triplets
from phono_grid.errors import ensure_type

from phono_3ph._linewidths import Scattering, ensure_occupations
from phono_3ph._periodic_modes import PeriodicModes


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

    Returns
    -------
    JointDos
        1/THz, of shape (n_f,), or (n_T, n_f) with occupations. ``differences`` is
        :math:`D_1`, class 1 of phono3py; ``sums`` is :math:`D_2`, class 2.
    """
    scattering = Scattering() if scattering is None else scattering
    ensure_type("phonons", phonons, PeriodicModes)
    ensure_type("scattering", scattering, Scattering)
    triplets = Triplets.of(phonons.grid, q)
    smearing = phonons.tetrahedra if scattering.smearing is None else scattering.smearing
    weights = None
    if occupations is not None:
        n = ensure_occupations(occupations, phonons.frequencies.shape)
        active = phonons.frequencies > scattering.cutoff_frequency
        _, q1, q2 = triplets.points.T
        both = active[q1][:, :, None] & active[q2][:, None, :]
        n1, n2 = n[q1][:, :, None], n[q2][:, None, :]
        weights = np.stack([n1 + n2 + 1, n1 - n2], axis=-1) * both[..., None, None]
    joint = joint_dos_of_triplets(
        phonons.grid,
        phonons.frequencies,
        triplets,
        frequency_points,
        weights=weights,
        smearing=smearing,
    )
    if weights is None:
        return joint
    return JointDos(
        joint.frequency_points,
        decay=joint.decay[..., 0].T,
        absorption=joint.absorption[..., 1].T,
        emission=-joint.emission[..., 1].T,
    )
