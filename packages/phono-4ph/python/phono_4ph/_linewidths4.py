"""Phonon linewidths from four-phonon scattering."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_3ph import PeriodicModes
from phono_grid import (
    CUTOFF_FREQUENCY,
    DEGENERACY,
    BrillouinZone,
    Gaussian,
    degenerate_sets,
)
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    ensure_index,
    ensure_not_negative,
    ensure_positive,
    ensure_shape,
    ensure_type,
    not_negative,
)

from phono_4ph._extension import rust
from phono_4ph._force_constants4 import ForceConstants4
from phono_4ph._smearing import AdaptiveGaussian, Counting
from phono_4ph._strengths4 import ensure_one_crystal, interaction_strengths4
from phono_4ph._units import LINEWIDTH4

KINDS = ("decay", "redistribution", "absorption")
r"""Kinds of process: :math:`\lambda \to 1 + 2 + 3`, :math:`\lambda + 1 \to 2 + 3` and
:math:`\lambda + 1 + 2 \to 3`; FourPhonon's ``minusminus``, ``plusminus``, ``plusplus``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scattering4:
    """Choices in the calculation of four-phonon linewidths.

    Parameters
    ----------
    smearing : Gaussian or AdaptiveGaussian
        Normal distributions in place of the delta functions.
    cutoff_frequency : float
        THz; phonons at or below it neither scatter nor are scattered.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.
    """

    smearing: Gaussian | AdaptiveGaussian
    cutoff_frequency: float = CUTOFF_FREQUENCY
    degeneracy: float = DEGENERACY

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("smearing", self.smearing, Gaussian, AdaptiveGaussian)
        ensure_positive("degeneracy", self.degeneracy)
        ensure_not_negative("cutoff_frequency", self.cutoff_frequency)

    @property
    def counting(self) -> Counting:
        """That of adaptive widths, else symmetric."""
        if isinstance(self.smearing, AdaptiveGaussian):
            return self.smearing.counting
        return Counting.SYMMETRIC


Arguments = tuple[
    ForceConstants4, PeriodicModes, NDArray[np.float64], Scattering4, BrillouinZone
]


def checked_choices(
    constants: ForceConstants4,
    phonons: PeriodicModes,
    occupations: ArrayLike,
    scattering: Scattering4,
    zone: BrillouinZone,
) -> Arguments:
    """Checked arguments of a sum over all quadruplets at once."""
    ensure_one_crystal(constants, phonons)
    ensure_type("scattering", scattering, Scattering4)
    ensure_type("zone", zone, BrillouinZone)
    shape = phonons.frequencies.shape
    n = not_negative(occupations, "occupations", (*shape, "n_T"))
    if not n.size:
        raise DomainError(
            f"occupations must hold at least one temperature, got shape {n.shape}"
        )
    if isinstance(scattering.smearing, AdaptiveGaussian):
        spreads = scattering.smearing.spreads
        ensure_shape("scattering.smearing.spreads", spreads, (*shape, "n_s"))
    ensure_shape("zone.first", zone.first, (phonons.grid.n_q + 1,))
    return constants, phonons, n, scattering, zone


def _checked(
    constants: ForceConstants4,
    phonons: PeriodicModes,
    q: int,
    occupations: ArrayLike,
    scattering: Scattering4,
    zone: BrillouinZone,
) -> tuple[
    ForceConstants4, PeriodicModes, int, NDArray[np.float64], Scattering4, BrillouinZone
]:
    """Arguments of `linewidths4`."""
    *_, n, scattering, zone = checked_choices(
        constants, phonons, occupations, scattering, zone
    )
    q = ensure_index("q", q, phonons.grid.n_q)
    return constants, phonons, q, n, scattering, zone


