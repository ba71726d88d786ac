"""One run at a time: a lock that ends with its process, on any platform."""

import errno
import functools
import os
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from phono_grid.errors import FileError

if TYPE_CHECKING:
    from filelock import BaseFileLock

NO_LOCKS = {errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK}
"""Errors of file systems without locks."""
PATIENCE = 0.1
"""Seconds to wait for a lock that its owner is just releasing."""

Unlock = Callable[[], None]


def lock_file(path: str | os.PathLike[str], busy: str) -> Unlock:
    """Lock a file that nobody else has locked, until it is unlocked or the process ends.

    The lock of the system is taken directly where there is one: `filelock`, which serves
    everywhere else, loads OpenSSL and SQLite, 10 MB and 0.1 s in every run. Where the
    platform or the file system has no locks, a file with the suffix ``.owner`` is the lock:
    it names its process, and counts no more when that has ended.

    Parameters
    ----------
    path : path
        An empty file beside the data, made here; its folder must exist.
    busy : str
        The message of the error if another process or thread has the lock.

    Returns
    -------
    callable
        Releases the lock, and removes its file. Without a reference to it the lock ends.

    Raises
    ------
    FileError
        If another has the lock, or the file cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "results.lock"
    >>> unlock = lock_file(path, "another run is writing the results; wait until it ends")
    >>> unlock()
    >>> path.exists()
    False
    """
    path = Path(path)
    try:
        return _taken(path)
    except BlockingIOError:
        raise FileError(busy) from None
    except OSError as error:
        raise FileError(f"{path}: cannot be locked ({error.strerror})") from None


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
    return functools.partial(_release, taken, beside)


def _release(taken: "BaseFileLock", beside: Path) -> None:
    """Remove the file of a lock where the platform lets us, and release it."""
    with suppress(OSError):
        beside.unlink()
    with suppress(OSError):
        taken.release()
