"""A file of its own for every rank, for data that do not fit in memory."""

import os
from contextlib import suppress
from io import FileIO
from types import TracebackType
from typing import Any

from phono_grid.errors import FileError


class _PatientFile(FileIO):
    """A file that takes every byte, and remembers the first that it could not store.

    The HDF5 library does not survive a disk that fills up under it.
    """

    failure: OSError | None = None

    def write(self, data: Any) -> int:
        """Write all of some bytes, or remember why not."""
        view = memoryview(data).cast("B")
        length = view.nbytes
        try:
            while view:
                view = view[super().write(view) :]
        except OSError as error:
            self.failure = self.failure or error
        return length

    def truncate(self, size: int | None = None) -> int:
        """Change the length, or remember why not."""
        try:
            return super().truncate(size)
        except OSError as error:
            self.failure = self.failure or error
            return self.tell() if size is None else size

    def readinto(self, buffer: Any) -> int:
        """Read bytes; there are zeros where nothing could be stored."""
        view = memoryview(buffer).cast("B")
        n = super().readinto(view) or 0
        if self.failure is not None:
            view[n:] = bytes(len(view) - n)
            n = len(view)
        return n


class SpillFile:
    """One HDF5 file of one rank: ``{output_path}/{name}_Rank{R:05d}.hdf5``.

    ``with`` opens it and gives the h5py file. Needs h5py (``phono-mpi[hdf5]``).
    """

    _fname: str  # not there without a file
    _file: Any = None
    _bytes: _PatientFile | None = None

    def _create_file(self, name: str, output_path: str, rank: int) -> None:
        """Create the file, or keep the one that is there; leave it closed."""
        import h5py

        self._fname = os.path.join(output_path, f"{name}_Rank{rank:05d}.hdf5")
        self._bytes = _PatientFile(
            self._fname, "r+" if os.path.exists(self._fname) else "x+"
        )
        self._file = h5py.File(self._bytes, "a")
        self.close_file()

    def open_file(self) -> None:
        """Open the file to read and write; without effect if it cannot be opened."""
        with suppress(OSError, AttributeError):
            self._open()

    def close_file(self) -> None:
        """Close the file; without effect if there is none.

        Raises
        ------
        FileError
            If there was no room for all that was written; the file is removed.
        """
        with suppress(OSError, AttributeError):
            self._file.close()
        stored, self._bytes = self._bytes, None
        if stored is None:
            return
        stored.close()
        if stored.failure is not None:
            self.delete_file()
            raise FileError(
                f"{self._fname}: cannot be written ({stored.failure.strerror}), its rows "
                "are lost; make room, or name a folder on another disk"
            )

    def delete_file(self) -> None:
        """Remove the file; without effect if there is none."""
        with suppress(OSError, AttributeError):
            os.remove(self._fname)

    def _open(self) -> None:
        """Open the file, or raise."""
        fname = self._fname
        import h5py

        try:
            self._bytes = _PatientFile(fname, "r+")
            self._file = h5py.File(self._bytes, "r+")
        except OSError as error:
            raise OSError(
                f"{fname} cannot be opened ({error}); remove it if a run was cut short"
            ) from error

    def __enter__(self) -> Any:
        """The open h5py file; None without ``output_path``.

        Raises
        ------
        OSError
            If the file was to be there and cannot be opened.
        """
        if hasattr(self, "_fname"):
            self._open()
        return self._file

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file, and let an exception of the block go on."""
        self.close_file()

    def __del__(self) -> None:
        """Close the file."""
        self.close_file()
