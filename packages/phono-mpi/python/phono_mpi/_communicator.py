"""Communicators: those of mpi4py, loaded late, or of one process without MPI."""

import os
import platform
import sys
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np
from phono_grid.errors import DomainError

from phono_mpi.launch import Launch


class Communicator(Protocol):
    """The part of an mpi4py communicator that every function of this package uses."""

    @property
    def size(self) -> int:
        """Number of ranks."""
        ...

    def Get_rank(self) -> int:
        """The number of this rank."""
        ...

    def Barrier(self) -> None:
        """Wait for all ranks."""
        ...

    def bcast(self, obj: Any, root: int = 0) -> Any:
        """Send a pickled object from ``root`` to all."""
        ...

    def allgather(self, sendobj: Any) -> list[Any]:
        """The pickled objects of all ranks, on all ranks."""
        ...

    def gather(self, sendobj: Any) -> list[Any] | None:
        """The pickled objects of all ranks on rank 0, None elsewhere."""
        ...


class SerialComm:
    """The communicator of one process, without MPI."""

    size = 1

    def Get_rank(self) -> int:
        """Return 0."""
        return 0

    def Barrier(self) -> None:
        """Return at once."""

    def bcast(self, obj: Any, root: int = 0) -> Any:
        """Return the object itself."""
        return obj

    def allgather(self, sendobj: Any) -> list[Any]:
        """Return a list with the object alone."""
        return [sendobj]

    def gather(self, sendobj: Any) -> list[Any] | None:
        """Return a list with the object alone."""
        return [sendobj]

    def Bcast(self, buf: Any, root: int = 0) -> None:
        """Leave the buffer as it is."""

    def Allreduce(self, sendbuf: Any, recvbuf: Any, op: Any = None) -> None:
        """Copy, unless the reduction is in place."""
        if sendbuf is not MPI.IN_PLACE:
            np.copyto(recvbuf, sendbuf)


def world() -> Communicator:
    """All ranks: MPI's ``COMM_WORLD``; `SerialComm` without mpi4py or if ``PHONO_MPI=0``.

    The first call loads mpi4py, which initialises MPI.

    Raises
    ------
    DomainError
        If several processes were started but MPI cannot be loaded: each would do all of
        the work.
    """
    if os.environ.get("PHONO_MPI") == "0":
        return SerialComm()
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        if Launch.from_environment().size > 1:
            raise DomainError(
                "several processes were started, but MPI cannot be loaded "
                f"({error}); install phono-mpi[mpi] and an MPI library"
            ) from error
        return SerialComm()
    return MPI.COMM_WORLD


def is_mpi(comm: Any) -> bool:
    """Whether this is a communicator of mpi4py, no stand-in and no fake of a test."""
    # A program that has such a communicator has loaded mpi4py.
    module = sys.modules.get("mpi4py.MPI")
    return module is not None and isinstance(comm, module.Comm)


def largest_tag(comm: Any) -> int | None:
    """The last tag that the MPI library has; None for fakes, which have all."""
    if not is_mpi(comm):
        return None
    module = sys.modules["mpi4py.MPI"]
    largest: int | None = module.COMM_WORLD.Get_attr(module.TAG_UB)
    return largest


def _wait_all(requests: Sequence[Any]) -> None:
    """``MPI.Request.Waitall`` without MPI."""
    for request in requests:
        request.Wait()


_WITHOUT_MPI = SimpleNamespace(
    IN_PLACE=object(),
    SUM="SUM",
    PROD="PROD",
    MAX="MAX",
    MIN="MIN",
    Request=SimpleNamespace(Waitall=_wait_all),
    Get_processor_name=platform.node,
)


class LateMpi:
    """``mpi4py.MPI``, imported when first used, or a stand-in for one process."""

    def __getattr__(self, name: str) -> Any:
        """An attribute of ``mpi4py.MPI``, or of its stand-in."""
        if name == "COMM_WORLD":
            return world()
        if os.environ.get("PHONO_MPI") == "0" and "mpi4py.MPI" not in sys.modules:
            return getattr(_WITHOUT_MPI, name)
        try:
            from mpi4py import MPI
        except (ImportError, RuntimeError):
            return getattr(_WITHOUT_MPI, name)
        return getattr(MPI, name)


MPI = LateMpi()
