"""Running of a calculation in pieces that are shared out, and stored when finished."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import KW_ONLY, dataclass, field
from io import FileIO
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from phono_3ph import Storage
from phono_grid.errors import (
    DomainError,
    PhonoError,
    ensure_callable,
    ensure_integer,
    ensure_positive,
    ensure_type,
    named,
)
from phono_mpi import Alone, Ranks, balanced_tasks, chained_tasks

from phonokit._timed import begin_pieces
from phonokit.run.file import RunFile
from phonokit.run.notebook import notebook_progress
from phonokit.run.scratch import scratch_array
from phonokit.run.store import RunStore

T = TypeVar("T")

Progress = Callable[[int, int], None]
"""Called with the pieces of work that are done, and how many there are."""

MEMORY = 8.0
"""GB"""
SYNC = 5.0
"""Seconds of work that a power failure may cost; a killed process loses one record."""


@dataclass(frozen=True, slots=True)
class Run:
    """Choices of how to run a calculation; nothing here changes a number.

    Parameters
    ----------
    store : RunStore, str or Path, optional
        Where finished pieces of work are kept, so that a run that was stopped goes on: a
        file, which stays when the run is finished (the same call then has nothing left to
        do) until `remove`; or a `RunStore` that the caller has entered and removes. A file
        holds one calculation. On many ranks the store of the first one counts.
    progress : callable, optional
        Called with the pieces of work that are done, and how many there are. In a notebook
        a line is shown below the cell if none is given.
    memory : float
        What a collision operator may take on each rank, GB.
    over_memory : Storage or "memory" or "disk" or "recompute"
        Where its rows go if they do not fit: nowhere, which is an error, to a scratch file,
        or computed again in every iteration.
    ranks : Ranks
        Who shares the work: `phono_mpi.Alone`, or `phono_mpi.MpiRanks()` in a program that
        every rank runs.
    batch_size : int, optional
        Irreducible wave vectors that are handed to the kernels together; the environment
        variable ``PHONO_BATCH_SIZE`` if not given. 0 or less is the default, 64, or 16
        where temperatures go in blocks. Scattering by isotopes shares work between them:
        silicon at 19 × 19 × 19 on two threads takes 12 % more processor time one by one,
        and the same for any size from 4 on. Other scattering takes the same time for any.

    Examples
    --------
    ::

        run = phonokit.Run("silicon.run", progress=print)
        result = phonokit.kappa(silicon, run=run)  # may be stopped, and called again
        result.write("silicon.hdf5")
        run.remove()
    """

    store: RunStore | Path | str | None = None
    _: KW_ONLY
    progress: Progress | None = None
    memory: float = MEMORY
    over_memory: Storage | str = Storage.MEMORY
    ranks: Ranks = field(default_factory=Alone)
    batch_size: int | None = None

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_callable("progress", self.progress)
        ensure_positive("memory", self.memory)
        storage = named(Storage, self.over_memory, "over_memory")
        object.__setattr__(self, "over_memory", storage)
        if self.store is not None:
            ensure_type("store", self.store, RunStore, str, Path)
        object.__setattr__(self, "batch_size", _batch_size(self.batch_size))
        if not hasattr(self.ranks, "allgather"):
            kind = type(self.ranks).__name__
            raise DomainError(
                f"ranks must be Ranks of phono_mpi, such as Alone(), got {kind}"
            )

    def remove(self) -> None:
        """Remove the file of the store, once the result is safe. On the first rank."""
        if self.store is None or self.ranks.rank > 0:
            return
        if isinstance(self.store, RunStore):
            self.store.remove()
        else:
            Path(self.store).unlink(missing_ok=True)


def _batch_size(given: int | None) -> int | None:
    """Number of wave vectors that go together, None for the default."""
    if given is None:
        text = os.environ.get("PHONO_BATCH_SIZE", "")
        try:
            given = int(text or 0)
        except ValueError:
            raise DomainError(
                f"PHONO_BATCH_SIZE: expected a whole number, got {text!r}; correct the "
                "environment variable"
            ) from None
    size = ensure_integer("batch_size", given)
    return size if size > 0 else None


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Many records, each of which can be computed on its own.

    Parameters
    ----------
    key : callable
        Everything that the records depend on, by name.
    record : dtype
    costs : (n,) array
        Of each record, in any unit.
    work : callable
        Numbers of records → each number with its record.
    blocks : list of slices
        Records that one rank must have.
    on_disk : bool
        Whether the records are too large for the memory.
    groups : (n,) array of int, optional
        Neighbours that share a part of the work: ranks then have records in a row.
    once : (n_g,) array, optional
        The cost of what each group shares.
    """

    key: Callable[[], dict[str, str]]
    record: np.dtype[Any]
    costs: NDArray[np.float64]
    work: Callable[[NDArray[np.int64]], Iterator[tuple[int, NDArray[Any]]]]
    blocks: list[slice]
    on_disk: bool = False
    groups: NDArray[np.int64] | None = None
    once: NDArray[np.float64] | None = None

    @property
    def n(self) -> int:
        """Number of records."""
        return len(self.costs)


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """The records of this rank, all of them without others.

    Parameters
    ----------
    numbers : (m,) array of int
        Ascending.
    values : (m,) structured array
    n : int
        Records of all ranks.
    ranks : Ranks
    """

    numbers: NDArray[np.int64]
    values: NDArray[Any]
    n: int
    ranks: Ranks

    def everywhere(self, name: str) -> NDArray[Any]:
        """A field of all records, on all ranks, (n, ...). Collective."""
        if self.ranks.size == 1:
            return np.ascontiguousarray(self.values[name])
        self.ranks.barrier()  # some have still much to do
        own_values = np.ascontiguousarray(self.values[name])
        whole = np.empty((self.n, *own_values.shape[1:]), own_values.dtype)
        for numbers, values in self.ranks.collect((self.numbers, own_values)):
            whole[numbers] = values
        return whole


