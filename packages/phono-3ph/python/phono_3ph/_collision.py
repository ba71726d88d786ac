"""Rows of the collision operator of the linearised Boltzmann equation."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import bose_einstein
from phono_grid import CUTOFF_FREQUENCY, Triplets, ValueNoun, units
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    ensure_index,
    ensure_not_negative,
    ensure_shape,
    ensure_temperatures,
    ensure_type,
    finite,
    frozen,
    not_negative,
)

from phono_3ph._extension import rust
from phono_3ph._linewidths import (
    Scattering,
    ensure_occupations,
    linewidths_of,
    scattering_weights,
)
from phono_3ph._periodic_modes import PeriodicModes
from phono_3ph._self_energy import Couplings, ensure_coupled, strengths_of


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ThermalFactors(ValueNoun):
    """Thermal factors of phonons in the rows of the collision operator.

    Parameters
    ----------
    occupations : (n_q, n_b, n_T) array_like
        Bose-Einstein occupations, 0 at 0 K.
    inverse_sinh : (n_q, n_b, n_T) array_like
        ``1 / sinh(h f / 2 k_B T)``, 0 for phonons that do not take part.
    """

    occupations: NDArray[np.float64]
    inverse_sinh: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Hold the arrays the way the kernels read them."""
        n = ensure_occupations(self.occupations, ("n_q", "n_b"))
        s = not_negative(self.inverse_sinh, "inverse_sinh", n.shape)
        object.__setattr__(self, "occupations", frozen(n, "occupations"))
        object.__setattr__(self, "inverse_sinh", frozen(s, "inverse_sinh"))

    @classmethod
    def of(
        cls,
        frequencies: ArrayLike,
        temperatures: ArrayLike,
        *,
        cutoff_frequency: float = CUTOFF_FREQUENCY,
    ) -> "ThermalFactors":
        """Compute them from frequencies, THz (n_q, n_b), and temperatures, K (n_T,)."""
        s = inverse_sinh(frequencies, temperatures, cutoff_frequency=cutoff_frequency)
        return cls(bose_einstein(frequencies, temperatures), s)


def _checked(
    couplings: Couplings,
    phonons: PeriodicModes,
    q: int,
    thermal: ThermalFactors,
    scattering: Scattering,
) -> tuple[Any, ...]:
    """Arguments of `collision_row`."""
    ensure_type("phonons", phonons, PeriodicModes)
    ensure_coupled(couplings, phonons)
    ensure_type("scattering", scattering, Scattering)
    q = ensure_index("q", q, phonons.grid.n_q)
    ensure_type("thermal", thermal, ThermalFactors)
    occupied = (*phonons.frequencies.shape, "n_T")
    ensure_shape("thermal.occupations", thermal.occupations, occupied)
    return couplings, phonons, q, thermal, scattering


@accelerated_by(rust.collision_row, _checked)
def collision_row(
    couplings: Couplings,
    phonons: PeriodicModes,
    q: int,
    thermal: ThermalFactors,
    scattering: Scattering,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Linewidths at one wave vector, and how strongly it scatters into all others [1]_.

    .. math::

        A_{\lambda\lambda'} = \frac{18\pi}{h^2} \sum_{j''}
            \frac{|\Phi_{\lambda\lambda'\lambda''}|^2}{\sinh(h f'' / 2 k_B T)}
            [\delta(f - f' - f'') + \delta(f + f' - f'') + \delta(f - f' + f'')]

    One irreducible triplet serves every :math:`q'` that the operations which leave ``q`` in
    place, or the exchange of :math:`q'` and :math:`q''`, take it to; without the exchange
    if possible.

    Parameters
    ----------
    couplings : Series3 or Strengths
        Nothing is stored per triplet if it is a series.
    phonons : PeriodicModes
    q : int
        Index in the grid.
    thermal : ThermalFactors
        Factors of the whole grid.
    scattering : Scattering

    Returns
    -------
    linewidths : (n_T, n_b) array of float
        ``Γ[T, j]``, THz, that of `phono_3ph.linewidths`, from the same pass over triplets.
    row : (n_T, n_b, n_q, n_b) array of float
        ``A[T, j, q', j']``, THz.

    References
    ----------
    .. [1] L. Chaput, Phys. Rev. Lett. 110, 265506 (2013), eq. 5.
    """
    f, grid, s = phonons.frequencies, phonons.grid, thermal.inverse_sinh
    triplets = Triplets.of(grid, q)
    strengths = strengths_of(couplings, phonons, triplets, scattering.cutoff_frequency)
    weights = scattering_weights(phonons, triplets, scattering)
    weighted = strengths * weights.sum(axis=-1)
    _, q1, q2 = triplets.points.T
    legs = (
        (q2, np.einsum("tjkl,tkT->tTjl", weighted, s[q1])),
        (q1, np.einsum("tjkl,tlT->tTjk", weighted, s[q2])),
    )
    row = np.zeros((s.shape[-1], f.shape[1], *f.shape))
    a = grid.addresses
    little_group = [r for r in grid.rotations if grid.index(r @ a[q]) == q]
    # Where a point is reached both ways, as q' wins: tetrahedra have less symmetry than the
    # crystal, so the two ways differ a little.
    for point, values in legs:
        for rotation in little_group:
            row[:, :, grid.index(a[point] @ rotation.T)] = np.moveaxis(values, 0, 2)
    parts = (strengths, weights, thermal.occupations)
    gamma = linewidths_of(phonons, triplets, parts, scattering)
    return gamma, units.LINEWIDTH * row


def inverse_sinh(
    frequencies: ArrayLike,
    temperatures: ArrayLike,
    *,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
) -> NDArray[np.float64]:
    """``1 / sinh(h f / 2 k_B T)``, (n_q, n_b) and (n_T,) → (n_q, n_b, n_T).

    0 at 0 K and for phonons at or below ``cutoff_frequency`` (THz). `DomainError` for a
    temperature that is negative or not a finite number.
    """
    f = finite(frequencies, "frequencies", ("n_q", "n_b"))[..., None]
    t = ensure_temperatures(temperatures)
    ensure_not_negative("cutoff_frequency", cutoff_frequency)
    active = (f > cutoff_frequency) & (t > 0)
    x = np.where(active, f, 1) / (2 * units.KELVIN_TO_THZ * np.where(t > 0, t, 1))
    # e^-x / (1 - e^-2x) does not overflow where sinh does.
    return np.asarray(np.where(active, 2 * np.exp(-x) / -np.expm1(-2 * x), 0.0))
