"""Heat capacities of pairs of bands."""

from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import heat_capacities
from phono_grid import CUTOFF_FREQUENCY, units
from phono_grid.errors import ensure_not_negative, finite, named


class Coherence(Enum):
    r"""Theories of the heat carried between bands: what takes the place of :math:`c_j`.

    With :math:`x = hf / k_B T`, occupations :math:`n`, heat capacities :math:`c` of modes,
    and velocities between bands as `phono_dynmat.velocity_operators` defines them, whose
    denominator is :math:`2\sqrt{ff'}`. All are :math:`c` for equal frequencies.
    """

    SMM19 = "smm19"
    r"""The Wigner equation: :math:`(c f' + c' f) / (f + f')`.

    Its velocity is the slope of :math:`\sqrt D`, with the denominator :math:`f + f'`; the
    factor :math:`4ff' / (f + f')^2` is taken into the heat capacity
    :math:`\tfrac{f + f'}{4}(c / f + c' / f')` here.
    M. Simoncelli, N. Marzari, F. Mauri, Nat. Phys. 15, 809 (2019); Phys. Rev. X 12,
    041011 (2022).
    """
    SMM19_PHONO3PY = "smm19-phono3py"
    r"""As phono3py 4.8 has it: :math:`\tfrac{f + f'}{4}(c / f + c' / f')`.

    It takes the other denominator of the velocity with this heat capacity, and so has
    more heat between bands than the paper.
    """
    NJC23 = "njc23"
    r"""Green-Kubo: :math:`k_B (\tfrac{x + x'}{2})^2 \tfrac{n' - n}{x - x'}`.

    M. Ndour, P. Jund, L. Chaput, J. Non-Cryst. Solids 621, 122618 (2023); P. B. Allen,
    J. L. Feldman, Phys. Rev. B 48, 12581 (1993).
    """
    IBDB19 = "ibdb19"
    r"""Quasi-harmonic Green-Kubo: :math:`k_B\, x x' \tfrac{n' - n}{x - x'}`.

    L. Isaeva, G. Barbalinardo, D. Donadio, S. Baroni, Nat. Commun. 10, 3853 (2019), eq. 9.
    """

    @classmethod
    def of(cls, name: "Coherence | str") -> "Coherence":
        """The theory called ``name``."""
        return named(cls, name, "coherence")


def pair_heat_capacities(
    frequencies: ArrayLike,
    temperature: float,
    coherence: Coherence | str = Coherence.SMM19,
    *,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
) -> NDArray[np.float64]:
    """Heat capacities of pairs of bands at one temperature.

    Parameters
    ----------
    frequencies : (n_q, n_b) array_like
        THz.
    temperature : float
        K.
    coherence : Coherence or str
        By which theory.
    cutoff_frequency : float
        THz; modes at or below it store nothing.

    Returns
    -------
    (n_q, n_b, n_b) array of float
        eV/K, symmetric in the bands, with those of the modes on the diagonal; 0 at 0 K.
    """
    coherence = Coherence.of(coherence)
    f = finite(frequencies, "frequencies", ("n_q", "n_b"))
    ensure_not_negative("temperature", temperature, "K")
    ensure_not_negative("cutoff_frequency", cutoff_frequency)
    active = f > cutoff_frequency
    f = np.where(active, f, 1)
    first, second = f[:, :, None], f[:, None, :]
    c = heat_capacities(f, [temperature], cutoff_frequency=0)[0]
    if coherence is Coherence.SMM19:
        pairs = (c[:, :, None] * second + c[:, None, :] * first) / (first + second)
    elif coherence is Coherence.SMM19_PHONO3PY:
        pairs = (first + second) / 4 * ((c / f)[:, :, None] + (c / f)[:, None, :])
    elif temperature > 0:
        x, y = (g / (units.KELVIN_TO_THZ * temperature) for g in (first, second))
        prefactor = x * y if coherence is Coherence.IBDB19 else ((x + y) / 2) ** 2
        pairs = units.BOLTZMANN * prefactor * occupation_slope(x, y)
    else:
        pairs = np.zeros((*f.shape, f.shape[1]))
    return np.asarray(pairs * (active[:, :, None] & active[:, None, :]))


def occupation_slope(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """``(n(y) - n(x)) / (x - y)`` for ``n(x) = 1 / (e^x - 1)``, positive."""
    low, high = np.minimum(x, y), np.maximum(x, y)
    d = high - low
    # n(low) - n(high) = (1 - e^-d) e^-low / ((1 - e^-low) (1 - e^-high)): nothing cancels
    # for equal frequencies, nothing overflows for cold ones.
    step = np.where(d > 0, -np.expm1(-d) / np.where(d > 0, d, 1), 1)
    return np.asarray(step * np.exp(-low) / (np.expm1(-low) * np.expm1(-high)))
