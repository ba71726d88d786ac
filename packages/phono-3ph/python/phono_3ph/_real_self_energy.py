"""The real self-energy of phonons: the shift of their frequencies."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import units
from phono_grid.backend import accelerated_by
from phono_grid.errors import ensure_positive, ensure_type

from phono_3ph._extension import rust
from phono_3ph._linewidths import Scattering
from phono_3ph._modes_around import Phonons
from phono_3ph._self_energy import (
    Couplings,
    EvaluationPoints,
    Summands,
    averaged_over_sets,
    checked_sum,
)

PRINCIPAL_VALUE_WIDTH = 0.05
"""THz; the width ε of principal values if none is given."""


def real_self_energy(
    couplings: Couplings,
    phonons: Phonons,
    evaluation: EvaluationPoints,
    occupations: ArrayLike,
    scattering: Scattering | None = None,
    *,
    epsilon: float = PRINCIPAL_VALUE_WIDTH,
) -> NDArray[np.float64]:
    r"""The real self-energy, which shifts frequencies by Δ [1]_.

    .. math::

        \Delta_\lambda(w) = \frac{18}{h^2} \sum_{\lambda'\lambda''}
            |\Phi_{\lambda\lambda'\lambda''}|^2 \big\{
            (n_{\lambda'} + n_{\lambda''} + 1) [p(w - f' - f'') - p(w + f' + f'')]
            + (n_{\lambda'} - n_{\lambda''}) [p(w + f' - f'') - p(w - f' + f'')] \big\}

    with the principal value :math:`p(x) = x / (x^2 + \varepsilon^2)`, averaged over each
    degenerate set of the initial bands. The third-order part alone: the shifts of fourth
    order and of thermal expansion are of the same size.

    Parameters
    ----------
    couplings : Series3 or Strengths
    phonons : PeriodicModes or ModesAround
    evaluation : EvaluationPoints
        Its ``normal`` is not used.
    occupations : (n_q, n_b, n_T) array_like
        Bose-Einstein occupations, 0 at 0 K.
    scattering : Scattering, optional
        Its cutoff frequency and its degeneracy.
    epsilon : float
        ``ε`` of the principal value, THz.

    Returns
    -------
    (n_T, n_b) or (n_T, n_b, n_f) array of float
        Δ in THz, of each band at its own frequency or at the frequency points.

    References
    ----------
    .. [1] M. Lazzeri, M. Calandra, F. Mauri, Phys. Rev. B 68, 220509 (2003), eq. 4.
    """
    scattering = Scattering() if scattering is None else scattering
    arguments = (couplings, phonons, evaluation, occupations, scattering, epsilon)
    delta = real_self_energies(*arguments)
    return delta[..., 0] if evaluation.frequency_points is None else delta


def _checked(
    couplings: Couplings,
    phonons: Phonons,
    evaluation: EvaluationPoints,
    occupations: ArrayLike,
    scattering: Scattering,
    epsilon: float,
) -> tuple[Any, ...]:
    """Arguments of `real_self_energies`."""
    ensure_type("scattering", scattering, Scattering)
    ensure_positive("epsilon", epsilon)
    shared = checked_sum(couplings, phonons, evaluation, occupations)
    return *shared, scattering, epsilon


@accelerated_by(rust.real_self_energies, _checked)
def real_self_energies(
    couplings: Couplings,
    phonons: Phonons,
    evaluation: EvaluationPoints,
    occupations: ArrayLike,
    scattering: Scattering,
    epsilon: float,
) -> NDArray[np.float64]:
    """Kernel of `real_self_energy`, which has the formula and the arguments.

    Returns
    -------
    (n_T, n_b, n_f) array of float
        THz. ``n_f`` is 1 if each band is at its own frequency.
    """
    f, q = phonons.frequencies, evaluation.q
    cutoff = scattering.cutoff_frequency
    summands = Summands.of(couplings, phonons, q, occupations, cutoff)
    w = f[q] if evaluation.frequency_points is None else evaluation.frequency_points
    w = w[:, None, None]
    f1, f2 = (f[summands.triplets.points[:, i]] for i in (1, 2))
    a, b = f1[:, None, :, None], f2[:, None, None, :]

    def p(x: NDArray[np.float64]) -> NDArray[np.float64]:
        """The principal value of 1 / x."""
        return np.asarray(x / (x**2 + epsilon**2))

    g = np.stack([p(w - a - b) - p(w + a + b), p(w + a - b) - p(w - a + b)], axis=-1)
    shares = summands.triplets.weights[None].astype(float)
    delta = summands.added_up(shares, g, own=evaluation.frequency_points is None)[0]
    delta = units.LINEWIDTH / np.pi * delta
    return averaged_over_sets(delta, f[q], scattering.degeneracy, cutoff)
