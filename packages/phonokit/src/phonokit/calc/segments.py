"""Quantities of phonons along a path, a segment a piece of work."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import Segment
from phono_grid import Cell

from phonokit.run.run import Run, Task, complete

Array = NDArray[np.float64]
Values = Mapping[str, NDArray[Any]]


def complete_segments(
    segments: Sequence[Segment],
    cell: Cell,
    compute: Callable[[Array, Array | None], Values],
    each: np.dtype[Any],
    key: Callable[[], dict[str, str]],
    run: Run,
) -> dict[str, NDArray[Any]]:
    """Quantities of all wave vectors of a path, by name. Collective.

    At Γ, and at other reciprocal lattice points, each segment has the limit along its own
    direction.

    Parameters
    ----------
    segments : sequence of Segment
        In the reciprocal axes of ``cell``; as many wave vectors in each.
    cell : Cell
    compute : callable
        Wave vectors and the direction in which a reciprocal lattice point is approached,
        if there is one → arrays by name.
    each : dtype
        Names and shapes of what each wave vector has.
    key : callable
        Everything that the numbers depend on, by name.
    run : Run
    """
    n = len(segments[0].qpoints)
    record = np.dtype([("rows", each, (n,))])

    def work(numbers: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[Any]]]:
        for i in numbers.tolist():
            values = compute(segments[i].qpoints, segments[i].direction(cell))
            row = np.zeros((n,), each)
            for name in each.names or ():
                row[name] = values[name]
            yield i, np.array((row,), record)

    task = Task(
        key=key,
        record=record,
        costs=np.ones(len(segments)),
        work=work,
        blocks=[slice(i, i + 1) for i in range(len(segments))],
    )
    rows = complete(task, run).everywhere("rows").reshape(-1)
    return {name: np.ascontiguousarray(rows[name]) for name in each.names or ()}
