"""Content of an HDF5 file, checked before it is read; in a process of its own if need be.

The HDF5 library trusts what it reads: a byte that flipped may make it ask for petabytes,
loop, or touch memory that is not its own, and then the whole process is gone. This file is
therefore also a program, ``python _hdf5_content.py PATH``, that answers requests on its
standard input and whose end harms nobody. It imports nothing of this package.
"""

import errno
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

MOST_NAMES, DEEPEST = 10_000, 4
"""Datasets of a file, and groups in groups; ours and phono3py's have 100 and 2."""
MOST_TEXT = 1 << 20
"""Bytes of an attribute."""
PIECE = 1 << 26
"""Bytes that are read at once."""
FILTERS = {1, 2, 3, 32000}
"""Filters that h5py applies: deflate, shuffle, checksums, and LZF."""
SECONDS, RATE = 2.0, 2e7
"""Time of the processor for a request, and bytes a second on top of it."""
HEADROOM = 100 << 20
"""Bytes that the library may take beside what it reads."""

BUSY = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
"""Error numbers of a lock that another process holds."""


class ContentError(Exception):
    """Fault of a file, without its name."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Outline of a dataset, as its header tells it.

    Parameters
    ----------
    shape : tuple of int
    dtype : str
        Of the numbers; ``"text"`` for strings of any length, empty for all other types.
    offset : int
        Of the numbers in the file; -1 if they are not in one piece.
    unit : str
        Its attribute of that name, empty if it has none.
    """

    shape: tuple[int, ...]
    dtype: str
    offset: int
    unit: str = ""

    @property
    def n_bytes(self) -> int:
        """Bytes in memory."""
        size = 16 if self.dtype in ("text", "") else np.dtype(self.dtype).itemsize
        return size * int(np.prod([int(n) for n in self.shape], dtype=object))


