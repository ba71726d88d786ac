"""Thermodynamics at constant pressure, from harmonic phonons at several volumes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import ValueNoun, units
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_temperatures,
    finite,
    frozen,
)

from phono_dynmat._equation_of_state import (
    EquationOfState,
    checked_volumes,
    equation_named,
)
from phono_dynmat._statistics import ensure_number

Array = NDArray[np.float64]
DEGREE = 4
"""Degree of the polynomial in volume that stands for heat capacities."""


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class QuasiHarmonic(ValueNoun):
    """A crystal at constant pressure; ``n_T`` temperatures, NaN where it has no volume.

    Parameters
    ----------
    temperatures : (n_T,) array
        K
    volume : (n_T,) array
        Å³, of the cell whose energies were given.
    gibbs_energy : (n_T,) array
        eV
    bulk_modulus : (n_T,) array
        GPa, isothermal.
    bulk_modulus_slope : (n_T,) array
        Derivative of the bulk modulus with respect to pressure.
    thermal_expansion : (n_T,) array
        1/K, of the volume.
    heat_capacity_v, heat_capacity_p : (n_T,) array
        eV/K, at constant volume and at constant pressure.
    grueneisen : (n_T,) array
        Thermodynamic Grüneisen parameter; 0 where there is no heat capacity.
    """

    temperatures: Array
    volume: Array
    gibbs_energy: Array
    bulk_modulus: Array
    bulk_modulus_slope: Array
    thermal_expansion: Array
    heat_capacity_v: Array
    heat_capacity_p: Array
    grueneisen: Array

    def __post_init__(self) -> None:
        """Hold arrays of one length."""
        n = len(ensure_temperatures(self.temperatures))
        for name in self.__slots__:
            values = frozen(getattr(self, name), name, shape=(n,))
            object.__setattr__(self, name, values)


def quasi_harmonic(
    volumes: ArrayLike,
    energies: ArrayLike,
    temperatures: ArrayLike,
    free_energies: ArrayLike,
    entropies: ArrayLike,
    heat_capacities: ArrayLike,
    *,
    equation: EquationOfState | str = EquationOfState.VINET,
    pressure: float = 0.0,
) -> QuasiHarmonic:
    r"""Volume, expansion, bulk modulus and heat capacity at constant pressure [1]_.

    .. math::

        G(T, p) = \min_V \left[ U(V) + F(V, T) + p V \right], \quad
        \alpha = \frac1V \frac{dV}{dT}, \quad
        C_p = C_V + T V \alpha^2 B, \quad
        \gamma = \frac{V \alpha B}{C_V}

    At each temperature an equation of state is fitted to the energies. Its minimum gives
    ``V``, ``B`` and ``B'``; ``α`` is the derivative of the fit along
    :math:`\partial F / \partial T = -S`, so that it does not depend on which other
    temperatures there are.

    Parameters
    ----------
    volumes : (n_V,) array_like
        Å³, four or more.
    energies : (n_V,) or (n_T, n_V) array_like
        ``U`` in eV, of the cell with these volumes; with two axes the free energy of
        electrons too, whose entropy is then found by differences between temperatures.
    temperatures : (n_T,) array_like
        K, ascending.
    free_energies, entropies, heat_capacities : (n_T, n_V) array_like
        Of the phonons of that cell, eV, eV/K and eV/K: `thermal_properties`.
    equation : EquationOfState or "vinet" or "birch-murnaghan" or "murnaghan"
    pressure : float
        GPa

    Returns
    -------
    QuasiHarmonic

    Raises
    ------
    DomainError
        If volumes or energies are too few or do not belong together.
    ConvergenceError
        If no equation of state fits.

    References
    ----------
    .. [1] A. Togo, L. Chaput, I. Tanaka and G. Hug, Phys. Rev. B 81, 174301 (2010).
    """
    v = checked_volumes(volumes, "volumes")
    t = ensure_temperatures(temperatures)
    shape = (len(t), len(v))
    if (np.diff(t) <= 0).any():
        raise DomainError("temperatures must ascend")
    ensure_number("pressure", pressure, "GPa")
    which = equation_named(equation)
    f = finite(free_energies, "free_energies", shape)
    s = finite(entropies, "entropies", shape)
    c = finite(heat_capacities, "heat_capacities", shape)
    u = as_numbers(energies, "energies")
    if u.ndim == 2:
        u = finite(u, "energies", shape)
        s_e = _electronic_entropies(t, u)
        s = s + s_e
        c = c + t[:, None] * np.gradient(s_e, t, axis=0)
    else:
        u = finite(u, "energies", (len(v),))
    total = u + f + pressure / units.GPA * v
    fits = which.fit(v, total)
    expansion = which.response(v, total, fits, -s)[:, 1]
    inside = (fits[:, 1] >= v.min()) & (fits[:, 1] <= v.max())
    energy, volume, modulus, slope = np.where(inside[:, None], fits, np.nan).T
    alpha = expansion / volume
    c_v = _at_volumes(v, c, volume)
    excess = volume * alpha * modulus
    return QuasiHarmonic(
        temperatures=t,
        volume=volume,
        gibbs_energy=energy,
        bulk_modulus=modulus * units.GPA,
        bulk_modulus_slope=slope,
        thermal_expansion=alpha,
        heat_capacity_v=c_v,
        heat_capacity_p=c_v + t * alpha * excess,
        grueneisen=np.divide(excess, c_v, out=np.zeros_like(c_v), where=c_v != 0),
    )


def _electronic_entropies(t: Array, free: Array) -> Array:
    """Entropies from free energies at the same temperatures, by differences."""
    if len(t) < 3:
        raise DomainError(
            "energies: free energies of electrons need three temperatures or more, from "
            f"whose differences their entropy is found; got {len(t)}"
        )
    return np.asarray(-np.gradient(free, t, axis=0, edge_order=2))


def _at_volumes(v: Array, values: Array, volume: Array) -> Array:
    """Values of each temperature at its volume, by a polynomial in volume."""
    center, width = v.mean(), np.ptp(v)
    degree = min(DEGREE, len(v) - 1)
    powers = np.vander((v - center) / width, degree + 1)
    coefficients = np.linalg.lstsq(powers, values.T, rcond=None)[0]
    return np.asarray(
        (np.vander((volume - center) / width, degree + 1) * coefficients.T).sum(axis=1)
    )
