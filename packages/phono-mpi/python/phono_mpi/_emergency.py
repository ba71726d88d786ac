"""A rank fails: the others hear of it, come together, and end with one exit code."""

from time import monotonic, sleep
from typing import Any

from phono_mpi._communicator import is_mpi
from phono_mpi._patchable import mpi
from phono_mpi.errors import RankFailedError

_FAILED = 32763
"""Tag of the notice; every MPI library has tags up to 32767."""

AT_ONCE, PATIENCE = 0.5, 5.0
"""Seconds until the others are told, and until those that do not come are given up."""


class Emergency:
    """How the ranks of a communicator come together when some of them have failed.

    It has a duplicate of its own: a rank that fails may leave any other half way. Making
    one is collective.
    """

    def __init__(self, comm: Any) -> None:
        self._comm = comm.Dup() if is_mpi(comm) else comm
        self._left: list[Any] = []

    def heed(self) -> None:
        """Raise `RankFailedError` if another rank has told that it failed."""
        if not is_mpi(self._comm):
            return
        status = mpi().Status()
        if self._comm.Iprobe(source=mpi().ANY_SOURCE, tag=_FAILED, status=status):
            raise RankFailedError(f"rank {status.Get_source()} has failed")

    def gather_failed(self, *, own: bool) -> list[int] | None:
        """The ranks with an error of their own, once all are here; None if some stay away.

        Often all fail alike, so that the others are told only if they do not come at once.
        """
        if not is_mpi(self._comm):
            return [0]
        request, start, told = self._comm.Ibarrier(), monotonic(), not own
        # Who is told must not give up before the one who tells.
        patience = PATIENCE if own else 2 * PATIENCE
        while not request.Test():
            waited = monotonic() - start
            if waited > patience:
                return None
            if waited > AT_ONCE and not told:
                self._tell()
                told = True
            sleep(5e-3)
        return [rank for rank, failed in enumerate(self._comm.allgather(own)) if failed]

    def code_of(self, rank: int, code: int) -> int:
        """The exit code of a rank, on all. Collective."""
        known: int = self._comm.bcast(code, root=rank)
        return known

    def abort(self, code: int) -> None:
        """End all ranks."""
        self._comm.Abort(code)

    def _tell(self) -> None:
        """Tell all others; nobody has to receive it."""
        others = (r for r in range(self._comm.size) if r != self._comm.Get_rank())
        self._left = [self._comm.Isend(b"", dest=r, tag=_FAILED) for r in others]
