"""Which rank does what."""

import heapq

import numpy as np
from numpy.typing import ArrayLike, NDArray


def largest_first(costs: ArrayLike, size: int) -> list[NDArray[np.int64]]:
    """Tasks for each of ``size`` ranks, so that all are ready at nearly the same time.

    The largest task that is left goes to the rank that has the least to do, which is never
    worse than 4/3 of the best there is [1]_.

    Parameters
    ----------
    costs : (n,) array_like
        In any unit.
    size : int

    Returns
    -------
    list of arrays of int
        Ascending.

    References
    ----------
    .. [1] R. L. Graham, SIAM J. Appl. Math. 17, 416 (1969).
    """
    c = np.asarray(costs, dtype=np.float64)
    shares: list[list[int]] = [[] for _ in range(size)]
    loads = [(0.0, rank) for rank in range(size)]
    for task in np.argsort(-c, kind="stable").tolist():
        load, rank = loads[0]
        shares[rank].append(task)
        heapq.heapreplace(loads, (load + float(c[task]), rank))
    return [np.array(sorted(share), dtype=np.int64) for share in shares]
