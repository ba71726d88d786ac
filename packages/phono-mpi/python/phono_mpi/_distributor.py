"""Rows of an array, or tasks, distributed over ranks."""

import gc
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.errors import DomainError

from phono_mpi._agreement import await_all, compare, private, rows_problem
from phono_mpi._broadcast import Refusal, bcast_rows, bcast_rows_into, from_root
from phono_mpi._chunks import MAX_COUNT, chunk_step
from phono_mpi._communicator import Communicator, SerialComm, is_mpi
from phono_mpi._library import LIBRARY, MpiLibrary
from phono_mpi._pencils import shares
from phono_mpi._reductions import (
    Operator,
    Order,
    reduce_in_place,
    reduce_rows,
    reduce_to_root,
)
from phono_mpi._rows import irecv_rows_into, isend_rows, items_per_row, known_to_mpi
from phono_mpi._spill import SpillFile


class MpiDistributor(SpillFile):
    """``ntasks`` tasks in contiguous slices, in the order of ranks.

    With ``ntasks = a S + b`` over ``S`` ranks, each has ``a`` tasks and the last ``b``
    ranks one more. Arrays that are distributed have one row for each task.

    Messages of collective methods travel over a private duplicate of the communicator, so
    that they cannot meet those of the host code.

    Parameters
    ----------
    ntasks : int
    comm : mpi4py communicator, optional
        ``MPI.COMM_WORLD`` (see `world`) if not given. Construction does not communicate.
    name, output_path : str
        With a path, every rank creates a file ``{name}_Rank{R:05d}.hdf5`` there; see
        `open_file`. The folder must exist.
    sizes : (S,) array_like of int, optional
        Number of tasks of every rank instead of equal shares, the same on all ranks; see
        `weighted_sizes`.
    validate : bool
        Check what all ranks pass before data move, at the cost of one small message, so
        that a mistake of one rank raises `CollectiveError` on all instead of hanging the
        others. Must be the same on all ranks. Communicators that are not of mpi4py (fakes
        of tests) get the documented messages only, hence no checks.

    Raises
    ------
    DomainError
        If ``ntasks`` is negative, or ``sizes`` is not one for each rank with the sum
        ``ntasks``.
    """

    def __init__(
        self,
        ntasks: int = 1,
        comm: Communicator | None = None,
        name: str = "",
        output_path: str | None = None,
        *,
        sizes: ArrayLike | None = None,
        validate: bool = True,
    ) -> None:
        if ntasks < 0:
            raise DomainError(f"ntasks must not be negative, got {ntasks}")
        self._comm: Any = self.library.mpi.COMM_WORLD if comm is None else comm
        self._ntasks = ntasks
        documented_only = not (is_mpi(self._comm) or isinstance(self._comm, SerialComm))
        self._validate = validate and not documented_only
        size = self._comm.size
        self.set_sizes(shares(ntasks, size, excess="last") if sizes is None else sizes)
        if output_path is not None:
            self._create_file(name, output_path, self.my_rank)

    def set_sizes(self, sizes: ArrayLike) -> None:
        """Give the ranks other numbers of tasks, (S,), the same on all ranks.

        Raises
        ------
        DomainError
            If ``sizes`` is not one for each rank with the sum ``ntasks``.
        """
        given = np.array(sizes, dtype=np.int64)
        fits = given.shape == (self._comm.size,) and given.sum() == self._ntasks
        if not fits or (given < 0).any():
            raise DomainError(
                f"sizes must be {self._comm.size} numbers of tasks, one for each rank, "
                f"with the sum {self._ntasks}, got {given.tolist()}"
            )
        ends = np.cumsum(given)
        starts = ends - given
        self._sizes: NDArray[np.int64] = given
        self._slices = [slice(int(i), int(j)) for i, j in zip(starts, ends, strict=True)]
        self._my_size: np.int64 = given[self.my_rank]
        self._my_slice = self._slices[self.my_rank]

    def restricted_to(self, sub_comm: Any, member_ranks: Sequence[int]) -> Self:
        """The same tasks over a part of the ranks, for collectives without the others.

        Parameters
        ----------
        sub_comm : mpi4py communicator
            The communicator of the members alone.
        member_ranks : sequence of int
            The rank here of each rank of ``sub_comm``. All others must have no task.
        """
        sizes = self._sizes[list(member_ranks)]
        if sizes.sum() != self._ntasks:
            raise DomainError(
                "member_ranks must hold all tasks: "
                f"they have {sizes.sum()} of {self._ntasks}"
            )
        return type(self)(self._ntasks, sub_comm, sizes=sizes, validate=self._validate)

    @property
    def library(self) -> MpiLibrary:
        """The module of MPI and the largest message."""
        return LIBRARY

    @property
    def validates(self) -> bool:
        """Whether ranks compare their arrays before data move."""
        return self._validate

    @property
    def comm(self) -> Any:
        """The communicator of the constructor."""
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
    def my_size(self) -> np.int64:
        """Number of tasks of this rank."""
        return self._my_size

    @property
    def my_slice(self) -> slice:
        """The tasks of this rank."""
        return self._my_slice

    @property
    def my_tasks(self) -> NDArray[np.int64]:
        """The numbers of this rank's tasks."""
        return np.arange(self._ntasks)[self.my_slice]

    def barrier(self, *, collect: bool = True, timeout: float | None = None) -> None:
        """Wait for all ranks; ``collect`` runs the garbage collector first. Collective.

        With a ``timeout``, seconds, ranks that have waited so long raise `CollectiveError`,
        which names those that have not come, instead of waiting forever.
        """
        if collect:
            gc.collect()
        if timeout is None or not is_mpi(self._comm):
            self._comm.Barrier()
        else:
            await_all(self._comm, timeout)

    def allgather(self, rows: NDArray[Any] | None = None) -> NDArray[Any]:
        """The rows of all ranks in task order, (n_R, ...) → (ntasks, ...). Collective.

        A rank without tasks passes an array (0, ...), or nothing.
        """
        rows = self._distributed("allgather", rows)
        if self.mpi_size == 1:
            return rows.copy()
        full = np.empty((self._ntasks, *rows.shape[1:]), rows.dtype)
        width = items_per_row(rows.shape)
        comm, limit = private(self._comm), self.library.limit
        in_one = self._sizes.max() <= chunk_step(rows.itemsize, width, limit)
        if in_one and full.size <= MAX_COUNT and known_to_mpi(rows.dtype):
            counts = self._sizes * width
            displacements = np.cumsum(counts) - counts
            send = [rows.reshape(-1), counts[self.my_rank]]
            comm.Allgatherv(send, [full.reshape(-1), (counts, displacements)])
            return full
        full[self.my_slice] = rows
        for rank, part in enumerate(self._slices):
            bcast_rows_into(comm, full[part], rank, limit)
        return full

    def gather(
        self, rows: NDArray[Any] | None = None, root: int = 0
    ) -> NDArray[Any] | None:
        """The rows of all ranks in task order on ``root``, None elsewhere. Collective.

        A rank without tasks passes an array (0, ...), or nothing.
        """
        rows = self._distributed("gather", rows)
        comm, library = private(self._comm), self.library
        if self.my_rank != root:
            library.wait(isend_rows(comm, rows, root, 0, library.limit))
            return None
        full = np.empty((self._ntasks, *rows.shape[1:]), rows.dtype)
        requests: list[Any] = []
        for rank, part in enumerate(self._slices):
            if rank != root:
                requests += irecv_rows_into(comm, full[part], rank, 0, library.limit)
        full[self._slices[root]] = rows
        library.wait(requests)
        return full

    def scatter(self, full: NDArray[Any] | None = None, root: int = 0) -> NDArray[Any]:
        """The rows of each rank out of ``root``'s (ntasks, ...) → (n_R, ...). Collective.

        Only ``root`` passes an array. The result does not share memory with
        ``full``. Without anything to scatter a single rank gets zeros of shape (ntasks,).
        """
        if full is None and self.mpi_size == 1:
            return np.zeros(int(self.my_size))
        here = self.my_rank == root
        problem = rows_problem(full, self._ntasks if here else None)
        problem = None if full is None and not here else problem
        if self._validate:
            compare(self._comm, "scatter", problem)
        layout: Any = None
        if here and full is not None and problem is None:
            full = np.ascontiguousarray(full)
            layout = (full.dtype, full.shape[1:])
        elif problem is not None:
            # Unchecked, the root refuses for all, and the others for themselves.
            compare(SerialComm(), "scatter", None if here else problem)
            layout = Refusal(problem)
        dtype, trailing = from_root(self._comm, "scatter", layout, root)
        comm, library = private(self._comm), self.library
        limit = library.limit
        if here and full is not None:
            others = [r for r in range(self.mpi_size) if r != root]
            parts = ((full[self._slices[r]], r) for r in others)
            requests = [q for part, r in parts for q in isend_rows(comm, part, r, 0, limit)]
            own = full[self._slices[root]].copy()
            library.wait(requests)
            return own
        rows = np.empty((self.my_size, *trailing), dtype)
        library.wait(irecv_rows_into(comm, rows, root, 0, limit))
        return rows

    def bcast(self, data: Any, root: int = 0) -> Any:
        """Send a pickled object from ``root`` to all. Collective."""
        return self._comm.bcast(data, root=root)

    def bcast_chunked(self, arr: NDArray[Any] | None, root: int = 0) -> NDArray[Any]:
        """Send an array of any size from ``root`` to all. Collective."""
        return bcast_rows(self._comm, arr, root, self.library.limit)

    def allreduce(
        self, array: NDArray[Any], op: Operator = "sum", *, order: Order = "any"
    ) -> NDArray[Any]:
        """Reduce ``array`` over the ranks, in place, and return it. Collective.

        Parameters
        ----------
        array : (n, ...) ndarray
            The same shape and type on all ranks, contiguous.
        op : {"sum", "prod", "max", "min"}
        order : {"any", "ranks"}
            MPI may choose the order of a sum from run to run. ``"ranks"`` adds rank 0, 1, …
            one after the other: the same bits in every run with as many ranks, in messages
            of 16 MiB at most, because those of all ranks are held together.
        """
        self._compare_reduced("allreduce", array, (op, order))
        return reduce_in_place(self._comm, array, op, order, self.library)

    def reduce(
        self,
        array: NDArray[Any],
        op: Operator = "sum",
        *,
        root: int = 0,
        order: Order = "any",
    ) -> NDArray[Any] | None:
        """Reduce ``array`` over the ranks on ``root``, None elsewhere. Collective.

        Parameters are those of `allreduce`; ``array`` stays as it is.
        """
        self._compare_reduced("reduce", array, (op, root, order))
        return reduce_to_root(self._comm, array, root, op, order, self.library)

    def reduce_scatter(self, full: NDArray[Any], op: Operator = "sum") -> NDArray[Any]:
        """Reduce rows, each on its rank: (ntasks, ...) → (n_R, ...). Collective.

        One rank after the other, so that every run with as many ranks has the same bits. No
        rank holds more than its contribution to all rows and those of all to its own.
        """
        self._compare_reduced("reduce_scatter", full, (op,), self._ntasks)
        return reduce_rows(private(self._comm), full, self._sizes, op, self.library)

    def _compare_reduced(
        self,
        name: str,
        array: NDArray[Any],
        options: tuple[object, ...],
        n_rows: int | None = None,
    ) -> None:
        """All ranks agree that their arrays have the same shape and type."""
        if self._validate:
            problem = rows_problem(array, n_rows)
            if problem is None and not array.flags.c_contiguous:
                problem = "the array must be contiguous in C order"
            facts = None if problem else (array.dtype.str, array.shape, *options)
            compare(self._comm, name, problem, facts)

    def _distributed(self, name: str, rows: NDArray[Any] | None) -> NDArray[Any]:
        """The rows of this rank, contiguous, once all ranks agree that theirs fit."""
        absent = rows is None and self.my_size == 0
        problem = None if absent else rows_problem(rows, int(self.my_size))
        if self._validate:
            facts = None
            if rows is not None and problem is None:
                facts = (rows.dtype.str, rows.shape[1:])
            known = compare(self._comm, name, problem, facts)
            if None in known:
                rows = self._empty_if_absent(rows, known)
        elif rows is None:
            # Nobody is asked for the type; the others get their documented messages.
            compare(SerialComm(), name, rows_problem(rows, int(self.my_size)))
        return np.ascontiguousarray(rows)

    def _empty_if_absent(self, rows: NDArray[Any] | None, known: list[Any]) -> NDArray[Any]:
        """Rows (0, ...), like those of the first rank with an array, for a rank without."""
        root = next((r for r, facts in enumerate(known) if facts is not None), None)
        if root is None:
            return np.empty(0)
        layout = None if rows is None else (rows.dtype, rows.shape[1:])
        dtype, trailing = self._comm.bcast(layout, root=root)
        return np.empty((0, *trailing), dtype) if rows is None else rows
