"""The MPI library and its largest message, as one argument."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from phono_mpi._chunks import MAX_MPI_BYTES
from phono_mpi._communicator import MPI


@dataclass(frozen=True)
class MpiLibrary:
    """The module ``mpi4py.MPI``, or one with its names, and the largest message.

    Parameters
    ----------
    mpi : module
        Imported when first used; a host program with communicators of its own may give
        another one.
    limit : int
        Bytes of a message; a single row above it is one message nevertheless.
    """

    mpi: Any = MPI
    limit: int = MAX_MPI_BYTES

    def wait(self, requests: Sequence[Any]) -> None:
        """Wait until all messages have been sent or received."""
        if requests:  # else a single process would load MPI for nothing
            self.mpi.Request.Waitall(list(requests))


LIBRARY = MpiLibrary()
"""MPI as mpi4py has it, with messages as large as every library can send."""
