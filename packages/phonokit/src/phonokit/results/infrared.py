"""Phonons that light makes, as a result."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phonokit.results.harmonic import OfCell
from phonokit.results.result import Array, quantity


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class InfraredResult(OfCell, kind="infrared"):
    """Infrared intensities of the phonons at Γ, and the dielectric function.

    Sizes: ``n_b`` bands, ``n_f`` frequency points.
    """

    frequencies: Array = quantity(
        "THz", "(n_b,)", "transverse; negative if imaginary", "frequency"
    )
    strengths: Array = quantity("e^2/Da", "(n_b, 3, 3)", "oscillator strengths", "strength")
    electronic: Array = quantity("1", "(3, 3)", "dielectric tensor of the electrons")
    static: Array = quantity(
        "1", "(3, 3)", "dielectric tensor of electrons and phonons at rest"
    )
    damping: float = quantity("THz", "float", "full width of each mode")
    frequency_points: Array = quantity("THz", "(n_f,)", "of the function")
    dielectric_real: Array = quantity("1", "(n_f, 3, 3)", "real part of the function")
    dielectric_imaginary: Array = quantity(
        "1", "(n_f, 3, 3)", "imaginary part, positive where light is absorbed"
    )

    @property
    def intensities(self) -> Array:
        """Infrared intensities, the traces of the strengths, e²/Da, (n_b,)."""
        return np.asarray(np.trace(self.strengths, axis1=1, axis2=2))

    @property
    def dielectric(self) -> NDArray[np.complex128]:
        """The dielectric function, (n_f, 3, 3)."""
        return np.asarray(self.dielectric_real + 1j * self.dielectric_imaginary)

    @property
    def reflectivity(self) -> Array:
        """Reflectivity at normal incidence for light polarised along x, y and z, (n_f, 3).

        As if these were principal axes.
        """
        n = np.sqrt(np.einsum("faa->fa", self.dielectric))
        return np.asarray(np.abs((n - 1) / (n + 1)) ** 2)
