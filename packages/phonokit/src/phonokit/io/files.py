"""Files as they come: compressed or not, one path or a folder that holds one."""

import bz2
import gzip
import lzma
import zlib
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BufferedReader, RawIOBase, TextIOWrapper
from pathlib import Path
from typing import IO, Any

from phono_grid.digests import sha256_for
from phono_grid.errors import FileError, PhonoError

HDF5 = b"\x89HDF\r\n"
"""First bytes of HDF5 files."""
COMPRESSION: dict[str, Callable[..., IO[Any]]] = {
    ".xz": lzma.open,
    ".lzma": lzma.open,
    ".gz": gzip.open,
    ".bz2": bz2.open,
}
"""Functions that write a file, by suffix; any other suffix is not compressed."""
MAGIC: tuple[tuple[bytes, Callable[..., IO[Any]]], ...] = (
    (b"\xfd7zXZ\0", lzma.open),
    (b"\x5d\0\0", lzma.open),
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
)
"""Functions that read a file, by its first bytes, whatever its name."""
UNPACKED, TIMES = 32 << 20, 100
"""Bytes that any compressed file may unpack to, and more by its size."""
PIECE = 1 << 18
"""Characters or bytes that are read at once."""


class NoDataError(FileError):
    """A folder holds no file of displacements."""


class NoForcesError(FileError):
    """A file holds a crystal, but neither it nor its neighbours hold forces."""


def opener_of(path: Path) -> Callable[..., IO[Any]]:
    """The function that reads a file, told by its first bytes."""
    with in_compressed(path), path.open("rb") as file:
        head = file.read(8)
    opener = next((opener for magic, opener in MAGIC if head.startswith(magic)), None)
    return open if opener is None else partial(_open_bounded, opener)


def _open_bounded(
    opener: Callable[..., IO[Any]], path: Path, mode: str, encoding: str | None = None
) -> IO[Any]:
    """Open a compressed file that may not unpack to more than text can."""
    bounded = BufferedReader(_Bounded(opener(path, "rb"), path), PIECE)
    return TextIOWrapper(bounded, encoding) if "t" in mode else bounded


