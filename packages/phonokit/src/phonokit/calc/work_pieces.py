"""Cutting of the work at one wave vector into pieces, which ranks share.

How it is cut follows from the crystal, the mesh and the number of temperatures, never
from who does the work: the sums of pieces, added in order, are the same bits for any number
of ranks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import SumPieces, linewidth_pieces, linewidths_together
from phono_grid import Triplets, degenerate_sets

from phonokit.settings.transport import Method

if TYPE_CHECKING:
    from phonokit.calc.scatterer import Scatterer

WHOLE = 6_000
"""Triplets of two atoms that are not worth cutting: about 0.04 s."""
PIECE = 500
"""Triplets of the smallest piece, about as many as a series is worth."""
MOST = 160_000
"""Pieces in all: ten for each of 16 384 ranks."""
ROOM = 256 * 1024**2
"""Bytes that the sums of all pieces may take."""
LANES = 8
"""Initial bands that a processor does side by side; windows of bands hold whole ones."""
COUNTED = 4096
"""Wave vectors of meshes whose triplets are counted; those of finer ones are estimated."""
TOGETHER = 16
"""Series of wave vectors that the pieces which are made together are worth, at least."""
BESIDE = 8
"""Triplets that are made together where windows of bands share them."""
SHARED = 0.5
"""Part of the cost of a triplet that every window of its bands needs."""


@dataclass(frozen=True, eq=False, kw_only=True)
class WorkPieces:
    """The pieces of all irreducible wave vectors, numbered one after the other.

    Parameters
    ----------
    counts : (n_i,) array of int
        Pieces into which the triplets of each wave vector are cut.
    windows : (n_i,) array of int
        Windows into which the initial bands of each of these are cut.
    sets : (n_i, n_b) array of int
        The degenerate set of each initial band; over a set linewidths are averaged, so that
        no window cuts one.
    """

    counts: NDArray[np.int64]
    windows: NDArray[np.int64]
    sets: NDArray[np.int64]

    @classmethod
    def of(cls, scatterer: "Scatterer") -> "WorkPieces":
        """Cut the work of a conductivity in pieces; not at all where it is small.

        Rows of the collision operator, what N and U processes or four phonons add, samples
        and strengths stay with their wave vector.
        """
        transport, carriers = scatterer.transport, scatterer.carriers
        n_i, n_b = carriers.frequencies.shape
        sets = degenerate_sets(carriers.frequencies, transport.scattering.degeneracy)
        one = np.ones(n_i, np.int64)
        whole = cls(counts=one, windows=one, sets=sets)
        cut = transport.method is Method.RTA and not transport.normal_umklapp
        cut &= scatterer.couplings.are_series
        sampled = scatterer.four is not None or scatterer.sampler is not None
        if not cut or sampled or len(scatterer.blocks) > 1:
            return whole
        triplets = np.ceil(scatterer.triplets).astype(np.int64)
        work = triplets * n_b**3 // 6**3
        most = min(MOST, ROOM // (8 * n_b * len(carriers.temperatures)))
        piece = max(PIECE, int(work.sum()) // max(most - n_i, 1) + 1)
        wanted = np.where(work >= WHOLE, np.maximum(work // piece, 1), 1)
        counts = np.minimum(wanted, triplets)
        windows = np.clip(wanted // counts, 1, -(-n_b // LANES))
        return cls(counts=counts, windows=windows, sets=sets)

    @property
    def any(self) -> bool:
        """Whether anything is cut."""
        return bool((self.sizes > 1).any())

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Number of pieces of each wave vector."""
        return self.counts * self.windows

    @property
    def wave_vectors(self) -> NDArray[np.int64]:
        """The wave vector of each piece, as its number among the irreducible ones."""
        return np.repeat(np.arange(len(self.counts)), self.sizes)

    @property
    def groups(self) -> NDArray[np.int64]:
        """Number of groups of pieces of each wave vector that share a part of the work.

        That is the series of the wave vector or, where bands of single triplets are cut,
        the sum for each of these.
        """
        return np.where(self.windows > 1, self.counts, 1)

    @property
    def group_sizes(self) -> NDArray[np.int64]:
        """Number of pieces of each group."""
        return np.repeat(self.sizes // self.groups, self.groups)

    @property
    def starts(self) -> NDArray[np.int64]:
        """Number of the first piece of each wave vector."""
        return np.cumsum(self.sizes) - self.sizes

    def shares(self, i: int) -> NDArray[np.float64]:
        """The part of the work at wave vector ``i`` that each of its pieces is."""
        widths = np.diff(self._edges(i))
        return np.tile(widths / (widths.sum() * self.counts[i]), self.counts[i])

    def sums(
        self, i: int, first: int, end: int
    ) -> Iterator[tuple[SumPieces, NDArray[np.int64]]]:
        """Arguments of the kernels for pieces ``first`` to ``end`` of a wave vector.

        With it the numbers of the pieces that come out: of each piece of the triplets all
        windows that are asked for, (n_p, n_w).
        """
        windows, edges = int(self.windows[i]), self._edges(i)
        while first < end:
            t, w = divmod(first, windows)
            # Whole pieces of the triplets go together, others by themselves.
            last = end // windows if w == 0 and end // windows > t else t + 1
            until = min(end, last * windows)
            n_w = windows if w == 0 and until == last * windows else until - first
            bands = int(edges[w]), int(edges[w + n_w])
            pieces = SumPieces(count=int(self.counts[i]), wanted=(t, last), bands=bands)
            yield pieces, np.arange(first, until).reshape(-1, n_w)
            first = until

    def window(self, i: int, number: int) -> slice:
        """The initial bands of a piece of wave vector ``i``."""
        w, edges = number % int(self.windows[i]), self._edges(i)
        return slice(int(edges[w]), int(edges[w + 1]))

    def _edges(self, i: int) -> NDArray[np.int64]:
        """Where windows begin and end."""
        sets, windows = self.sets[i], int(self.windows[i])
        blocks = -(-len(sets) // LANES)
        edges = np.minimum(LANES * (np.arange(windows + 1) * blocks // windows), len(sets))
        # Back to where a set begins.
        begins = np.flatnonzero(np.diff(sets, prepend=-1, append=-1))
        return np.asarray(begins[np.searchsorted(begins, edges, side="right") - 1])


@dataclass(frozen=True, eq=False)
class PieceScatterer:
    """Scattering by three phonons and isotopes, piece by piece.

    Parameters
    ----------
    scatterer : Scatterer
    pieces : WorkPieces
    """

    scatterer: "Scatterer"
    pieces: WorkPieces

    @property
    def costs(self) -> NDArray[np.float64]:
        """Cost of each piece without what its group shares, in times of one triplet."""
        triplets, n_i = self.scatterer.triplets, len(self.pieces.counts)
        own = np.where(self.pieces.windows > 1, 1 - SHARED, 1.0) * triplets
        return np.concatenate([own[i] * self.pieces.shares(i) for i in range(n_i)])

    @property
    def once(self) -> NDArray[np.float64]:
        """Cost of what each group of pieces shares, in the same units."""
        pieces, scatterer = self.pieces, self.scatterer
        sums = SHARED * scatterer.triplets / pieces.counts
        each = np.where(pieces.windows > 1, sums, scatterer.series_costs)
        return np.repeat(each, pieces.groups)

    def records(self, numbers: Iterable[int]) -> Iterator[tuple[int, NDArray[Any]]]:
        """The number and the record of each of these pieces, in order.

        Numbers in a row that share a wave vector share its series, a few at a time: what is
        finished can be kept.
        """
        pieces, starts = self.pieces, self.pieces.starts
        wave_vectors = pieces.wave_vectors
        n = np.asarray(list(numbers), dtype=np.int64)
        breaks = 1 + np.flatnonzero((np.diff(n) != 1) | (np.diff(wave_vectors[n]) != 0))
        for run in np.split(n, breaks):
            if not len(run):
                continue
            i = int(wave_vectors[run[0]])
            step, start = self._together(i), int(starts[i])
            first, last = int(run[0]) - start, int(run[-1]) + 1 - start
            while first < last:
                end = min(first - first % step + step, last)
                yield from self.scattered(i, first, end)
                first = end

    def _together(self, i: int) -> int:
        """The number of pieces of a wave vector that are made together."""
        if self.pieces.windows[i] > 1:
            return BESIDE * int(self.pieces.windows[i])
        cost = float(self.scatterer.triplets[i] / self.pieces.sizes[i])
        return max(1, round(TOGETHER * float(self.scatterer.series_costs[i]) / cost))

    def scattered(self, i: int, first: int, end: int) -> Iterator[tuple[int, NDArray[Any]]]:
        """Numbers and records of pieces ``first`` to ``end`` of one wave vector."""
        scatterer, start = self.scatterer, int(self.pieces.starts[i])
        carriers, transport = scatterer.carriers, scatterer.transport
        q = int(carriers.irreducible.points[i])
        occupations = scatterer.occupations
        for pieces, numbers in self.pieces.sums(i, first, end):
            inputs = (scatterer.series, carriers.phonons, q, pieces, occupations)
            if scatterer.others:
                ways = linewidths_together(*inputs, scatterer.scatterings)
                parts = ways.swapaxes(0, 1)
            else:
                parts = linewidth_pieces(*inputs, transport.scattering)
            for part, windows in zip(parts, numbers.tolist(), strict=True):
                for number in windows:
                    record = np.zeros(1, scatterer.record)[0]
                    bands = self.pieces.window(i, number)
                    record["phonon"][..., bands] = part[..., bands]
                    isotopes = scatterer.isotopes([i]) if number == 0 else None
                    if isotopes is not None:
                        record["isotope"] = isotopes[0]
                    yield start + number, record


def added(pieces: WorkPieces, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sums of pieces at every wave vector, in the order of pieces."""
    if not pieces.any:
        return values
    sums = np.zeros((len(pieces.counts), *values.shape[1:]))
    np.add.at(sums, pieces.wave_vectors, values)
    return sums


def counted_triplets(scatterer: "Scatterer") -> NDArray[np.float64]:
    """Irreducible triplets of each wave vector; an estimate on fine meshes."""
    grid, irreducible = scatterer.carriers.phonons.grid, scatterer.carriers.irreducible
    if grid.n_q <= COUNTED:
        points = irreducible.points.tolist()
        return np.array([len(Triplets.of(grid, q).weights) for q in points], dtype=float)
    # The smaller the little group, the larger the star, and the more triplets; q' and
    # q'' are exchanged.
    return np.asarray(grid.n_q * irreducible.weights / (2 * len(grid.rotations)))