@accelerated_by(rust.linewidths4, _checked)
def linewidths4(
    constants: ForceConstants4,
    phonons: PeriodicModes,
    q: int,
    occupations: ArrayLike,
    scattering: Scattering4,
    zone: BrillouinZone,
) -> NDArray[np.float64]:
    r"""Half linewidths at one wave vector from four-phonon scattering [1]_ [2]_.

    .. math::

        \Gamma_\lambda = \frac{96\pi}{h^2} \sum_{\lambda_1\lambda_2\lambda_3} |V_4|^2
            \big\{ [(n_1 + 1)(n_2 + 1)(n_3 + 1) - n_1 n_2 n_3]\,
            \delta(f - f_1 - f_2 - f_3) + 3\,[n_1 (n_2 + 1)(n_3 + 1) - (n_1 + 1) n_2 n_3]
            \, [\delta(f + f_1 - f_2 - f_3) - \delta(f - f_1 + f_2 + f_3)] \big\}

    half width at half maximum in THz of linear frequency; the lifetime is
    :math:`\tau = 1 / 4\pi\Gamma`, and :math:`1/\tau` that of the golden rule:
    :math:`2\pi/\hbar^2 \cdot |4!\,V_4|^2 / 3!` for the decay into three phonons, of which
    no two are counted twice.

    Of the processes :math:`\lambda + \lambda_1 \to \lambda_2 + \lambda_3` those are left
    out in which a phonon goes out as it came in, :math:`\lambda_2` or :math:`\lambda_3` in
    the degenerate set of :math:`\lambda` or :math:`\lambda_1`: they shift frequencies. Γ is
    averaged over each degenerate set.

    Parameters
    ----------
    constants : ForceConstants4
    phonons : PeriodicModes
    q : int
        Index in the grid.
    occupations : (n_q, n_b, n_T) array_like
        Bose-Einstein occupations of every phonon at every temperature, 0 at 0 K.
    scattering : Scattering4
    zone : BrillouinZone
        Shortest wave vectors, by which normal and umklapp processes are told apart.

    Returns
    -------
    (2, 3, n_T, n_b) array of float
        ``Γ[process, kind, T, j]``, THz: normal and umklapp processes, `KINDS` of process;
        0 at or below the cutoff frequency.

    References
    ----------
    .. [1] T. Feng, X. Ruan, Phys. Rev. B 93, 045202 (2016).
    .. [2] T. Feng, L. Lindsay, X. Ruan, Phys. Rev. B 96, 161201 (2017).
    """
    n, grid = np.asarray(occupations), phonons.grid
    a, second = grid.addresses, np.arange(grid.n_q)
    gamma = np.zeros((2, 3, n.shape[2], phonons.frequencies.shape[1]))
    for q1 in range(grid.n_q):
        third = grid.index(-a[q] - a[q1] - a)
        first = np.full(grid.n_q, q1)
        points = np.stack([np.full(grid.n_q, q), first, second, third], axis=1)
        gamma += plain_sum(constants, phonons, points, n, scattering, zone)
    return finished(phonons, q, gamma, scattering)


def plain_sum(
    constants: ForceConstants4,
    phonons: PeriodicModes,
    points: NDArray[np.int64],
    n: NDArray[np.float64],
    scattering: Scattering4,
    zone: BrillouinZone,
) -> NDArray[np.float64]:
    """The sum of `linewidths4` over quadruplets, without its factor, [2, 3, T, j]."""
    v = interaction_strengths4(
        constants, phonons, points, cutoff_frequency=scattering.cutoff_frequency
    )
    normal = is_normal(zone, points)
    gamma = np.zeros((2, 3, n.shape[2], phonons.frequencies.shape[1]))
    occupied = _occupied(n, points)
    for kind, weights in enumerate(_weights(phonons, points, scattering)):
        factors = occupied[kind > 0]
        for process, chosen in enumerate((normal, ~normal)):
            gamma[process, kind] = np.einsum(
                "tjklm,tklmT->Tj",
                v[chosen] * weights[chosen],
                factors[chosen],
                optimize=True,
            )
    return gamma


def finished(
    phonons: PeriodicModes,
    q: int,
    gamma: NDArray[np.float64],
    scattering: Scattering4,
) -> NDArray[np.float64]:
    """Linewidths from sums: with their factor, averaged over degenerate sets."""
    f = phonons.frequencies[q]
    sets = degenerate_sets(f, scattering.degeneracy)
    same = (sets[:, None] == sets).astype(float)
    gamma = LINEWIDTH4 * gamma @ (same / same.sum(axis=0))
    return np.asarray(np.where(f > scattering.cutoff_frequency, gamma, 0.0))


