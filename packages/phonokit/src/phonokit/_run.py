"""How a calculation runs: in pieces that are shared out, and stored when finished."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import Storage, scratch_array

from phonokit._run_file import RunFile
from phonokit._run_store import RunStore

Progress = Callable[[int, int], None]
"""Called with the irreducible wave vectors that are done, and how many there are."""

MEMORY = 8.0
"""GB"""
SYNC = 5.0
"""Seconds of work that a power failure may cost; a killed process loses one record."""


@dataclass(frozen=True, slots=True)
class Run:
    """How a calculation runs; nothing here changes a number.

    Parameters
    ----------
    progress : callable, optional
        Called with the irreducible wave vectors that are done, and how many there are.
    memory : float
        What a collision operator may take, GB.
    over_memory : Storage or "memory" or "disk" or "recompute"
        Where its rows go if they do not fit: nowhere, which is an error, to a scratch file,
        or computed again in every iteration.
    store : RunStore, optional
        Where finished wave vectors are kept, so that a run that was stopped goes on.
    """

    progress: Progress | None = None
    memory: float = MEMORY
    over_memory: Storage | str = Storage.MEMORY
    store: RunStore | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Many records, each of which can be computed on its own.

    Parameters
    ----------
    key : callable
        Everything that the records depend on, by name.
    record : dtype
    n : int
        Number of records.
    work : callable
        Numbers of records → each number with its record.
    on_disk : bool
        Whether the records are too large for the memory.
    """

    key: Callable[[], dict[str, str]]
    record: np.dtype[Any]
    n: int
    work: Callable[[NDArray[np.int64]], Iterator[tuple[int, NDArray[Any]]]]
    on_disk: bool = False


def complete(task: Task, run: Run) -> NDArray[Any]:
    """All records of a task: those that are stored, and the others computed."""
    with _kept(task, run.store) as kept:
        records, done = kept.read(task)
        finished = int(done.sum())
        for i, record in task.work(np.flatnonzero(~done)):
            records[i] = record
            kept.write(i, record)
            finished += 1
            if run.progress is not None:
                run.progress(finished, task.n)
    return records


class _Nothing:
    """No file: nothing is stored."""

    def read(self, task: Task) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Room for the records, none of them done."""
        room = scratch_array if task.on_disk else np.zeros
        return room(task.n, task.record), np.zeros(task.n, dtype=np.bool_)

    def write(self, i: int, record: NDArray[Any]) -> None:
        """Forget it."""


class _Kept(_Nothing):
    """The file of a run, open."""

    def __init__(self, store: RunStore, file: RunFile, descriptor: int) -> None:
        self._store = store
        self._file = file
        self._descriptor = descriptor
        self._synced = monotonic()

    def read(self, task: Task) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """The records, and which of them are there."""
        records, done = super().read(task)
        for i in range(task.n):
            stored = self._file.read(self._descriptor, i)
            if stored is not None:
                records[i], done[i] = stored, True
        self._store.resume(int(done.sum()))
        return records, done

    def write(self, i: int, record: NDArray[Any]) -> None:
        """Store a record, and now and then make sure that it is on the disk."""
        self._file.write(self._descriptor, i, record)
        self._store.finished += 1
        if monotonic() - self._synced > SYNC:
            self._file.sync(self._descriptor)
            self._synced = monotonic()


@contextmanager
def _kept(task: Task, store: RunStore | None) -> Iterator[_Nothing]:
    """Where the records of a task are kept."""
    if store is None:
        yield _Nothing()
        return
    file = store.begin(task.key(), task.record, task.n)
    descriptor = os.open(file.path, os.O_RDWR | os.O_CLOEXEC)
    try:
        yield _Kept(store, file, descriptor)
        file.sync(descriptor)
    finally:
        os.close(descriptor)
