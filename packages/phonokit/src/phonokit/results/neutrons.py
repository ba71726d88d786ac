"""Neutrons scattered by single phonons, as results."""

from dataclasses import dataclass

from phonokit.results.harmonic import OfCell
from phonokit.results.result import Array, Words, quantity


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class NeutronsResult(OfCell, kind="neutrons"):
    """Coherent one-phonon scattering at momentum transfers Q, or along a path of them.

    Sizes: ``n_q`` momentum transfers, ``n_T`` temperatures, ``n_b`` bands, ``n_f``
    frequency points, positive where neutrons lose energy, ``n_a`` atoms, ``n_s`` segments
    of a path. Cross-sections are those of a primitive cell without the factor
    ``k_f / k_i``; intensities are without occupations, and averaged over degenerate sets.
    """

    momenta: Array = quantity("1", "(n_q, 3)", "Q, fractional, in any zone", "momentum")
    frequencies: Array = quantity(
        "THz", "(n_q, n_b)", "harmonic; negative if imaginary", "frequency"
    )
    temperatures: Array = quantity("K", "(n_T,)", "temperatures", "temperature")
    intensities: Array = quantity(
        "mbarn/sr", "(n_q, n_T, n_b)", "of each mode, with Debye-Waller factors"
    )
    frequency_points: Array = quantity(
        "THz", "(n_f,)", "energy that neutrons lose", "frequency_point"
    )
    spectra: Array = quantity("mbarn/sr/THz", "(n_q, n_T, n_f)", "S(Q, f): Q, T, f")
    scattering_lengths: Array = quantity("fm", "(n_a,)", "bound coherent, of the atoms")
    displacements: Array = quantity(
        "angstrom^2", "(n_T, n_a, 3, 3)", "mean-square matrices, Cartesian"
    )
    labels: Words | None = quantity(
        "1", "(n_s, 2)", "ends of segments, UTF-8", "label", optional=True
    )
    distances: Array | None = quantity(
        "1/angstrom", "(n_q,)", "along the path, without 2 pi", "distance", optional=True
    )


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class PowderResult(OfCell, kind="powder"):
    """One-phonon scattering of a powder, the mean over all directions of Q.

    Sizes: ``n_q`` momentum transfers, ``n_T`` temperatures, ``n_f`` frequency points,
    positive where neutrons lose energy, ``n_a`` atoms. Cross-sections are those of a
    primitive cell without the factor ``k_f / k_i``.
    """

    momenta: Array = quantity("1/angstrom", "(n_q,)", "length of Q, with 2 pi", "momentum")
    temperatures: Array = quantity("K", "(n_T,)", "temperatures", "temperature")
    frequency_points: Array = quantity(
        "THz", "(n_f,)", "energy that neutrons lose", "frequency_point"
    )
    coherent: Array = quantity("mbarn/sr/THz", "(n_q, n_T, n_f)", "coherent: Q, T, f")
    incoherent: Array = quantity("mbarn/sr/THz", "(n_q, n_T, n_f)", "incoherent: Q, T, f")
    scattering_lengths: Array = quantity("fm", "(n_a,)", "bound coherent, of the atoms")
    incoherent_cross_sections: Array = quantity("barn", "(n_a,)", "of the atoms")
    displacements: Array = quantity(
        "angstrom^2", "(n_T, n_a, 3, 3)", "mean-square matrices, Cartesian"
    )

    @property
    def total(self) -> Array:
        """Coherent and incoherent together, mbarn/sr/THz, (n_q, n_T, n_f)."""
        return self.coherent + self.incoherent
