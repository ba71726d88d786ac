"""The processes that share a calculation: one alone, or the ranks of MPI."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from phono_mpi._agreement import agree, await_idly, private
from phono_mpi._communicator import MPI, Communicator, is_mpi, world
from phono_mpi._distributor import MpiDistributor
from phono_mpi._emergency import Emergency
from phono_mpi._names import remove_leftovers, remove_names
from phono_mpi._shared import build_node_shared_array

T = TypeVar("T")


class Ranks(Protocol):
    """The processes that share a calculation.

    A calculation takes them as an argument, ``ranks: Ranks = Alone()``, does its own
    `tasks` and puts the results together with `allgather`, without knowing MPI.
    """

    @property
    def rank(self) -> int:
        """The number of this process, from 0."""
        ...

    @property
    def size(self) -> int:
        """Number of processes."""
        ...

    def tasks(self, n_tasks: int) -> NDArray[np.int64]:
        """The tasks of this process, ascending, out of ``0 … n_tasks - 1``."""
        ...

    def allgather(self, rows: NDArray[Any], n_tasks: int) -> NDArray[Any]:
        """A row for each task of this process → a row for every task. Collective."""
        ...

    def bcast(self, value: T, root: int = 0) -> T:
        """The value of ``root`` on all. Collective."""
        ...

    def collect(self, value: T) -> list[T]:
        """The values of all, in the order of their ranks. Collective."""
        ...

    def gather(self, value: T) -> list[T]:
        """The values of all in rank order, on rank 0; nothing elsewhere. Collective."""
        ...

    def shared(self, make: Callable[[], Sequence[NDArray[Any]]]) -> list[NDArray[Any]]:
        """Arrays that one process of each node makes and all of them read. Collective."""
        ...

    def barrier(self) -> None:
        """Wait for all, idly. Collective."""
        ...

    def check_failures(self) -> None:
        """Raise an error if another rank has failed; between tasks, to end early."""
        ...


class Alone:
    """One process, no MPI."""

    rank = 0
    size = 1

    def tasks(self, n_tasks: int) -> NDArray[np.int64]:
        """All tasks."""
        return np.arange(n_tasks)

    def allgather(self, rows: NDArray[Any], n_tasks: int) -> NDArray[Any]:
        """The rows themselves."""
        return rows

    def bcast(self, value: T, root: int = 0) -> T:
        """The value itself."""
        return value

    def collect(self, value: T) -> list[T]:
        """A list with the value alone."""
        return [value]

    def gather(self, value: T) -> list[T]:
        """A list with the value alone."""
        return [value]

    def shared(self, make: Callable[[], Sequence[NDArray[Any]]]) -> list[NDArray[Any]]:
        """The arrays that ``make`` returns."""
        return list(make())

    def barrier(self) -> None:
        """Return at once."""

    def check_failures(self) -> None:
        """Return at once, as nobody else can fail."""


class MpiRanks:
    """The ranks of an MPI communicator, `world` if none is given. Collective.

    Names of shared memory that all ranks of a node have mapped are removed, so that ranks
    that are killed leave nothing in ``/dev/shm``, and so is what others have left there.
    """

    def __init__(self, comm: Communicator | None = None) -> None:
        self._comm = world() if comm is None else comm
        self.emergency = Emergency(self._comm)
        self._node: Any = None
        if self._comm.size > 1 and is_mpi(self._comm):
            self._node = private(self._comm).Split_type(MPI.COMM_TYPE_SHARED)
            remove_names(self._node)
            if self._node.Get_rank() == 0:
                remove_leftovers()

    @property
    def rank(self) -> int:
        """The number of this rank."""
        return self._comm.Get_rank()

    @property
    def size(self) -> int:
        """Number of ranks."""
        return self._comm.size

    def tasks(self, n_tasks: int) -> NDArray[np.int64]:
        """A contiguous share; see `MpiDistributor`."""
        return MpiDistributor(n_tasks, self._comm).my_tasks

    def allgather(self, rows: NDArray[Any], n_tasks: int) -> NDArray[Any]:
        """The rows of all ranks in task order."""
        return MpiDistributor(n_tasks, self._comm).allgather(rows)

    def bcast(self, value: T, root: int = 0) -> T:
        """The value of ``root``, pickled."""
        received: T = self._comm.bcast(value, root=root)
        return received

    def collect(self, value: T) -> list[T]:
        """The values of all ranks, pickled."""
        return self._comm.allgather(value)

    def gather(self, value: T) -> list[T]:
        """The values of all ranks on rank 0, pickled; an empty list elsewhere."""
        gathered: list[T] | None = self._comm.gather(value)
        return gathered or []

    def shared(self, make: Callable[[], Sequence[NDArray[Any]]]) -> list[NDArray[Any]]:
        """Arrays in memory that the ranks of a node share, read-only, until the end.

        Raises
        ------
        CollectiveError
            On all ranks of a node, if ``make`` fails there.
        """
        if not is_mpi(self._comm):
            return list(make())
        if self._node is None:
            self._node = private(self._comm).Split_type(MPI.COMM_TYPE_SHARED)
        node, made, error = self._node, None, None
        if node.Get_rank() == 0:
            try:
                made = list(make())
            except Exception as raised:  # every rank must learn of it, whatever it is
                error = raised
        await_idly(node)
        agree(node, error)
        kinds = node.bcast(None if made is None else [array.dtype for array in made])
        arrays = []
        for i, kind in enumerate(kinds):
            values = None if made is None else made[i]
            if made is not None:
                # Only one at a time is there twice.
                made[i] = np.empty(0)
            array, _ = build_node_shared_array(node, partial(np.asarray, values), kind)
            array.flags.writeable = False
            arrays.append(array)
        return arrays

    def barrier(self) -> None:
        """Wait for all ranks, without work for the core.

        Raises
        ------
        RankFailedError
            If another rank has announced that it failed.
        """
        await_idly(private(self._comm), self.check_failures)

    def check_failures(self) -> None:
        """Raise `RankFailedError` if another rank has announced that it failed."""
        self.emergency.check_failures()
