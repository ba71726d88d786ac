"""Group velocities."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import units
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_positive,
    ensure_shape,
    ensure_type,
)

from phono_dynmat._degenerate import degenerate_sets
from phono_dynmat._dynamical_matrix import dynamical_matrices
from phono_dynmat._extension import rust
from phono_dynmat._fourier import (
    Dynamics,
    cartesian_unit_vector,
    derivatives,
    ensure_dynamics,
    unit_vector,
)
from phono_dynmat._modes import Modes

CUTOFF_FREQUENCY = 1e-4
"""THz; modes at or below have no velocity."""
SAME_Q = 1e-5
"""Fractional; wave vectors closer than this in every component are the same."""
DIRECTION = np.array([1, 2, 3]) / np.sqrt(14)
"""Cartesian; along it the bands of a degenerate set are told apart."""


def checked_modes(
    series: Dynamics, modes: Modes, *, direction: ArrayLike | None = None
) -> tuple[Dynamics, Modes]:
    """Arguments of what is computed of phonons: those of a crystal, and their constants."""
    ensure_dynamics("series", series)
    ensure_type("modes", modes, Modes)
    n_b = 3 * series.cell.n_atoms
    ensure_shape("modes.frequencies", modes.frequencies, ("n_q", n_b))
    unit_vector(series, direction)
    return series, modes


def _checked(
    series: Dynamics,
    modes: Modes,
    rotations: ArrayLike,
    *,
    direction: ArrayLike | None = None,
) -> tuple[Dynamics, Modes, NDArray[np.int64]]:
    """Arguments of `group_velocities`."""
    w = as_numbers(rotations, "rotations", np.int64, ("n_r", 3, 3))
    return *checked_modes(series, modes, direction=direction), w


@accelerated_by(rust.group_velocities, _checked)
def group_velocities(
    series: Dynamics,
    modes: Modes,
    rotations: ArrayLike,
    *,
    direction: ArrayLike | None = None,
) -> NDArray[np.float64]:
    r"""Group velocities by the analytic derivative of the dynamical matrix.

    .. math::

        v_{j\alpha}(q) = \frac{\partial f_j}{\partial k_\alpha}
            = \frac{\mathtt{units.FREQUENCY}^2}{2 f_j}
            \langle e_j | \frac{\partial D}{\partial k_\alpha} | e_j \rangle,
            \qquad k = B q

    with ``B`` the reciprocal lattice without 2π. Within a degenerate set (consecutive bands
    closer than 1e-4 THz) the modes are first made eigenvectors of the derivative along
    (1, 2, 3), or along ``direction``. The result is averaged over the operations that leave
    ``q - rint(q)`` in place, without a shift by a reciprocal lattice vector.

    Parameters
    ----------
    series : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    modes : Modes
        The phonons of ``series``, and of the same ``direction``.
    rotations : (n_r, 3, 3) array_like of int
        The point group on fractional wave vectors, ``q → W q``; see
        `phono_grid.Symmetry.reciprocal_rotations`.
    direction : (3,) array_like, optional
        In which Γ is approached, fractional.

    Returns
    -------
    (n_q, n_b, 3) array of float
        Cartesian, Å THz; 0 for modes at or below 1e-4 THz.

    Raises
    ------
    DomainError
        If the identity is not among ``rotations``.
    """
    slopes_of_d = derivatives(series, modes.qpoints, direction)
    rotations = np.asarray(rotations)
    return _velocities(series, modes, rotations, slopes_of_d, direction)


def finite_difference_velocities(
    series: Dynamics,
    modes: Modes,
    rotations: ArrayLike,
    *,
    step: float = 1e-4,
    direction: ArrayLike | None = None,
) -> NDArray[np.float64]:
    r"""`group_velocities` by differences of the dynamical matrix instead of its derivative.

    .. math::

        \frac{\partial D}{\partial k_\alpha} \approx
            \frac{D(k + h\,\hat\alpha) - D(k - h\,\hat\alpha)}{2 h}

    Degenerate modes are told apart, and the result is averaged, in the same way.

    Parameters
    ----------
    series : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    modes : Modes
        The phonons of ``series``.
    rotations : (n_r, 3, 3) array_like of int
        The point group on fractional wave vectors.
    step : float
        ``h``, 1/Å without 2π.
    direction : (3,) array_like, optional
        Fractional, along which degenerate modes are told apart.

    Returns
    -------
    (n_q, n_b, 3) array of float
        Cartesian, Å THz; 0 for modes at or below 1e-4 THz.

    Raises
    ------
    DomainError
        If ``step`` is not positive or the identity is not among ``rotations``.
    """
    ensure_positive("step", step)
    series, modes, w = _checked(series, modes, rotations, direction=direction)
    # Cartesian steps in fractional coordinates: rows of the transposed lattice.
    shifts = step * series.cell.lattice.T
    rises = [
        dynamical_matrices(series, modes.qpoints + x)
        - dynamical_matrices(series, modes.qpoints - x)
        for x in shifts
    ]
    slopes_of_d = np.array(rises, dtype=np.complex128) / (2 * step)
    return _velocities(series, modes, w, slopes_of_d, direction)


def directional_velocities(
    series: Dynamics, modes: Modes, direction: ArrayLike
) -> NDArray[np.float64]:
    r"""How fast frequencies rise along one direction.

    .. math:: v_j(q, \hat n) = \lim_{h \to 0^+} \frac{f_j(k + h \hat n) - f_j(k)}{h}

    Within a degenerate set these are the eigenvalues of the slope of the dynamical matrix
    along the direction, ascending: no component of a group velocity, which is one vector
    for each mode, says how a set parts in every direction.

    Parameters
    ----------
    series : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    modes : Modes
        The phonons of ``series``; at Γ of polar crystals those of the same direction.
    direction : (3,) array_like
        ``n``, fractional reciprocal coordinates; its length does not count.

    Returns
    -------
    (n_q, n_b) array of float
        Å THz; 0 for modes at or below 1e-4 THz.
    """
    alone = np.eye(3, dtype=np.int64)[None]
    ensure_dynamics("series", series)
    n = cartesian_unit_vector(series, direction)
    return np.asarray(group_velocities(series, modes, alone, direction=direction) @ n)


def _velocities(
    series: Dynamics,
    modes: Modes,
    w: NDArray[np.int64],
    slopes_of_d: NDArray[np.complex128],
    direction: ArrayLike | None,
) -> NDArray[np.float64]:
    """Of given ``∂D/∂k``, shape (3, n_q, n_b, n_b), and rotations ``w``."""
    n_q, n_b = modes.frequencies.shape
    b = series.cell.reciprocal_lattice.T
    cartesian = b @ w @ np.linalg.inv(b)
    along = unit_vector(series, direction)
    along = DIRECTION if along is None else along
    e = modes.polarizations.reshape(n_q, n_b, n_b)
    velocities = np.zeros((n_q, n_b, 3))
    for i, f in enumerate(modes.frequencies):
        slopes = _slopes(f, e[i], slopes_of_d[:, i], along)
        moving = f > CUTOFF_FREQUENCY
        v = units.FREQUENCY**2 / 2 * slopes[moving] / f[moving, None]
        velocities[i, moving] = v @ _average(modes.qpoints[i], w, cartesian).T
    return velocities


def _slopes(
    f: NDArray[np.float64],
    e: NDArray[np.complex128],
    derivatives: NDArray[np.complex128],
    direction: NDArray[np.float64],
) -> NDArray[np.float64]:
    """``⟨e_j| ∂D/∂k_α |e_j⟩`` at one wave vector, degenerate modes told apart first."""
    slopes = np.empty((len(f), 3))
    for members in degenerate_sets(f):
        blocks = e[members].conj() @ derivatives @ e[members].T
        if len(members) > 1:
            _, u = np.linalg.eigh(np.tensordot(direction, blocks, axes=1))
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
