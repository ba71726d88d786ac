"""Files that are whole or not there at all."""

import glob
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path

from phono_grid.errors import DomainError, FileError

DAY = 86400.0
"""s"""


def path_of(path: str | PathLike[str], name: str = "path") -> Path:
    """Require the name of a file or folder."""
    if not isinstance(path, str | PathLike):
        raise DomainError(f"{name} must be a str or Path, got {type(path).__name__}")
    return Path(path)


def ensure_writable(path: Path) -> None:
    """Find out before hours of work that a result could not be stored."""
    if path.is_dir():
        raise FileError(f"{path}: is a folder; name a file to write")
    if path.exists() and not path.is_file():
        raise FileError(f"{path}: is a device or the like; name a file to write")
    if path.exists() and not os.access(path, os.W_OK):
        raise FileError(f"{path}: is write-protected; name another file")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise FileError(
            f"{path}: cannot be written ({error.strerror}); name a file in a folder that "
            "exists and can be written to"
        ) from None


def beside(path: Path) -> Path:
    """A name beside ``path`` for what this process is about to put in its place."""
    return path.with_name(f".{path.name}.{_host()}.{os.getpid()}.part")


def remove_leftovers(path: Path) -> None:
    """Remove what killed processes were about to put in place of ``path``."""
    with suppress(OSError):
        for left in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
            if _is_leftover(left, path):
                with suppress(OSError):
                    left.unlink()


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, unless it is there."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            f"{path}: cannot be made a folder ({error.strerror}); name another"
        ) from None


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that takes its place when all went well."""
    remove_leftovers(path)
    new = beside(path)
    try:
        yield new
        with new.open("r+b") as file:
            os.fsync(file.fileno())
        new.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise FileError(f"{path}: cannot be written ({error.strerror or error})") from None
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Bring the new name to the disk too, where folders can be opened."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _host() -> str:
    """The name of this machine, as a part of the name of a file."""
    return "".join(c for c in platform.node() if c.isalnum() or c == "-") or "host"


def _is_leftover(file: Path, path: Path) -> bool:
    """Whether the process that was writing a file is no more."""
    host, _, number = file.name[len(path.name) + 2 : -len(".part")].rpartition(".")
    if not number.isdigit():
        return False
    if host == _host():
        return not _is_running(int(number))
    # Of a process on another machine nobody knows; no result takes a day to be written.
    return time.time() - file.stat().st_mtime > DAY


def _is_running(process: int) -> bool:
    """Whether there is such a process on this machine."""
    if os.name == "nt":
        return False  # there a file that is open cannot be removed anyway
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
