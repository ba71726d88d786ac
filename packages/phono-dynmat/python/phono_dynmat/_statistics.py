"""Occupations and heat capacities of harmonic modes."""

from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import CUTOFF_FREQUENCY, units
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_finite,
    ensure_temperatures,
)


def bose_einstein(frequencies: ArrayLike, temperatures: ArrayLike) -> NDArray[np.float64]:
    r"""Occupation numbers of phonons.

    .. math:: n = \frac{1}{e^x - 1}, \qquad x = \frac{h f}{k_B T}

    Parameters
    ----------
    frequencies : (n_q, n_b) array_like
        THz.
    temperatures : (n_T,) array_like
        K, not negative.

    Returns
    -------
    (n_q, n_b, n_T) array of float
        0 at T = 0 and for modes at or below zero frequency.
    """
    f = finite_frequencies(frequencies)[..., None]
    x = reduced(f, ensure_temperatures(temperatures))
    with np.errstate(over="ignore"):
        return np.where((f > 0) & np.isfinite(x), 1 / np.expm1(np.where(f > 0, x, 1)), 0)


def heat_capacities(
    frequencies: ArrayLike,
    temperatures: ArrayLike,
    *,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
) -> NDArray[np.float64]:
    r"""Heat capacities of phonons at constant volume.

    .. math:: c = k_B \left( \frac{x / 2}{\sinh(x / 2)} \right)^2, \qquad
        x = \frac{h f}{k_B T}

    Parameters
    ----------
    frequencies : (n_q, n_b) array_like
        THz.
    temperatures : (n_T,) array_like
        K, not negative.
    cutoff_frequency : float
        THz; modes at or below have no heat capacity.

    Returns
    -------
    (n_T, n_q, n_b) array of float
        eV/K; 0 at T = 0.
    """
    f = finite_frequencies(frequencies)
    ensure_number("cutoff_frequency", cutoff_frequency, "THz")
    t = ensure_temperatures(temperatures).reshape(-1, *[1] * f.ndim)
    counts = f > max(cutoff_frequency, 0)
    half = reduced(np.where(counts, f, 1), t) / 2
    # e^-x stays finite where sinh overflows: (x/2 / sinh)² = (x e^(-x/2) / (1 - e^-x))².
    with np.errstate(invalid="ignore"):
        ratio = np.where(
            np.isfinite(half), 2 * half * np.exp(-half) / -np.expm1(-2 * half), 0
        )
    return np.where(counts, units.BOLTZMANN * ratio**2, 0)


def reduced(f: NDArray[np.float64], t: NDArray[np.float64]) -> NDArray[np.float64]:
    """``h f / k_B T``, infinite at T = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(t > 0, f / (units.KELVIN_TO_THZ * t), np.inf))


def ensure_number(name: str, value: float, unit: str) -> None:
    """Require a real number; infinite ones are good for a limit."""
    if not isinstance(value, Real) or np.isnan(float(value)):
        raise DomainError(f"{name} must be a number of {unit}, got {value!r}")


def finite_frequencies(frequencies: ArrayLike) -> NDArray[np.float64]:
    """Frequencies of any shape, all of them finite."""
    f = as_numbers(frequencies, "frequencies")
    ensure_finite("frequencies", f)
    return f
