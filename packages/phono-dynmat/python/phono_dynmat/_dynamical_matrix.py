"""Dynamical matrices, their derivatives, eigenvalues and eigenvectors."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import units
from phono_grid.backend import accelerated_by
from phono_grid.errors import ensure_integer

from phono_dynmat._extension import rust
from phono_dynmat._fourier import Dynamics, checked_arguments, derivatives, matrices
from phono_dynmat._modes import Modes


@accelerated_by(rust.dynamical_matrices, checked_arguments)
def dynamical_matrices(
    dynamics: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> NDArray[np.complex128]:
    r"""Dynamical matrices, in the gauge whose phases carry the positions of the atoms [1]_.

    .. math::

        D_{k\alpha, k'\beta}(q) = \frac{1}{\sqrt{m_k m_{k'}}} \sum_R
            \Phi_{\alpha\beta}(k, k', R)\, e^{2\pi i q \cdot (R + \tau_{k'} - \tau_k)}

    and the Hermitian part of that. `GonzeLeeCorrection` and `WangCorrection` add the
    interaction of dipoles, at the shortest image of ``q``. In this gauge

    .. math::

        D_{k\alpha, k'\beta}(q + G) =
            e^{2\pi i G \cdot (\tau_{k'} - \tau_k)}\, D_{k\alpha, k'\beta}(q)

    for every reciprocal lattice vector ``G``, so that frequencies and velocities are those
    of ``q``, and eigenvectors get the phase :math:`e^{-2\pi i G \cdot \tau_k}`.

    Parameters
    ----------
    dynamics : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    qpoints : (n_q, 3) array_like
        Fractional reciprocal coordinates.
    direction : (3,) array_like, optional
        Fractional: the direction in which Γ, or another reciprocal lattice point, is
        approached. Without one, the dipoles make no macroscopic field there.

    Returns
    -------
    (n_q, n_b, n_b) array of complex
        ``D[q, (k, α), (k', β)]`` in eV/(Å² Da), ``n_b = 3 n_a``.

    Raises
    ------
    DomainError
        If the direction has no length.

    References
    ----------
    .. [1] D. C. Wallace, Thermodynamics of Crystals (Wiley, 1972), section 10.
    """
    return matrices(dynamics, qpoints, direction)


@accelerated_by(rust.dynamical_matrix_derivatives, checked_arguments)
def dynamical_matrix_derivatives(
    dynamics: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> NDArray[np.complex128]:
    r"""Derivatives of dynamical matrices with respect to the wave vector.

    .. math::

        \frac{\partial D}{\partial k_\alpha}, \qquad k = B q

    with ``B`` the reciprocal lattice without 2π, in the gauge of `dynamical_matrices`.
    Group velocities are expectation values of it: `group_velocities`, `velocity_operators`.
    On the surface of the first Brillouin zone, where the interaction of dipoles is not
    quite the same at all images of ``q``, it is the derivative at the image that is taken.

    Parameters
    ----------
    dynamics : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    qpoints : (n_q, 3) array_like
        Fractional reciprocal coordinates.
    direction : (3,) array_like, optional
        In which Γ, or another reciprocal lattice point, is approached, fractional.

    Returns
    -------
    (n_q, 3, n_b, n_b) array of complex
        ``∂D[q, α, (k, β), (k', γ)]`` in eV/(Å Da), Hermitian for each Cartesian axis ``α``,
        ``n_b = 3 n_a``.

    Raises
    ------
    DomainError
        If the direction has no length.
    """
    slopes = derivatives(dynamics, qpoints, direction)
    return np.ascontiguousarray(slopes.swapaxes(0, 1))


@accelerated_by(rust.eigenmodes, checked_arguments)
def eigenmodes(
    dynamics: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
    r"""Eigenvalues and eigenvectors of dynamical matrices, as phonons.

    .. math:: D(q)\, e_j = \lambda_j e_j, \qquad
        f_j = \mathtt{units.FREQUENCY} \operatorname{sign}(\lambda_j) \sqrt{|\lambda_j|}

    Parameters
    ----------
    dynamics : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    qpoints : (n_q, 3) array_like
        Fractional reciprocal coordinates.
    direction : (3,) array_like, optional
        In which Γ, or another reciprocal lattice point, is approached, fractional.

    Returns
    -------
    frequencies : (n_q, n_b) array of float
        THz, ascending.
    polarizations : (n_q, n_b, n_a, 3) array of complex
        ``e[q, j, k, α]``; the phase of each, and the choice within a degenerate set, are
        arbitrary.
    """
    d = dynamical_matrices(dynamics, qpoints, direction=direction)
    squares, columns = np.linalg.eigh(d)
    f = _thz(squares)
    e = np.ascontiguousarray(columns.swapaxes(1, 2))
    return f, e.reshape(*f.shape, f.shape[1] // 3, 3)


@accelerated_by(rust.phonon_frequencies, checked_arguments)
def phonon_frequencies(
    dynamics: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Frequencies without polarizations, which take most of the time and memory.

    Parameters
    ----------
    dynamics : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    qpoints : (n_q, 3) array_like
        Fractional reciprocal coordinates.
    direction : (3,) array_like, optional
        In which Γ, or another reciprocal lattice point, is approached, fractional.

    Returns
    -------
    (n_q, n_b) array of float
        THz, ascending; those of `phonon_modes`.
    """
    d = dynamical_matrices(dynamics, qpoints, direction=direction)
    return _thz(np.linalg.eigvalsh(d))


def phonon_modes(
    dynamics: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> Modes:
    """Phonons at wave vectors: frequencies and polarizations.

    Parameters
    ----------
    dynamics : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    qpoints : (n_q, 3) array_like
        Fractional reciprocal coordinates.
    direction : (3,) array_like, optional
        In which Γ, or another reciprocal lattice point, is approached, fractional.

    Returns
    -------
    Modes
        THz; the phase of each polarization, and the choice within a degenerate set, are
        arbitrary.
    """
    _, q = checked_arguments(dynamics, qpoints, direction=direction)
    return Modes(q, *eigenmodes(dynamics, q, direction=direction))


def stream_modes(
    dynamics: Dynamics, qpoints: ArrayLike, *, at_once: int = 1024
) -> Iterator[tuple[slice, Modes]]:
    """Phonons at many wave vectors, a few at a time, so that not all are held at once.

    Parameters
    ----------
    dynamics : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    qpoints : (n_q, 3) array_like
        Fractional reciprocal coordinates.
    at_once : int
        Wave vectors in a piece.

    Returns
    -------
    iterator of (slice, Modes)
        The range of ``qpoints``, and the phonons there.

    Raises
    ------
    DomainError
        If ``at_once`` is not positive.
    """
    at_once = ensure_integer("at_once", at_once, 1)
    _, q = checked_arguments(dynamics, qpoints)
    return _pieces(dynamics, q, at_once)


def _pieces(
    dynamics: Dynamics, q: NDArray[np.float64], at_once: int
) -> Iterator[tuple[slice, Modes]]:
    """Phonons of one piece after the other."""
    for start in range(0, len(q), at_once):
        piece = slice(start, min(start + at_once, len(q)))
        yield piece, phonon_modes(dynamics, q[piece])


def _thz(squares: NDArray[np.floating]) -> NDArray[np.float64]:
    """Frequencies in THz from eigenvalues in eV/(Å² Da)."""
    return np.asarray(np.sign(squares) * np.sqrt(np.abs(squares)) * units.FREQUENCY)
