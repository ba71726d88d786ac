"""Four-phonon linewidths from a part of the quadruplets, with their errors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_3ph import PeriodicModes
from phono_grid import BrillouinZone
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_index,
    ensure_indices,
    ensure_integer,
    ensure_type,
)

from phono_4ph._extension import rust
from phono_4ph._force_constants4 import ForceConstants4
from phono_4ph._linewidths4 import Scattering4, checked_choices, finished, plain_sum


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Numbers of quadruplets drawn at each wave vector.

    Parameters
    ----------
    seed : int
        The same seed gives the same linewidths, on any number of ranks and threads.
    replicates : int
        Independent samples, from whose differences the error is known; 2 or more.
    first, second : int
        Wave vectors ``q_1`` of one sample, and ``q_2`` for each of them. Each is drawn
        from a part of the grid of its own, all parts of one size.
    """

    seed: int = 0
    replicates: int = 8
    first: int = 16
    second: int = 16

    def __post_init__(self) -> None:
        """Establish the invariants."""
        for name, least in (("seed", 0), ("replicates", 2), ("first", 1), ("second", 1)):
            number = ensure_integer(name, getattr(self, name))
            if number < least:
                raise DomainError(f"{name} must be at least {least}, got {number}")

    @property
    def n_pairs(self) -> int:
        """Number of pairs ``(q_1, q_2)`` that all samples draw at one wave vector."""
        return self.replicates * self.first * self.second

    def pairs(self, n_q: int, q: int, start: int = 0) -> NDArray[np.int64]:
        """The pairs of every sample at ``q``, of ``n_q`` points.

        Each point of the grid is drawn as often as any other, in the mean.

        Parameters
        ----------
        n_q, q : int
        start : int
            Number of the first replicate: later ones go on where earlier ones ended.

        Returns
        -------
        (replicates, first * second, 2) array of int
        """
        out = np.empty((self.replicates, self.first, self.second, 2), dtype=np.int64)
        for r in range(self.replicates):
            rng = np.random.default_rng([self.seed, q, start + r])
            out[r, :, :, 0] = strata(rng, n_q, (self.first,))[:, None]
            out[r, :, :, 1] = strata(rng, n_q, (self.first, self.second))
        return out.reshape(self.replicates, -1, 2)


def strata(
    rng: "np.random.Generator",  # NumPy imports it, and OpenSSL with it, when it is named
    n_q: int,
    shape: tuple[int, ...],
) -> NDArray[np.int64]:
    """Points of the grid, one from each of as many equal parts as the last axis is long."""
    places = (np.arange(shape[-1]) + rng.random(shape)) * (n_q / shape[-1])
    return np.minimum(places.astype(np.int64), n_q - 1)


def _checked(
    constants: ForceConstants4,
    phonons: PeriodicModes,
    pairs: tuple[int, ArrayLike],
    occupations: ArrayLike,
    scattering: Scattering4,
    zone: BrillouinZone,
) -> tuple[
    ForceConstants4,
    PeriodicModes,
    tuple[int, NDArray[np.int64]],
    NDArray[np.float64],
    Scattering4,
    BrillouinZone,
]:
    """Arguments of `linewidths4_of_pairs`."""
    *_, n, scattering, zone = checked_choices(
        constants, phonons, occupations, scattering, zone
    )
    ensure_type("pairs", pairs, tuple, list)
    if len(pairs) != 2:
        raise DomainError(f"pairs must be q and pairs of others, got {len(pairs)} things")
    q = ensure_index("pairs", pairs[0], phonons.grid.n_q)
    points = as_numbers(pairs[1], "pairs", np.int64, ("n_s", "n", 2))
    ensure_indices("pairs", points, phonons.grid.n_q)
    return constants, phonons, (q, points), n, scattering, zone


@accelerated_by(rust.linewidths4_of_pairs, _checked)
def linewidths4_of_pairs(
    constants: ForceConstants4,
    phonons: PeriodicModes,
    pairs: tuple[int, ArrayLike],
    occupations: ArrayLike,
    scattering: Scattering4,
    zone: BrillouinZone,
) -> NDArray[np.float64]:
    """The part of `linewidths4` that chosen pairs ``(q_1, q_2)`` make.

    The three others of a quadruplet are on the same footing: the mean over their orders is
    taken. All pairs of a grid together make the linewidths.

    Parameters
    ----------
    constants, phonons, occupations, scattering, zone
        As in `linewidths4`.
    pairs : int, (n_s, n, 2) array_like of int
        Index of ``q``, and those of ``q_1, q_2`` of every sample, each pair counted as
        often as it is there.

    Returns
    -------
    (n_s, 2, 3, n_T, n_b) array of float
        ``Γ[sample, process, kind, T, j]``, THz.
    """
    n, grid = np.asarray(occupations), phonons.grid
    q, points = pairs
    samples = []
    for sample in np.asarray(points):
        a = grid.addresses
        third = grid.index(-a[q] - a[sample].sum(axis=1))
        four = np.concatenate(
            [np.full((len(sample), 1), q), sample, third[:, None]], axis=1
        )
        gamma = np.zeros((2, 3, n.shape[2], phonons.frequencies.shape[1]))
        for order in ([0, 1, 2, 3], [0, 2, 3, 1], [0, 3, 1, 2]):
            gamma += plain_sum(constants, phonons, four[:, order], n, scattering, zone) / 3
        samples.append(finished(phonons, q, gamma, scattering))
    return np.array(samples)


def sampled_linewidths4(
    constants: ForceConstants4,
    phonons: PeriodicModes,
    q: int,
    occupations: ArrayLike,
    scattering: Scattering4,
    zone: BrillouinZone,
    sampling: Sampling,
    *,
    start: int = 0,
) -> NDArray[np.float64]:
    r"""Unbiased estimates of `linewidths4` from some of the quadruplets.

    .. math::

        \hat\Gamma_\lambda = \frac{n_q^2}{m} \sum_{(q_1, q_2)}^m \Gamma_\lambda(q_1, q_2)

    Their mean over replicates is the estimate; its standard error is the standard deviation
    of the replicates over the square root of their number.

    Parameters
    ----------
    constants, phonons, q, occupations, scattering, zone
        As in `linewidths4`.
    sampling : Sampling
    start : int
        Number of the first replicate, to go on with more.

    Returns
    -------
    (replicates, 2, 3, n_T, n_b) array of float
        THz.
    """
    ensure_type("phonons", phonons, PeriodicModes)
    ensure_type("sampling", sampling, Sampling)
    q = ensure_index("q", q, phonons.grid.n_q)
    start = ensure_integer("start", start, 0)
    pairs = sampling.pairs(phonons.grid.n_q, q, start)
    gamma = linewidths4_of_pairs(
        constants, phonons, (q, pairs), occupations, scattering, zone
    )
    return np.asarray(gamma * (phonons.grid.n_q**2 / pairs.shape[1]))
