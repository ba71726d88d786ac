"""Who shares a calculation: this process alone, or the ranks of MPI."""

from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from phono_mpi._communicator import Communicator, world
from phono_mpi._distributor import MpiDistributor

T = TypeVar("T")


class Ranks(Protocol):
    """The processes that share a calculation.

    A calculation takes them as an argument, ``ranks: Ranks = Alone()``, does the tasks that
    are `mine` and puts the results together with `allgather`, without knowing MPI.
    """

    @property
    def rank(self) -> int:
        """The number of this process, from 0."""
        ...

    @property
    def size(self) -> int:
        """Number of processes."""
        ...

    def mine(self, n_tasks: int) -> NDArray[np.int64]:
        """The tasks of this process, ascending, out of ``0 … n_tasks - 1``."""
        ...

    def allgather(self, rows: NDArray[Any], n_tasks: int) -> NDArray[Any]:
        """A row for each of the tasks that are mine → a row for each of all. Collective."""
        ...

    def bcast(self, value: T, root: int = 0) -> T:
        """The value of ``root`` on all. Collective."""
        ...

    def barrier(self) -> None:
        """Wait for all. Collective."""
        ...


class Alone:
    """One process, no MPI."""

    rank = 0
    size = 1

    def mine(self, n_tasks: int) -> NDArray[np.int64]:
        """All of them."""
        return np.arange(n_tasks)

    def allgather(self, rows: NDArray[Any], n_tasks: int) -> NDArray[Any]:
        """The rows themselves."""
        return rows

    def bcast(self, value: T, root: int = 0) -> T:
        """The value itself."""
        return value

    def barrier(self) -> None:
        """Nobody to wait for."""


class MpiRanks:
    """The ranks of an MPI communicator, `world` if none is given."""

    def __init__(self, comm: Communicator | None = None) -> None:
        self._comm = world() if comm is None else comm

    @property
    def rank(self) -> int:
        """The number of this rank."""
        return self._comm.Get_rank()

    @property
    def size(self) -> int:
        """Number of ranks."""
        return self._comm.size

    def mine(self, n_tasks: int) -> NDArray[np.int64]:
        """A contiguous share; see `MpiDistributor`."""
        return MpiDistributor(n_tasks, self._comm).my_tasks

    def allgather(self, rows: NDArray[Any], n_tasks: int) -> NDArray[Any]:
        """The rows of all ranks in task order."""
        return MpiDistributor(n_tasks, self._comm).allgather(rows)

    def bcast(self, value: T, root: int = 0) -> T:
        """The value of ``root``, pickled."""
        received: T = self._comm.bcast(value, root=root)
        return received

    def barrier(self) -> None:
        """Wait for all ranks."""
        self._comm.Barrier()
