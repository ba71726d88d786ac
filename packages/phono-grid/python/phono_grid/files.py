"""Files that are whole or not there at all."""

import glob
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

from phono_grid.errors import DomainError, FileError

DAY = 86400.0
"""s"""


@dataclass(frozen=True, slots=True)
class _Pending:
    """Files that wait for others before they take their places, and folders made for them.

    Parameters
    ----------
    files : dict of Path
        The place of each, and what is to be put there.
    folders : list of Path
    actions : list of callable
        What is done once the files are in their places.
    """

    files: dict[Path, Path] = field(default_factory=dict)
    folders: list[Path] = field(default_factory=list)
    actions: list[Callable[[], None]] = field(default_factory=list)


_PENDING: ContextVar[_Pending | None] = ContextVar("pending", default=None)


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
    pending = _PENDING.get()
    try:
        if pending is not None:
            pending.folders.extend(p for p in (path, *path.parents) if not p.exists())
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            f"{path}: cannot be made a folder ({error.strerror}); name another"
        ) from None


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that takes its place when all went well.

    Within `together` it takes it when all went well with the others too.
    """
    if not path.name:
        raise FileError(f"path must name a file, got {str(path)!r}")
    remove_leftovers(path)
    new, pending = beside(path), _PENDING.get()
    try:
        yield new
        with new.open("r+b") as file:
            os.fsync(file.fileno())
        if pending is None:
            _put_in_place({path: new})
        else:
            pending.files[path] = new
    except OSError as error:
        raise FileError(f"{path}: cannot be written ({error.strerror or error})") from None
    finally:
        if pending is None or path not in pending.files:
            _remove(new)


@contextmanager
def together(accept: Callable[[Path, Path], bool] | None = None) -> Iterator[None]:
    """Files by `replacing` of which all take their places, or none.

    Each is written and on the disk before the first takes its place. Folders made by
    `make_folder` go again if there is nothing to be in them. Within another `together`
    that one decides.

    Parameters
    ----------
    accept : callable, optional
        Called with each place and what is to be put there, before anything is; returns
        whether it is, or raises an error.
    """
    if _PENDING.get() is not None:
        yield  # those around it decide
        return
    pending, done = _Pending(), False
    token = _PENDING.set(pending)
    try:
        yield
        wanted = {
            path: new
            for path, new in pending.files.items()
            if accept is None or accept(path, new)
        }
        for path in pending.files.keys() - wanted.keys():
            _remove(pending.files[path])
        _put_in_place(wanted)
        done = True
        for action in pending.actions:
            action()
    except OSError as error:
        name = error.filename2 or error.filename
        raise FileError(f"{name}: cannot be written ({error.strerror})") from None
    finally:
        _PENDING.reset(token)
        if not done:
            for new in pending.files.values():
                _remove(new)
            for folder in pending.folders:
                with suppress(OSError):
                    folder.rmdir()


def when_in_place(action: Callable[[], None]) -> None:
    """Do something once the files at hand are in their places; at once if there are none.

    Within `together` that is at its end, and never if the files are refused.
    """
    pending = _PENDING.get()
    if pending is None:
        action()
    else:
        pending.actions.append(action)


def _put_in_place(files: Mapping[Path, Path]) -> None:
    """Let new files take their places, and bring their names to the disk."""
    for path, new in files.items():
        new.replace(path)
    for folder in {path.parent for path in files}:
        _sync_folder(folder)


def _remove(new: Path) -> None:
    """Remove what was not put in place."""
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
    with suppress(OSError):
        # What has ended and nobody has waited for is in the list of processes still.
        state = Path("/proc", str(process), "stat").read_text().rpartition(")")[2]
        return state.split()[:1] != ["Z"]
    return True
