"""Group velocities."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import CUTOFF_FREQUENCY, DEGENERACY, units
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_not_negative,
    ensure_positive,
    ensure_shape,
    ensure_type,
)

from phono_dynmat._degenerate import bands_of_sets
from phono_dynmat._dynamical_matrix import (
    dynamical_matrices,
    dynamical_matrix_derivatives,
)
from phono_dynmat._extension import rust
from phono_dynmat._fourier import (
    Dynamics,
    cartesian_unit_vector,
    centers_of,
    derivatives,
    ensure_dynamics,
    matrices,
    unit_vector,
)
from phono_dynmat._modes import Modes
from phono_dynmat._zone import SAME_Q

DIRECTION = np.array([1, 2, 3]) / np.sqrt(14)
"""Cartesian; along it the bands of a degenerate set are told apart."""


def checked_modes(
    dynamics: Dynamics,
    modes: Modes,
    *,
    direction: ArrayLike | None = None,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
    degeneracy: float = DEGENERACY,
) -> tuple[Dynamics, Modes]:
    """Arguments of kernels that take the phonons of a crystal and its force constants."""
    ensure_dynamics("dynamics", dynamics)
    ensure_type("modes", modes, Modes)
    n_b = 3 * dynamics.cell.n_atoms
    ensure_shape("modes.frequencies", modes.frequencies, ("n_q", n_b))
    unit_vector(dynamics, direction)
    ensure_not_negative("cutoff_frequency", cutoff_frequency)
    ensure_positive("degeneracy", degeneracy)
    return dynamics, modes


def _checked(
    dynamics: Dynamics, modes: Modes, rotations: ArrayLike, **options: Any
) -> tuple[Dynamics, Modes, NDArray[np.int64]]:
    """Arguments of `group_velocities`."""
    w = as_numbers(rotations, "rotations", np.int64, ("n_r", 3, 3))
    return *checked_modes(dynamics, modes, **options), w


@accelerated_by(rust.group_velocities, _checked)
def group_velocities(
    dynamics: Dynamics,
    modes: Modes,
    rotations: ArrayLike,
    *,
    direction: ArrayLike | None = None,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
    degeneracy: float = DEGENERACY,
) -> NDArray[np.float64]:
    r"""Group velocities by the analytic derivative of the dynamical matrix.

    .. math::

        v_{j\alpha}(q) = \frac{\partial f_j}{\partial k_\alpha}
            = \frac{\mathtt{units.FREQUENCY}^2}{2 f_j}
            \langle e_j | \frac{\partial D}{\partial k_\alpha} | e_j \rangle,
            \qquad k = B q

    with ``B`` the reciprocal lattice without 2π. Within a degenerate set the modes are
    first made eigenvectors of the derivative along (1, 2, 3), or along ``direction``. The
    result is averaged over the operations that leave ``q - rint(q)`` in place, without a
    shift by a reciprocal lattice vector: on the surface of the zone it depends on which of
    the equivalent ``q`` is given; meshes give the shortest.

    Parameters
    ----------
    dynamics : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    modes : Modes
        The phonons of ``dynamics``, and of the same ``direction``.
    rotations : (n_r, 3, 3) array_like of int
        The point group on fractional wave vectors, ``q → W q``; see
        `phono_grid.Symmetry.reciprocal_rotations`.
    direction : (3,) array_like, optional
        In which Γ, or another reciprocal lattice point, is approached, fractional.
    cutoff_frequency : float
        THz; modes at or below have no velocity.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Returns
    -------
    (n_q, n_b, 3) array of float
        Cartesian, Å THz; 0 for modes at or below the cutoff.

    Raises
    ------
    DomainError
        If the identity is not among ``rotations``, the cutoff is negative or ``degeneracy``
        not positive.
    """
    slopes = derivatives(dynamics, modes.qpoints, direction)
    resolution = _Resolution.along(dynamics, direction, cutoff_frequency, degeneracy)
    return _velocities(dynamics, modes, np.asarray(rotations), slopes, resolution)


def resolve_degenerate_modes(
    dynamics: Dynamics,
    modes: Modes,
    *,
    direction: ArrayLike | None = None,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
    degeneracy: float = DEGENERACY,
) -> Modes:
    r"""Modes whose degenerate sets are told apart as `group_velocities` does it.

    Within a set they are eigenvectors of :math:`\partial D / \partial k` along (1, 2, 3),
    or along ``direction``: each has the velocity that stands for it.

    Parameters
    ----------
    dynamics : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    modes : Modes
        The phonons of ``dynamics``, and of the same ``direction``.
    direction : (3,) array_like, optional
        In which Γ, or another reciprocal lattice point, is approached, fractional.
    cutoff_frequency : float
        THz
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Returns
    -------
    Modes
        The same frequencies.
    """
    dynamics, modes = checked_modes(
        dynamics,
        modes,
        direction=direction,
        cutoff_frequency=cutoff_frequency,
        degeneracy=degeneracy,
    )[:2]
    n_q, n_b = modes.frequencies.shape
    close = (np.diff(modes.frequencies, axis=1) < degeneracy).any(axis=1)
    if not close.any():
        return modes
    places = np.flatnonzero(close)
    slopes = dynamical_matrix_derivatives(
        dynamics, modes.qpoints[places], direction=direction
    )
    along = _Resolution.along(dynamics, direction, cutoff_frequency, degeneracy).direction
    e = modes.polarizations.reshape(n_q, n_b, n_b).copy()
    for i, slope in zip(places, slopes, strict=True):
        for members in bands_of_sets(modes.frequencies[i], degeneracy):
            if len(members) > 1:
                blocks = e[i, members].conj() @ slope @ e[i, members].T
                _, u = np.linalg.eigh(np.tensordot(along, blocks, axes=1))
                e[i, members] = u.T @ e[i, members]
    return Modes(modes.qpoints, modes.frequencies, e.reshape(modes.polarizations.shape))


def finite_difference_velocities(
    dynamics: Dynamics,
    modes: Modes,
    rotations: ArrayLike,
    *,
    step: float = 1e-4,
    direction: ArrayLike | None = None,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
    degeneracy: float = DEGENERACY,
) -> NDArray[np.float64]:
    r"""`group_velocities` by differences of the dynamical matrix instead of its derivative.

    .. math::

        \frac{\partial D}{\partial k_\alpha} \approx
            \frac{D(k + h\,\hat\alpha) - D(k - h\,\hat\alpha)}{2 h}

    Degenerate modes are told apart, and the result is averaged, in the same way.

    Parameters
    ----------
    dynamics : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    modes : Modes
        The phonons of ``dynamics``.
    rotations : (n_r, 3, 3) array_like of int
        The point group on fractional wave vectors.
    step : float
        ``h``, 1/Å without 2π.
    direction : (3,) array_like, optional
        Fractional, along which degenerate modes are told apart.
    cutoff_frequency : float
        THz; modes at or below have no velocity.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Returns
    -------
    (n_q, n_b, 3) array of float
        Cartesian, Å THz; 0 for modes at or below the cutoff.

    Raises
    ------
    DomainError
        If ``step`` is not positive, the identity is not among ``rotations``, the cutoff is
        negative or ``degeneracy`` not positive.
    """
    ensure_positive("step", step)
    dynamics, modes, w = _checked(
        dynamics,
        modes,
        rotations,
        direction=direction,
        cutoff_frequency=cutoff_frequency,
        degeneracy=degeneracy,
    )
    # Cartesian steps in fractional coordinates: rows of the transposed lattice.
    shifts = step * dynamics.cell.lattice.T
    rises = np.array(
        [_rises(dynamics, modes.qpoints, x) for x in shifts], dtype=np.complex128
    )
    resolution = _Resolution.along(dynamics, direction, cutoff_frequency, degeneracy)
    return _velocities(dynamics, modes, w, rises / (2 * step), resolution)


def _rises(
    dynamics: Dynamics, q: NDArray[np.float64], x: NDArray[np.float64]
) -> NDArray[np.complex128]:
    """``D(q + x) - D(q - x)``, the dipoles seen from the center of the zone of ``q``."""
    rises = dynamical_matrices(dynamics, q + x) - dynamical_matrices(dynamics, q - x)
    centers = centers_of(dynamics, q)
    # Next to the surface of a zone an end may lie in another one.
    leaves = (centers_of(dynamics, q + x) != centers).any(axis=1)
    leaves |= (centers_of(dynamics, q - x) != centers).any(axis=1)
    if leaves.any():
        ends = q[leaves] + x, q[leaves] - x
        above, below = (matrices(dynamics, end, None, centers[leaves]) for end in ends)
        rises[leaves] = above - below
    return np.asarray(rises)


def directional_velocities(
    dynamics: Dynamics,
    modes: Modes,
    direction: ArrayLike,
    *,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
    degeneracy: float = DEGENERACY,
) -> NDArray[np.float64]:
    r"""Slopes of the frequencies along one direction.

    .. math:: v_j(q, \hat n) = \lim_{h \to 0^+} \frac{f_j(k + h \hat n) - f_j(k)}{h}

    Within a degenerate set these are the eigenvalues of the slope of the dynamical matrix
    along the direction, ascending. Group velocities, one vector for each mode, cannot
    describe how a set splits in every direction.

    Parameters
    ----------
    dynamics : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    modes : Modes
        The phonons of ``dynamics``; at Γ of polar crystals those of the same direction.
    direction : (3,) array_like
        ``n``, fractional reciprocal coordinates; its length does not count.
    cutoff_frequency : float
        THz; modes at or below have no velocity.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Returns
    -------
    (n_q, n_b) array of float
        Å THz; 0 for modes at or below the cutoff.
    """
    identity = np.eye(3, dtype=np.int64)[None]
    ensure_dynamics("dynamics", dynamics)
    n = cartesian_unit_vector(dynamics, direction)
    velocities = group_velocities(
        dynamics,
        modes,
        identity,
        direction=direction,
        cutoff_frequency=cutoff_frequency,
        degeneracy=degeneracy,
    )
    return np.asarray(velocities @ n)


@dataclass(frozen=True)
class _Resolution:
    """Modes that have a velocity, and how those of a degenerate set are told apart."""

    direction: NDArray[np.float64]
    cutoff_frequency: float
    degeneracy: float

    @classmethod
    def along(
        cls,
        dynamics: Dynamics,
        direction: ArrayLike | None,
        cutoff_frequency: float,
        degeneracy: float,
    ) -> Self:
        """Take a fractional direction, or the one of all crystals."""
        along = unit_vector(dynamics, direction)
        return cls(DIRECTION if along is None else along, cutoff_frequency, degeneracy)


def _velocities(
    dynamics: Dynamics,
    modes: Modes,
    w: NDArray[np.int64],
    slopes_of_d: NDArray[np.complex128],
    resolution: _Resolution,
) -> NDArray[np.float64]:
    """Velocities from given ``∂D/∂k``, shape (3, n_q, n_b, n_b), and rotations ``w``."""
    n_q, n_b = modes.frequencies.shape
    b = dynamics.cell.reciprocal_lattice.T
    cartesian = b @ w @ np.linalg.inv(b)
    e = modes.polarizations.reshape(n_q, n_b, n_b)
    velocities = np.zeros((n_q, n_b, 3))
    for i, f in enumerate(modes.frequencies):
        slopes = _slopes(f, e[i], slopes_of_d[:, i], resolution)
        moving = f > resolution.cutoff_frequency
        v = units.FREQUENCY**2 / 2 * slopes[moving] / f[moving, None]
        velocities[i, moving] = v @ _average(modes.qpoints[i], w, cartesian).T
    return velocities


def _slopes(
    f: NDArray[np.float64],
    e: NDArray[np.complex128],
    derivatives: NDArray[np.complex128],
    resolution: _Resolution,
) -> NDArray[np.float64]:
    """``⟨e_j| ∂D/∂k_α |e_j⟩`` at one wave vector, degenerate modes told apart first."""
    slopes = np.empty((len(f), 3))
    for members in bands_of_sets(f, resolution.degeneracy):
        blocks = e[members].conj() @ derivatives @ e[members].T
        if len(members) > 1:
            _, u = np.linalg.eigh(np.tensordot(resolution.direction, blocks, axes=1))
            blocks = u.conj().T @ blocks @ u
        slopes[members] = np.diagonal(blocks, axis1=1, axis2=2).real.T
    return slopes


def _average(
    q: NDArray[np.float64], w: NDArray[np.int64], cartesian: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The mean of the Cartesian operations that leave ``q`` in place."""
    q = q - np.rint(q)
    stays = (np.abs(w @ q - q) < SAME_Q).all(axis=1)
    if not stays.any():
        raise DomainError("rotations: no operation leaves q in place; add the identity")
    return np.asarray(cartesian[stays].mean(axis=0))
