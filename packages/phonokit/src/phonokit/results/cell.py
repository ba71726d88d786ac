"""The primitive cell in files of results."""

import numpy as np
from phono_grid import Cell
from phono_grid.errors import FileError, PhonoError
from phono_grid.hdf5 import Dataset, Hdf5File

NAMES = ("lattice", "position", "symbol", "mass")
MOMENTS = "magnetic_moment"


def cell_datasets(cell: Cell) -> dict[str, Dataset]:
    """Datasets of a cell, by name."""
    symbols = np.char.encode(np.array(cell.symbols), "utf-8")
    vectors, atoms = ("lattice_vector", "axis"), ("atom_number",)
    datasets = {
        "lattice": Dataset(
            cell.lattice, "angstrom", "lattice vectors in rows, primitive cell", vectors
        ),
        "position": Dataset(
            cell.positions, "1", "fractional, of the atoms", (*atoms, "axis")
        ),
        "symbol": Dataset(symbols, "1", "of the atoms", atoms),
        "mass": Dataset(cell.masses, "Da", "of the atoms", atoms),
    }
    moments = cell.magnetic_moments
    if moments is not None:
        axes = (*atoms, "axis") if moments.ndim == 2 else atoms
        datasets[MOMENTS] = Dataset(moments, "1", "of the atoms", axes)
    return datasets


def cell_in(file: Hdf5File) -> Cell | None:
    """The primitive cell in an open file, None if there is none.

    Raises
    ------
    FileError
        If it is not a cell.
    """
    if not all(name in file for name in NAMES):
        return None
    lattice, positions, masses = (file.read(NAMES[i]) for i in (0, 1, 3))
    symbols = np.char.decode(file.read("symbol", text=True), "utf-8", "replace")
    moments = file.read(MOMENTS) if MOMENTS in file else None
    try:
        return Cell(lattice, positions, tuple(symbols.tolist()), masses, moments)
    except FileError:
        raise
    except (PhonoError, ValueError, TypeError) as error:
        raise file.error(f"its cell cannot be read: {error}; it is damaged") from None
