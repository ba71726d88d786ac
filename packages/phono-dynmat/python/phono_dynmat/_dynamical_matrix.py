"""Dynamical matrices and what diagonalises them."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import units
from phono_grid.backend import accelerated_by
from phono_grid.errors import ensure_shape

from phono_dynmat._extension import rust
from phono_dynmat._harmonic_series import HarmonicSeries
from phono_dynmat._modes import Modes


@accelerated_by(rust.dynamical_matrices)
def dynamical_matrices(
    series: HarmonicSeries, qpoints: ArrayLike
) -> NDArray[np.complex128]:
    r"""Dynamical matrices, in the gauge whose phases carry the positions of the atoms [1]_.

    .. math::

        D_{k\alpha, k'\beta}(q) = \frac{1}{\sqrt{m_k m_{k'}}} \sum_R
            \Phi_{\alpha\beta}(k, k', R)\, e^{2\pi i q \cdot (R + \tau_{k'} - \tau_k)}

    and the Hermitian part of that.

    Parameters
    ----------
    series : HarmonicSeries
    qpoints : (n_q, 3) array_like
        Fractional reciprocal coordinates.

    Returns
    -------
    (n_q, n_b, n_b) array of complex
        ``D[q, (k, α), (k', β)]`` in eV/(Å² Da), ``n_b = 3 n_a``.

    References
    ----------
    .. [1] D. C. Wallace, Thermodynamics of Crystals (Wiley, 1972), section 10.
    """
    return hermitian_sum(series, qpoints, series.values)


@accelerated_by(rust.eigenmodes)
def eigenmodes(
    series: HarmonicSeries, qpoints: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
    r"""Eigenvalues and eigenvectors of dynamical matrices, as phonons.

    .. math:: D(q)\, e_j = \lambda_j e_j, \qquad
        f_j = \mathtt{units.FREQUENCY} \operatorname{sign}(\lambda_j) \sqrt{|\lambda_j|}

    Parameters
    ----------
    series : HarmonicSeries
    qpoints : (n_q, 3) array_like
        Fractional reciprocal coordinates.

    Returns
    -------
    frequencies : (n_q, n_b) array of float
        THz, ascending.
    polarizations : (n_q, n_b, n_a, 3) array of complex
        ``e[q, j, k, α]``; the phase of each, and the choice within a degenerate set, are
        arbitrary.
    """
    squares, columns = np.linalg.eigh(dynamical_matrices(series, qpoints))
    f = np.sign(squares) * np.sqrt(np.abs(squares)) * units.FREQUENCY
    e = np.ascontiguousarray(columns.swapaxes(1, 2))
    return f, e.reshape(*f.shape, f.shape[1] // 3, 3)


def phonon_modes(series: HarmonicSeries, qpoints: ArrayLike) -> Modes:
    """Phonons at ``qpoints``, (n_q, 3) fractional reciprocal coordinates."""
    return Modes(np.asarray(qpoints, dtype=float), *eigenmodes(series, qpoints))


def hermitian_sum(
    series: HarmonicSeries, qpoints: ArrayLike, blocks: NDArray[np.generic]
) -> NDArray[np.complex128]:
    """Sum mass-weighted ``blocks`` with the phases of ``series``; the Hermitian part."""
    q = np.asarray(qpoints, dtype=float)
    ensure_shape("qpoints", q, (len(q), 3))
    n_a = series.cell.n_atoms
    m = np.sqrt(series.cell.masses)
    d = np.zeros((len(q), n_a, 3, n_a, 3), dtype=np.complex128)
    for block, (k, other), x in zip(blocks, series.atoms, series.vectors, strict=True):
        phase = np.exp(2j * np.pi * (q @ x)) / (m[k] * m[other])
        d[:, k, :, other, :] += phase[:, None, None] * block
    matrices = d.reshape(len(q), 3 * n_a, 3 * n_a)
    return np.asarray((matrices + matrices.conj().swapaxes(1, 2)) / 2)
