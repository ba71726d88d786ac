"""Thermodynamics at constant pressure, as a result."""

from dataclasses import dataclass

import numpy as np
from phono_grid import units

from phonokit.results.result import Array, Numbers, Result, quantity

ISOTROPIC = 1e-3
"""Relative; rounding of relaxations and of symmetry is below."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class QhaResult(Result, kind="qha"):
    """A crystal at constant pressure in the quasi-harmonic approximation.

    Sizes: ``n_V`` volumes, ascending, ``n_T`` temperatures. All is of a primitive cell, and
    NaN at temperatures where the minimum is not between the volumes.
    """

    temperatures: Array = quantity("K", "(n_T,)", "temperatures", "temperature")
    pressure: float = quantity("GPa", "float", "of all quantities")
    volumes: Array = quantity("angstrom^3", "(n_V,)", "where phonons were computed")
    energies: Array = quantity(
        "eV", "(n_V,) or (n_T, n_V)", "without phonons, with electronic excitations if 2D"
    )
    free_energies: Array = quantity("eV", "(n_T, n_V)", "of the phonons")
    entropies: Array = quantity("eV/K", "(n_T, n_V)", "of the phonons")
    heat_capacities: Array = quantity("eV/K", "(n_T, n_V)", "of the phonons")
    n_unstable: Numbers = quantity("1", "(n_V,)", "imaginary modes, which do not take part")
    volume: Array = quantity("angstrom^3", "(n_T,)", "in equilibrium", gaps=True)
    gibbs_energy: Array = quantity("eV", "(n_T,)", "Gibbs free energy", gaps=True)
    bulk_modulus: Array = quantity("GPa", "(n_T,)", "isothermal", gaps=True)
    bulk_modulus_slope: Array = quantity(
        "1", "(n_T,)", "its derivative by pressure", gaps=True
    )
    thermal_expansion: Array = quantity("1/K", "(n_T,)", "of the volume", gaps=True)
    heat_capacity_v: Array = quantity("eV/K", "(n_T,)", "at constant volume", gaps=True)
    heat_capacity_p: Array = quantity("eV/K", "(n_T,)", "at constant pressure", gaps=True)
    grueneisen: Array = quantity(
        "1", "(n_T,)", "thermodynamic Grueneisen parameter", gaps=True
    )
    lattices: Array | None = quantity(
        "angstrom", "(n_V, 3, 3)", "primitive axes in rows, at the volumes", optional=True
    )
    lattice: Array | None = quantity(
        "angstrom",
        "(n_T, 3, 3)",
        "primitive axes in rows, in equilibrium",
        "equilibrium_lattice",
        optional=True,
        gaps=True,
    )
    linear_expansion: Array | None = quantity(
        "1/K",
        "(n_T, 3, 3)",
        "linear thermal expansion along the path of volumes, Cartesian",
        optional=True,
        gaps=True,
    )

    @property
    def lengths(self) -> Array | None:
        """Lengths of the primitive axes in equilibrium, Å, (n_T, 3)."""
        if self.lattice is None:
            return None
        return np.asarray(np.linalg.norm(self.lattice, axis=2))

    @property
    def is_isotropic(self) -> bool:
        """Whether all directions expand alike, or nothing is known of them."""
        if self.linear_expansion is None:
            return True
        a = self.linear_expansion[~np.isnan(self.volume)]
        mean = np.trace(a, axis1=1, axis2=2)[:, None, None] / 3 * np.eye(3)
        return bool(np.abs(a - mean).max(initial=0) <= ISOTROPIC * np.abs(a).max(initial=0))

    @property
    def totals(self) -> Array:
        """Energy, free energy of phonons and ``p V`` at each volume, eV, (n_T, n_V)."""
        work = self.pressure / (1e21 * units.EV) * self.volumes
        return np.asarray(self.energies + self.free_energies + work)
