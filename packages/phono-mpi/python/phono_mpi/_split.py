"""Shares of tasks for ranks: by nodes, and by the cost of tasks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.errors import DomainError, as_numbers, ensure_integer

from phono_mpi._library import LIBRARY, MpiLibrary
from phono_mpi._pencils import MOST_RANKS, shares


def weighted_sizes(weights: ArrayLike, size: int) -> NDArray[np.int64]:
    r"""Contiguous shares of tasks with nearly equal cost, for ``MpiDistributor(sizes=)``.

    Rank ``r`` ends at the task where the running sum of the weights is closest to
    :math:`(r + 1) W / S`, ``W`` the sum of all: the cost of a share exceeds the ideal by
    the cost of one task at most.

    Parameters
    ----------
    weights : (n,) array_like
        The cost of every task, in any unit, e.g. the number of triplets of a q-point.
    size : int
        ``S``, number of ranks.

    Returns
    -------
    (S,) array of int

    Raises
    ------
    DomainError
        If a weight is negative or not finite.
    """
    w = as_numbers(weights, "weights")
    if w.ndim != 1 or not np.isfinite(w).all() or (w < 0).any():
        raise DomainError("weights must be a list of numbers that are not negative")
    size = ensure_integer("size", size, 1, MOST_RANKS)
    sums = np.concatenate([[0.0], np.cumsum(w)])
    if sums[-1] == 0:
        return shares(len(w), size, excess="last")
    targets = sums[-1] * np.arange(1, size) / size
    # The middle between two sums is where the closest one changes.
    ends = np.searchsorted((sums[1:] + sums[:-1]) / 2, targets)
    sizes: NDArray[np.int64] = np.diff(ends, prepend=0, append=len(w)).astype(np.int64)
    return sizes


def node_aware_sizes(
    n: int, comm: Any, *, power: float | None = None, library: MpiLibrary = LIBRARY
) -> NDArray[np.int64]:
    r"""Equal shares of ``n`` for the nodes, and inside a node for its ranks. Collective.

    Nodes are in the order of their names and the first ``n % N`` of ``N`` nodes have one
    more; so have the first ranks of a node. Slices are contiguous in the order of ranks.

    With ``power`` shares are proportional to it instead, for nodes and inside a node for
    ranks: rank after rank of one node after the other, the running share is :math:`n` times
    the running power over that of all, rounded.

    Parameters
    ----------
    n : int
    comm : mpi4py communicator
    power : float, optional
        The speed of this rank, e.g. its number of threads; given on all ranks or on none.
        With 1 everywhere a node of many ranks gets more than one of few.
    library : MpiLibrary
        The module of MPI, which knows the name of this node.

    Returns
    -------
    (S,) array of int
        For ``MpiDistributor(sizes=)``.
    """
    name = library.mpi.Get_processor_name().strip()
    if power is None:
        return _equal_nodes(n, comm.allgather(name))
    names, powers = zip(*comm.allgather((name, float(power))), strict=True)
    return _by_power(n, names, np.array(powers))


def _equal_nodes(n: int, names: Sequence[str]) -> NDArray[np.int64]:
    """Equal shares for the nodes, and for the ranks of each node."""
    nodes = sorted(set(names))
    sizes = np.zeros(len(names), dtype=np.int64)
    for node, share in zip(nodes, shares(n, len(nodes), excess="first"), strict=True):
        ranks = [rank for rank, name in enumerate(names) if name == node]
        sizes[ranks] = shares(int(share), len(ranks), excess="first")
    return sizes


def _by_power(
    n: int, names: Sequence[str], powers: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Shares in proportion to the power of every rank."""
    if not np.isfinite(powers).all() or (powers < 0).any() or powers.sum() == 0:
        raise DomainError(
            f"power must be numbers that are not negative, not all of them 0, "
            f"got {powers.tolist()}"
        )
    first = {name: rank for rank, name in reversed(list(enumerate(names)))}
    order = sorted(range(len(names)), key=lambda rank: (first[names[rank]], rank))
    ends = np.rint(n * np.cumsum(powers[order]) / powers.sum()).astype(np.int64)
    sizes = np.zeros(len(names), dtype=np.int64)
    sizes[order] = np.diff(ends, prepend=0)
    return sizes
