"""The imaginary self-energy of phonons, at any frequency."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import BrillouinZone, Triplets, ValueNoun, normal_processes, units
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    ensure_integer,
    ensure_shape,
    ensure_type,
    finite,
    frozen,
    hold_numbers,
)

from phono_3ph._extension import rust
from phono_3ph._interaction import ensure_one_crystal, strengths_among
from phono_3ph._linewidths import (
    Scattering,
    averaging,
    ensure_occupations,
    scattering_weights,
)
from phono_3ph._modes_around import ModesAround, Phonons, ensure_point, triplets_of
from phono_3ph._periodic_modes import PeriodicModes
from phono_3ph._series3 import Series3
from phono_3ph._strengths import Strengths, fingerprint

Couplings = Series3 | Strengths
"""Couplings of phonons: constants, or strengths that were computed before."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EvaluationPoints(ValueNoun):
    """Wave vector and frequencies at which a self-energy is evaluated.

    Parameters
    ----------
    q : int
        Index in the grid.
    frequency_points : (n_f,) array_like, optional
        THz, the same for all bands; each band at its own frequency if not given.
    normal : (n_t,) array_like of bool, optional
        Whether each irreducible triplet is normal, to tell normal from umklapp processes.
    """

    q: int
    frequency_points: NDArray[np.float64] | None = None
    normal: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        """Hold the arrays the way the kernels read them."""
        object.__setattr__(self, "q", ensure_integer("q", self.q))
        if self.frequency_points is not None:
            points = finite(self.frequency_points, "frequency_points", ("n_f",))
            if not len(points):
                raise DomainError("frequency_points: expected one or more, got none")
            points = frozen(points, "frequency_points")
            object.__setattr__(self, "frequency_points", points)
        if self.normal is not None:
            normal = frozen(self.normal, "normal", np.bool_, ("n_t",))
            object.__setattr__(self, "normal", normal)

    @classmethod
    def normal_umklapp(
        cls, zone: BrillouinZone, q: int, frequency_points: ArrayLike | None = None
    ) -> "EvaluationPoints":
        """Points at which normal and umklapp processes are told apart, by ``zone``."""
        ensure_type("zone", zone, BrillouinZone)
        points = None
        if frequency_points is not None:
            points = finite(frequency_points, "frequency_points", ("n_f",))
        return cls(q, points, normal_processes(zone, Triplets.of(zone.grid, q)))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ImaginarySelfEnergy(ValueNoun):
    """Half linewidths Γ in THz, (n_T, n_b), or (n_T, n_b, n_f) at frequency points.

    Parameters
    ----------
    total : array
    normal, umklapp : array, optional
        Its two parts, if the evaluation told them apart.
    """

    total: NDArray[np.float64]
    normal: NDArray[np.float64] | None = None
    umklapp: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        """Hold arrays, whatever came."""
        hold_numbers(self, total=None)
        shape = self.total.shape
        if self.normal is not None:
            hold_numbers(self, normal=shape)
        if self.umklapp is not None:
            hold_numbers(self, umklapp=shape)


def imaginary_self_energy(
    couplings: Couplings,
    phonons: Phonons,
    evaluation: EvaluationPoints,
    occupations: ArrayLike,
    scattering: Scattering,
) -> ImaginarySelfEnergy:
    r"""The imaginary self-energy at one wave vector [1]_.

    .. math::

        \Gamma_\lambda(w) = \frac{18\pi}{h^2} \sum_{\lambda'\lambda''}
            |\Phi_{\lambda\lambda'\lambda''}|^2 \big\{
            (n_{\lambda'} + n_{\lambda''} + 1)\, \delta(w - f' - f'')
            + (n_{\lambda'} - n_{\lambda''})\,
            [\delta(w + f' - f'') - \delta(w - f' + f'')] \big\}

    averaged over each degenerate set of the initial bands. At its own frequency it is the
    half linewidth of `linewidths`.

    Parameters
    ----------
    couplings : Series3 or Strengths
        Nothing is stored per triplet if it is a series.
    phonons : PeriodicModes or ModesAround
    evaluation : EvaluationPoints
    occupations : (n_q, n_b, n_T) array_like
        Bose-Einstein occupations of all ``phonons``, 0 at 0 K.
    scattering : Scattering

    Returns
    -------
    ImaginarySelfEnergy
        Γ of each band at its own frequency or at the frequency points; the normal and the
        umklapp part too if ``evaluation`` tells them apart.

    Raises
    ------
    DomainError
        If stored strengths are of other phonons.

    References
    ----------
    .. [1] A. Togo, L. Chaput, I. Tanaka, Phys. Rev. B 91, 094306 (2015), eq. 11.
    """
    parts = imaginary_self_energies(couplings, phonons, evaluation, occupations, scattering)
    if evaluation.frequency_points is None:
        parts = parts[..., 0]
    return ImaginarySelfEnergy(*parts)


