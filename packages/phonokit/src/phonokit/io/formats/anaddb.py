"""Force constants of ABINIT: the file ``anaddb.nc`` that ``anaddb`` makes of a DDB.

Pairs of atoms within the Wigner-Seitz cell of the grid, with their weights counted, in
Hartree/bohr²; versions from 9.2 tell where the second atom is. With ``dipdip 1`` there are
constants without the dipoles, whose whole sum is Ewald's (Gonze and Lee, Phys. Rev. B 55,
10355 (1997)). Arrays are in the order of Fortran, the last axis first.
"""

import warnings
from pathlib import Path

import numpy as np
from phono_dynmat import BornCharges
from phono_fc import LatticeForceConstants
from phono_grid import Cell
from phono_grid.errors import FileError
from phono_grid.units import BOHR, HARTREE

from phonokit.io.born import ChargesLeftOutWarning
from phonokit.io.files import in_file
from phonokit.io.formats.anaddb_file import (
    CHARGES,
    CONSTANTS,
    DIELECTRIC,
    cell_of_anaddb,
    indices_of,
    numbers_of,
)
from phonokit.io.formats.cells import SAME
from phonokit.io.formats.netcdf import Arrays, open_netcdf
from phonokit.io.formats.tdep import ewald_of
from phonokit.model.dipoles import Dipoles

SHORT = f"{CONSTANTS}_short_range"
PLACES, WEIGHTS = "ifc_atoms_cart_coord", "ifc_weights"
DDB = "DERIVATIVE DATABASE"
"""In the first lines of a DDB."""


def is_anaddb(path: Path) -> bool:
    """Whether a netCDF file is of anaddb."""
    with open_netcdf(path) as file:
        return CONSTANTS in file or ("anaddb_version" in file and CHARGES in file)


def read_anaddb(path: Path) -> tuple[LatticeForceConstants, Dipoles | None]:
    """Constants on lattice vectors, without the dipoles where there are charges.

    Raises
    ------
    FileError
        If the file holds no constants, or not those of all pairs.
    """
    with open_netcdf(path) as file:
        if CONSTANTS not in file:
            raise FileError(
                f"{path}: holds no force constants; let anaddb write those of all atoms "
                "(ifcflag 1, prt_ifc 1, natifc, atifc, and ifcout so large that it has all)"
            )
        if PLACES not in file or WEIGHTS not in file:
            raise FileError(
                f"{path}: does not tell where the atoms are that interact; make it with "
                "anaddb of ABINIT 9.2 or later"
            )
        cell = cell_of_anaddb(path, file)
        constants = _constants(path, file, cell)
        polar = None
        if CHARGES in file and DIELECTRIC in file:
            if SHORT in file:
                polar = _dipoles(path, file, cell)
            else:
                warnings.warn(
                    f"{path}: its charges are not used: the constants hold the dipoles "
                    "(dipdip 0); let anaddb take them out with dipdip 1",
                    ChargesLeftOutWarning,
                    stacklevel=2,
                )
    return constants, polar


def refuse_ddb(path: Path) -> FileError:
    """A derivative database, which anaddb turns into constants."""
    return FileError(
        f"{path}: is a derivative database of ABINIT, dynamical matrices at some wave "
        "vectors; let anaddb make constants of it (ifcflag 1, prt_ifc 1, dipdip 1) and "
        "name its anaddb.nc"
    )


def _constants(path: Path, file: Arrays, cell: Cell) -> LatticeForceConstants:
    """Constants of all pairs with a weight."""
    n = cell.n_atoms
    first = indices_of(path, file, "ifc_atoms_indices", (None,), n)
    if sorted(first.tolist()) != list(range(n)):
        raise FileError(
            f"{path}: ifc_atoms_indices: constants of {len(first)} of {n} atoms; let "
            "anaddb write those of all (natifc, atifc)"
        )
    second = indices_of(path, file, "ifc_neighbours_indices", (n, None), n)
    size = second.shape[1]
    places = numbers_of(path, file, PLACES, (n, size, 3)) * BOHR
    weights = numbers_of(path, file, WEIGHTS, (n, size))
    name = SHORT if SHORT in file else CONSTANTS
    values = numbers_of(path, file, name, (n, size, 3, 3)).swapaxes(2, 3)
    # The first is the atom itself.
    vectors = (places - places[:, :1]) @ np.linalg.inv(cell.lattice)
    exact = vectors - cell.positions[second] + cell.positions[first][:, None]
    cells = np.rint(exact)
    if not size or (second[:, 0] != first).any() or np.abs(exact - cells).max() > SAME:
        raise FileError(f"{path}: {PLACES}: atoms that are not those of the crystal")
    sums = np.zeros((n, n))
    np.add.at(sums, (np.broadcast_to(first[:, None], second.shape), second), weights)
    if weights.min() < 0 or np.ptp(sums) > 1e-3 * sums.max():
        raise FileError(
            f"{path}: {WEIGHTS}: pairs of atoms are missing; let anaddb write all of them "
            "(a larger ifcout)"
        )
    kept = weights > 0
    row, column = np.nonzero(kept)
    atoms = np.column_stack([first[row], second[row, column]])
    chosen = np.ascontiguousarray(values[kept]) * (HARTREE / BOHR**2)
    return LatticeForceConstants(chosen, atoms, cells[kept].astype(np.int64)[:, None], cell)


def _dipoles(path: Path, file: Arrays, cell: Cell) -> Dipoles:
    """Charges, and Ewald's whole sum."""
    charges = numbers_of(path, file, CHARGES, (cell.n_atoms, 3, 3)).swapaxes(1, 2)
    dielectric = numbers_of(path, file, DIELECTRIC, (3, 3))
    with in_file(path):
        checked = BornCharges.of(cell, charges, dielectric)
    width, cutoff = ewald_of(cell, checked)
    return Dipoles(charges=checked, width=width, cutoff=cutoff)
