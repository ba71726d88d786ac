"""Forces in one HDF5 file, supercell by supercell, so that a run can stop and go on."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.errors import FileError
from phono_grid.files import replacing

from phonokit._digest import sha256_for
from phonokit.model.displaced_supercells import AnySupercells


@dataclass(frozen=True, slots=True, eq=False)
class ForceStore:
    """An open file of forces; row ``len(supercells)`` is the supercell at rest.

    Parameters
    ----------
    path : Path
    file : h5py.File
    """

    path: Path
    file: Any

    @property
    def done(self) -> NDArray[np.bool_]:
        """Which supercells have their forces."""
        return np.asarray(self.file["done"][:], dtype=np.bool_)

    @property
    def forces(self) -> NDArray[np.float64]:
        """All forces, (n + 1, n_s, 3), eV/Å; zero where they are not done."""
        forces: NDArray[np.float64] = self.file["forces"][:]
        return forces

    def put(self, number: int, forces: NDArray[np.float64]) -> None:
        """Store the forces of one supercell, on disk before this returns."""
        self.file["forces"][number] = forces
        # First the numbers, then the word that they are there.
        self.file.flush()
        self.file["done"][number] = 1
        self.file.flush()


@contextmanager
def force_store(path: Path, supercells: AnySupercells, origin: str) -> Iterator[ForceStore]:
    """Open the file of forces of these supercells, or begin it.

    Parameters
    ----------
    path : Path
    supercells : DisplacedSupercells or RandomSupercells
    origin : str
        What makes the forces; forces of different origin cannot be mixed.

    Raises
    ------
    FileError
        If the file is of other supercells or another origin.
    """
    import h5py

    key = key_of(supercells.supercell.cell, supercells.arrays)
    if not path.exists() or _holds_nothing(path):
        with replacing(path) as beside, h5py.File(beside, "w") as file:
            _begin(file, len(supercells) + 1, supercells.supercell.cell.n_atoms)
            file.attrs["displacements"], file.attrs["origin"] = key, origin
    try:
        file = h5py.File(path, "r+")
    except OSError as error:
        raise FileError(
            f"{path}: cannot be opened ({error}); is another run writing it?"
        ) from None
    with file:
        _check(path, file.attrs, key, origin)
        yield ForceStore(path, file)


def _holds_nothing(path: Path) -> bool:
    """Whether a run ended before its first supercell; one that goes on has the lock."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return "done" in file and not file["done"][:].any()
    except OSError:
        return False


def _begin(file: Any, n: int, n_s: int) -> None:
    """All places for forces, none of them done.

    They are laid out at once: later nothing is written but numbers in their places, so that
    a process that is killed leaves a file that can be opened. What was never written takes
    no room where the file system has sparse files.
    """
    import h5py

    layout = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    layout.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    layout.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    forces = file.create_dataset("forces", (n, n_s, 3), np.float64, dcpl=layout)
    forces.attrs["unit"] = "eV/angstrom"
    file.create_dataset("done", data=np.zeros(n, dtype=np.uint8))


def _check(path: Path, attributes: Any, key: str, origin: str) -> None:
    """Refuse to go on with other supercells or another calculator."""
    if attributes.get("displacements") != key:
        raise FileError(
            f"{path}: holds forces of other displaced supercells; name another file, or "
            "remove this one to begin anew"
        )
    if attributes.get("origin") != origin:
        raise FileError(
            f"{path}: holds forces from {attributes.get('origin')!r}, not from {origin!r}; "
            "name another file, or remove this one to begin anew"
        )


def stored_forces(path: Path, key: str, included: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The forces of a file that a run has finished, less those of the supercell at rest.

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
    import h5py

    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise FileError(f"{path}: cannot be opened ({error})") from None
    with file:
        if "forces" not in file or "done" not in file:
            raise FileError(f"{path}: holds no forces; name a file of phono forces")
        _check(path, file.attrs, key, file.attrs.get("origin"))
        done = np.asarray(file["done"][:], dtype=np.bool_)
        missing = np.flatnonzero(included & ~done[:-1])
        if len(missing):
            raise FileError(
                f"{path}: {len(missing)} of {int(included.sum())} supercells have no "
                f"forces yet, the first is number {missing[0] + 1}; run phono forces again "
                "to go on"
            )
        forces: NDArray[np.float64] = file["forces"][:-1][included]
        if done[-1]:
            forces -= file["forces"][-1]
        return forces


def key_of(cell: Cell, moves: Sequence[NDArray[Any]]) -> str:
    """A hash that identifies displaced supercells, to the 1e-8 that text files keep.

    Parameters
    ----------
    cell : Cell
        The supercell at rest.
    moves : sequence of arrays
        Displaced atoms and displacements in Å.
    """
    digest = sha256_for(0)
    digest.update(" ".join(cell.symbols).encode())
    at_rest = cell.positions - np.floor(cell.positions + 1e-6)
    for array in (cell.lattice, at_rest, *moves):
        digest.update((np.round(array, 8) + 0.0).tobytes())
    return digest.hexdigest()