def is_normal(zone: BrillouinZone, points: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether some shortest images of the four wave vectors sum to zero, (n,)."""
    out = np.zeros(len(points), dtype=bool)
    for t, point in enumerate(points):
        sums = np.zeros((1, 3), dtype=np.int64)
        for p in point:
            images = zone.addresses[zone.first[p] : zone.first[p + 1]]
            sums = (sums[:, None] + images).reshape(-1, 3)
        out[t] = (~sums.any(axis=1)).any()
    return out


def _occupied(
    n: NDArray[np.float64], points: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Occupation factors of the decay and of the other kinds, [t, j_1, j_2, j_3, T]."""
    n1 = n[points[:, 1], :, None, None]
    n2 = n[points[:, 2], None, :, None]
    n3 = n[points[:, 3], None, None, :]
    decay = (n1 + 1) * (n2 + 1) * (n3 + 1) - n1 * n2 * n3
    return decay, n1 * (n2 + 1) * (n3 + 1) - (n1 + 1) * n2 * n3


def _weights(
    phonons: PeriodicModes, points: NDArray[np.int64], scattering: Scattering4
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Delta functions of the `KINDS`, λ_1 alone on its side, [t, j, j_1, j_2, j_3]."""
    f = phonons.frequencies
    f0 = f[points[:, 0], :, None, None, None]
    f1 = f[points[:, 1], None, :, None, None]
    f2 = f[points[:, 2], None, None, :, None]
    f3 = f[points[:, 3], None, None, None, :]
    differences = f0 - f1 - f2 - f3, f0 + f1 - f2 - f3, f0 - f1 + f2 + f3
    if isinstance(scattering.smearing, Gaussian):
        g = scattering.smearing
        decay, both, back = (np.where(g.is_near(x), g.density(x), 0) for x in differences)
    else:
        decay, both, back = _adaptive(phonons, points, scattering, differences)
    both = np.where(_forward(phonons, points, scattering), 0, both)
    if scattering.counting is Counting.FOURPHONON:
        all_equal, equal = _equal_phonons(phonons, points)
        decay, both, back = decay * all_equal, both * equal, back * equal
    return decay, 3 * both, -3 * back


def _adaptive(
    phonons: PeriodicModes,
    points: NDArray[np.int64],
    scattering: Scattering4,
    differences: tuple[NDArray[np.float64], ...],
) -> tuple[NDArray[np.float64], ...]:
    """Weights whose widths come from pairs of phonons."""
    smearing = scattering.smearing
    assert isinstance(smearing, AdaptiveGaussian)
    s1 = smearing.spreads[points[:, 1], None, :, None, None]
    s2 = smearing.spreads[points[:, 2], None, None, :, None]
    s3 = smearing.spreads[points[:, 3], None, None, None, :]

    def sigma(spread: NDArray[np.float64]) -> NDArray[np.float64]:
        widths = np.asarray(np.abs(spread).max(axis=-1))
        if scattering.counting is Counting.SYMMETRIC:
            for axis, point in enumerate(points.T[1:], start=2):
                if widths.shape[axis] > 1:
                    widths = _set_means(phonons, point, widths, axis, scattering)
        return widths

    x, y, z = differences
    decays = [smearing.densities(x, sigma(s)) for s in (s2 - s3, s1 - s3, s1 - s2)]
    # Phonons 2 and 3 go in, -1 comes out; the velocity of -1 is minus that of 1.
    backs = [smearing.densities(z, sigma(s)) for s in (s3 + s1, s2 + s1)]
    both = smearing.densities(y, sigma(s2 - s3))
    if scattering.counting is Counting.SYMMETRIC:
        return np.mean(decays, axis=0), both, np.mean(backs, axis=0)
    _, k2, k3 = _order(phonons, points)
    later = k3 >= k2
    back = np.where(later, backs[0], backs[1])
    m1, m2, m3 = _order(phonons, _minus(phonons, points))
    first = np.minimum(np.minimum(m1, m2), m3)
    decay = np.where(m1 == first, decays[0], np.where(m2 == first, decays[1], decays[2]))
    return decay, both, back


def _set_means(
    phonons: PeriodicModes,
    points: NDArray[np.int64],
    widths: NDArray[np.float64],
    axis: int,
    scattering: Scattering4,
) -> NDArray[np.float64]:
    """Widths averaged over the degenerate sets of the bands on one axis."""
    sets = degenerate_sets(phonons.frequencies[points], scattering.degeneracy)
    same = (sets[:, :, None] == sets[:, None, :]).astype(float)
    same /= same.sum(axis=2, keepdims=True)
    moved = np.moveaxis(widths, axis, 1)
    means = np.einsum("tab,tb...->ta...", same, moved)
    return np.moveaxis(means, 1, axis)


def _order(
    phonons: PeriodicModes, points: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """A number for each of the three other phonons, in the order of grid and bands."""
    n_b = phonons.frequencies.shape[1]
    first, second, third = np.moveaxis(points[:, 1:, None] * n_b + np.arange(n_b), 1, 0)
    return (
        first[:, None, :, None, None],
        second[:, None, None, :, None],
        third[:, None, None, None, :],
    )


def _equal_phonons(
    phonons: PeriodicModes, points: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """In how many orders equal phonons among 1, 2, 3 and among 2, 3 are one process."""
    k1, k2, k3 = _order(phonons, points)
    pairs = (k1 == k2).astype(int) + (k2 == k3) + (k1 == k3)
    return np.array([1, 2, 0, 6])[pairs], 1 + (k2 == k3)


def _minus(phonons: PeriodicModes, points: NDArray[np.int64]) -> NDArray[np.int64]:
    """The grid indices of the opposite wave vectors."""
    return phonons.grid.index(-phonons.grid.addresses[points])


def _forward(
    phonons: PeriodicModes, points: NDArray[np.int64], scattering: Scattering4
) -> NDArray[np.bool_]:
    """Whether -2 or -3 is in the degenerate set of λ or 1, [t, j, j_1, j_2, j_3]."""
    sets = degenerate_sets(phonons.frequencies, scattering.degeneracy)
    if scattering.counting is Counting.FOURPHONON:
        sets = np.broadcast_to(np.arange(sets.shape[1]), sets.shape)
    opposite = _minus(phonons, points)
    axes = {i: tuple(slice(None) if k == i else None for k in range(4)) for i in range(4)}

    def same(into: int, out: int) -> NDArray[np.bool_]:
        here = points[:, into] == opposite[:, out]
        one = sets[points[:, into]][(slice(None), *axes[into])]
        other = sets[opposite[:, out]][(slice(None), *axes[out])]
        return np.asarray(here[:, None, None, None, None] & (one == other))

    forward = same(0, 2) | same(0, 3) | same(1, 2) | same(1, 3)
    return np.asarray(forward, dtype=bool)
