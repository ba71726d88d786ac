"""Three-phonon linewidths from a part of the triplets, with their errors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import Triplets
from phono_grid.errors import ensure_index, ensure_integer, ensure_type

from phono_3ph._linewidth_pieces import SumPieces, linewidth_pieces
from phono_3ph._linewidths import Scattering
from phono_3ph._periodic_modes import PeriodicModes
from phono_3ph._series3 import Series3


@dataclass(frozen=True, slots=True, kw_only=True)
class TripletSampling:
    """Numbers of triplets drawn at each wave vector.

    Parameters
    ----------
    seed : int
        The same seed gives the same linewidths, on any number of ranks and threads.
    replicates : int
        Independent samples, from whose differences the error is known; 2 or more.
    pieces : int
        Pieces of the sum over triplets that one sample draws, one from each of as many
        equal parts of it.
    length : int
        Triplets of a piece, neighbours on the grid.
    """

    seed: int = 0
    replicates: int = 8
    pieces: int = 4
    length: int = 8

    def __post_init__(self) -> None:
        """Establish the invariants."""
        least = {"seed": 0, "replicates": 2, "pieces": 1, "length": 1}
        for name, number in least.items():
            value = ensure_integer(name, getattr(self, name), number)
            object.__setattr__(self, name, value)

    @property
    def n_triplets(self) -> int:
        """Number of triplets that all samples draw at one wave vector."""
        return self.replicates * self.pieces * self.length

    def draws(self, count: int, q: int, start: int = 0) -> NDArray[np.int64]:
        """The pieces of every sample at ``q``, of ``count``, (replicates, pieces).

        Each is drawn as often as any other, in the mean.

        Parameters
        ----------
        count, q : int
        start : int
            Number of the first replicate: later ones go on where earlier ones ended.
        """
        out = np.empty((self.replicates, self.pieces), dtype=np.int64)
        for r in range(self.replicates):
            rng = np.random.default_rng([self.seed, q, start + r])
            places = np.arange(self.pieces) + rng.random(self.pieces)
            out[r] = places * (count / self.pieces)
        return np.minimum(out, count - 1)


def sampled_linewidths(
    series: Series3,
    phonons: PeriodicModes,
    q: int,
    occupations: ArrayLike,
    scattering: Scattering,
    sampling: TripletSampling,
    *,
    start: int = 0,
) -> NDArray[np.float64]:
    r"""Unbiased estimates of `linewidths` from some of the triplets.

    .. math::

        \hat\Gamma_\lambda = \frac{n_p}{m} \sum_p^m \Gamma_\lambda^{(p)}

    with the pieces of `linewidth_pieces`, ``n_p`` in all. Their mean over replicates is the
    estimate; its standard error is the standard deviation of the replicates over the square
    root of their number.

    Parameters
    ----------
    series, phonons, q, occupations, scattering
        As in `linewidths`.
    sampling : TripletSampling
    start : int
        Number of the first replicate, to go on with more.

    Returns
    -------
    (replicates, n_T, n_b) array of float
        THz.
    """
    ensure_type("phonons", phonons, PeriodicModes)
    ensure_type("sampling", sampling, TripletSampling)
    q = ensure_index("q", q, phonons.grid.n_q)
    start = ensure_integer("start", start, 0)
    count = -(-len(Triplets.of(phonons.grid, q).weights) // sampling.length)
    draws = sampling.draws(count, q, start)
    numbers = np.unique(draws)
    pieces = SumPieces(count=count, wanted=(0, count), numbers=tuple(numbers.tolist()))
    parts = linewidth_pieces(series, phonons, q, pieces, occupations, scattering)
    sums = parts[np.searchsorted(numbers, draws)].sum(axis=1)
    return np.asarray(sums * (count / sampling.pieces))
