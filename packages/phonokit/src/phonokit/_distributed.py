"""One command on many ranks, which succeed or fail together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import sleep

from phono_grid.errors import DomainError
from phono_mpi import Alone, MpiRanks, Ranks

from phonokit._launch import Launch


@contextmanager
def launched_ranks(explain: Callable[[BaseException], int]) -> Iterator[Ranks]:
    """The ranks that a launcher has started; this process alone without one.

    An error that all ranks have is raised on all of them. An error that some of them have
    ends all: the first of these ranks explains it.

    Parameters
    ----------
    explain : callable
        Tell a person of an error, and return the exit code.
    """
    launch = Launch.of()
    if launch.size == 1:
        yield Alone()
        return
    ranks = MpiRanks()
    try:
        if ranks.size != launch.size:
            raise DomainError(
                f"{launch.size} processes were started, but MPI knows of {ranks.size}; the "
                "launcher and mpi4py must use the same MPI library"
            )
        yield ranks
    except BaseException as error:
        if not ranks.all_fail():
            # In the order of ranks: what the first one says is enough.
            sleep(min(0.1 * ranks.rank, 2))
            ranks.abort(explain(error))
        raise