def ensure_coupled(couplings: Couplings, phonons: Phonons) -> None:
    """Refuse constants of another crystal and stored strengths of other phonons."""
    ensure_type("couplings", couplings, Series3, Strengths)
    if not isinstance(couplings, Strengths):
        ensure_one_crystal(couplings, phonons)
        return
    if isinstance(phonons, ModesAround):
        raise DomainError("strengths: only the series itself couples modes beside the grid")
    if couplings.phonons not in ("", fingerprint(phonons)):
        raise DomainError(
            "strengths: of phonons of another crystal or mesh; compute them again with "
            "Strengths.of"
        )


def checked_sum(
    couplings: Couplings,
    phonons: Phonons,
    evaluation: EvaluationPoints,
    occupations: ArrayLike,
) -> tuple[Any, ...]:
    """Arguments that the imaginary and the real self-energy share."""
    ensure_type("phonons", phonons, PeriodicModes, ModesAround)
    ensure_coupled(couplings, phonons)
    ensure_type("evaluation", evaluation, EvaluationPoints)
    ensure_point(phonons, evaluation.q)
    n = ensure_occupations(occupations, phonons.frequencies.shape)
    return couplings, phonons, evaluation, n


def _checked(
    couplings: Couplings,
    phonons: Phonons,
    evaluation: EvaluationPoints,
    occupations: ArrayLike,
    scattering: Scattering,
) -> tuple[Any, ...]:
    """Arguments of `imaginary_self_energies`."""
    ensure_type("scattering", scattering, Scattering)
    return *checked_sum(couplings, phonons, evaluation, occupations), scattering


@accelerated_by(rust.imaginary_self_energies, _checked)
def imaginary_self_energies(
    couplings: Couplings,
    phonons: Phonons,
    evaluation: EvaluationPoints,
    occupations: ArrayLike,
    scattering: Scattering,
) -> NDArray[np.float64]:
    """Kernel of `imaginary_self_energy`, which has the formula and the arguments.

    Returns
    -------
    (n_parts, n_T, n_b, n_f) array of float
        THz: the total, then the normal and the umklapp part if ``evaluation`` tells them
        apart. ``n_f`` is 1 if each band is at its own frequency.
    """
    cutoff = scattering.cutoff_frequency
    summands = Summands.of(couplings, phonons, evaluation.q, occupations, cutoff)
    shares = parts_of(evaluation, summands.triplets)
    points = evaluation.frequency_points
    g = scattering_weights(phonons, summands.triplets, scattering, points)
    g = np.stack([g[..., 0], g[..., 1] - g[..., 2]], axis=-1)
    gamma = units.LINEWIDTH * summands.added_up(shares, g, own=points is None)
    f = phonons.frequencies[evaluation.q]
    return averaged_over_sets(gamma, f, scattering.degeneracy, cutoff)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Summands(ValueNoun):
    """Summands of a self-energy at one wave vector."""

    triplets: Triplets
    strengths: NDArray[np.float64]
    """eV², [t, j, j', j'']."""
    occupied: NDArray[np.float64]
    """n' + n'' + 1 and n' − n'', [t, j', j'', T, 2]."""

    @classmethod
    def of(
        cls,
        couplings: Couplings,
        phonons: Phonons,
        q: int,
        occupations: ArrayLike,
        cutoff: float,
    ) -> "Summands":
        """Compute them at ``q``."""
        n = np.asarray(occupations)
        triplets = triplets_of(phonons, q)
        strengths = strengths_of(couplings, phonons, triplets, cutoff)
        n1, n2 = n[triplets.points[:, 1], :, None], n[triplets.points[:, 2], None, :]
        return cls(triplets, strengths, np.stack([n1 + n2 + 1, n1 - n2], axis=-1))

    def added_up(
        self, shares: NDArray[np.float64], g: NDArray[np.float64], *, own: bool
    ) -> NDArray[np.float64]:
        """The sums of each part, (n_parts, n_T, n_b, n_f).

        With ``shares[part, t]`` and ``g[t, f, j', j'', 2]``; each band at its ``own`` f, or
        all at every one.
        """
        bracket = np.einsum("tfklc,tklTc->Ttfkl", g, self.occupied, optimize=True)
        sums = "pt,tjkl,Ttjkl->pTj" if own else "pt,tjkl,Ttfkl->pTjf"
        total = np.einsum(sums, shares, self.strengths, bracket, optimize=True)
        return np.asarray(total.reshape(*total.shape[:3], -1))