def complete(task: Task, run: Run) -> Records:
    """All records of a task: those that are stored, and the others computed. Collective."""
    with _kept(task, run) as kept:
        done = kept.done(task, run.ranks)
        own_numbers = _own_numbers(task, done, run.ranks)
        room = scratch_array if task.on_disk else np.zeros
        values = room(len(own_numbers), task.record)
        place = dict(zip(own_numbers.tolist(), range(len(own_numbers)), strict=True))
        for i in own_numbers[done[own_numbers]].tolist():
            values[place[i]] = kept.read(i)
        missing, finished = own_numbers[~done[own_numbers]], int(done.sum())
        begin_pieces(finished, task.n)
        progress = run.progress
        if progress is None and run.ranks.rank == 0:
            progress = notebook_progress()
        for number, (i, record) in enumerate(task.work(missing), start=1):
            values[place[i]] = record
            kept.write(i, record)
            if progress is not None:
                # All ranks have nearly the same to do.
                others = number * (task.n - finished) // len(missing)
                progress(finished + others, task.n)
            run.ranks.check_failures()
    return Records(own_numbers, values, task.n, run.ranks)


def _own_numbers(task: Task, done: NDArray[np.bool_], ranks: Ranks) -> NDArray[np.int64]:
    """Numbers of this rank's records: nearly the cost, and the count, of other ranks."""
    # What is done is only to be held.
    costs = np.where(done, 1e-3, 1.0) * task.costs
    if task.groups is not None and task.once is not None:
        # What is done needs nothing of its group.
        left = np.bincount(task.groups, ~done, len(task.once)) > 0
        ends = chained_tasks(costs, task.groups, task.once * left, ranks.size)
        return np.arange(ends[ranks.rank], ends[ranks.rank + 1])
    of_blocks = [costs[block].sum() for block in task.blocks]
    shares = balanced_tasks(of_blocks, ranks.size)
    numbers = [np.arange(task.n)[task.blocks[k]] for k in shares[ranks.rank]]
    return np.concatenate([np.empty(0, dtype=np.int64), *numbers])


def on_first_rank(ranks: Ranks, make: Callable[[], T]) -> T:
    """Call ``make`` on the first rank; share its result or error with all. Collective."""
    value: Any = None
    error: PhonoError | None = None
    if ranks.rank == 0:
        try:
            value = make()
        except PhonoError as raised:
            error = raised
    value, error = ranks.bcast((value, error))
    if error is not None:
        raise error
    made: T = value
    return made


class _Nothing:
    """No file: nothing is stored."""

    def done(self, task: Task, ranks: Ranks) -> NDArray[np.bool_]:
        """Flags of finished records, all of them False. Collective."""
        return np.zeros(task.n, dtype=np.bool_)

    def read(self, i: int) -> NDArray[Any] | None:
        """Return None: no record is stored."""
        return None

    def write(self, i: int, record: NDArray[Any]) -> None:
        """Forget it."""


class _Kept(_Nothing):
    """The file of a run, open; each rank writes its records."""

    def __init__(self, layout: RunFile, file: FileIO) -> None:
        self._layout = layout
        self._file = file
        self._synced = monotonic()

    def done(self, task: Task, ranks: Ranks) -> NDArray[np.bool_]:
        """Which records are there, as one rank sees it before any of them writes."""
        return on_first_rank(
            ranks, lambda: np.array([self.read(i) is not None for i in range(task.n)])
        )

    def read(self, i: int) -> NDArray[Any] | None:
        """A record, if it is there."""
        return self._layout.read(self._file, i)

    def write(self, i: int, record: NDArray[Any]) -> None:
        """Store a record, and now and then make sure that it is on the disk."""
        self._layout.write(self._file, i, record)
        if monotonic() - self._synced > SYNC:
            self._layout.sync(self._file)
            self._synced = monotonic()


@contextmanager
def _kept(task: Task, run: Run) -> Iterator[_Nothing]:
    """Where the records of a task are kept."""
    with ExitStack() as stack:

        def begin() -> RunFile | None:
            store = run.store
            if store is None:
                return None
            if not isinstance(store, RunStore):
                store = stack.enter_context(RunStore(store))
            return store.begin(task.key(), task.record, task.n)

        file = on_first_rank(run.ranks, begin)
        if file is None:
            yield _Nothing()
            return
        with file.open() as open_file:
            yield _Kept(file, open_file)
            file.sync(open_file)
