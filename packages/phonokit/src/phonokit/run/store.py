"""A run on disk, which one process at a time may go on with."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from phono_grid.errors import FileError, ensure_callable, ensure_flag
from phono_grid.files import beside, path_of, remove_leftovers
from phono_mpi import lock_file

from phonokit._version import __version__
from phonokit.run.file import RunFile, create, read_layout, reason

SHOWN = 60
"""Letters of a value that are shown."""


class RunStore:
    """The file of a run, in pieces of work that are finished; a context manager.

    Entering it takes a lock that ends with the process, however that ends. Leaving it keeps
    the file if there is a finished piece of work in it. Once the result is safe, `remove`
    it.

    Parameters
    ----------
    path : str or Path
        It need not exist.
    restart : bool
        Start from the beginning even if the file holds a run.
    tell : callable, optional
        Called with a sentence if the run goes on where another has ended.

    Raises
    ------
    FileError
        On entering, if another process has the lock, or the file cannot be opened.

    Examples
    --------
    ::

        with phonokit.RunStore("silicon.run") as store:
            result = phonokit.kappa(silicon, run=phonokit.Run(store))
            result.write("silicon.hdf5")
            store.remove()
    """

    def __init__(
        self,
        path: str | Path,
        *,
        restart: bool = False,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.path = path_of(path)
        ensure_flag("restart", restart)
        ensure_callable("tell", tell)
        self._restart = restart
        self._tell = tell
        self._unlock: Callable[[], None] | None = None
        self._file: RunFile | None = None

    def __repr__(self) -> str:
        """The file, and how much of the run is in it."""
        done = f", {self.finished} of {self.total} pieces of work" if self._file else ""
        return f"RunStore({str(self.path)!r}{done})"

    @property
    def finished(self) -> int:
        """Pieces of work that are in the file."""
        if self._file is None or not self.path.exists():
            return 0
        with self._file.open() as file:
            return self._file.count(file)

    @property
    def total(self) -> int:
        """Pieces of work that there will be."""
        return 0 if self._file is None else self._file.n

    def __enter__(self) -> "RunStore":
        """Take the lock."""
        lock = self.path.with_name(f".{self.path.name}.lock")
        self._unlock = lock_file(
            lock,
            f"{self.path}: another run is writing it; wait until it ends, or name another "
            "file",
        )
        remove_leftovers(self.path)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the lock back; a file without any finished work goes."""
        with suppress(OSError):
            if self._is_empty() or (self.total and not self.finished):
                self.remove()
        if self._unlock is not None:
            self._unlock()
            self._unlock = None

    def begin(self, key: dict[str, str], record: np.dtype[Any], n: int) -> RunFile:
        """Find the records of this run, or make room for them.

        Parameters
        ----------
        key : dict of str
            Everything that the records depend on.
        record : dtype
        n : int
            Number of records.

        Raises
        ------
        FileError
            If the file holds another run, is something else, or there is no room; or if the
            store was not entered.
        """
        if self._unlock is None:
            raise FileError(f"{self.path}: is not locked; use the store in a with block")
        if self._restart and not self._is_empty() and self.path.exists():
            read_layout(self.path)  # what is no run is not removed
        if self._restart or self._is_empty() or not self.path.exists():
            self._restart = False
            self._file = self._created(key, record, n)
            return self._file
        stored, layout = read_layout(self.path)
        others = [name for name in {**stored, **key} if stored.get(name) != key.get(name)]
        if others or (layout.record, layout.n) != (record, n):
            raise FileError(
                f"{self.path}: holds a run with other "
                f"{_differences(others, stored, key) or 'records'}; finish that one, "
                "name another file, or start again from the beginning with restart=True"
            )
        self._file = layout
        if self._tell is not None:
            self._tell(
                f"going on with {self.path}: {self.finished} of {n} pieces of work are done"
            )
        return layout

    def remove(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)

    def _is_empty(self) -> bool:
        """Whether somebody has made the file and nothing else."""
        return self.path.is_file() and self.path.stat().st_size == 0

    def _created(self, key: dict[str, str], record: np.dtype[Any], n: int) -> RunFile:
        """A new file in place of this one, complete in form before it can be seen."""
        new = beside(self.path)
        try:
            layout = create(new, key, record, n, version=__version__)
            new.replace(self.path)
        except OSError as error:
            raise FileError(
                f"{self.path}: cannot be written ({reason(error)}); name a file where "
                "there is room"
            ) from None
        finally:
            with suppress(OSError):
                new.unlink(missing_ok=True)
        return RunFile(self.path, layout.offset, record, n)


def _differences(names: list[str], there: dict[str, str], here: dict[str, str]) -> str:
    """The settings that differ, each with both of its values."""
    return " and ".join(
        f"{name} ({_short(there.get(name))} there, {_short(here.get(name))} here)"
        for name in names
    )


def _short(value: str | None) -> str:
    """A value of a key as a person reads it; of a fingerprint its first letters."""
    if value is None:
        return "nothing"
    if len(value) <= SHOWN:
        return value
    return value[:12] if value.isalnum() else f"{value[:SHOWN]}..."
