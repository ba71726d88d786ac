"""An unfinished run on disk, which one command at a time may go on with."""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from phono_grid.errors import FileError, ensure_callable, ensure_flag

from phonokit._atomic import path_of
from phonokit._version import __version__
from phonokit.run.file import RunFile, create, read_layout, reason

NO_LOCKS = {errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK}
"""What file systems say that know no locks."""


class RunStore:
    """The file of an unfinished run; a context manager.

    Entering it takes a lock that ends with the process, however that ends. Leaving it keeps
    the file if there is a finished piece of work in it. Once the result is safe, `remove`
    it.

    Parameters
    ----------
    path : str or Path
        It need not exist.
    restart : bool
        Begin anew even if the file holds an unfinished run.
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
            result = phonokit.kappa(silicon, run=phonokit.Run(store=store))
            phonokit.write_kappa(result, "silicon.hdf5")
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
        self._lock = -1
        self._file: RunFile | None = None

    @property
    def finished(self) -> int:
        """Wave vectors that are in the file."""
        return 0 if self._file is None else self._file.count(self._lock)

    @property
    def total(self) -> int:
        """Wave vectors that there will be."""
        return 0 if self._file is None else self._file.n

    def __enter__(self) -> "RunStore":
        """Take the lock."""
        self._lock = _locked(self.path)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the lock back; a file without any finished work goes."""
        with suppress(OSError):
            if os.fstat(self._lock).st_size == 0 or (self.total and not self.finished):
                self.remove()
        os.close(self._lock)

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
            If the file holds another run, is something else, or there is no room.
        """
        if self._restart or os.fstat(self._lock).st_size == 0:
            return self._created(key, record, n)
        found, layout = read_layout(self.path)
        others = [name for name in {**found, **key} if found.get(name) != key.get(name)]
        if others or (layout.record, layout.n) != (record, n):
            raise FileError(
                f"{self.path}: holds an unfinished run with other "
                f"{' and '.join(others) or 'records'}; finish that one, name another "
                "--output, or begin anew with --restart"
            )
        self._file = layout
        if self._tell is not None:
            self._tell(
                f"going on with {self.path}: {self.finished} of {n} wave vectors are done"
            )
        return layout

    def remove(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)

    def _created(self, key: dict[str, str], record: np.dtype[Any], n: int) -> RunFile:
        """A new file in place of this one, locked before it can be seen."""
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        try:
            layout = create(beside, key, record, n, version=__version__)
            lock = _locked(beside)
            beside.replace(self.path)
        except OSError as error:
            raise FileError(
                f"{self.path}: cannot be written ({reason(error)}); name an --output where "
                "there is room"
            ) from None
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
        os.close(self._lock)
        self._lock = lock
        self._file = RunFile(self.path, layout.offset, record, n)
        return self._file


def _locked(path: Path) -> int:
    """Open a file, made if need be, and lock it."""
    import fcntl

    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise FileError(f"{path}: cannot be opened ({error.strerror})") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in NO_LOCKS:
                os.close(descriptor)
                raise FileError(
                    f"{path}: another run is writing it; wait until it ends, or name "
                    "another --output"
                ) from None
        with suppress(FileNotFoundError):
            # Between opening and locking the other run may have ended and removed it.
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        os.close(descriptor)
