"""Phonon spectral functions, as inelastic scattering sees them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import ValueNoun
from phono_grid.errors import (
    MOST_POINTS,
    DomainError,
    as_numbers,
    ensure_finite,
    ensure_integer,
    ensure_not_negative,
    ensure_shape,
    ensure_type,
    finite,
    hold_numbers,
)

from phono_3ph._linewidths import Scattering
from phono_3ph._modes_around import Phonons
from phono_3ph._self_energy import Couplings, EvaluationPoints, imaginary_self_energy


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SpectralFunction(ValueNoun):
    """The line shape of every band at one wave vector.

    Parameters
    ----------
    frequency_points : (n_f,) array
        THz, from 0 on in equal steps.
    frequencies : (n_b,) array
        Harmonic, THz.
    imaginary : (n_T, n_b, n_f) array
        Γ, THz.
    real : (n_T, n_b, n_f) array
        Δ, THz.
    values : (n_T, n_b, n_f) array
        1/THz; each band integrates to about 1, ``w / f`` times it to 1.
    """

    frequency_points: NDArray[np.float64]
    frequencies: NDArray[np.float64]
    imaginary: NDArray[np.float64]
    real: NDArray[np.float64]
    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Hold arrays, whatever came."""
        hold_numbers(self, frequency_points=("n_f",), frequencies=("n_b",))
        shape = ("n_T", len(self.frequencies), len(self.frequency_points))
        hold_numbers(self, imaginary=shape, real=shape, values=shape)


def spectral_function(
    couplings: Couplings,
    phonons: Phonons,
    evaluation: EvaluationPoints,
    occupations: ArrayLike,
    scattering: Scattering,
) -> SpectralFunction:
    r"""The spectral function of every band at one wave vector [1]_.

    .. math::

        A_\lambda(w) = \frac{4 f^2}{\pi} \frac{\Gamma(w)}
            {[w^2 - f^2 - 2 f \Delta(w)]^2 + [2 f \Gamma(w)]^2}

    with Γ of `imaginary_self_energy` and Δ from it by `kramers_kronig`; a Lorentzian of
    half width Γ where these do not vary.

    Parameters
    ----------
    couplings : Series3 or Strengths
    phonons : PeriodicModes or ModesAround
        At a point of the grid, or at any wave vector.
    evaluation : EvaluationPoints
        Its ``frequency_points`` must start at 0 and be equally spaced. Γ should have come
        to nothing at the last of them, which it does above twice the highest frequency.
    occupations : (n_q, n_b, n_T) array_like
    scattering : Scattering

    Raises
    ------
    DomainError
        If the frequency points are missing or not as said.

    References
    ----------
    .. [1] A. A. Maradudin, A. E. Fein, Phys. Rev. 128, 2589 (1962).
    """
    ensure_type("evaluation", evaluation, EvaluationPoints)
    points = equal_steps(evaluation.frequency_points)
    gamma = imaginary_self_energy(
        couplings, phonons, evaluation, occupations, scattering
    ).total
    delta = kramers_kronig(gamma, points)
    f = phonons.frequencies[evaluation.q]
    w, omega = points, f[:, None]
    denominator = (w**2 - omega**2 - 2 * omega * delta) ** 2 + (2 * omega * gamma) ** 2
    numerator = 4 * omega**2 / np.pi * gamma
    finite_line = denominator > 0
    values = np.where(finite_line, numerator / np.where(finite_line, denominator, 1), 0)
    return SpectralFunction(points, f, gamma, delta, values)


def kramers_kronig(
    imaginary: ArrayLike, frequency_points: ArrayLike
) -> NDArray[np.float64]:
    r"""The real part of a self-energy from its imaginary part.

    .. math::

        \Delta(w) = -\frac{1}{\pi} \mathcal{P} \int
            \frac{\Gamma(w')}{w' - w}\, dw', \qquad \Gamma(-w) = -\Gamma(w)

    as a sum over the points and their negatives, :math:`w' = w` left out, and 0, where what
    is odd has no value: Γ(0) is not used.

    Parameters
    ----------
    imaginary : (..., n_f) array_like
        Γ, THz.
    frequency_points : (n_f,) array_like
        THz, from 0 on in equal steps.

    Returns
    -------
    (..., n_f) array of float
        Δ, THz.
    """
    w = equal_steps(frequency_points)
    gamma = as_numbers(imaginary, "imaginary")
    ensure_shape("imaginary", gamma, (*gamma.shape[:-1], len(w)))
    ensure_finite("imaginary", gamma)
    away = w - w[:, None]
    same = np.eye(len(w), dtype=bool)
    positive = np.where(same, 0, 1 / np.where(same, 1, away))
    # -Γ_j / (-w_j - w_i)
    negative = 1 / np.where(w > 0, w + w[:, None], 1)
    kernel = np.where(w > 0, positive + negative, 0)
    return np.asarray(-(w[1] / np.pi) * gamma @ kernel.T)


def equal_steps(frequency_points: ArrayLike | None) -> NDArray[np.float64]:
    """Require points from 0 on in equal steps."""
    what = "frequency_points: expected two or more numbers from 0 on in equal steps"
    if frequency_points is None:
        raise DomainError(f"{what}, got none; give EvaluationPoints(q, points)")
    w = finite(frequency_points, "frequency_points", ("n_f",))
    if len(w) < 2 or w[0] != 0 or not w[1] > 0:
        raise DomainError(f"{what}; use numpy.linspace(0, maximum, n)")
    uneven = np.abs(np.diff(w) - w[1]).max()
    if uneven > 1e-6 * w[1]:
        raise DomainError(
            f"{what}, got steps that differ by {uneven:g} THz; use "
            "numpy.linspace(0, maximum, n)"
        )
    return w


def default_frequency_points(
    frequencies: ArrayLike, *, sigma: float = 0.0, n: int = 201
) -> NDArray[np.float64]:
    """From 0 to a little above twice the highest frequency, where pairs have energy.

    ``sigma`` is the width of a Gaussian that is taken into account, THz; ``n`` how many.
    """
    n = ensure_integer("n", n, 2, MOST_POINTS)
    ensure_not_negative("sigma", sigma)
    f = as_numbers(frequencies, "frequencies")
    ensure_finite("frequencies", f)
    if not f.max(initial=0) > 0:
        raise DomainError("frequencies: expected one or more that are positive")
    return np.linspace(0, 1.005 * (2 * float(f.max()) + 4 * sigma), n)
