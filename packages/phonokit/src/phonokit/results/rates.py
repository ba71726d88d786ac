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
    four_phonon : (2, 3, n_T, n_i, n_b) array or None
        Four-phonon scattering: normal and umklapp processes, `phono_4ph.KINDS` of process.
    four_phonon_groups : (n_g, n_T, n_i, n_b) array or None
        Its independent estimates, if it was sampled.
    phonon_groups : (n_g, n_T, n_i, n_b) array or None
        Independent estimates of three-phonon scattering, if it was sampled.
    """

    phonon: NDArray[np.float64]
    isotope: NDArray[np.float64] | None
    boundary: NDArray[np.float64] | None
    normal: NDArray[np.float64] | None = None
    umklapp: NDArray[np.float64] | None = None
    four_phonon: NDArray[np.float64] | None = None
    four_phonon_groups: NDArray[np.float64] | None = None
    phonon_groups: NDArray[np.float64] | None = None

    @property
    def phonon_error(self) -> NDArray[np.float64] | None:
        """Standard error of ``phonon``, (n_T, n_i, n_b), THz; None if not sampled."""
        if self.phonon_groups is None:
            return None
        n = len(self.phonon_groups)
        return np.asarray(self.phonon_groups.std(axis=0, ddof=1) / np.sqrt(n))

    @property
    def total(self) -> NDArray[np.float64]:
        """Matthiessen's sum; phonons that do not scatter one another stay so."""
        four = None if self.four_phonon is None else self.four_phonon.sum(axis=(0, 1))
        return total_linewidths(self.phonon, self.isotope, self.boundary, four)


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
    eigenvalues : (n_T, n) array, optional
        Of the collision operator, THz, ascending, from the direct solution.
    relaxon_kappa : (n_T, n, 6) array, optional
        What each eigenvector of it, a relaxon, carries, W/(m K).
    """

    heat_capacities: NDArray[np.float64]
    rta: ConductivityRta
    kappa: NDArray[np.float64]
    mode_kappa: NDArray[np.float64]
    unscattered: NDArray[np.bool_]
    wigner: ConductivityWigner | None = None
    eigenvalues: NDArray[np.float64] | None = None
    relaxon_kappa: NDArray[np.float64] | None = None
