"""Linewidths from samples: the error of κ, and whether it is small enough."""

import warnings

import numpy as np
from numpy.typing import NDArray
from phono_3ph import conductivity_rta, total_linewidths
from phono_dynmat import heat_capacities
from phono_grid.errors import PhonoWarning

from phonokit.calc.carriers import Carriers
from phonokit.results.rates import Conduction, Rates

GROUPS = 8
"""Independent samples, from whose differences the error is known."""
WORST = 0.2
"""Relative error that no wave vector may exceed, or κ would not be linear in it."""


class SamplingWarning(PhonoWarning):
    """κ is known less well than it was asked for."""


def is_known(carriers: Carriers, i: int, widths: NDArray[np.float64], error: float) -> bool:
    """Whether the part of κ of one wave vector is known well enough.

    Parameters
    ----------
    carriers : Carriers
    i : int
        Number of the irreducible wave vector.
    widths : (n_g, n_T, n_b) array
        Linewidths of all scattering, each with one group of samples left out.
    error : float
        Relative error of κ that would be left if all wave vectors had the same part of it
        and knew it as well.
    """
    v2 = (carriers.velocities[i] ** 2).sum(axis=-1)
    capacities = heat_capacities(carriers.frequencies[i : i + 1], carriers.temperatures)
    good = (widths > 0).all(axis=0)
    part = np.where(good, capacities[:, 0] * v2 / np.where(widths > 0, widths, 1), 0)
    part = part.sum(axis=-1)
    if not part.any():
        return True
    relative = np.sqrt(jackknife(part)) / np.maximum(part.mean(axis=0), 1e-300)
    n_i = len(carriers.irreducible.points)
    return bool(relative.max() < min(WORST, error * np.sqrt(n_i)))


def left_out(groups: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means over all groups but one, each in turn."""
    n = len(groups)
    return np.asarray((groups.sum(axis=0) - groups) / (n - 1))


def jackknife(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Variance of a mean, from values that each leave out one group."""
    n = len(values)
    return np.asarray((n - 1) / n * ((values - values.mean(axis=0)) ** 2).sum(axis=0))


def kappa_error(
    carriers: Carriers, rates: Rates, conduction: Conduction
) -> NDArray[np.float64] | None:
    """Standard error of κ that sampling leaves, (n_T, 6), W/(m K); None without samples.

    Wave vectors are sampled independently; what their errors do to κ is found by leaving
    out one group of samples after the other, in the relaxation-time approximation.
    """
    groups = [rates.phonon_groups, rates.four_phonon_groups]
    if all(each is None for each in groups):
        return None
    three, four = (None if each is None else left_out(each) for each in groups)
    exact = None if rates.four_phonon is None else rates.four_phonon.sum(axis=(0, 1))
    parts = []
    for n in range(GROUPS):
        total = total_linewidths(
            rates.phonon if three is None else three[n],
            rates.isotope,
            rates.boundary,
            exact if four is None else four[n],
        )
        rta = conductivity_rta(
            carriers.phonons.grid,
            carriers.irreducible,
            carriers.velocities,
            conduction.heat_capacities,
            total,
            carriers.cell.volume,
        )
        parts.append(rta.mode_kappa.sum(axis=2))
    variance = jackknife(np.array(parts)).sum(axis=1)
    return np.asarray(np.sqrt(variance) / carriers.phonons.grid.n_q)


def warn_of_errors(
    kappa: NDArray[np.float64], error: NDArray[np.float64] | None, wanted: float
) -> None:
    """Warn where samples know κ less well than it was asked for."""
    if error is None:
        return
    mean = kappa[:, :3].mean(axis=1)
    part = np.divide(
        error[:, :3].max(axis=1), mean, out=np.zeros_like(mean), where=mean > 0
    )
    if part.max() > wanted:
        warnings.warn(
            f"κ is known to {100 * part.max():.2g} % where {100 * wanted:g} % was "
            "asked for; ask for a smaller error=, or take every process",
            SamplingWarning,
            stacklevel=3,
        )
