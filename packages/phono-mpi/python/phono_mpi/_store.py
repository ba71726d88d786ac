"""Results of tasks on disk, for runs that are killed and resumed on other ranks."""

import json
import os
import time
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.errors import DomainError, PhonoError
from phono_grid.files import replacing

from phono_mpi._agreement import collective
from phono_mpi._communicator import MPI, Communicator
from phono_mpi._lock import lock_file

_FORMAT = 1


class TaskStore:
    """A row for each of ``n_tasks`` tasks, in files of every rank.

    A file holds some finished tasks and is there as a whole or not at all: it is written
    under another name, synchronised to disk and renamed. A run that is killed loses what it
    had not written, and any number of ranks goes on from the rest. The folder must be the
    same for all ranks. Construction is collective.

    Parameters
    ----------
    folder : path
        Created if it is not there.
    name : str
        Files are called ``{name}_Rank{R:05d}_{k:05d}.npz``.
    n_tasks : int
    comm : mpi4py communicator, optional
        ``MPI.COMM_WORLD`` if not given.
    key : str
        Everything that the rows depend on, such as a hash of the input.
    seconds : float
        Rows are kept in memory until this time has passed since the last file.

    Raises
    ------
    CollectiveError
        On all ranks, if another run uses the store or its files have another key or another
        number of tasks.

    Examples
    --------
    >>> import tempfile
    >>> with TaskStore(tempfile.mkdtemp(), "squares", 4) as store:
    ...     store.write([0, 2], [0.0, 4.0])
    ...     store.flush()
    ...     store.missing.tolist()
    [1, 3]
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        name: str,
        n_tasks: int,
        comm: Communicator | None = None,
        *,
        key: str = "",
        seconds: float = 10.0,
    ) -> None:
        self._comm: Any = MPI.COMM_WORLD if comm is None else comm
        self._stem = Path(folder) / name
        self._n_tasks = n_tasks
        self._about = {"format": _FORMAT, "n_tasks": n_tasks, "key": key}
        self._seconds = seconds
        self._pending: list[tuple[NDArray[np.int64], NDArray[Any]]] = []
        self._where: dict[int, tuple[Path, int]] = {}
        self._lock: Any = None
        with collective(self._comm):
            if self._comm.Get_rank() == 0:
                self._stem.parent.mkdir(parents=True, exist_ok=True)
                lock = self._stem.with_name(f"{name}.lock")
                busy = "another run uses this store; wait for it, or use another name"
                self._lock = lock_file(lock, f"{lock}: {busy}")
                for unfinished in self._files(".tmp"):
                    unfinished.unlink()
        self._last_flush = time.monotonic()
        self._number = self._next_number()
        try:
            self.refresh()
        except PhonoError:
            self._unlock()
            raise

    @property
    def done(self) -> NDArray[np.bool_]:
        """Whether each task has a row in a file, shape (n_tasks,).

        The same on all ranks after `refresh`; then the tasks of this rank are added.
        """
        done = np.zeros(self._n_tasks, dtype=np.bool_)
        done[list(self._where)] = True
        return done

    @property
    def missing(self) -> NDArray[np.int64]:
        """The tasks that are to be done."""
        return np.flatnonzero(~self.done)

    def refresh(self) -> None:
        """Write the rows in memory and learn what all ranks have written. Collective.

        A file that is cut or damaged is renamed, with a warning: its tasks are missing.
        """
        with collective(self._comm):
            self.flush()
        rank, size = self._comm.Get_rank(), self._comm.size
        files = self._comm.bcast(self._files(".npz") if rank == 0 else None, root=0)
        places: dict[int, tuple[Path, int]] = {}
        with collective(self._comm):
            for path in files[rank::size]:
                places |= self._index(path)
        for others in self._comm.allgather(places):
            self._where |= others

    def write(self, tasks: ArrayLike, rows: ArrayLike) -> None:
        """Store rows of this rank's tasks, (k,) and (k, ...); in a file when it is time."""
        numbers, values = np.array(tasks, dtype=np.int64), np.array(rows)
        if numbers.ndim != 1 or values.shape[:1] != numbers.shape or values.dtype.hasobject:
            raise DomainError(
                f"rows must be an array with one row for each of {numbers.size} tasks, got "
                f"shape {list(values.shape)} of {values.dtype}"
            )
        if numbers.min(initial=0) < 0 or numbers.max(initial=-1) >= self._n_tasks:
            raise DomainError(f"tasks must be in 0 … {self._n_tasks - 1}")
        self._pending.append((numbers, values))
        if time.monotonic() - self._last_flush >= self._seconds:
            self.flush()

    def flush(self) -> None:
        """Write the rows that are still in memory to a file."""
        if self._pending:
            tasks = np.concatenate([tasks for tasks, _ in self._pending])
            rows = np.concatenate([rows for _, rows in self._pending])
            rank = self._comm.Get_rank()
            path = self._stem.with_name(
                f"{self._stem.name}_Rank{rank:05d}_{self._number:05d}.npz"
            )
            _write(path, tasks=tasks, rows=rows, about=np.array(json.dumps(self._about)))
            self._where |= {int(task): (path, i) for i, task in enumerate(tasks)}
            self._number += 1
            self._pending.clear()
        self._last_flush = time.monotonic()

    def read(self, tasks: ArrayLike) -> NDArray[Any]:
        """The rows of tasks that are done, whoever wrote them: (k,) → (k, ...)."""
        wanted = np.asarray(tasks, dtype=np.int64).tolist()
        absent = [task for task in wanted if task not in self._where]
        if absent or not wanted:
            raise DomainError(f"tasks must be some that are done; {absent[:5]} are not")
        parts: dict[Path, list[int]] = {}
        for i, task in enumerate(wanted):
            parts.setdefault(self._where[task][0], []).append(i)
        result: NDArray[Any] | None = None
        for path, places in parts.items():
            with np.load(path, allow_pickle=False) as file:
                rows = file["rows"][[self._where[wanted[i]][1] for i in places]]
            if result is None:
                result = np.empty((len(wanted), *rows.shape[1:]), rows.dtype)
            result[places] = rows
        assert result is not None
        return result

    def close(self) -> None:
        """Write the rows in memory, and let other runs use the store."""
        self.flush()
        self._unlock()

    def _unlock(self) -> None:
        """Let other runs use the store."""
        if self._lock is not None:
            self._lock()
            self._lock = None

    def delete(self) -> None:
        """Remove all files and close. Collective."""
        self._pending.clear()
        self._comm.Barrier()
        if self._comm.Get_rank() == 0:
            for path in (*self._files(".npz"), *self._files(".damaged")):
                path.unlink()
        self._where.clear()
        self.close()

    def __enter__(self) -> Self:
        """The store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close, and let an exception of the block go on."""
        self.close()

    def _files(self, suffix: str) -> list[Path]:
        """The files of all ranks, in a fixed order."""
        pattern = f"{self._stem.name}_Rank*{suffix}"
        return sorted(self._stem.parent.glob(pattern))

    def _next_number(self) -> int:
        """A number that no file of this rank has."""
        prefix = f"{self._stem.name}_Rank{self._comm.Get_rank():05d}_"
        taken = [
            int(path.name.removeprefix(prefix).split(".")[0])
            for suffix in (".npz", ".damaged")
            for path in self._files(suffix)
            if path.name.startswith(prefix)
        ]
        return max(taken, default=-1) + 1

    def _index(self, path: Path) -> dict[int, tuple[Path, int]]:
        """The place of each task of a file, once every byte of it has been checked."""
        import zipfile  # only where a run goes on

        try:
            with zipfile.ZipFile(path) as archive:
                if archive.testzip() is not None:
                    raise zipfile.BadZipFile("checksum")
            with np.load(path, allow_pickle=False) as file:
                about, tasks = json.loads(str(file["about"])), file["tasks"]
        except (zipfile.BadZipFile, KeyError, EOFError, ValueError) as error:
            warnings.warn(
                f"{path} is cut or damaged ({error}); its tasks are done again",
                stacklevel=2,
            )
            path.rename(path.with_suffix(".damaged"))
            return {}
        if about != self._about:
            raise DomainError(
                f"{path} belongs to another calculation: expected {self._about}, got "
                f"{about}; use another name, or remove the files"
            )
        return {int(task): (path, i) for i, task in enumerate(tasks)}


def _write(path: Path, **arrays: NDArray[Any]) -> None:
    """Write a file atomically: it exists as a whole or not at all."""
    with replacing(path) as beside, beside.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
