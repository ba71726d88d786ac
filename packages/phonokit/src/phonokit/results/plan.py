"""Time and memory of a conductivity on many ranks, as a result."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import ensure_integer
from phono_mpi import balanced_tasks, chained_tasks, weighted_sizes

from phonokit.results.result import Array, Numbers, Result, quantity

FETCH = 1.2e-3
"""Seconds until `dynamic_tasks` gives the next task, as `benches/ranks.py` measures it."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Plan(Result, kind="plan"):
    """Time and memory that a conductivity will take.

    Times are those on this machine, with the threads of one rank.
    """

    costs: Array = quantity("s", "(n_i,)", "of each irreducible wave vector, on one rank")
    pieces: Numbers = quantity("1", "(n_i,)", "into which each of them is cut")
    groups: Numbers = quantity("1", "(n_i,)", "of its pieces, each sharing some work")
    series: float = quantity("s", "float", "each rank with pieces of a group, before them")
    serial: float = quantity("s", "float", "preparation, not shared among ranks")
    memory: dict[str, int] = quantity("byte", "dict", "large arrays, by what owns them")

    def loads(self, ranks: int, distribution: str | None = None) -> Array:
        """Work of each rank, s, (n,), without the preparation common to every run.

        A distribution is in `DISTRIBUTIONS`, or ``"pieces"`` of wave vectors; what
        `phonokit.kappa` does if not given.
        """
        ranks = ensure_integer("ranks", ranks, 1)
        if distribution is None:
            distribution = "pieces" if self.cut else "largest first"
        if distribution == "pieces":
            return self._piece_loads(ranks)
        return DISTRIBUTIONS[distribution](self.costs, ranks)

    def seconds(self, ranks: int, distribution: str | None = None) -> float:
        """Time until the slowest rank is ready, s; distributions are those of `loads`."""
        return self.serial + float(self.loads(ranks, distribution).max())

    def speed_up(self, ranks: int, distribution: str | None = None) -> float:
        """Ratio of the time on one rank to the time on ``ranks`` ranks."""
        return self.seconds(1, "contiguous") / self.seconds(ranks, distribution)

    def efficiency(self, ranks: int, distribution: str | None = None) -> float:
        """Part of the time of ``ranks`` ranks that is work which one rank would do too.

        Of what ranks share: without what every run does before.
        """
        slowest = float(self.loads(ranks, distribution).max())
        return float(self.costs.sum()) / (ranks * slowest)

    @property
    def cut(self) -> bool:
        """Whether wave vectors are cut into pieces."""
        return bool((self.pieces > 1).any())

    def _piece_loads(self, ranks: int) -> Array:
        """Loads if ranks have pieces in a row."""
        each = np.minimum(self.series, self.costs / self.groups)
        once = np.repeat(each, self.groups)
        own = (self.costs - each * self.groups) / self.pieces
        costs = np.repeat(own, self.pieces)
        groups = np.repeat(
            np.arange(len(once)), np.repeat(self.pieces // self.groups, self.groups)
        )
        ends = chained_tasks(costs, groups, once, ranks)
        first, last = ends[:-1], np.maximum(ends[1:], 1) - 1
        # Everybody has all groups from that of the first piece to that of the last.
        begun = np.concatenate([[0.0], np.cumsum(once)])
        shared = begun[groups[last] + 1] - begun[groups[np.minimum(first, last)]]
        total = np.concatenate([[0.0], np.cumsum(costs)])
        return np.where(ends[1:] > first, np.diff(total[ends]) + shared, 0.0)


def contiguous(costs: Array, ranks: int) -> Array:
    """Loads if ranks have equal numbers of neighbouring tasks."""
    return _slice_loads(costs, weighted_sizes(np.ones(len(costs)), ranks))


def weighted(costs: Array, ranks: int) -> Array:
    """Loads if ranks have neighbouring tasks of nearly equal cost."""
    return _slice_loads(costs, weighted_sizes(costs, ranks))


def dynamic(costs: Array, ranks: int) -> Array:
    """Loads if whoever is ready takes the next task."""
    ready = [0.0] * min(ranks, len(costs))
    for cost in costs.tolist():
        heapq.heapreplace(ready, ready[0] + cost + FETCH)
    return np.array(ready)


def largest_first(costs: Array, ranks: int) -> Array:
    """Loads if the largest task left goes to the rank that has the least to do."""
    return np.array([costs[share].sum() for share in balanced_tasks(costs, ranks)])


DISTRIBUTIONS: dict[str, Callable[[Array, int], Array]] = {
    "contiguous": contiguous,
    "weighted": weighted,
    "dynamic": dynamic,
    "largest first": largest_first,
}
"""Ways to share out whole wave vectors; `phonokit.kappa` does the last if it cuts none."""


def _slice_loads(costs: Array, sizes: NDArray[np.int64]) -> Array:
    """The sums of consecutive tasks."""
    ends = np.concatenate([[0.0], np.cumsum(costs)])[np.cumsum(sizes)]
    return np.asarray(np.diff(ends, prepend=0.0))
