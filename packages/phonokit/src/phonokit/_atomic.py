"""Files that are whole or not there at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path

from phono_grid.errors import DomainError, FileError


def path_of(path: str | PathLike[str], name: str = "path") -> Path:
    """Require the name of a file or folder."""
    if not isinstance(path, str | PathLike):
        raise DomainError(f"{name} must be a str or Path, got {type(path).__name__}")
    return Path(path)


def ensure_writable(path: Path) -> None:
    """Find out before hours of work that a result could not be stored."""
    if path.is_dir():
        raise FileError(f"{path}: is a folder; name a file to write")
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


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that takes its place when all went well."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield beside
        with beside.open("r+b") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise FileError(f"{path}: cannot be written ({error.strerror or error})") from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
