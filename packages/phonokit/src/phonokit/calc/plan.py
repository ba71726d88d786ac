"""How long a run will take on many ranks, from a few wave vectors that are measured."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from phono_mpi import balanced_tasks, weighted_sizes

from phonokit.calc.rates import Scatterer

SAMPLE = 6
"""Wave vectors that are measured."""
RANKS = (1, 4, 16, 64, 256, 1024, 4096, 16384)
FETCH = 1.2e-3
"""Seconds until `dynamic_tasks` gives the next task, as `benches/ranks.py` measures it."""

Costs = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    r"""What a run will take.

    Parameters
    ----------
    costs : (n_i,) array
        Of each wave vector on this machine, with the threads of one rank, s.
    serial : float
        What every run does before, s.
    memory : dict of int
        Bytes of what is large, by who has it.
    """

    costs: Costs
    serial: float
    memory: dict[str, int]

    def seconds(self, ranks: int, distribution: str) -> float:
        """Until the slowest rank is ready."""
        return self.serial + float(DISTRIBUTIONS[distribution](self.costs, ranks).max())

    def speed_up(self, ranks: int, distribution: str) -> float:
        """How many times faster than one rank."""
        return self.seconds(1, "contiguous") / self.seconds(ranks, distribution)


def plan_of(scatterer: Scatterer, serial: float) -> Plan:
    """Measure some wave vectors, from the cheapest to the most expensive.

    The time of one is that of the series, which all have alike, and of its triplets; see
    `Scatterer.triplets`.

    Parameters
    ----------
    scatterer : Scatterer
    serial : float
        What was done before, s.
    """
    triplets = scatterer.triplets
    order = np.argsort(triplets, kind="stable")
    places = np.linspace(0, len(order) - 1, min(SAMPLE, len(order))).round().astype(int)
    sample = order[places]
    measured = np.array(
        [_seconds(scatterer, sample[k : k + 1]) for k in range(len(sample))]
    )
    terms = np.stack([np.ones(len(sample)), triplets[sample]], axis=1)
    # Relative errors count, so that cheap ones are not lost beside expensive ones.
    fit = np.linalg.lstsq(terms / measured[:, None], np.ones(len(sample)), rcond=None)[0]
    series, triplet = np.maximum(fit, 0)
    return Plan(series + triplet * triplets, serial, memory_of(scatterer))


def _seconds(scatterer: Scatterer, number: int) -> float:
    """How long a wave vector takes, without what a run prepares once; the better of two."""
    times = [perf_counter() for _ in scatterer.records(np.full(3, number))]
    return float(np.diff(times).min())


def memory_of(scatterer: Scatterer) -> dict[str, int]:
    """Bytes of what is large, by who has it."""
    series, phonons = scatterer.series, scatterer.carriers.phonons
    constants = (series.values, series.atoms, series.cells)
    modes = (phonons.frequencies, phonons.polarizations)
    first, end = scatterer.blocks[0]
    occupations = phonons.frequencies.nbytes * (end - first) * (1 + scatterer.has_rows)
    rows = scatterer.record.itemsize * len(scatterer.costs) * scatterer.has_rows
    return {
        "constants and phonons on every node": sum(a.nbytes for a in constants + modes),
        "occupations on every rank": occupations,
        "collision operator over all ranks": rows,
    }


def contiguous(costs: Costs, ranks: int) -> Costs:
    """Loads if ranks have equal numbers of neighbouring tasks."""
    return _of_slices(costs, weighted_sizes(np.ones(len(costs)), ranks))


def weighted(costs: Costs, ranks: int) -> Costs:
    """Loads if ranks have neighbouring tasks of nearly equal cost."""
    return _of_slices(costs, weighted_sizes(costs, ranks))


def dynamic(costs: Costs, ranks: int) -> Costs:
    """Loads if whoever is ready takes the next task."""
    ready = [0.0] * min(ranks, len(costs))
    for cost in costs.tolist():
        heapq.heapreplace(ready, ready[0] + cost + FETCH)
    return np.array(ready)


def largest_first(costs: Costs, ranks: int) -> Costs:
    """Loads if the largest task left goes to the rank that has the least to do."""
    return np.array([costs[share].sum() for share in balanced_tasks(costs, ranks)])


DISTRIBUTIONS: dict[str, Callable[[Costs, int], Costs]] = {
    "contiguous": contiguous,
    "weighted": weighted,
    "dynamic": dynamic,
    "largest first": largest_first,
}
"""Ways to share out wave vectors; ``phono kappa`` does the last."""


def _of_slices(costs: Costs, sizes: NDArray[np.int64]) -> Costs:
    """The sums of consecutive tasks."""
    ends = np.concatenate([[0.0], np.cumsum(costs)])[np.cumsum(sizes)]
    return np.asarray(np.diff(ends, prepend=0.0))