def strengths_of(
    couplings: Couplings, phonons: Phonons, triplets: Triplets, cutoff: float
) -> NDArray[np.float64]:
    """Strengths of the irreducible triplets, 0 where a phonon does not take part."""
    if not isinstance(couplings, Strengths):
        return strengths_among(couplings, phonons, triplets, cutoff)
    if not np.array_equal(couplings.triplets.points, triplets.points):
        raise DomainError(
            f"strengths: these {len(couplings.triplets.points)} triplets are not the "
            f"{len(triplets.points)} irreducible ones of this grid at this q; compute the "
            "strengths anew"
        )
    n_t, n_b = len(triplets.points), phonons.frequencies.shape[1]
    ensure_shape("strengths", couplings.values, (n_t, n_b, n_b, n_b))
    active = (phonons.frequencies > cutoff)[triplets.points]
    taking_part = np.einsum("tj,tk,tl->tjkl", active[:, 0], active[:, 1], active[:, 2])
    return np.asarray(couplings.values * taking_part)


def parts_of(evaluation: EvaluationPoints, triplets: Triplets) -> NDArray[np.float64]:
    """The multiplicities of triplets in the total and in its parts, (n_parts, n_t)."""
    weights = triplets.weights.astype(float)
    if evaluation.normal is None:
        return weights[None]
    ensure_shape("normal", evaluation.normal, weights.shape)
    return np.stack([weights, weights * evaluation.normal, weights * ~evaluation.normal])


def averaged_over_sets(
    values: NDArray[np.float64], f: NDArray[np.float64], degeneracy: float, cutoff: float
) -> NDArray[np.float64]:
    """Means of ``values[..., j, w]`` over sets of bands; 0 if f is not above cutoff."""
    mean = np.einsum("ij,...jf->...if", averaging(f, degeneracy), values)
    return np.asarray(mean * (f > cutoff)[:, None])


def _checked_detail(
    couplings: Couplings,
    phonons: PeriodicModes,
    q: int,
    occupations: ArrayLike,
    scattering: Scattering,
) -> tuple[Any, ...]:
    """Arguments of `detailed_linewidths`."""
    ensure_type("phonons", phonons, PeriodicModes)
    ensure_coupled(couplings, phonons)
    ensure_type("scattering", scattering, Scattering)
    q = ensure_point(phonons, q)
    n = ensure_occupations(occupations, phonons.frequencies.shape)
    return couplings, phonons, q, n, scattering


@accelerated_by(rust.detailed_linewidths, _checked_detail)
def detailed_linewidths(
    couplings: Couplings,
    phonons: PeriodicModes,
    q: int,
    occupations: ArrayLike,
    scattering: Scattering,
) -> NDArray[np.float64]:
    """Contribution of each triplet to the linewidths of each band, pair by pair.

    As in phono3py, the summands come **without** the multiplicity of the triplet and
    **without** the average over degenerate initial bands:
    ``Γ[T, j] = mean over the set of j of Σ_t weights[t] Σ_j'j'' detail[T, t, j, j', j'']``.

    Parameters
    ----------
    couplings : Series3 or Strengths
    phonons : PeriodicModes
    q : int
        Index in the grid.
    occupations : (n_q, n_b, n_T) array_like
    scattering : Scattering

    Returns
    -------
    (n_T, n_t, n_b, n_b, n_b) array of float
        THz, of the triplets of ``Triplets.of(phonons.grid, q)``.
    """
    cutoff = scattering.cutoff_frequency
    summands = Summands.of(couplings, phonons, q, occupations, cutoff)
    g = scattering_weights(phonons, summands.triplets, scattering)
    g = np.stack([g[..., 0], g[..., 1] - g[..., 2]], axis=-1)
    strengths, occupied = summands.strengths, summands.occupied
    detail = np.einsum("tjkl,tjklc,tklTc->Ttjkl", strengths, g, occupied, optimize=True)
    return np.asarray(units.LINEWIDTH * detail)
