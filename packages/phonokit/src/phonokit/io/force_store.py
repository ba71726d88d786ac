"""Forces in one HDF5 file, supercell by supercell, so that a run can stop and go on.

The file is laid out at once, and then nothing is written but numbers in their places, not
by the HDF5 library: a process that is killed, or a disk that fills up, leaves a file that
can be opened. What never changes has a checksum behind it, and so has every supercell.
"""

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.digests import sha256_for
from phono_grid.errors import FileError
from phono_grid.hdf5 import Hdf5File, make_hdf5, open_hdf5
from phono_mpi import lock_file

from phonokit.model.displaced_supercells import AnySupercells
from phonokit.model.fourth_order import FourthOrderSupercells

FLOAT, CHECK, MARK = np.dtype("<f8"), np.dtype("<u4"), np.dtype("u1")
"""Types of forces, of their checksums, and of the marks that say that they are there."""


@dataclass(frozen=True, slots=True, eq=False)
class ForceStore:
    """An open file of forces; row ``n - 1`` is the undisplaced supercell.

    Parameters
    ----------
    path : Path
    file : FileIO
    shape : (int, int, int)
        ``(n, n_s, 3)``
    forces_place, marks_place : int
        Where these datasets begin in the file.
    checks_place : int or None
        The same; None in files of version 0.1, which have none.
    origin : str
        The name of what made the forces.
    """

    path: Path
    file: FileIO
    shape: tuple[int, int, int]
    forces_place: int
    marks_place: int
    checks_place: int | None
    origin: str

    @property
    def done(self) -> NDArray[np.bool_]:
        """Which supercells have their forces, to the last bit."""
        n = self.shape[:1]
        marks = self._read(self.marks_place, n, MARK)
        checks = None
        if self.checks_place is not None:
            checks = self._read(self.checks_place, n, CHECK)
        return _whole(self._stored(), marks, checks)

    @property
    def forces(self) -> NDArray[np.float64]:
        """All forces, (n, n_s, 3), eV/Å; zero where they are not done."""
        return np.where(self.done[:, None, None], self._stored(), 0.0)

    def _stored(self) -> NDArray[np.float64]:
        """All forces in the file, damaged or not."""
        return self._read(self.forces_place, self.shape, FLOAT)

    def put(self, number: int, forces: NDArray[np.float64]) -> None:
        """Store the forces of one supercell, on disk before this returns.

        Raises
        ------
        FileError
            If the disk is full, or fails.
        """
        row = np.ascontiguousarray(forces, FLOAT)
        try:
            self._write(self.forces_place + number * row.nbytes, row.tobytes())
            if self.checks_place is not None:
                check = CHECK.type(zlib.crc32(row.tobytes()))
                self._write(self.checks_place + number * CHECK.itemsize, check.tobytes())
            # First the numbers, then the word that they are there.
            self._write(self.marks_place + number, b"\1")
        except OSError as error:
            raise FileError(
                f"{self.path}: cannot be written ({error.strerror}); what is finished is "
                "kept: make room, and run it again"
            ) from None

    def _write(self, place: int, data: bytes) -> None:
        """Write bytes to their place."""
        view = memoryview(data)
        self.file.seek(place)
        while view:
            view = view[self.file.write(view) :]

    def _read(self, place: int, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
        """Numbers at a place."""
        array = np.zeros(shape, dtype)
        view = array.reshape(-1).data.cast("B")
        self.file.seek(place)
        while view and (n := self.file.readinto(view)):
            view = view[n:]
        return array


def _whole(
    forces: NDArray[np.float64], marks: NDArray[Any], checks: NDArray[Any] | None
) -> NDArray[np.bool_]:
    """Which supercells are marked, and have the forces that were written.

    Files of version 0.1 have no checksums: what is not a number is damaged there too.
    """
    done = np.asarray(marks == 1) & np.isfinite(forces).all(axis=(1, 2))
    if checks is not None:
        for i in np.flatnonzero(done):
            done[i] = zlib.crc32(np.ascontiguousarray(forces[i], FLOAT).data) == checks[i]
    return done


@contextmanager
def force_store(
    path: Path, supercells: AnySupercells | FourthOrderSupercells, origin: str
) -> Iterator[ForceStore]:
    """Open the file of forces of these supercells, or begin it.

    Parameters
    ----------
    path : Path
    supercells : DisplacedSupercells, RandomSupercells or FourthOrderSupercells
    origin : str
        The name of what makes the forces, for a file that is begun.

    Raises
    ------
    FileError
        If the file is of other supercells, or another run has it.
    """
    if not path.name:
        raise FileError(f"store must name a file, got {str(path)!r}")
    shape = (len(supercells) + 1, supercells.supercell.cell.n_atoms, 3)
    key = key_of(supercells.supercell.cell, supercells.arrays)
    unlock = lock_file(
        path.with_name(f".{path.name}.lock"),
        f"{path}: another run is writing it; wait until it ends, or name another file",
    )
    try:
        if not path.exists() or _holds_nothing(path):
            about = {"displacements": key, "origin": origin}
            make_hdf5(path, partial(_lay_out, shape=shape, about=about))
        with open_hdf5(path) as content:
            _check(content, key)
            made_by = content.text("origin")
            places = {
                name: content.place(name, *kind)
                for name, kind in _layout(shape).items()
                if name in content or name != "check"
            }
        try:
            file = FileIO(path, "r+")
        except OSError as error:
            raise FileError(f"{path}: cannot be written ({error.strerror})") from None
        with file:
            yield ForceStore(
                path,
                file,
                shape,
                places["forces"],
                places["done"],
                places.get("check"),
                made_by,
            )
    finally:
        unlock()


def _layout(shape: tuple[int, int, int]) -> dict[str, tuple[tuple[int, ...], Any]]:
    """Shape and type of every dataset that changes, by name."""
    n = shape[:1]
    return {"forces": (shape, FLOAT), "done": (n, MARK), "check": (n, CHECK)}


def _holds_nothing(path: Path) -> bool:
    """Whether a run ended before its first supercell; one that goes on has the lock."""
    with suppress(FileError), open_hdf5(path) as file:
        return "forces" in file and "done" in file and not file.read("done").any()
    return False


def _lay_out(
    file: Any, shape: tuple[int, int, int], about: dict[str, str]
) -> list[tuple[int, int]]:
    """Make all places for forces, none of them done; the parts that will change."""
    import h5py

    layout = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    layout.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    holes = []
    for name, (size, dtype) in _layout(shape).items():
        dataset = file.create_dataset(name, size, dtype, dcpl=layout)
        first = dataset.id.get_offset()
        holes.append((first, first + dataset.nbytes))
    file["forces"].attrs["unit"] = "eV/angstrom"
    for name, value in about.items():
        file.attrs[name] = value
    return holes


def _check(file: Hdf5File, key: str) -> None:
    """Refuse to go on with other supercells."""
    if file.text("displacements") != key:
        raise file.error(
            "holds forces of other displaced supercells; name another file or folder, or "
            "remove this one to start again"
        )


def stored_forces(path: Path, key: str, included: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The finished forces of a file, less those of the undisplaced supercell.

    Parameters
    ----------
    path : Path
    key : str
        `key_of` the displaced supercells.
    included : (n,) array of bool
        Which of them are wanted.

    Returns
    -------
    (n_included, n_s, 3) array
        eV/Å

    Raises
    ------
    FileError
        If forces are missing, or the file is of other supercells.
    """
    n = len(included) + 1
    with open_hdf5(path) as file:
        if "forces" not in file or "done" not in file:
            raise file.error("holds no forces; name a file of phono forces")
        _check(file, key)
        marks = file.read("done", (n,))
        forces: NDArray[np.float64] = file.read("forces", (n, None, 3))
        checks = file.read("check", (n,)) if "check" in file else None
    done = _whole(forces, marks, checks)
    damaged = np.flatnonzero(np.append(included, True) & (marks == 1) & ~done)
    if len(damaged):
        raise FileError(
            f"{path}: is damaged: the forces of supercell {damaged[0] + 1} are not those "
            "that were written; run phono forces again to compute them again"
        )
    missing = np.flatnonzero(included & ~done[:-1])
    if len(missing):
        raise FileError(
            f"{path}: {len(missing)} of {int(included.sum())} supercells have no "
            f"forces yet, the first is number {missing[0] + 1}; run phono forces again "
            "to go on"
        )
    kept = forces[:-1][included]
    return kept - forces[-1] if done[-1] else kept


def key_of(cell: Cell, moves: Sequence[NDArray[Any]]) -> str:
    """A hash that identifies displaced supercells, to the 1e-8 that text files keep.

    Parameters
    ----------
    cell : Cell
        The undisplaced supercell.
    moves : sequence of arrays
        Displaced atoms and displacements in Å.
    """
    digest = sha256_for(0)
    digest.update(" ".join(cell.symbols).encode())
    if cell.magnetic_moments is not None:
        digest.update((np.round(cell.magnetic_moments, 8) + 0.0).tobytes())
    at_rest = cell.positions - np.floor(cell.positions + 1e-6)
    for array in (cell.lattice, at_rest, *moves):
        digest.update((np.round(array, 8) + 0.0).tobytes())
    return digest.hexdigest()
