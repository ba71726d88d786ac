"""One run at a time: a lock that ends with its process, on any platform."""

import errno
import os
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phono_grid.errors import FileError

if TYPE_CHECKING:
    from filelock import BaseFileLock

_NO_LOCKS = {errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK}
"""Errors of file systems without locks."""

_PATIENCE = 0.1
"""Seconds to wait for a lock that its owner is just releasing."""


def lock_file(path: str | os.PathLike[str], busy: str) -> "BaseFileLock":
    """Lock a file that nobody else has locked, until `unlock_file` or the process ends.

    Where the platform or the file system has no locks, a file with the suffix ``.owner`` is
    the lock: it names its process, and counts no more when that has ended.

    Parameters
    ----------
    path : path
        An empty file beside the data, made here; its folder must exist.
    busy : str
        The message of the error if another process or thread has the lock.

    Returns
    -------
    filelock.BaseFileLock
        For `unlock_file`. Without a reference to it the lock ends.

    Raises
    ------
    FileError
        If another has the lock, or the file cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "results.lock"
    >>> lock = lock_file(path, "another run is writing the results; wait until it ends")
    >>> unlock_file(lock)
    >>> path.exists()
    False
    """
    path = Path(path)
    options: dict[str, Any] = {"timeout": _PATIENCE, "thread_local": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platforms without locks are provided for below
        # Late: it takes longer to import than all the rest.
        from filelock import FileLock, SoftFileLock, Timeout

        try:
            try:
                return _acquired(FileLock(path, fallback_to_soft=False, **options))
            except OSError as error:
                if isinstance(error, Timeout) or error.errno not in _NO_LOCKS:
                    raise
                with suppress(OSError):
                    path.unlink()
                return _acquired(SoftFileLock(path.with_suffix(".owner"), **options))
        except Timeout:
            raise FileError(busy) from None
        except OSError as error:
            raise FileError(f"{path}: cannot be locked ({error.strerror})") from error


def unlock_file(lock: "BaseFileLock") -> None:
    """Release a lock, and remove its file."""
    # Nobody else can have it as long as it is held: a process that has opened the file in
    # the meantime sees that it is gone, and makes another. Where an open file cannot be
    # removed it stays, and does no harm.
    with suppress(OSError):
        Path(lock.lock_file).unlink()
    with suppress(OSError):
        lock.release()


def _acquired(lock: "BaseFileLock") -> "BaseFileLock":
    """The same lock, acquired."""
    lock.acquire(poll_interval=_PATIENCE / 4)
    return lock
