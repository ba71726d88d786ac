"""Parts of a conductivity: scattering rates of phonons, and what phonons conduct."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_3ph import ConductivityRta, ConductivityWigner, total_linewidths
from phono_grid import ValueNoun


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rates(ValueNoun):
    """Half linewidths, THz.

    Parameters
    ----------
    phonon : (n_T, n_i, n_b) array
        Three-phonon scattering.
    isotope : (n_i, n_b) array or None
    boundary : (n_i, n_b) array or None
    normal, umklapp : (n_T, n_i, n_b) array or None
        The two parts of three-phonon scattering, if they were told apart.
    """

    phonon: NDArray[np.float64]
    isotope: NDArray[np.float64] | None
    boundary: NDArray[np.float64] | None
    normal: NDArray[np.float64] | None = None
    umklapp: NDArray[np.float64] | None = None

    @property
    def total(self) -> NDArray[np.float64]:
        """Matthiessen's sum; phonons that do not scatter one another stay so."""
        return total_linewidths(self.phonon, self.isotope, self.boundary)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Conduction(ValueNoun):
    """Thermal conductivity.

    Parameters
    ----------
    heat_capacities : (n_T, n_i, n_b) array
        eV/K.
    rta : ConductivityRta
    kappa : (n_T, 6) array
        By the method asked for, with coherences if there are any, W/(m K).
    mode_kappa : (n_T, n_i, n_b, 6) array
    unscattered : (n_T, n_i, n_b) array of bool
        Phonons that nothing scatters, which are left out.
    wigner : ConductivityWigner, optional
        Populations in the relaxation-time approximation, and coherences.
    """

    heat_capacities: NDArray[np.float64]
    rta: ConductivityRta
    kappa: NDArray[np.float64]
    mode_kappa: NDArray[np.float64]
    unscattered: NDArray[np.bool_]
    wigner: ConductivityWigner | None = None
