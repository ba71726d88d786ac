"""Elastic constants and what follows from them, as a result."""

from dataclasses import dataclass

import numpy as np

from phonokit.results.harmonic import OfCell
from phonokit.results.result import Array, quantity


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ElasticityResult(OfCell, kind="elasticity"):
    """Elastic constants, moduli, sound velocities, Debye temperature.

    Sizes: ``n_d`` directions. Voigt order is xx yy zz yz xz xy. Moduli and the Debye
    temperature are NaN if the crystal is not stable.
    """

    constants: Array = quantity("GPa", "(6, 6)", "with atoms at rest", "elastic_constant")
    clamped: Array = quantity("GPa", "(6, 6)", "with atoms where strain takes them")
    internal_strain: Array = quantity(
        "angstrom", "(n_a, 3, 3, 3)", "displacement by strain, beyond that of the lattice"
    )
    eigenvalues: Array = quantity("GPa", "(6,)", "all positive if stable (Born)")
    bulk_modulus: float = quantity(
        "GPa", "float", "Hill's mean of Voigt and Reuss", gaps=True
    )
    shear_modulus: float = quantity(
        "GPa", "float", "Hill's mean of Voigt and Reuss", gaps=True
    )
    directions: Array = quantity("1", "(n_d, 3)", "Cartesian unit vectors", "direction")
    velocities: Array = quantity(
        "km/s", "(n_d, 3)", "of sound, ascending", "velocity", gaps=True
    )
    debye_temperature: float = quantity(
        "K", "float", "from sound in all directions", gaps=True
    )

    @property
    def is_stable(self) -> bool:
        """Whether every strain costs energy."""
        return bool(np.min(self.eigenvalues) > 0)
