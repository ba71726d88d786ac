"""One run at a time on a file: a lock that ends with its process, on any platform."""

import errno
import functools
import os
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from phono_grid.errors import FileError

NO_LOCKS = {errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK}
"""What file systems say that know no locks."""
PATIENCE = 0.1
"""Seconds that a lock is waited for which its owner is just giving back."""

Unlock = Callable[[], None]


def lock(path: Path) -> Unlock:
    """Lock ``path``, which need not exist, until the end of the process or before.

    An empty file beside it is what is locked. The lock of the system is taken directly
    where there is one: `filelock`, which serves everywhere else, loads OpenSSL and SQLite,
    10 MB and 0.1 s in every run. Where the file system or the platform has no locks the
    existence of a file is the lock; it names its process, and counts no more when that has
    ended.

    Returns
    -------
    callable
        Gives the lock back.

    Raises
    ------
    FileError
        If somebody else has the lock, or there can be no file.
    """
    try:
        return _taken(path.with_name(f".{path.name}.lock"))
    except BlockingIOError:
        raise FileError(
            f"{path}: another run is writing it; wait until it ends, or name another file"
        ) from None
    except OSError as error:
        raise FileError(f"{path}: cannot be opened ({error.strerror})") from None


def _taken(beside: Path) -> Unlock:
    """The lock that there can be; `BlockingIOError` if somebody else has it."""
    try:
        return _system_lock(beside)
    except ImportError:
        return _library_lock(beside)
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
    with suppress(OSError):
        beside.unlink()
    # Under a name of its own: what cannot be locked is nobody's.
    return _library_lock(beside.with_suffix(".owner"), by_existence=True)


def _system_lock(beside: Path) -> Unlock:
    """The lock of a POSIX system; `ImportError` on others."""
    import fcntl

    while True:
        file = beside.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Between opening and locking its owner may have removed it.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), beside.stat()):
                    return functools.partial(_give_back, file, beside)
        except BaseException:
            file.close()
            raise
        file.close()


def _give_back(file: IO[str], beside: Path) -> None:
    """Remove the file of a lock while nobody else can have it, and close it."""
    with suppress(OSError):
        beside.unlink()
    file.close()


def _library_lock(beside: Path, *, by_existence: bool = False) -> Unlock:
    """The lock of `filelock`, for any system."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of platforms without locks
        from filelock import FileLock, SoftFileLock, Timeout

        kind = SoftFileLock if by_existence else FileLock
        taken = kind(beside, timeout=PATIENCE, thread_local=False)
        try:
            taken.acquire(poll_interval=PATIENCE / 4)
        except Timeout:
            raise BlockingIOError from None
    return taken.release
