"""Dynamical matrices and what diagonalises them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import units
from phono_grid.backend import accelerated_by
from phono_grid.errors import ensure_integer

from phono_dynmat._extension import rust
from phono_dynmat._fourier import Dynamics, checked_at, matrices
from phono_dynmat._modes import Modes


@accelerated_by(rust.dynamical_matrices, checked_at)
def dynamical_matrices(
    series: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> NDArray[np.complex128]:
    r"""Dynamical matrices, in the gauge whose phases carry the positions of the atoms [1]_.

    .. math::

        D_{k\alpha, k'\beta}(q) = \frac{1}{\sqrt{m_k m_{k'}}} \sum_R
            \Phi_{\alpha\beta}(k, k', R)\, e^{2\pi i q \cdot (R + \tau_{k'} - \tau_k)}

    and the Hermitian part of that. `GonzeLeeCorrection` and `WangCorrection` add the
    interaction of dipoles.

    Parameters
    ----------
    series : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    qpoints : (n_q, 3) array_like
        Fractional reciprocal coordinates.
    direction : (3,) array_like, optional
        Fractional: the direction in which Γ is approached. Without one, the dipoles make no
        macroscopic field at Γ.

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
    return matrices(series, qpoints, direction)


@accelerated_by(rust.eigenmodes, checked_at)
def eigenmodes(
    series: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
    r"""Eigenvalues and eigenvectors of dynamical matrices, as phonons.

    .. math:: D(q)\, e_j = \lambda_j e_j, \qquad
        f_j = \mathtt{units.FREQUENCY} \operatorname{sign}(\lambda_j) \sqrt{|\lambda_j|}

    Parameters
    ----------
    series : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    qpoints : (n_q, 3) array_like
        Fractional reciprocal coordinates.
    direction : (3,) array_like, optional
        In which Γ is approached, fractional.

    Returns
    -------
    frequencies : (n_q, n_b) array of float
        THz, ascending.
    polarizations : (n_q, n_b, n_a, 3) array of complex
        ``e[q, j, k, α]``; the phase of each, and the choice within a degenerate set, are
        arbitrary.
    """
    d = dynamical_matrices(series, qpoints, direction=direction)
    squares, columns = np.linalg.eigh(d)
    f = _thz(squares)
    e = np.ascontiguousarray(columns.swapaxes(1, 2))
    return f, e.reshape(*f.shape, f.shape[1] // 3, 3)


@accelerated_by(rust.frequencies, checked_at)
def phonon_frequencies(
    series: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Frequencies without polarizations, which take most of the time and memory.

    Parameters
    ----------
    series : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    qpoints : (n_q, 3) array_like
        Fractional reciprocal coordinates.
    direction : (3,) array_like, optional
        In which Γ is approached, fractional.

    Returns
    -------
    (n_q, n_b) array of float
        THz, ascending; those of `eigenmodes`.
    """
    d = dynamical_matrices(series, qpoints, direction=direction)
    return _thz(np.linalg.eigvalsh(d))


def phonon_modes(
    series: Dynamics, qpoints: ArrayLike, *, direction: ArrayLike | None = None
) -> Modes:
    """Phonons at ``qpoints``, (n_q, 3) fractional; at Γ the limit along ``direction``."""
    _, q = checked_at(series, qpoints, direction=direction)
    return Modes(q, *eigenmodes(series, q, direction=direction))


def stream_modes(
    series: Dynamics, qpoints: ArrayLike, *, at_once: int = 1024
) -> Iterator[tuple[slice, Modes]]:
    """Phonons at many wave vectors, a few at a time, so that not all are held at once.

    Parameters
    ----------
    series : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    qpoints : (n_q, 3) array_like
        Fractional reciprocal coordinates.
    at_once : int
        Wave vectors in a piece.

    Returns
    -------
    iterator of (slice, Modes)
        Which of ``qpoints``, and the phonons there.

    Raises
    ------
    DomainError
        If ``at_once`` is not positive.
    """
    at_once = ensure_integer("at_once", at_once, 1)
    _, q = checked_at(series, qpoints)
    return _pieces(series, q, at_once)


def _pieces(
    series: Dynamics, q: NDArray[np.float64], at_once: int
) -> Iterator[tuple[slice, Modes]]:
    """Phonons of one piece after the other."""
    for start in range(0, len(q), at_once):
        piece = slice(start, min(start + at_once, len(q)))
        yield piece, phonon_modes(series, q[piece])


def _thz(squares: NDArray[np.floating]) -> NDArray[np.float64]:
    """Of eigenvalues in eV/(Å² Da)."""
    return np.asarray(np.sign(squares) * np.sqrt(np.abs(squares)) * units.FREQUENCY)
