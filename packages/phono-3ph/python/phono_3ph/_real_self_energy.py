"""The real self-energy of phonons: the shift of their frequencies."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import CUTOFF_FREQUENCY, DEGENERACY, units
from phono_grid.backend import accelerated_by
from phono_grid.errors import ensure_not_negative, ensure_positive, ensure_type

from phono_3ph._extension import rust
from phono_3ph._modes_around import Phonons
from phono_3ph._self_energy import (
    Couplings,
    Probe,
    Summands,
    averaged_over_sets,
    checked_sum,
)


@dataclass(frozen=True, slots=True)
class Principal:
    r"""How principal values are taken.

    Parameters
    ----------
    epsilon : float
        ``ε`` of :math:`x / (x^2 + \varepsilon^2)`, THz.
    cutoff_frequency : float
        THz; phonons at or below it do not take part.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.
    """

    epsilon: float = 0.05
    cutoff_frequency: float = CUTOFF_FREQUENCY
    degeneracy: float = DEGENERACY

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_positive("epsilon", self.epsilon)
        ensure_positive("degeneracy", self.degeneracy)
        ensure_not_negative("cutoff_frequency", self.cutoff_frequency)


def real_self_energy(
    couplings: Couplings,
    phonons: Phonons,
    probe: Probe,
    occupations: ArrayLike,
    principal: Principal | None = None,
) -> NDArray[np.float64]:
    """The real self-energy Δ in THz, (n_T, n_b), or (n_T, n_b, n_f) at frequency points.

    See `real_self_energies`.
    """
    principal = Principal() if principal is None else principal
    delta = real_self_energies(couplings, phonons, probe, occupations, principal)
    return delta[..., 0] if probe.frequency_points is None else delta


def _checked(
    couplings: Couplings,
    phonons: Phonons,
    probe: Probe,
    occupations: ArrayLike,
    principal: Principal,
) -> tuple[Any, ...]:
    """Arguments of `real_self_energies`."""
    ensure_type("principal", principal, Principal)
    return *checked_sum(couplings, phonons, probe, occupations), principal


@accelerated_by(rust.real_self_energies, _checked)
def real_self_energies(
    couplings: Couplings,
    phonons: Phonons,
    probe: Probe,
    occupations: ArrayLike,
    principal: Principal,
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
    probe : Probe
        Its ``normal`` is not used.
    occupations : (n_q, n_b, n_T) array_like
        Bose-Einstein occupations, 0 at 0 K.
    principal : Principal

    Returns
    -------
    (n_T, n_b, n_f) array of float
        THz. ``n_f`` is 1 if each band is at its own frequency.

    References
    ----------
    .. [1] M. Lazzeri, M. Calandra, F. Mauri, Phys. Rev. B 68, 220509 (2003), eq. 4.
    """
    f, q = phonons.frequencies, probe.q
    cutoff = principal.cutoff_frequency
    summands = Summands.of(couplings, phonons, q, occupations, cutoff)
    w = f[q] if probe.frequency_points is None else probe.frequency_points
    w = w[:, None, None]
    f1, f2 = (f[summands.triplets.points[:, i]] for i in (1, 2))
    a, b = f1[:, None, :, None], f2[:, None, None, :]

    def p(x: NDArray[np.float64]) -> NDArray[np.float64]:
        """The principal value of 1 / x."""
        return np.asarray(x / (x**2 + principal.epsilon**2))

    g = np.stack([p(w - a - b) - p(w + a + b), p(w + a - b) - p(w - a + b)], axis=-1)
    shares = summands.triplets.weights[None].astype(float)
    delta = summands.added_up(shares, g, own=probe.frequency_points is None)[0]
    delta = units.LINEWIDTH / np.pi * delta
    return averaged_over_sets(delta, f[q], principal.degeneracy, cutoff)
