"""Time and memory of a conductivity on many ranks, as a result."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import ensure_integer
from phono_mpi import balanced_tasks, weighted_sizes

from phonokit.results.result import Array, Result, quantity

FETCH = 1.2e-3
"""Seconds until `dynamic_tasks` gives the next task, as `benches/ranks.py` measures it."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Plan(Result, kind="plan"):
    """Time and memory that a conductivity will take.

    Times are those on this machine, with the threads of one rank.
    """

    costs: Array = quantity("s", "(n_i,)", "of each irreducible wave vector, on one rank")
    serial: float = quantity("s", "float", "what every run does before")
    memory: dict[str, int] = quantity("byte", "dict", "what is large, by who has it")

    def seconds(self, ranks: int, distribution: str = "largest first") -> float:
        """Time until the slowest rank is ready, s; a distribution is in `DISTRIBUTIONS`."""
        ranks = ensure_integer("ranks", ranks, 1)
        return self.serial + float(DISTRIBUTIONS[distribution](self.costs, ranks).max())

    def speed_up(self, ranks: int, distribution: str = "largest first") -> float:
        """Ratio of the time on one rank to the time on ``ranks`` ranks."""
        return self.seconds(1, "contiguous") / self.seconds(ranks, distribution)


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
"""Ways to share out wave vectors; `phonokit.kappa` does the last."""


def _slice_loads(costs: Array, sizes: NDArray[np.int64]) -> Array:
    """The sums of consecutive tasks."""
    ends = np.concatenate([[0.0], np.cumsum(costs)])[np.cumsum(sizes)]
    return np.asarray(np.diff(ends, prepend=0.0))
