"""Strengths of the coupling of three phonons."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import CUTOFF_FREQUENCY, Triplets, units
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_index,
    ensure_indices,
    ensure_not_negative,
    ensure_type,
)

from phono_3ph._extension import rust
from phono_3ph._modes_around import Phonons, qpoints_of
from phono_3ph._periodic_modes import PeriodicModes, ensure_one_lattice
from phono_3ph._series3 import Series3
from phono_3ph._zone_modes import GivenTriplets, ZoneModes


def ensure_one_crystal(series: Series3, phonons: Phonons | ZoneModes) -> None:
    """Require constants, and phonons of as many atoms on their lattice."""
    ensure_type("series", series, Series3)
    ensure_indices("series.atoms", series.atoms, phonons.polarizations.shape[2])
    if series.lattice is not None:
        ensure_one_lattice("series and phonons", series.lattice, phonons.grid)


def ensure_bands(bands: Sequence[int], n_b: int) -> None:
    """Require numbers of bands, one or more."""
    if not len(as_numbers(bands, "bands", np.int64, ("n_j",))):
        raise DomainError("bands: expected one or more, got none")
    for j in bands:
        ensure_index("bands", j, n_b)


def _checked(
    series: Series3,
    phonons: PeriodicModes | ZoneModes,
    triplets: Triplets,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
    bands: Sequence[int] | None = None,
) -> tuple[Any, ...]:
    """Arguments of `interaction_strengths`."""
    ensure_type("phonons", phonons, PeriodicModes, ZoneModes)
    ensure_one_crystal(series, phonons)
    ensure_type("triplets", triplets, Triplets)
    ensure_indices("triplets", triplets.points, len(phonons.frequencies))
    ensure_not_negative("cutoff_frequency", cutoff_frequency)
    if bands is not None:
        ensure_bands(bands, phonons.frequencies.shape[1])
    return series, phonons, triplets, cutoff_frequency, bands


@accelerated_by(rust.interaction_strengths, _checked)
def interaction_strengths(
    series: Series3,
    phonons: PeriodicModes | ZoneModes,
    triplets: Triplets,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
    bands: Sequence[int] | None = None,
) -> NDArray[np.float64]:
    r"""Squared three-phonon matrix elements [1]_.

    .. math::

        |\Phi_{\lambda\lambda'\lambda''}|^2 = \frac{c}{n_q f f' f''} \Big|
            \sum \tilde\Phi(\kappa_0; \kappa_1 R_1; \kappa_2 R_2)\,
            \tilde e(\lambda) \tilde e(\lambda') \tilde e(\lambda'')\,
            e^{2\pi i (q' \cdot R_1 + q'' \cdot R_2)} \Big|^2

    where :math:`c` is ``units.STRENGTH`` and phonons at or below the cutoff do not couple.

    Parameters
    ----------
    series : Series3
    phonons : PeriodicModes or ZoneModes
    triplets : Triplets
        At one ``q``; of images if the phonons are at the images in the zone.
    cutoff_frequency : float
        THz.
    bands : sequence of int, optional
        Bands of the first phonon, ``n_j`` of them; all if not given.

    Returns
    -------
    (n_t, n_j, n_b, n_b) array of float
        ``|Φ[t, j, j', j'']|²`` in eV².

    References
    ----------
    .. [1] L. Chaput, A. Togo, I. Tanaka, G. Hug, Phys. Rev. B 84, 094302 (2011), and
       A. Togo, L. Chaput, I. Tanaka, Phys. Rev. B 91, 094306 (2015), eq. 10.
    """
    bands = range(phonons.frequencies.shape[1]) if bands is None else bands
    return strengths_among(series, phonons, triplets, cutoff_frequency)[:, list(bands)]


def strengths_among(
    series: Series3,
    phonons: Phonons | ZoneModes,
    triplets: Triplets | GivenTriplets,
    cutoff_frequency: float,
) -> NDArray[np.float64]:
    """`interaction_strengths` of all bands, of any phonons."""
    v = matrix_elements(series, phonons, triplets)
    f = phonons.frequencies[triplets.points]
    active = f > cutoff_frequency
    inverse = np.where(active, 1 / np.where(active, f, 1), 0)
    product = np.einsum("tj,tk,tl->tjkl", inverse[:, 0], inverse[:, 1], inverse[:, 2])
    strengths = units.STRENGTH / phonons.grid.n_q * np.abs(v) ** 2 * product
    return np.asarray(strengths, dtype=np.float64)


def matrix_elements(
    series: Series3, phonons: Phonons | ZoneModes, triplets: Triplets | GivenTriplets
) -> NDArray[np.complex128]:
    """The sum inside the bars of `interaction_strengths`, entry by entry."""
    n_a = phonons.polarizations.shape[2]
    if isinstance(phonons, ZoneModes):
        qpoints = phonons.zone.qpoints
    else:
        qpoints = qpoints_of(phonons)
    q = qpoints[triplets.points]
    total = q.sum(axis=1)
    lost = np.abs(total - np.rint(total)).max(axis=1) > 1e-8
    if lost.any():
        q0, q1, q2 = triplets.points[lost][0]
        raise DomainError(
            f"triplets: {q0} {q1} {q2} does not conserve momentum at q = {q0}"
        )
    phase = np.exp(
        2j * np.pi * (q[:, 1] @ series.cells[:, 0].T + q[:, 2] @ series.cells[:, 1].T)
    )
    phi = np.zeros((len(q), n_a, n_a, n_a, 3, 3, 3), dtype=complex)
    for kappa in np.ndindex(n_a, n_a, n_a):
        entries = (series.atoms == kappa).all(axis=1)
        block = phase[:, entries] @ series.values[entries].reshape(-1, 27)
        phi[:, *kappa] = block.reshape(-1, 3, 3, 3)
    e, e1, e2 = (phonons.polarizations[triplets.points[:, i]] for i in range(3))
    v = np.einsum("txyzabc,tlzc->txyabl", phi, e2)
    v = np.einsum("txyabl,tkyb->txakl", v, e1)
    return np.asarray(np.einsum("txakl,tjxa->tjkl", v, e))
