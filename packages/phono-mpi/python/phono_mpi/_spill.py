"""A file of its own for every rank, for data that do not fit in memory."""

import os
from contextlib import suppress
from types import TracebackType
from typing import Any


class SpillFile:
    """One HDF5 file of one rank: ``{output_path}/{name}_Rank{R:05d}.hdf5``.

    ``with`` opens it and gives the h5py file. Needs h5py (``phono-mpi[hdf5]``).
    """

    _fname: str  # not there without a file
    _file: Any = None

    def _create_file(self, name: str, output_path: str, rank: int) -> None:
        """Create the file, or keep the one that is there; leave it closed."""
        import h5py

        self._fname = os.path.join(output_path, f"{name}_Rank{rank:05d}.hdf5")
        self._file = h5py.File(self._fname, "a")
        self._file.close()

    def open_file(self) -> None:
        """Open the file to read and write; without effect if it cannot be opened."""
        with suppress(OSError, AttributeError):
            self._open()

    def close_file(self) -> None:
        """Close the file; without effect if there is none."""
        with suppress(OSError, AttributeError):
            self._file.close()

    def delete_file(self) -> None:
        """Remove the file; without effect if there is none."""
        with suppress(OSError, AttributeError):
            os.remove(self._fname)

    def _open(self) -> None:
        """Open the file, or raise."""
        fname = self._fname
        import h5py

        try:
            self._file = h5py.File(fname, "r+")
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
