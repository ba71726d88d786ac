"""Results of scattering at a few wave vectors."""

from dataclasses import dataclass

from phonokit.results.result import Array, Numbers, Result, Words, quantity

AXES = "q, T, band, frequency point"
EACH = "(n_q, n_T, n_b, n_f)"
IF_ANY = f"(n_q, n_T, n_b) or {EACH}"
T_IF_ANY = "(n_q, n_f) or (n_q, n_T, n_f)"


@dataclass(frozen=True, eq=False, kw_only=True)
class WaveVectorResult(Result):
    """Phonons at ``n_q`` wave vectors, as all of these results have them."""

    qpoints: Array = quantity("1", "(n_q, 3)", "fractional, as they were given", "qpoint")
    frequencies: Array = quantity(
        "THz", "(n_q, n_b)", "harmonic, negative if imaginary: q, band", "frequency"
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class LinewidthsResult(WaveVectorResult, kind="linewidths"):
    r"""Half linewidths at wave vectors of a mesh.

    Sizes: ``n_q`` wave vectors, ``n_b`` bands, ``n_T`` temperatures, ``n_f`` frequency
    points. Γ are half widths at half maximum, the lifetime is :math:`1 / 4\pi\Gamma`; of
    each band at its own frequency, or at the frequency points. Normal and umklapp are its
    two parts, if they were told apart.

    With ``n_t`` irreducible triplets: Γ of a band is the sum of its ``triplet_linewidths``,
    each times its weight, averaged over the degenerate set of the band.
    """

    grid_points: Numbers = quantity(
        "1", "(n_q,)", "index in the grid, first axis fastest", "grid_point"
    )
    temperatures: Array = quantity("K", "(n_T,)", "temperatures", "temperature")
    linewidths: Array = quantity("THz", IF_ANY, f"half linewidth: {AXES} if any", "gamma")
    normal: Array | None = quantity(
        "THz", IF_ANY, "of normal processes", "gamma_normal", optional=True
    )
    umklapp: Array | None = quantity(
        "THz", IF_ANY, "of umklapp processes", "gamma_umklapp", optional=True
    )
    frequency_points: Array | None = quantity(
        "THz", "(n_f,)", "where gamma is given", "frequency_point", optional=True
    )
    triplets: Numbers | None = quantity(
        "1", "(n_t, 3)", "indices in the grid of q, q', q''", "triplet", optional=True
    )
    triplet_qpoints: Array | None = quantity(
        "1", "(n_t, 3, 3)", "q, q', q'' of each triplet, fractional", optional=True
    )
    triplet_weights: Numbers | None = quantity(
        "1", "(n_t,)", "triplets that symmetry makes equal to each", optional=True
    )
    triplet_linewidths: Array | None = quantity(
        "THz",
        "(n_T, n_t, n_b, n_b, n_b)",
        "of one of these triplets: T, triplet, j, j', j''",
        "gamma_triplet",
        optional=True,
    )
    strengths: Array | None = quantity(
        "eV^2",
        "(n_t, n_b, n_b, n_b)",
        "squared matrix elements with 1 / n_q: triplet, j, j', j''",
        "strength",
        optional=True,
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class SelfEnergyResult(WaveVectorResult, kind="self_energy"):
    """Shifts of frequencies Δ and half linewidths Γ at any wave vectors.

    Sizes: ``n_q`` wave vectors, ``n_b`` bands, ``n_T`` temperatures, ``n_f`` frequency
    points. Of each band at its own frequency, or at the frequency points.
    """

    temperatures: Array = quantity("K", "(n_T,)", "temperatures", "temperature")
    shifts: Array = quantity("THz", IF_ANY, f"real self-energy: {AXES} if any", "shift")
    linewidths: Array = quantity(
        "THz", IF_ANY, f"half linewidth: {AXES} if any", "half_linewidth"
    )
    frequency_points: Array | None = quantity(
        "THz", "(n_f,)", "where it is given", "frequency_point", optional=True
    )
    loop_shifts: Array | None = quantity(
        "THz",
        "(n_q, n_T, n_b)",
        "by the loop of fourth order, to be added: q, T, band",
        "loop_shift",
        optional=True,
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class SpectralResult(WaveVectorResult, kind="spectral"):
    """Spectral functions at any wave vectors, or along a path.

    Sizes: ``n_q`` wave vectors, ``n_b`` bands, ``n_T`` temperatures, ``n_f`` frequency
    points from 0 on in equal steps, ``n_s`` segments of a path, with the same number of
    wave vectors in each, both ends included. Each band integrates to about 1. Peaks lie
    between frequency points too.
    """

    temperatures: Array = quantity("K", "(n_T,)", "temperatures", "temperature")
    frequency_points: Array = quantity(
        "THz", "(n_f,)", "where spectra are given", "frequency_point"
    )
    spectral_functions: Array = quantity("1/THz", EACH, AXES, "spectral_function")
    linewidths: Array = quantity(
        "THz", EACH, f"imaginary self-energy: {AXES}", "half_linewidth"
    )
    shifts: Array = quantity(
        "THz", EACH, f"real self-energy, by Kramers and Kronig: {AXES}", "shift"
    )
    peaks: Array = quantity(
        "THz", "(n_q, n_T, n_b)", "where the spectral function is largest", "peak"
    )
    labels: Words | None = quantity(
        "1", "(n_s, 2)", "ends of segments, UTF-8", "label", optional=True
    )
    distances: Array | None = quantity(
        "1/angstrom", "(n_q,)", "along the path, without 2 pi", "distance", optional=True
    )

    @property
    def segments(self) -> list[slice]:
        """The wave vectors of each segment; no segments without a path."""
        if self.labels is None:
            return []
        n = len(self.qpoints) // len(self.labels)
        return [slice(i * n, (i + 1) * n) for i in range(len(self.labels))]


@dataclass(frozen=True, eq=False, kw_only=True)
class JointDosResult(WaveVectorResult, kind="joint_dos"):
    """Joint densities of states at wave vectors of a mesh.

    Sizes: ``n_q`` wave vectors, ``n_b`` bands, ``n_T`` temperatures, ``n_f`` frequency
    points. Sums are decays into two phonons, class 2 of phono3py; differences are phonons
    that are absorbed or emitted, class 1. Temperatures are not there if pairs were counted
    without their occupations.
    """

    grid_points: Numbers = quantity(
        "1", "(n_q,)", "index in the grid, first axis fastest", "grid_point"
    )
    frequency_points: Array = quantity(
        "THz", "(n_f,)", "where densities are given", "frequency_point"
    )
    sums: Array = quantity("1/THz", T_IF_ANY, "decays: q, T if any, frequency point")
    differences: Array = quantity(
        "1/THz", T_IF_ANY, "absorption and emission: q, T if any, frequency point"
    )
    temperatures: Array | None = quantity(
        "K", "(n_T,)", "temperatures", "temperature", optional=True
    )