class _Bounded(RawIOBase):
    """Contents of a compressed file, up to a bound.

    Forces are packed to a third, and to a tenth where most are zero; a small file that
    unpacks to a thousand times its size was made to fill the memory.
    """

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file, self._path = file, path
        self._left = UNPACKED + TIMES * path.stat().st_size

    def readable(self) -> bool:
        """Files that are read can be."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes."""
        data = self._file.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise FileError(
                f"{self._path}: unpacks to more than {TIMES} times its size; no forces do: "
                "unpack it yourself if you trust it"
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


@contextmanager
def open_text(path: Path) -> Iterator[IO[str]]:
    """Open a text file, compressed or not; what goes wrong is a `FileError`."""
    try:
        with (
            in_compressed(path),
            opener_of(path)(path, "rt", encoding=_encoding(path)) as file,
        ):
            yield file
    except UnicodeDecodeError:
        if _begins_with(path, HDF5):
            raise FileError(
                f"{path}: is an HDF5 file, of a result or of force constants, and no data "
                "of forces; phono info tells what it holds"
            ) from None
        raise FileError(
            f"{path}: not a text file; it may be compressed with {', '.join(COMPRESSION)}"
        ) from None


def _begins_with(path: Path, first: bytes) -> bool:
    """Whether a file has these bytes at its beginning."""
    with path.open("rb") as file:
        return file.read(len(first)) == first


def _encoding(path: Path) -> str:
    """The encoding of a text file: UTF-8, or Latin-1 where its beginning is something else.

    Comments are in the letters of the system that a file is from; numbers are in all.
    """
    with opener_of(path)(path, "rb") as file:
        head = file.read(PIECE)
    try:
        getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "utf-8-sig" if b"\0" in head else "latin-1"
    return "utf-8-sig"


@contextmanager
def in_compressed(path: Path) -> Iterator[None]:
    """Turn what is wrong with a file, or its compression, into a `FileError`."""
    try:
        yield
    except FileNotFoundError:
        raise FileError(f"{path}: no such file; check the path") from None
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise FileError(f"{path}: cannot be read ({reason})") from None


@contextmanager
def in_file(place: str | Path) -> Iterator[None]:
    """Turn what our packages refuse into an error of the file, or place in it."""
    try:
        yield
    except FileError:
        raise
    except PhonoError as error:
        raise FileError(f"{place}: {error}") from None


def lines_of(file: IO[str]) -> Iterator[str]:
    """The lines of an open file, as iterating it gives them.

    Compressed files are Python's, and pay for every line; here they pay for every piece.
    """
    rest = ""
    while piece := file.read(PIECE):
        *lines, rest = (rest + piece).split("\n")
        for line in lines:
            yield line + "\n"
    if rest:
        yield rest


def sha256(path: Path) -> str:
    """The SHA-256 of a file as it is on disk."""
    digest = sha256_for(path.stat().st_size)
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def variants(folder: Path, pattern: str) -> list[Path]:
    """Files of ``folder`` that match ``pattern``, compressed or not, in name order."""
    return sorted(
        p for s in ("", *COMPRESSION) for p in folder.glob(pattern + s) if p.is_file()
    )


def one_of(candidates: list[Path]) -> Path | None:
    """The only candidate, None if there is none."""
    if len(candidates) > 1:
        names = ", ".join(p.name for p in candidates)
        raise FileError(
            f"{candidates[0].parent}: holds {len(candidates)} candidates ({names}); name "
            "the file you mean instead of the folder"
        )
    return candidates[0] if candidates else None


DATA_SETS = (
    *("phono3py_params*.yaml", "phono3py_disp.yaml"),
    *("phonopy_params*.yaml", "phonopy_disp.yaml"),
    *("phono3py.yaml", "phonopy.yaml"),
)
"""Files that hold a crystal with displacements, in the order in which one is looked for."""
FORCES = {
    "FORCES_FC3": DATA_SETS,
    "FORCES_FC2": DATA_SETS,
    "FORCE_SETS": ("phonopy_disp.yaml", "phonopy_params*.yaml", "phonopy.yaml"),
    "forces.hdf5": DATA_SETS,
    "forces_fc2.hdf5": DATA_SETS,
}
"""Files that hold forces, and which of `DATA_SETS` beside them are theirs."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """The files that a path means.

    Parameters
    ----------
    yaml : Path
    forces : Path or None
        The file of forces that is named.
    """

    yaml: Path
    forces: Path | None = None

    @classmethod
    def of(cls, path: Path) -> "DataSet":
        """A yaml file or a folder, or a file of forces beside a yaml file."""
        name = next((name for name in FORCES if path.name.startswith(name)), None)
        if name is None or not path.is_file():
            return cls(find_yaml(path))
        # Displacements without forces, if they are there, are those the forces are of.
        disp = tuple(n for n in FORCES[name] if n.endswith("_disp.yaml"))
        return cls(find_yaml(path.parent, (*disp, *FORCES[name])), path)


def find_yaml(path: Path, names: tuple[str, ...] = DATA_SETS) -> Path:
    """The file that ``path`` means: itself, or the data set of the folder it is."""
    if not path.exists():
        raise FileError(f"{path}: no such file or folder; check the path")
    if not path.is_dir():
        return path
    yaml = find_first(path, names)
    if yaml is None:
        listed = " and no ".join(dict.fromkeys(names))
        raise NoDataError(
            f"{path}: holds no {listed}; name a file, or a folder that holds one; phono "
            "displace makes them"
        )
    return yaml


def find_first(folder: Path, names: tuple[str, ...]) -> Path | None:
    """The first of these files that a folder has, compressed or not."""
    for name in names:
        path = one_of(variants(folder, name))
        if path is not None:
            return path
    return None
