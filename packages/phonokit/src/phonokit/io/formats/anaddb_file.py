"""Atoms and charges of ABINIT's ``anaddb.nc``.

Lengths are in bohr; arrays are in the order of Fortran, the last axis first.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.errors import FileError
from phono_grid.units import BOHR

from phonokit.io.files import in_file
from phonokit.io.formats.cells import cell_of_file
from phonokit.io.formats.netcdf import Arrays, open_netcdf
from phonokit.io.species import symbol_of_number

CONSTANTS = "ifc_matrix_cart_coord"
CHARGES, DIELECTRIC = "becs_cart", "emacro_cart"
LARGEST = 1e9


def anaddb_charges(path: Path) -> dict[str, Any] | None:
    """Atoms, charges and the dielectric tensor: what `ChargesOfOutput` holds.

    None if a file is not of anaddb.
    """
    with open_netcdf(path) as file:
        if "anaddb_version" not in file and CONSTANTS not in file:
            return None
        if CHARGES not in file or DIELECTRIC not in file:
            raise FileError(
                f"{path}: holds no charges; let anaddb compute them (dieflag, chneut)"
            )
        cell = cell_of_anaddb(path, file)
        charges = numbers_of(path, file, CHARGES, (cell.n_atoms, 3, 3)).swapaxes(1, 2)
        dielectric = numbers_of(path, file, DIELECTRIC, (3, 3))
    return {
        "program": "ABINIT (anaddb)",
        "lattice": cell.lattice,
        "positions": cell.positions @ cell.lattice,
        "symbols": cell.symbols,
        "charges": charges,
        "dielectric": dielectric,
    }


def cell_of_anaddb(path: Path, file: Arrays) -> Cell:
    """The primitive cell."""
    lattice = numbers_of(path, file, "primitive_vectors", (3, 3)) * BOHR
    x = numbers_of(path, file, "reduced_atom_positions", (None, 3))
    kinds = indices_of(path, file, "atom_species", (len(x),), None)
    numbers = numbers_of(path, file, "atomic_numbers", (None,))
    if kinds.max(initial=0) >= len(numbers):
        raise FileError(f"{path}: atom_species: expected kinds 1 to {len(numbers)}")
    masses = numbers_of(path, file, "atomic_mass_units", (len(numbers),))
    with in_file(path):
        symbols = [symbol_of_number(round(float(numbers[kind]))) for kind in kinds]
    return cell_of_file(path, lattice, x, symbols, masses[kinds])


def numbers_of(
    path: Path, file: Arrays, name: str, shape: tuple[int | None, ...]
) -> NDArray[np.float64]:
    """An array of finite numbers."""
    array = file.read(name, shape)
    if array.dtype.kind not in "fiu":
        raise FileError(f"{path}: {name}: expected numbers")
    numbers = array.astype(np.float64)
    if not (np.isfinite(numbers).all() and np.abs(numbers).max(initial=0) < LARGEST):
        raise FileError(f"{path}: {name}: numbers that cannot be; is the file damaged?")
    return numbers


def indices_of(
    path: Path, file: Arrays, name: str, shape: tuple[int | None, ...], n: int | None
) -> NDArray[np.int64]:
    """Numbers from 1, as Fortran counts, made numbers from 0."""
    array: NDArray[Any] = file.read(name, shape)
    if array.dtype.kind not in "iu" or (array.size and int(array.min()) < 1):
        raise FileError(f"{path}: {name}: expected whole numbers from 1")
    indices = array.astype(np.int64) - 1
    if n is not None and indices.max(initial=0) >= n:
        raise FileError(f"{path}: {name}: expected whole numbers from 1 to {n}")
    return indices
