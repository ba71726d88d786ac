"""A rank fails: the others learn of it, come together, and end with one exit code."""

from time import monotonic, sleep
from typing import Any

from phono_mpi._communicator import MPI, is_mpi
from phono_mpi.errors import RankFailedError

_FAILED = 32763
"""Tag of the notice; every MPI library has tags up to 32767."""

AT_ONCE, PATIENCE = 0.5, 5.0
"""Seconds until the others get a notice, and until those that do not come are given up."""


class Emergency:
    """The ranks of a communicator come together when some of them have failed.

    It has a duplicate of its own: a rank that fails may leave any other half way. Making
    one is collective.
    """

    def __init__(self, comm: Any) -> None:
        self._comm = comm.Dup() if is_mpi(comm) else comm
        self._notices: list[Any] = []

    def check_failures(self) -> None:
        """Raise `RankFailedError` if another rank has announced that it failed."""
        if not is_mpi(self._comm):
            return
        status = MPI.Status()
        if self._comm.Iprobe(source=MPI.ANY_SOURCE, tag=_FAILED, status=status):
            raise RankFailedError(f"rank {status.Get_source()} has failed")

    def gather_failed(self, *, own: bool) -> list[int] | None:
        """The ranks with an error of their own, once all are here; None if some stay away.

        Often all fail alike: the others get a notice only if they do not come at once.
        """
        if not is_mpi(self._comm):
            return [0]
        request, start, announced = self._comm.Ibarrier(), monotonic(), not own
        # A rank that has no error must not give up before one that announces its own.
        patience = PATIENCE if own else 2 * PATIENCE
        while not request.Test():
            waited = monotonic() - start
            if waited > patience:
                return None
            if waited > AT_ONCE and not announced:
                self._announce()
                announced = True
            sleep(5e-3)
        return [rank for rank, failed in enumerate(self._comm.allgather(own)) if failed]

    def share_exit_code(self, rank: int, code: int) -> int:
        """The exit code of one rank, on all. Collective."""
        shared: int = self._comm.bcast(code, root=rank)
        return shared

    def abort(self, code: int) -> None:
        """End all ranks."""
        self._comm.Abort(code)

    def _announce(self) -> None:
        """Send a notice to all others, which nobody has to receive."""
        others = (r for r in range(self._comm.size) if r != self._comm.Get_rank())
        self._notices = [self._comm.Isend(b"", dest=r, tag=_FAILED) for r in others]
