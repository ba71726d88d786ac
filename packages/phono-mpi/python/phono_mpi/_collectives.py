"""Agreement between ranks, and broadcasts of large arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phono_mpi._chunks import MAX_MPI_BYTES, row_chunks
from phono_mpi._communicator import Communicator
from phono_mpi.errors import CollectiveError


def items_per_row(array: NDArray[Any]) -> int:
    """The product of the trailing dimensions."""
    return int(np.prod(array.shape[1:], dtype=np.int64))


def chunks(array: NDArray[Any], limit: int) -> list[NDArray[Any]]:
    """Views of consecutive rows, each small enough for one message."""
    ranges = row_chunks(len(array), array.itemsize, items_per_row(array), limit)
    return [array[i:j] for i, j in ranges]


def agree(comm: Communicator, name: str, problem: str | None, facts: object = None) -> None:
    """Raise the same `CollectiveError` on all ranks if one has a problem, or facts differ.

    Without it one rank raises while the others wait for it forever.
    """
    reports = comm.allgather((problem, facts))
    problems = [f"rank {r}: {p}" for r, (p, _) in enumerate(reports) if p is not None]
    if not problems and any(facts != reports[0][1] for _, facts in reports):
        problems = [f"rank {r}: {facts}" for r, (_, facts) in enumerate(reports)]
        problems.insert(0, "all ranks must pass the same type and trailing shape")
    if problems:
        raise CollectiveError(f"{name}: {'; '.join(problems)}")


def rows_problem(rows: object, expected: int | None = None) -> str | None:
    """Why ``rows`` is not an array of ``expected`` rows (None: any number), or None."""
    wanted = "an array with rows" if expected is None else f"an array of {expected} rows"
    if not isinstance(rows, np.ndarray):
        return f"expected {wanted}, got {'None' if rows is None else type(rows).__name__}"
    if rows.ndim == 0 or expected not in (None, len(rows)):
        return f"expected {wanted}, got one of shape {list(rows.shape)}"
    return None


def announce(
    comm: Communicator, name: str, problem: str | None, arr: Any, root: int
) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type of ``root``'s array, on all ranks; or its problem, raised on all."""
    layout = None
    if comm.Get_rank() == root and problem is None:
        layout = (arr.shape, arr.dtype)
    problem, layout = comm.bcast((problem, layout), root=root)
    if layout is None:
        raise CollectiveError(f"{name}: rank {root}: {problem}")
    shape, dtype = layout
    return shape, dtype


def bcast_rows(
    comm: Any, arr: NDArray[Any] | None, root: int = 0, limit: int = MAX_MPI_BYTES
) -> NDArray[Any]:
    """Send an array from ``root`` to all, in messages of at most ``limit`` bytes.

    Collective. What other ranks pass is ignored. The root gets its own array back if it is
    contiguous, else a copy.

    Raises
    ------
    CollectiveError
        On all ranks, if the root does not pass an array of one axis at least.
    """
    shape, dtype = announce(comm, "bcast_rows", rows_problem(arr), arr, root)
    here = comm.Get_rank() == root
    view = np.ascontiguousarray(arr) if here else np.empty(shape, dtype)
    return bcast_rows_into(comm, view, root, limit)


def bcast_rows_into(
    comm: Any, view: NDArray[Any], root: int = 0, limit: int = MAX_MPI_BYTES
) -> NDArray[Any]:
    """Fill ``view``, of the same shape and type on all ranks, with that of ``root``.

    Collective. Returns ``view``.
    """
    if comm.size > 1:
        for chunk in chunks(view, limit):
            comm.Bcast(chunk, root=root)
    return view
