"""One command on many ranks, which succeed or fail together."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from time import sleep

from phono_grid.errors import DomainError
from phono_mpi import Alone, MpiRanks, Ranks
from phono_mpi.errors import RankFailedError
from phono_mpi.launch import Launch


@contextmanager
def launched_ranks(explain: Callable[[BaseException], int]) -> Iterator[Ranks]:
    """The ranks that a launcher has started; this process alone without one.

    An error that all ranks have is raised on all of them. An error that some of them have
    ends all: the first of these ranks explains it, and its exit code is that of all.

    Parameters
    ----------
    explain : callable
        Tell a person of an error, and return the exit code.
    """
    launch = Launch.from_environment()
    if launch.size == 1:
        yield Alone()
        return
    try:
        ranks = MpiRanks()
    except KeyboardInterrupt:
        message = "phono: interrupted; nothing was written\n"
        launch.end_by_signal(message, signal.SIGINT)
        raise
    try:
        if ranks.size != launch.size:
            raise DomainError(
                f"{launch.size} processes were started, but MPI knows of {ranks.size}; the "
                "launcher and mpi4py must use the same MPI library"
            )
        yield ranks
    except BaseException as error:
        _end_together(ranks, error, explain)
        raise


def end_before_meeting(error: Exception, explain: Callable[[BaseException], int]) -> None:
    """End all ranks if some fail before they have met; return if all do, or nobody waits.

    The others come to meet this one, with an error of their own or without: a rank that
    only ends leaves them waiting.
    """
    if "mpi4py.MPI" in sys.modules:
        return  # they have met, and have ended together
    try:
        ranks = MpiRanks()
    except Exception:  # whatever it is, this rank cannot come
        if find_spec("mpi4py") is not None:
            explain(error)
            Launch.from_environment().end_by_signal("")
        return  # MPI is missing, for the others too
    _end_together(ranks, error, explain)


def _end_together(
    ranks: MpiRanks, error: BaseException, explain: Callable[[BaseException], int]
) -> None:
    """Leave as one with the code of the first rank that failed; return if all have.

    `abort` is for ranks that do not come: a launcher kills those, and whether it then
    returns the code or that of the kill is a race (MPICH's).
    """
    own = not isinstance(error, RankFailedError)
    emergency = ranks.emergency
    failed = emergency.gather_failed(own=own)
    if failed is None:
        # In the order of ranks: what the first one says is enough.
        sleep(min(0.1 * ranks.rank, 2))
        emergency.abort(explain(error))
    elif len(failed) < ranks.size:
        code = explain(error) if ranks.rank == failed[0] else 0
        raise SystemExit(emergency.share_exit_code(failed[0], code)) from None
