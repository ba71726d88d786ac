"""Rows of an array, or tasks, distributed over ranks."""

import gc
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phono_mpi import _chunks
from phono_mpi._collectives import (
    agree,
    announce,
    bcast_rows,
    bcast_rows_into,
    chunks,
    items_per_row,
    rows_problem,
)
from phono_mpi._communicator import Communicator, world
from phono_mpi._pencils import shares

_ELEMENTS = 2**31
"""Counts and displacements of every MPI library stay below this."""


class MpiDistributor:
    """``ntasks`` tasks in contiguous slices, in the order of ranks.

    With ``ntasks = a S + b`` over ``S`` ranks, each has ``a`` tasks and the last ``b``
    ranks one more. Arrays that are distributed have one row for each task.

    Parameters
    ----------
    ntasks : int
    comm : mpi4py communicator, optional
        `world` if not given. Construction does not communicate.
    validate : bool
        Check what all ranks pass before data move, at the cost of one small message, so
        that a mistake of one rank raises `CollectiveError` on all instead of hanging the
        others. Must be the same on all ranks.
    """

    def __init__(
        self, ntasks: int = 1, comm: Communicator | None = None, *, validate: bool = True
    ) -> None:
        self._comm: Any = world() if comm is None else comm
        self._ntasks = ntasks
        self._validate = validate
        self._sizes = shares(ntasks, self._comm.size, excess="last")
        ends = np.cumsum(self._sizes)
        starts = ends - self._sizes
        self._slices = [slice(int(i), int(j)) for i, j in zip(starts, ends, strict=True)]

    @staticmethod
    def create_distributor(
        ntasks: int, comm: Communicator | None = None, *, validate: bool = True
    ) -> "MpiDistributor":
        """The same as the constructor, under the name that DGAmore uses."""
        return MpiDistributor(ntasks, comm, validate=validate)

    @property
    def comm(self) -> Any:
        """The communicator."""
        return self._comm

    @property
    def ntasks(self) -> int:
        """Number of tasks."""
        return self._ntasks

    @property
    def mpi_size(self) -> int:
        """Number of ranks ``S``."""
        return int(self._comm.size)

    @property
    def my_rank(self) -> int:
        """The number of this rank."""
        return int(self._comm.Get_rank())

    @property
    def is_root(self) -> bool:
        """Whether this is rank 0."""
        return self.my_rank == 0

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Number of tasks of every rank, shape (S,)."""
        return self._sizes

    @property
    def slices(self) -> list[slice]:
        """The tasks of every rank."""
        return self._slices

    @property
    def my_size(self) -> int:
        """Number of tasks of this rank."""
        return int(self._sizes[self.my_rank])

    @property
    def my_slice(self) -> slice:
        """The tasks of this rank."""
        return self._slices[self.my_rank]

    @property
    def my_tasks(self) -> NDArray[np.int64]:
        """The numbers of this rank's tasks."""
        return np.arange(self._ntasks)[self.my_slice]

    def barrier(self, *, collect: bool = True) -> None:
        """Wait for all ranks; ``collect`` runs the garbage collector first. Collective."""
        if collect:
            gc.collect()
        self._comm.Barrier()

    def allgather(self, rows: NDArray[Any]) -> NDArray[Any]:
        """The rows of all ranks in task order, (n_R, ...) → (ntasks, ...). Collective."""
        rows = self._distributed("allgather", rows)
        if self.mpi_size == 1:
            return rows.copy()
        full = np.empty((self._ntasks, *rows.shape[1:]), rows.dtype)
        width = items_per_row(rows)
        step = _chunks.chunk_step(rows.itemsize, width, _chunks.MAX_MPI_BYTES)
        if self._sizes.max() <= step and full.size < _ELEMENTS:
            counts = self._sizes * width
            displacements = np.cumsum(counts) - counts
            send = [rows.reshape(-1), counts[self.my_rank]]
            self._comm.Allgatherv(send, [full.reshape(-1), (counts, displacements)])
            return full
        full[self.my_slice] = rows
        for rank, part in enumerate(self._slices):
            bcast_rows_into(self._comm, full[part], rank, _chunks.MAX_MPI_BYTES)
        return full

    def gather(self, rows: NDArray[Any], root: int = 0) -> NDArray[Any] | None:
        """The rows of all ranks in task order on ``root``, None elsewhere. Collective.

        Every rank passes an array, (0, ...) if it has no task.
        """
        rows = self._distributed("gather", rows)
        if self.my_rank != root:
            _wait(self._sends(rows, root))
            return None
        full = np.empty((self._ntasks, *rows.shape[1:]), rows.dtype)
        requests = []
        for rank, part in enumerate(self._slices):
            if rank == root:
                full[part] = rows
            else:
                requests += self._receives(full[part], rank)
        _wait(requests)
        return full

    def scatter(self, full: NDArray[Any] | None = None, root: int = 0) -> NDArray[Any]:
        """The rows of each rank out of ``root``'s (ntasks, ...) → (n_R, ...). Collective.

        Ranks other than ``root`` pass nothing. The result does not share memory with
        ``full``.
        """
        problem = rows_problem(full, self._ntasks)
        shape, dtype = announce(self._comm, "scatter", problem, full, root)
        if self.my_rank == root:
            full = np.ascontiguousarray(full)
            others = [r for r in range(self.mpi_size) if r != root]
            requests = [q for r in others for q in self._sends(full[self._slices[r]], r)]
            mine = full[self.my_slice].copy()
            _wait(requests)
            return mine
        rows = np.empty((self.my_size, *shape[1:]), dtype)
        _wait(self._receives(rows, root))
        return rows

    def bcast(self, data: Any, root: int = 0) -> Any:
        """Send a pickled object from ``root`` to all. Collective."""
        return self._comm.bcast(data, root=root)

    def bcast_chunked(self, arr: NDArray[Any] | None, root: int = 0) -> NDArray[Any]:
        """Send an array of any size from ``root`` to all. Collective."""
        return bcast_rows(self._comm, arr, root, _chunks.MAX_MPI_BYTES)

    def allreduce(self, array: NDArray[Any]) -> NDArray[Any]:
        """Sum ``array`` over the ranks, in place, and return it. Collective.

        All ranks pass the same shape and type, contiguous. MPI chooses the order of the
        sum: the last bits depend on the number of ranks.
        """
        if self._validate:
            problem = rows_problem(array)
            if problem is None and not array.flags.c_contiguous:
                problem = "the array must be contiguous in C order"
            facts = None if problem else (array.dtype.str, array.shape)
            agree(self._comm, "allreduce", problem, facts)
        if self.mpi_size > 1:
            from mpi4py import MPI

            for chunk in chunks(array, _chunks.MAX_MPI_BYTES):
                self._comm.Allreduce(MPI.IN_PLACE, chunk)
        return array

    def _distributed(self, name: str, rows: NDArray[Any]) -> NDArray[Any]:
        """The rows of this rank, contiguous, once all ranks agree that theirs fit."""
        if self._validate:
            problem = rows_problem(rows, self.my_size)
            facts = None if problem else (rows.dtype.str, rows.shape[1:])
            agree(self._comm, name, problem, facts)
        return np.ascontiguousarray(rows)

    def _sends(self, rows: NDArray[Any], dest: int) -> list[Any]:
        """Start to send rows; chunk ``k`` has tag ``k``."""
        parts = enumerate(chunks(rows, _chunks.MAX_MPI_BYTES))
        return [self._comm.Isend(part, dest=dest, tag=k) for k, part in parts]

    def _receives(self, rows: NDArray[Any], source: int) -> list[Any]:
        """Start to receive rows in place."""
        parts = enumerate(chunks(rows, _chunks.MAX_MPI_BYTES))
        return [self._comm.Irecv(part, source=source, tag=k) for k, part in parts]


def _wait(requests: list[Any]) -> None:
    """Finish what was started."""
    for request in requests:
        request.Wait()