class Content:
    """An open file of which nothing is read that was not looked at before."""

    def __init__(self, path: str) -> None:
        import h5py

        self._h5py = h5py
        try:
            self._file = h5py.File(path, "r")
        except Exception as error:
            raise ContentError(_in_words(error)) from None

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def outlines(self) -> dict[str, Outline]:
        """Every dataset by its path, in the order of the file."""
        with _library("is damaged: its table of contents"):
            found: dict[str, Outline] = {}
            self._walk(self._file, "", 0, found)
            return found

    def attributes(self) -> dict[str, Any]:
        """Attributes of the file: numbers, arrays of numbers, strings and lists of them."""
        with _library("is damaged: its attributes"):
            names = list(self._file.attrs)[:MOST_NAMES]
            pairs = ((name, self._attribute(name, self._file.attrs)) for name in names)
            return {name: value for name, value in pairs if value is not None}

    def pieces(self, name: str, outline: Outline) -> Iterator[np.ndarray[Any, Any]]:
        """Numbers of a dataset, piece by piece along the first axis; strings in UTF-8."""
        with _library(name):
            dataset = self._file[name]
            if outline.dtype == "text":
                text = dataset.asstr()[()]
                yield np.char.encode(np.asarray(text, dtype=np.str_), "utf-8")
                return
            if outline.n_bytes <= PIECE or not outline.shape:
                yield np.asarray(dataset[()])
                return
            step = max(1, PIECE * outline.shape[0] // outline.n_bytes)
            if dataset.chunks:
                step = -(-step // dataset.chunks[0]) * dataset.chunks[0]
            for start in range(0, outline.shape[0], step):
                yield np.asarray(dataset[start : start + step])

    def _walk(self, group: Any, prefix: str, depth: int, found: dict[str, Outline]) -> None:
        """Note the datasets of a group."""
        hard = self._h5py.h5l.TYPE_HARD
        for name in group:
            if len(found) >= MOST_NAMES or depth > DEEPEST:
                raise ContentError("has more datasets than any file of force constants")
            key = name.encode()
            if group.id.links.get_info(key).type != hard:
                raise ContentError(f"{prefix}{name} is a link to somewhere else")
            item = group[name]
            if isinstance(item, self._h5py.Group):
                self._walk(item, f"{prefix}{name}/", depth + 1, found)
            elif isinstance(item, self._h5py.Dataset):
                found[f"{prefix}{name}"] = self._outline(f"{prefix}{name}", item)

    def _outline(self, name: str, dataset: Any) -> Outline:
        """Where and what a dataset is, if it is inside the file."""
        h5d, made = self._h5py.h5d, dataset.id.get_create_plist()
        layout = made.get_layout()
        inside = (h5d.COMPACT, h5d.CONTIGUOUS, h5d.CHUNKED)
        if layout not in inside or made.get_external_count():
            raise ContentError(f"{name} is in another file")
        filters = {made.get_filter(i)[0] for i in range(made.get_nfilters())}
        if not filters <= FILTERS:
            raise ContentError(f"{name} is compressed in a way that is not known here")
        if dataset.shape is None:
            return Outline((), "", -1)
        offset = dataset.id.get_offset() if layout == h5d.CONTIGUOUS else None
        shape = tuple(int(n) for n in dataset.shape)
        unit = self._attribute("unit", dataset.attrs) if "unit" in dataset.attrs else ""
        outline = Outline(
            shape,
            self._type(dataset.dtype),
            -1 if offset is None else offset,
            unit if isinstance(unit, str) else "",
        )
        if dataset.chunks:
            one = int(np.prod(dataset.chunks, dtype=object)) * dataset.dtype.itemsize
            if one > max(4 * outline.n_bytes, PIECE):
                raise ContentError(f"{name} has chunks that are larger than itself")
        return outline

    def _type(self, dtype: Any) -> str:
        """Type of numbers, ``text``, or nothing for what is neither."""
        if self._h5py.check_string_dtype(dtype) is not None and dtype.kind == "O":
            return "text"
        enum = self._h5py.check_enum_dtype(dtype)
        plain = dtype.kind in "iufcbS" and enum is None and dtype.subdtype is None
        return str(dtype.str) if plain else ""

    def _attribute(self, name: str, attributes: Any) -> Any:
        """Value of an attribute; None for a kind that nobody here writes."""
        about = attributes.get_id(name)
        if about.dtype.itemsize * int(np.prod(about.shape, dtype=object)) > MOST_TEXT:
            raise ContentError(f"its attribute {name} is longer than any text")
        value = attributes[name]
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        if isinstance(value, str):
            return value
        if not isinstance(value, np.ndarray | np.generic):
            return None
        if isinstance(value, np.ndarray) and value.dtype.kind in "OS":
            words = value.ravel().tolist()
            texts = [w.decode("utf-8", "replace") for w in words if isinstance(w, bytes)]
            words = texts or words
            return words if all(isinstance(w, str) for w in words) else None
        return value if value.dtype.kind in "iufb" else None


# In lower case: used like a function, ``with _library(...)``.
class _library:  # noqa: N801
    """Turn whatever the HDF5 library raises into what is wrong with the file."""

    def __init__(self, part: str) -> None:
        self._part = part

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        """Rename the error."""
        if isinstance(error, Exception) and not isinstance(error, ContentError):
            # What the library says of it helps nobody who has not written that.
            raise ContentError(f"{self._part} cannot be read") from None


def _one_line(error: BaseException) -> str:
    """The message of an error in one line, and not a long one."""
    return " ".join(str(error).split())[:200] or type(error).__name__


def _in_words(error: BaseException) -> str:
    """Tell why a file does not open, for people who do not know the HDF5 library."""
    text = " ".join(str(error).split())
    cut = re.search(r"truncated file: eof = (\d+).*stored_eof = (\d+)", text)
    if cut:
        return f"is cut off: {cut[1]} of its {cut[2]} bytes are here; copy it again"
    number = re.search(r"errno = (\d+)", text)
    if "unable to lock file" in text:
        if number and int(number[1]) in BUSY:
            return "is being written by another process; try again when that has ended"
        return "cannot be locked on this file system; set HDF5_USE_FILE_LOCKING=FALSE"
    if number and int(number[1]):
        return f"cannot be read ({os.strerror(int(number[1]))})"
    if isinstance(error, MemoryError):
        return "needs more memory than there is"
    return "is damaged; copy it again, or compute it again"


def packed(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes as JSON has them; numbers with their type."""
    return {
        name: value
        if isinstance(value, str | list)
        else {"dtype": value.dtype.str, "values": np.asarray(value).tolist()}
        for name, value in attributes.items()
    }


def unpacked(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes from JSON."""
    return {
        name: np.array(value["values"], value["dtype"])[()]
        if isinstance(value, dict)
        else value
        for name, value in attributes.items()
    }


def _limit(n_bytes: int) -> None:
    """Bound the time and the memory of the next request, where the system can."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + SECONDS + n_bytes / RATE) + 1
    wishes = [(resource.RLIMIT_CPU, seconds)]
    try:
        with open("/proc/self/statm") as file:
            size = int(file.read().split()[0]) * resource.getpagesize()
        room = size + HEADROOM + min(n_bytes, 3 * PIECE + n_bytes // 4)
        wishes.append((resource.RLIMIT_AS, room))
    except OSError:
        pass  # no Linux
    for what, wanted in wishes:
        _, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            wanted = min(wanted, hard)
        resource.setrlimit(what, (wanted, hard))


def _answer(out: BinaryIO, **about: Any) -> None:
    """Write one line of JSON."""
    out.write(json.dumps(about).encode() + b"\n")


def serve(path: str, requests: BinaryIO, out: BinaryIO) -> None:
    """Tell what is in a file, then what is asked for, until nobody asks."""
    import h5py  # noqa: F401  (its libraries are loaded before the limits)

    try:
        _limit(0)
        content = Content(path)
        outlines = content.outlines()
        parts = {n: (o.shape, o.dtype, o.offset, o.unit) for n, o in outlines.items()}
        _answer(out, attributes=packed(content.attributes()), parts=parts)
        out.flush()
        for line in requests:
            name = json.loads(line)
            _limit(outlines[name].n_bytes)
            for piece in content.pieces(name, outlines[name]):
                data = np.ascontiguousarray(piece)
                _answer(out, dtype=data.dtype.str, shape=piece.shape)
                out.write(data.data.cast("B") if data.size else b"")
            _answer(out, end=True)
            out.flush()
    except (ContentError, MemoryError, RecursionError) as error:
        _answer(out, error=_one_line(error))
        out.flush()


if __name__ == "__main__":
    serve(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
