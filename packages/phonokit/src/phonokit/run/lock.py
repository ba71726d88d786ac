"""One run at a time on a file: a lock that ends with its process, on any platform."""

import errno
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from phono_grid.errors import FileError

if TYPE_CHECKING:
    from filelock import BaseFileLock

NO_LOCKS = {errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK}
"""What file systems say that know no locks."""
PATIENCE = 0.1
"""Seconds that a lock is waited for which its owner is just giving back."""


def lock_path(path: Path) -> Path:
    """The file beside ``path`` that is locked while somebody uses it."""
    return path.with_name(f".{path.name}.lock")


def locked(path: Path) -> "BaseFileLock":
    """Lock ``path``, which need not exist, until `unlock` or the end of the process.

    Where the file system or the platform knows no locks, the existence of the file beside
    is the lock; it names its process, and counts no more when that has ended.

    Raises
    ------
    FileError
        If another process has the lock, or there can be no file.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of platforms without locks
        # Late: it takes 10 MB, which who stores nothing need not pay.
        from filelock import FileLock, SoftFileLock, Timeout

        beside = lock_path(path)
        try:
            try:
                return _taken(FileLock(beside, timeout=PATIENCE, thread_local=False))
            except OSError as error:
                if isinstance(error, Timeout) or error.errno not in NO_LOCKS:
                    raise
                with suppress(OSError):
                    beside.unlink()
                return _taken(SoftFileLock(beside, timeout=PATIENCE, thread_local=False))
        except Timeout:
            raise FileError(
                f"{path}: another run is writing it; wait until it ends, or name another "
                "file"
            ) from None
        except OSError as error:
            raise FileError(f"{path}: cannot be opened ({error.strerror})") from None


def unlock(lock: "BaseFileLock") -> None:
    """Give the lock back, and remove its file."""
    # While it is held nobody else can have it: who has opened the file sees that it is gone,
    # and makes another. Where an open file cannot be removed it stays, which does no harm.
    with suppress(OSError):
        Path(lock.lock_file).unlink()
    with suppress(OSError):
        lock.release()


def _taken(lock: "BaseFileLock") -> "BaseFileLock":
    """The same lock, acquired."""
    lock.acquire(poll_interval=PATIENCE / 4)
    return lock
