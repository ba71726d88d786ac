"""Grüneisen parameters of modes from dynamical matrices at three volumes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import CUTOFF_FREQUENCY, DEGENERACY, degenerate_sets
from phono_grid.errors import DomainError, ensure_not_negative, ensure_positive, ensure_type

from phono_dynmat._dynamical_matrix import dynamical_matrices, phonon_modes
from phono_dynmat._fourier import Dynamics, ensure_dynamics, wave_vectors

Array = NDArray[np.float64]


def volume_grueneisen_parameters(
    dynamics: Sequence[Dynamics],
    qpoints: ArrayLike,
    *,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
    degeneracy: float = DEGENERACY,
) -> tuple[Array, Array]:
    r"""Grüneisen parameters of modes from the same crystal at three volumes [1]_.

    .. math::

        \gamma_{qj} = -\frac{\partial \ln f_{qj}}{\partial \ln V}
            = -\frac{V}{2 \lambda_{qj}} \Big\langle e_{qj} \Big|
              \frac{\partial D(q)}{\partial V} \Big| e_{qj} \Big\rangle, \qquad
        D e = \lambda e

    with the derivative at the middle volume of the parabola through the three matrices at
    the same fractional wave vector; the derivative is diagonal within degenerate sets. In a
    crystal that is not cubic it is the derivative along the path of the three cells.

    Parameters
    ----------
    dynamics : three HarmonicSeries, GonzeLeeCorrection or WangCorrection
        At ascending volumes, with the same atoms in the same order.
    qpoints : (n_q, 3) array_like
        Fractional.
    cutoff_frequency : float
        THz; parameters of modes at or below are 0.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Returns
    -------
    frequencies : (n_q, n_b) array of float
        THz, at the middle volume.
    parameters : (n_q, n_b) array of float

    Raises
    ------
    DomainError
        If they are not three of one crystal, at volumes that ascend.

    References
    ----------
    .. [1] A. Togo, L. Chaput, I. Tanaka and G. Hug, Phys. Rev. B 81, 174301 (2010).
    """
    ensure_type("dynamics", dynamics, Sequence)
    if len(dynamics) != 3:
        raise DomainError(f"dynamics: expected those of three volumes, got {len(dynamics)}")
    for each in dynamics:
        ensure_dynamics("dynamics", each)
    q = wave_vectors(qpoints)
    ensure_not_negative("cutoff_frequency", cutoff_frequency, "THz")
    ensure_positive("degeneracy", degeneracy)
    v = np.array([each.cell.volume for each in dynamics])
    symbols = {each.cell.symbols for each in dynamics}
    if len(symbols) > 1 or not (np.diff(v) > 0).all():
        raise DomainError(
            "dynamics: expected one crystal at three volumes that ascend, got volumes "
            f"{', '.join(f'{x:.4f}' for x in v)} Å³ of {len(symbols)} kinds of cells"
        )
    modes = phonon_modes(dynamics[1], q)
    f = modes.frequencies
    e = modes.polarizations.reshape(*f.shape, f.shape[1])
    matrices = [dynamical_matrices(each, q) for each in dynamics]
    slope = sum(w * d for w, d in zip(_slope_weights(v), matrices, strict=True))
    # Eigenvalues from the matrix itself: no unit is needed.
    squares = np.einsum("qja,qab,qjb->qj", e.conj(), matrices[1], e, optimize=True).real
    inside = np.einsum("qia,qab,qjb->qij", e.conj(), slope, e, optimize=True)
    gamma = np.zeros_like(f)
    for i, frequencies in enumerate(f):
        sets = degenerate_sets(frequencies, degeneracy)
        for s in np.unique(sets):
            bands = np.flatnonzero(sets == s)
            if (frequencies[bands] <= cutoff_frequency).any():
                continue
            shifts = np.linalg.eigvalsh(inside[i][np.ix_(bands, bands)])
            gamma[i, bands] = -v[1] / 2 * shifts / squares[i, bands].mean()
    return f, gamma


def _slope_weights(x: Array) -> Array:
    """Weights of three values in the derivative at the middle one of their parabola."""
    left, right = x[1] - x[0], x[2] - x[1]
    return np.array(
        [
            -right / (left * (left + right)),
            (right - left) / (left * right),
            left / (right * (left + right)),
        ]
    )
