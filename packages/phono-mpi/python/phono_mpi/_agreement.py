"""Ranks agree before they act: an error of one is an error of all, and nobody waits."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import TracebackType
from typing import Any

import numpy as np

from phono_mpi._communicator import MPI, is_mpi
from phono_mpi.errors import CollectiveError

FORWARDED = 0.2
"""Seconds until a launcher has passed on what a rank has said."""


def agree(comm: Any, error: BaseException | None) -> None:
    """Raise `CollectiveError` on all ranks if one of them has an error. Collective.

    Parameters
    ----------
    comm : mpi4py communicator
    error : exception or None
        The error of this rank, if it has one; it becomes the cause of what is raised here.
    """
    problem = None if error is None else f"{type(error).__name__}: {error}"
    reports = [problem] if comm.size == 1 else comm.allgather(problem)
    problems = [f"rank {r}: {p}" for r, p in enumerate(reports) if p is not None]
    if problems:
        raise CollectiveError("; ".join(problems)) from error


@contextmanager
def collective(comm: Any) -> Iterator[None]:
    """Make an exception of one rank inside the block one on all at its end. Collective.

    The block itself must not communicate: the others could wait in it for the rank that
    has left.

    Examples
    --------
    >>> from phono_mpi import SerialComm
    >>> with collective(SerialComm()):
    ...     1 / 0
    Traceback (most recent call last):
        ...
    phono_mpi.errors.CollectiveError: rank 0: ZeroDivisionError: division by zero
    """
    error = None
    try:
        yield
    except Exception as raised:  # every rank must learn of it, whatever it is
        error = raised
    agree(comm, error)


def collective_over_mpi(comm: Any) -> AbstractContextManager[None]:
    """`collective` for communicators of mpi4py; others get the documented calls alone."""
    return collective(comm) if is_mpi(comm) else nullcontext()


def install_abort_hook(comm: Any = None) -> None:
    """End all ranks when one ends with an exception, as ``python -m mpi4py`` does.

    ``comm`` is ``MPI.COMM_WORLD`` if not given. Without the hook the other ranks wait
    forever in their next collective call.
    """
    comm = MPI.COMM_WORLD if comm is None else comm
    report = sys.excepthook

    def abort(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        report(kind, error, trace)
        sys.stderr.flush()
        if comm.size > 1:
            # The launcher may lose what it has not yet passed on when it kills the ranks.
            time.sleep(FORWARDED)
            comm.Abort(1)

    sys.excepthook = abort


def compare(comm: Any, name: str, problem: str | None, facts: object = None) -> list[Any]:
    """Raise the same `CollectiveError` on all ranks if one has a problem, or facts differ.

    Without it one rank raises while the others wait for it forever. Ranks whose facts are
    None have nothing to compare. Returns the facts of all ranks.
    """
    report = (problem, facts)
    reports = [report] if comm.size == 1 else comm.allgather(report)
    problems = [f"rank {r}: {p}" for r, (p, _) in enumerate(reports) if p is not None]
    known = [(r, facts) for r, (_, facts) in enumerate(reports) if facts is not None]
    if not problems and any(facts != known[0][1] for _, facts in known):
        problems = [f"rank {r}: {facts}" for r, facts in known]
        problems.insert(0, "all ranks must pass the same type and trailing shape")
    if problems:
        raise CollectiveError(f"{name}: {'; '.join(problems)}")
    return [facts for _, facts in reports]


def rows_problem(rows: object, expected: int | None = None) -> str | None:
    """The reason why ``rows`` is no array of ``expected`` rows, or None if it is one."""
    wanted = "an array with rows" if expected is None else f"an array of {expected} rows"
    if not isinstance(rows, np.ndarray):
        return f"expected {wanted}, got {'None' if rows is None else type(rows).__name__}"
    if rows.ndim == 0 or expected not in (None, len(rows)):
        return f"expected {wanted}, got one of shape {list(rows.shape)}"
    return None


_HERE = 32766
"""Tag of the sign of life; every MPI library has tags up to 32767."""


def await_all(comm: Any, seconds: float) -> None:
    """A barrier that gives up and says on which ranks the others have waited. Collective.

    Raises
    ------
    CollectiveError
        On the ranks that have come, if others have not after that time.
    """
    barrier = comm.Ibarrier()
    if _done_within(seconds, [barrier]):
        return
    # A rank that has come waits in vain like us: all that have come tell one another.
    others = [rank for rank in range(comm.size) if rank != comm.Get_rank()]
    nothing = np.empty(0, np.uint8)
    signs = [comm.Irecv(np.empty(0, np.uint8), source=r, tag=_HERE) for r in others]
    sent = [comm.Isend(nothing, dest=r, tag=_HERE) for r in others]
    _done_within(min(1.0, seconds), signs + sent)
    absent = [r for r, sign in zip(others, signs, strict=True) if not sign.Test()]
    raise CollectiveError(f"barrier: no sign of ranks {absent} for {seconds:g} s")


def await_idly(comm: Any, check: Callable[[], None] | None = None) -> None:
    """A barrier that leaves the core to others: MPI libraries take it while they wait.

    Collective; up to 2 ms later than theirs. ``check``, called while it waits, may raise.
    """
    if comm.size == 1 or not is_mpi(comm):
        comm.Barrier()
        return
    request, pause = comm.Ibarrier(), 1e-5
    while not request.Test():
        if check is not None:
            check()
        time.sleep(pause)
        pause = min(2 * pause, 2e-3)


def _done_within(seconds: float, requests: Sequence[Any]) -> bool:
    """Whether all requests are done before the time has passed."""
    end = time.monotonic() + seconds
    while not all([request.Test() for request in requests]):  # each makes progress
        if time.monotonic() > end:
            return False
        time.sleep(1e-3)
    return True


_duplicate_keys: list[int] = []
"""The key under which a communicator carries its private duplicate, once made."""


def _free(comm: Any, key: int, duplicate: Any) -> None:
    """A communicator that is freed takes its duplicate with it."""
    duplicate.Free()


def private(comm: Any) -> Any:
    """A duplicate of a communicator of MPI: tags cannot meet those of the host's messages.

    Collective the first time; later the same duplicate. Fakes and single ranks get
    ``comm`` itself.
    """
    if comm.size == 1 or not is_mpi(comm):
        return comm
    if not _duplicate_keys:
        _duplicate_keys.append(MPI.Comm.Create_keyval(delete_fn=_free))
    duplicate = comm.Get_attr(_duplicate_keys[0])
    if duplicate is None:
        duplicate = comm.Dup()
        comm.Set_attr(_duplicate_keys[0], duplicate)
    return duplicate
