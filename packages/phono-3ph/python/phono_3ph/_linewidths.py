"""Phonon linewidths from three-phonon scattering."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import (
    CUTOFF_FREQUENCY,
    DEGENERACY,
    Gaussian,
    Triplets,
    degenerate_sets,
    triplet_weights,
    units,
)
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    ensure_flag,
    ensure_index,
    ensure_not_negative,
    ensure_positive,
    ensure_type,
    not_negative,
)

from phono_3ph._adaptive_gaussian import (
    AdaptiveGaussian,
    adaptive_weights,
    slopes_of,
)
from phono_3ph._extension import rust
from phono_3ph._interaction import ensure_one_crystal, interaction_strengths
from phono_3ph._modes_around import Phonons
from phono_3ph._periodic_modes import PeriodicModes
from phono_3ph._series3 import Series3


@dataclass(frozen=True, slots=True, kw_only=True)
class Scattering:
    """Choices in the calculation of linewidths.

    Parameters
    ----------
    cutoff_frequency : float
        THz; phonons at or below it neither scatter nor are scattered.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.
    average_degenerate_weights : bool
        Average tetrahedron weights over the degenerate sets at ``q'`` and ``q''``. Without
        it linewidths depend on the arbitrary choice of eigenvectors inside a set, by some
        parts in a thousand.
    smearing : Gaussian or AdaptiveGaussian, optional
        Normal distributions in place of the delta functions; the linear tetrahedron method
        if not given. Its weights are equal inside a degenerate set by themselves.
    """

    cutoff_frequency: float = CUTOFF_FREQUENCY
    degeneracy: float = DEGENERACY
    average_degenerate_weights: bool = True
    smearing: Gaussian | AdaptiveGaussian | None = None

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_positive("degeneracy", self.degeneracy)
        ensure_not_negative("cutoff_frequency", self.cutoff_frequency)
        ensure_flag("average_degenerate_weights", self.average_degenerate_weights)
        if self.smearing is not None:
            ensure_type("smearing", self.smearing, Gaussian, AdaptiveGaussian)


def _checked(
    series: Series3,
    phonons: PeriodicModes,
    q: int,
    occupations: ArrayLike,
    scattering: Scattering,
) -> tuple[Any, ...]:
    """Arguments of `linewidths`."""
    q = checked_point(series, phonons, q, scattering)
    n = ensure_occupations(occupations, phonons.frequencies.shape)
    return series, phonons, q, n, scattering


def checked_point(
    series: Series3, phonons: PeriodicModes, q: int, scattering: Scattering
) -> int:
    """``q``, if all that scatters the phonons there goes together."""
    ensure_type("phonons", phonons, PeriodicModes)
    ensure_one_crystal(series, phonons)
    ensure_type("scattering", scattering, Scattering)
    return ensure_index("q", q, phonons.grid.n_q)


@accelerated_by(rust.linewidths, _checked)
def linewidths(
    series: Series3,
    phonons: PeriodicModes,
    q: int,
    occupations: ArrayLike,
    scattering: Scattering,
) -> NDArray[np.float64]:
    r"""Half linewidths at one wave vector, the imaginary part of the self-energy [1]_.

    .. math::

        \Gamma_\lambda = \frac{18\pi}{h^2} \sum_{\lambda'\lambda''}
            |\Phi_{\lambda\lambda'\lambda''}|^2 \big\{
            (n_{\lambda'} + n_{\lambda''} + 1)\, \delta(f - f' - f'')
            + (n_{\lambda'} - n_{\lambda''})\,
            [\delta(f + f' - f'') - \delta(f - f' + f'')] \big\}

    half width at half maximum in THz of linear frequency; the lifetime is
    :math:`\tau = 1 / 4\pi\Gamma`. The delta functions are tetrahedron weights, averaged as
    ``scattering`` says; Γ is averaged over each degenerate set of the initial bands.

    Parameters
    ----------
    series : Series3
    phonons : PeriodicModes
    q : int
        Index in the grid.
    occupations : (n_q, n_b, n_T) array_like
        Bose-Einstein occupations of every phonon at every temperature, 0 at 0 K.
    scattering : Scattering

    Returns
    -------
    (n_T, n_b) array of float
        ``Γ[T, j]``, THz; 0 at or below the cutoff frequency.

    References
    ----------
    .. [1] A. Togo, L. Chaput, I. Tanaka, Phys. Rev. B 91, 094306 (2015), eq. 11.
    """
    n = np.asarray(occupations)
    triplets = Triplets.of(phonons.grid, q)
    strengths = interaction_strengths(
        series, phonons, triplets, cutoff_frequency=scattering.cutoff_frequency
    )
    g = scattering_weights(phonons, triplets, scattering)
    return linewidths_of(phonons, triplets, (strengths, g, n), scattering)


def ensure_occupations(
    occupations: ArrayLike, shape: tuple[int | str, ...]
) -> NDArray[np.float64]:
    """Require occupations of ``shape`` phonons at one temperature or more; return them."""
    n = not_negative(occupations, "occupations", (*shape, "n_T"))
    if not n.size:
        raise DomainError(
            f"occupations must hold at least one temperature, got shape {n.shape}"
        )
    return n


def linewidths_of(
    phonons: PeriodicModes,
    triplets: Triplets,
    parts: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    scattering: Scattering,
) -> NDArray[np.float64]:
    """Γ[T, j] from strengths, weights and occupations; THz."""
    strengths, g, n = parts
    f, q = phonons.frequencies, triplets.points[0, 0]
    n1, n2 = n[triplets.points[:, 1], :, None], n[triplets.points[:, 2], None, :]
    occupied = np.stack([n1 + n2 + 1, n1 - n2, n2 - n1], axis=-1)
    gamma = np.einsum("t,tjkl,tjklc,tklTc->Tj", triplets.weights, strengths, g, occupied)
    gamma = units.LINEWIDTH * gamma @ averaging(f[q], scattering.degeneracy)
    return np.asarray(np.where(f[q] > scattering.cutoff_frequency, gamma, 0.0))


def scattering_weights(
    phonons: Phonons,
    triplets: Triplets,
    scattering: Scattering,
    targets: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Weights at ``targets``, averaged as ``scattering`` says.

    ``g[t, target, j', j'', channel]``, 1/THz; the initial frequencies if no targets are
    given.
    """
    f = phonons.frequencies
    targets = f[triplets.points[0, 0]] if targets is None else targets
    if isinstance(scattering.smearing, AdaptiveGaussian):
        slopes_of(phonons)
        assert isinstance(phonons, PeriodicModes)  # nothing else has slopes
        return adaptive_weights(phonons, triplets, targets, scattering.smearing)
    if scattering.smearing is not None:
        f1, f2 = f[triplets.points[:, 1]], f[triplets.points[:, 2]]
        return gaussian_weights(f1, f2, targets, scattering.smearing)
    g = tetrahedra_weights(phonons, triplets, targets)
    if scattering.average_degenerate_weights:
        for weights, (_, q1, q2) in zip(g, triplets.points, strict=True):
            first = averaging(f[q1], scattering.degeneracy)
            second = averaging(f[q2], scattering.degeneracy)
            weights[:] = np.einsum("ka,lb,jabc->jklc", first, second, weights)
    return g


def tetrahedra_weights(
    phonons: Phonons, triplets: Triplets, targets: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weights at ``targets``, of triplets whose ``q''`` may lie beside the grid."""
    grid, f = phonons.grid, phonons.frequencies
    if isinstance(phonons, PeriodicModes):
        return triplet_weights(grid, phonons.tetrahedra, f, triplets, targets)
    # Modes beside the grid as more bands on it: q'' = -q' there.
    n_q, n_b = grid.n_q, f.shape[1]
    both = np.hstack([f[:n_q], f[n_q : 2 * n_q]])
    there = Triplets(triplets.points - np.array([2 * n_q, 0, n_q]), triplets.weights)
    g = triplet_weights(grid, phonons.tetrahedra, both, there, targets)
    return np.ascontiguousarray(g[:, :, :n_b, n_b:])


def gaussian_weights(
    f1: NDArray[np.float64],
    f2: NDArray[np.float64],
    targets: NDArray[np.float64],
    gaussian: Gaussian,
) -> NDArray[np.float64]:
    """Normal distributions for the delta functions; all or none beyond the cutoff.

    (n_t, n_b) twice and (n_f,) → ``g[t, f, j', j'', channel]``.
    """
    w = targets[:, None, None]
    a, b = f1[:, None, :, None], f2[:, None, None, :]
    return gaussian.densities(np.stack([w - a - b, w + a - b, w - a + b], axis=-1))


def averaging(frequencies: NDArray[np.float64], degeneracy: float) -> NDArray[np.float64]:
    """The matrix that replaces values of bands by their mean over each degenerate set."""
    return set_means(degenerate_sets(frequencies, degeneracy))


def set_means(sets: NDArray[np.int64]) -> NDArray[np.float64]:
    """The matrix that replaces values of bands by their mean over ``sets``, [..., n_b]."""
    same = (sets[..., :, None] == sets[..., None, :]).astype(float)
    return np.asarray(same / same.sum(axis=-1, keepdims=True))
