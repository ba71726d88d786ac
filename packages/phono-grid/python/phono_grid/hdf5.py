"""HDF5 files: one writer, which survives a full disk, and one reader, which trusts nothing.

h5py is imported when a file is written or read; packages that do either declare it.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from phono_grid._checksums import Hole, State, checksum_line, state_of
from phono_grid._hdf5_axes import name_axes
from phono_grid._hdf5_content import Content, ContentError, Outline, unpacked
from phono_grid._hdf5_reader import ReaderProcess
from phono_grid.errors import FileError
from phono_grid.files import replacing

MARK = b"\x89HDF\r\n\x1a\n"
"""The beginning of HDF5, at the start of a file or at 512, 1024, 2048, … bytes."""
TIMES, PLUS = 10, 100 << 20
"""A file may hold so many times its size, and so many bytes more, if nobody knows the
shapes: numbers are compressed to a half, a bomb to a thousandth."""


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """One dataset of a file.

    Parameters
    ----------
    value : array, number or bytes
    unit : str or None
        "1" where the numbers have none; None for what other programs read without one.
    meaning : str or None
    axes : tuple of str
        Name of each axis of the array, or none; see `phono_grid._hdf5_axes`.
    """

    value: Any
    unit: str | None = None
    meaning: str | None = None
    axes: tuple[str, ...] = ()


def write_hdf5(
    path: Path,
    datasets: Mapping[str, Dataset],
    attributes: Mapping[str, Any],
    *,
    compressed: bool = True,
) -> Path:
    """Write HDF5 with units and a checksum; readers see the whole file or none.

    The file is made in memory and then written as it is: the HDF5 library does not survive
    a disk that fills up under it.

    Raises
    ------
    FileError
        If it cannot be written.
    """

    def make(file: Any) -> tuple[Hole, ...]:
        fill_hdf5(file, datasets, attributes, compressed=compressed)
        return ()

    make_hdf5(path, make)
    return path


def make_hdf5(path: Path, make: Callable[[Any], Sequence[Hole]]) -> None:
    """Write a file that ``make`` fills in memory, with its checksum.

    ``make`` takes an open file of h5py, and returns the parts that will change later.
    """
    import h5py

    with replacing(path) as beside:
        image = io.BytesIO()
        with h5py.File(image, "w") as file:
            holes = make(file)
        # Released in any case: the image cannot be freed while there is a view of it.
        with image.getbuffer() as view, beside.open("wb") as written:
            written.write(view)
            written.write(checksum_line([view], holes))


def fill_hdf5(
    file: Any,
    datasets: Mapping[str, Dataset],
    attributes: Mapping[str, Any],
    *,
    compressed: bool = True,
) -> None:
    """Put datasets and attributes into an open file of h5py."""
    for name, dataset in datasets.items():
        # Neither a scalar nor what is empty can be compressed.
        value = dataset.value
        large = compressed and np.ndim(value) > 0 and np.size(value) > 0
        options = {"compression": "gzip"} if large else {}
        parent = name.rpartition("/")[0]
        if parent and parent not in file:
            file.create_group(parent, track_order=True)
        written = file.create_dataset(name, data=dataset.value, **options)
        for key in ("unit", "meaning"):
            if getattr(dataset, key) is not None:
                written.attrs[key] = getattr(dataset, key)
    name_axes(file, {name: d.axes for name, d in datasets.items() if d.axes})
    for name, value in attributes.items():
        file.attrs[name] = value


class _Source(Protocol):
    """Whoever reads pieces of datasets."""

    def pieces(self, name: str, outline: Outline) -> Iterator[NDArray[Any]]:
        """Pieces of a dataset."""
        ...


class Hdf5File:
    """An open HDF5 file: what is in it, and a way to read it; from `open_hdf5`.

    Parameters
    ----------
    path : Path
    outlines : dict of Outline
    attributes : dict
    source : Content, or another process with one
    """

    def __init__(
        self,
        path: Path,
        outlines: Mapping[str, Outline],
        attributes: Mapping[str, Any],
        source: _Source,
    ) -> None:
        self.path = path
        self.attributes = attributes
        self._outlines = outlines
        self._source = source
        self._left = PLUS + TIMES * path.stat().st_size

    def __contains__(self, name: str) -> bool:
        """Whether there is such a dataset."""
        return name in self._outlines

    def __iter__(self) -> Iterator[str]:
        """Names of the datasets, with those of their groups."""
        return iter(self._outlines)

    def group(self, name: str) -> list[str]:
        """Names of the datasets in a group, in their order."""
        begin = f"{name}/"
        return [n.removeprefix(begin) for n in self._outlines if n.startswith(begin)]

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of a dataset."""
        return self._outline(name).shape

    def unit(self, name: str) -> str:
        """Unit of a dataset, empty if the file does not say."""
        return self._outline(name).unit

    def place(self, name: str, shape: Sequence[int], dtype: Any) -> int:
        """Where the numbers of a dataset begin in the file, for those who change them.

        Raises
        ------
        FileError
            If it is not there, not in one piece, or of another type or shape.
        """
        outline = self._outline(name)
        expected = (tuple(shape), np.dtype(dtype).str)
        if outline.offset < 0 or (outline.shape, outline.dtype) != expected:
            raise self.error(
                f"{name} is laid out in another way than ours; name another file"
            )
        return outline.offset

    def error(self, message: str) -> FileError:
        """An error about this file, to be raised."""
        return FileError(f"{self.path}: {message}")

    def read(
        self,
        name: str,
        shape: Sequence[int | None] | None = None,
        *,
        text: bool | None = False,
    ) -> NDArray[Any]:
        """Read a dataset.

        Parameters
        ----------
        name : str
        shape : sequence of int or None, optional
            The shape that it must have, None for any size of an axis. What has a shape that
            is known may be as large as that.
        text : bool, optional
            Whether strings are expected, instead of numbers; either if None.

        Raises
        ------
        FileError
            If it is not there, is of another type or shape, is larger than a file of this
            size can hold, or is damaged.
        """
        outline = self._outline(name)
        if shape is not None and not _fits(outline.shape, shape):
            raise self.error(
                f"{name} has the shape {_size(outline.shape)}, expected {_size(shape)}; is "
                "it of another crystal, or damaged?"
            )
        is_text = outline.dtype == "text" or "S" in outline.dtype
        if not outline.dtype or is_text != (is_text if text is None else text):
            raise self.error(f"{name} does not hold {'text' if text else 'numbers'}")
        if shape is None or None in shape:
            self._left -= outline.n_bytes
            if self._left < 0:
                raise self.error(
                    f"{name} claims {outline.n_bytes:.3g} bytes, in a file of "
                    f"{self.path.stat().st_size:.3g}; it is damaged"
                )
        try:
            return self._read(name, outline)
        except (ContentError, MemoryError, ValueError) as error:
            raise self.error(f"{' '.join(str(error).split())}; it is damaged") from None

    def number(self, name: str) -> float:
        """Read one number."""
        return float(self.read(name, ()).real)

    def text(self, attribute: str, default: str = "") -> str:
        """Text of an attribute, the default if it is not there."""
        value = self.attributes.get(attribute, default)
        if not isinstance(value, str):
            raise self.error(f"its attribute {attribute} is no text; it is damaged")
        return value

    def texts(self, attribute: str) -> list[str]:
        """Texts of an attribute, none if it is not there."""
        value = self.attributes.get(attribute, [])
        return value if isinstance(value, list) else []

    def _read(self, name: str, outline: Outline) -> NDArray[Any]:
        """All pieces of a dataset in one array."""
        array, place = np.empty(0), 0
        for piece in self._source.pieces(name, outline):
            if piece.shape == outline.shape:
                array = np.asarray(piece)
                continue
            if place == 0:
                array = np.empty(outline.shape, piece.dtype)
            array[place : place + len(piece)] = piece
            place += len(piece)
        return array

    def _outline(self, name: str) -> Outline:
        """Outline of a dataset that has to be there."""
        if name not in self._outlines:
            raise self.error(f"holds no {name}; is it complete?")
        return self._outlines[name]


