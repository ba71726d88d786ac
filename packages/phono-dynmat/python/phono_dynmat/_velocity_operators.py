"""Velocities between bands."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import CUTOFF_FREQUENCY, DEGENERACY, units
from phono_grid.backend import accelerated_by

from phono_dynmat._degenerate import bands_of_sets
from phono_dynmat._extension import rust
from phono_dynmat._fourier import Dynamics, derivatives, unit_vector
from phono_dynmat._group_velocities import DIRECTION, checked_modes
from phono_dynmat._modes import Modes


@accelerated_by(rust.velocity_operators, checked_modes)
def velocity_operators(
    dynamics: Dynamics,
    modes: Modes,
    *,
    direction: ArrayLike | None = None,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
    degeneracy: float = DEGENERACY,
) -> NDArray[np.complex128]:
    r"""Velocities of phonons, and between the bands of one wave vector [1]_.

    .. math::

        V_{jj'\alpha}(q) = \frac{\mathtt{units.FREQUENCY}^2}{2 \sqrt{f_j f_{j'}}}
            \langle e_j | \frac{\partial D}{\partial k_\alpha} | e_{j'} \rangle,
            \qquad k = B q

    with ``B`` the reciprocal lattice without 2π, Hermitian in the bands. The diagonal is
    the group velocity before its average over the little group; see `group_velocities`,
    where degenerate sets are told apart in the same way. Other elements have the phases of
    the eigenvectors; products :math:`V_{jj'} V_{j'j}` have not. Where slopes do not tell
    bands apart, as those of transverse bands on a line of symmetry, only the sum of the
    products over a degenerate set is defined.

    Phases of ``D`` carry the positions of the atoms. In a gauge without them elements
    between different bands would be others, and depend on the choice of the cell.

    Parameters
    ----------
    dynamics : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    modes : Modes
        The phonons of ``dynamics``, and of the same ``direction``.
    direction : (3,) array_like, optional
        In which Γ, or another reciprocal lattice point, is approached, fractional.
    cutoff_frequency : float
        THz; modes at or below have no velocity.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Returns
    -------
    (n_q, n_b, n_b, 3) array of complex
        ``V[q, j, j', α]``, Cartesian, Å THz; 0 for modes at or below the cutoff.

    References
    ----------
    .. [1] P. B. Allen, J. L. Feldman, Phys. Rev. B 48, 12581 (1993); for crystals
       L. Isaeva, G. Barbalinardo, D. Donadio, S. Baroni, Nat. Commun. 10, 3853 (2019).
    """
    n_q, n_b = modes.frequencies.shape
    slopes = derivatives(dynamics, modes.qpoints, direction)
    along = unit_vector(dynamics, direction)
    along = DIRECTION if along is None else along
    e = modes.polarizations.reshape(n_q, n_b, n_b)
    operators = np.zeros((n_q, n_b, n_b, 3), dtype=complex)
    for i, f in enumerate(modes.frequencies):
        moving = f > cutoff_frequency
        scale = np.where(moving, units.FREQUENCY / np.sqrt(2 * np.where(moving, f, 1)), 0)
        sets = bands_of_sets(f, degeneracy)
        scaled = scale[:, None] * _told_apart(sets, e[i], slopes[:, i], along)
        v = scaled.conj() @ slopes[:, i] @ scaled.T
        operators[i] = np.moveaxis(v + v.conj().swapaxes(1, 2), 0, 2) / 2
    return operators


def _told_apart(
    sets: list[NDArray[np.int64]],
    e: NDArray[np.complex128],
    slopes: NDArray[np.complex128],
    direction: NDArray[np.float64],
) -> NDArray[np.complex128]:
    """Eigenvectors, in degenerate sets those of the slope of ``D`` along a direction."""
    along = np.tensordot(direction, slopes, axes=1)
    resolved = e.copy()
    for members in sets:
        if len(members) > 1:
            _, u = np.linalg.eigh(e[members].conj() @ along @ e[members].T)
            resolved[members] = u.T @ e[members]
    return resolved
