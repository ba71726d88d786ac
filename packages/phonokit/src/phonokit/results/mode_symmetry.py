"""Irreducible representations of phonons, as a result."""

from dataclasses import dataclass

import numpy as np

from phonokit.results.harmonic import OfCell
from phonokit.results.result import Array, Numbers, Words, quantity


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ModeSymmetryResult(OfCell, kind="symmetry"):
    """Irreducible representations of the phonons at one wave vector.

    Sizes: ``n_b`` bands in ``n_s`` degenerate sets, ``n_i`` representations of ``n_g``
    operations that leave the wave vector where it is. Flags are 0 or 1, and 0 but at Γ.
    """

    qpoint: Array = quantity("1", "(3,)", "fractional")
    frequencies: Array = quantity(
        "THz", "(n_b,)", "ascending; negative if imaginary", "frequency"
    )
    sets: Numbers = quantity("1", "(n_b,)", "degenerate set of each band, from 0", "set")
    labels: Words = quantity("1", "(n_s,)", "representations of each set", "label")
    infrared: Numbers = quantity("1", "(n_s,)", "whether its modes have a dipole")
    raman: Numbers = quantity("1", "(n_s,)", "whether they change the polarisability")
    acoustic: Numbers = quantity("1", "(n_s,)", "whether they move the crystal as a whole")
    names: Words = quantity("1", "(n_i,)", "of representations", "name")
    characters_real: Array = quantity("1", "(n_i, n_g)", "real part of characters")
    characters_imaginary: Array = quantity("1", "(n_i, n_g)", "their imaginary part")
    multiplicities: Numbers = quantity(
        "1", "(n_s, n_i)", "of representations in sets", "multiplicity"
    )
    rotations: Numbers = quantity(
        "1", "(n_g, 3, 3)", "of the operations, fractional", "rotation"
    )
    translations: Array = quantity(
        "1", "(n_g, 3)", "of the operations, fractional", "translation"
    )
    space_group: Words = quantity("1", "(1,)", "Hermann-Mauguin symbol")

    @property
    def sizes(self) -> Numbers:
        """Modes in each set, (n_s,)."""
        return np.bincount(self.sets, minlength=len(self.labels))

    @property
    def set_frequencies(self) -> Array:
        """The mean frequency of each set, THz, (n_s,)."""
        return np.bincount(self.sets, weights=self.frequencies) / self.sizes
