"""Tasks in a row for every rank, where neighbours share a part of the work."""

from bisect import bisect_right

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_integer,
    ensure_shape,
    not_negative,
)

from phono_mpi._pencils import MOST_RANKS

STEPS = 25
"""Bisections of the largest load, to a part in ten million."""


def chained_tasks(
    costs: ArrayLike, groups: ArrayLike, once: ArrayLike, size: int
) -> NDArray[np.int64]:
    """Share out tasks in a row such that the rank with the most has the least.

    Consecutive tasks form groups: whoever does some of a group first does what all of it
    needs, even if others do that too. Found by bisection of the largest load.

    Parameters
    ----------
    costs : (n,) array_like
        Of each task alone, in any unit.
    groups : (n,) array_like of int
        The group of each task, ascending.
    once : (n_g,) array_like
        Cost of what each group needs, in the same unit.
    size : int
        Number of ranks.

    Returns
    -------
    (size + 1,) array of int
        Rank ``r`` has the tasks from number ``ends[r]`` to before ``ends[r + 1]``.

    Raises
    ------
    DomainError
        If a cost is negative or not finite, groups are not in order or not there, or there
        is no rank.
    """
    each = not_negative(costs, "costs", ("n",))
    shared = not_negative(once, "once", ("n_g",))
    of = as_numbers(groups, "groups", np.int64)
    ensure_shape("groups", of, each.shape)
    size = ensure_integer("size", size, 1, MOST_RANKS)
    if len(of) and (of[0] < 0 or of[-1] >= len(shared) or (np.diff(of) < 0).any()):
        raise DomainError(
            f"groups must ascend from 0 to below {len(shared)}, the length of once"
        )
    begin = shared[of]
    # What all has cost after each task if one rank does it; before it, if a rank begins
    # with it, what its group needs is still to be done.
    after = np.cumsum(each + np.where(np.diff(of, prepend=-1) != 0, begin, 0.0))
    table = after.tolist(), (after - each - begin).tolist(), size
    low = high = 0.0
    if size > 1 and len(after):
        low = float(after[-1]) / size
        high = low + float((each + 2 * begin).max())
    ends = _ends(*table, high)
    while ends is None:
        low, high = high, max(2 * high, float(after[-1]))
        ends = _ends(*table, high)
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        cut = _ends(*table, middle)
        if cut is None:
            low = middle
        else:
            high, ends = middle, cut
    return np.array(ends, dtype=np.int64)


def _ends(
    after: list[float], before: list[float], size: int, limit: float
) -> list[int] | None:
    """The ends of ranks that take tasks in turn up to a load; None if some are left."""
    n, start, ends = len(after), 0, [0]
    for _ in range(size):
        if start < n:
            end = bisect_right(after, before[start] + limit, lo=start)
            if end == start:
                return None
            start = end
        ends.append(start)
    return ends if start == n else None