@contextmanager
def open_hdf5(path: Path) -> Iterator[Hdf5File]:
    """Open an HDF5 file for reading; what goes wrong is a `FileError`.

    What we have written is known by its checksum. Any other file is read in a process of
    its own, bounded in time and memory: the library does not survive every file.
    """
    try:
        state = state_of(path)
    except FileNotFoundError:
        raise FileError(f"{path}: no such file; check the path") from None
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror})") from None
    if state is State.DAMAGED:
        raise FileError(
            f"{path}: is damaged: its checksum is another one than when it was written; "
            "take a copy, or compute it again"
        )
    try:
        content, close = (_here if state is State.WHOLE else _apart)(path)
    except ContentError as error:
        raise FileError(f"{path}: {error}") from None
    try:
        yield content
    finally:
        close()


def _here(path: Path) -> tuple[Hdf5File, Callable[[], None]]:
    """A file that is read in this process."""
    content = Content(str(path))
    return Hdf5File(path, content.outlines(), content.attributes(), content), content.close


def _apart(path: Path) -> tuple[Hdf5File, Callable[[], None]]:
    """A file that is read in another process, if there can be one."""
    if not path.is_file() or not _begins_as_hdf5(path):
        raise ContentError("not an HDF5 file")
    try:
        reader = ReaderProcess(path)
    except OSError:
        return _here(path)
    try:
        about = reader.answer()
        parts = about["parts"].items()
        outlines = {name: Outline(tuple(part[0]), *part[1:]) for name, part in parts}
        attributes = unpacked(about["attributes"])
    except BaseException:
        reader.close()
        raise
    return Hdf5File(path, outlines, attributes, reader), reader.close


def _begins_as_hdf5(path: Path) -> bool:
    """Whether a file has the mark of HDF5 where it may be."""
    size, place = path.stat().st_size, 0
    with path.open("rb") as file:
        while place + len(MARK) <= size:
            file.seek(place)
            if file.read(len(MARK)) == MARK:
                return True
            place = 2 * place or 512
    return False


def _fits(shape: Sequence[int], expected: Sequence[int | None]) -> bool:
    """Whether a shape is as expected."""
    return len(shape) == len(expected) and all(
        n is None or m == n for m, n in zip(shape, expected, strict=True)
    )


def _size(shape: Sequence[int | None]) -> str:
    """``(64 × 3)``."""
    return f"({' × '.join('n' if n is None else str(n) for n in shape) or 'one number'})"
