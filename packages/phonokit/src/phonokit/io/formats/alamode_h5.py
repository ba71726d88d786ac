"""Force constants of ALAMODE 2: the HDF5 file that ``alm`` writes for ``anphon``.

As in its XML file (`phonokit.io.formats.alamode`), but for the ends of pairs and triplets,
which are vectors from the first atom. A triplet stands for both orders of its last two
atoms. Units are Ry and bohr, or eV and Å where the file says so.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants, LatticeForceConstants
from phono_grid import Cell, Supercell
from phono_grid.errors import FileError
from phono_grid.hdf5 import Hdf5File, open_hdf5
from phono_grid.units import BOHR

from phonokit.io.files import in_file
from phonokit.io.formats.alamode import BORN, UNITS, primitive_basis, read_borninfo
from phonokit.io.formats.cells import cell_of_file, gathered
from phonokit.io.formats.embed import folded
from phonokit.model.dipoles import Dipoles

CELL = "SuperCell"
OFF = 1e-3
"""Part of a lattice vector by which a vector may miss a lattice point."""


def read_alamode_h5(
    path: Path,
) -> tuple[ForceConstants | None, LatticeForceConstants | None, Dipoles | None]:
    """Second order in its supercell, third order on lattice vectors, and charges."""
    with open_hdf5(path) as file:
        present = [n for n in (2, 3) if f"ForceConstants/Order{n}/coord_indices" in file]
        if not present:
            raise FileError(f"{path}: holds no constants of second or third order")
        columns = _lattice(file)
        # Versions differ in whether the vectors are rows or columns.
        choices = [columns.T] if np.allclose(columns, columns.T) else [columns, columns.T]
        error: FileError | None = None
        for lattice in choices:
            try:
                return _read(path, file, lattice, present)
            except FileError as found:
                error = error or found
    assert error is not None  # there was one choice at least
    raise error


def _read(
    path: Path, file: Hdf5File, lattice: NDArray[np.float64], present: list[int]
) -> tuple[ForceConstants | None, LatticeForceConstants | None, Dipoles | None]:
    """The constants with these vectors of the supercell, in rows."""
    n = len(file.read(f"{CELL}/fractional_coordinate", (None, 3)))
    positions = file.read(f"{CELL}/fractional_coordinate", (n, 3)).astype(np.float64)
    elements = file.read(f"{CELL}/elements", (None,), text=True)
    names = [x.decode("utf-8", "replace") if isinstance(x, bytes) else x for x in elements]
    kinds = _indices(file, f"{CELL}/atomic_kinds", (n,), len(names))
    cell = cell_of_file(path, lattice, positions, [str(names[kind]) for kind in kinds])
    table = _indices(file, f"{CELL}/mapping_table", (None, None), n)
    if table.size != n or len(set(table.ravel().tolist())) != n:
        raise FileError(f"{path}: mapping_table: does not reach each of {n} atoms once")
    home = table[:, 0]
    vectors = positions[table[0]] - positions[home[0]]
    basis = primitive_basis(path, cell, vectors - np.rint(vectors))
    with in_file(path):
        supercell = Supercell.of(cell, np.eye(3, dtype=np.int64), basis)
    axes = supercell.primitive.lattice
    primitive = Cell(
        axes,
        cell.positions[home] @ cell.lattice @ np.linalg.inv(axes),
        tuple(cell.symbols[atom] for atom in home),
        cell.masses[home],
    )
    if len(home) != supercell.primitive.n_atoms:
        raise FileError(f"{path}: mapping_table: its translations are no lattice")
    read = {order: _constants(file, order, cell, home, primitive) for order in present}
    second = read.get(2)
    with in_file(path):
        whole = None if second is None else folded(second, supercell)
    return whole, read.get(3), read_borninfo(path.with_name(BORN), primitive)


def _constants(
    file: Hdf5File, order: int, cell: Cell, home: NDArray[np.int64], primitive: Cell
) -> LatticeForceConstants:
    """Constants of one order on lattice vectors."""
    group = f"ForceConstants/Order{order}"
    values = file.read(f"{group}/force_constant_values", (None,)).astype(np.float64)
    n = len(values)
    atoms = _indices(file, f"{group}/atom_indices", (n, order), len(home))
    whole = _indices(file, f"{group}/atom_indices_supercell", (n, order), cell.n_atoms)
    axes = _indices(file, f"{group}/coord_indices", (n, order), 3)
    shifts = file.read(f"{group}/shift_vectors", (n, 3 * (order - 1)))
    shifts = shifts.astype(np.float64).reshape(n, order - 1, 3)
    if not (np.isfinite(values).all() and np.isfinite(shifts).all()):
        raise file.error(f"{group}: numbers that are not finite; is it damaged?")
    in_angstrom = _in_angstrom(file, f"{group}/shift_vectors")
    shifts = shifts * (1.0 if in_angstrom else BOHR)
    values = values * (1.0 if in_angstrom else UNITS.force_constants(order))
    if order == 3:
        # Both orders of the last two, once where they are the same.
        keys = 3 * whole + axes
        other = keys[:, 1] != keys[:, 2]
        turned = [0, 2, 1]
        atoms, whole, axes = (
            np.concatenate([x, x[other][:, turned]]) for x in (atoms, whole, axes)
        )
        shifts = np.concatenate([shifts, shifts[other][:, ::-1]])
        values = np.concatenate([values, values[other]])
    x = cell.positions @ cell.lattice
    ends = shifts + (x[whole[:, 0]])[:, None] - x[home[atoms[:, 1:]]]
    start = x[whole[:, 0]] - x[home[atoms[:, 0]]]
    exact = (ends - start[:, None]) @ np.linalg.inv(primitive.lattice)
    cells = np.rint(exact)
    if np.abs(exact - cells).max(initial=0) > OFF or np.abs(cells).max(initial=0) > 1e6:
        raise file.error(f"{group}: vectors that do not end on atoms; is it damaged?")
    return gathered(values, atoms, cells.astype(np.int64), axes, primitive)


def _lattice(file: Hdf5File) -> NDArray[np.float64]:
    """The matrix of the vectors of the supercell, Å."""
    name = f"{CELL}/lattice_vector"
    matrix = file.read(name, (3, 3)).astype(np.float64)
    if not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-6:
        raise file.error(f"{name}: expected three vectors with a volume")
    return np.asarray(matrix * (1.0 if _in_angstrom(file, name) else BOHR))


def _in_angstrom(file: Hdf5File, name: str) -> bool:
    """Whether a dataset is in Å, and its constants in eV; bohr and Ry if not."""
    return file.unit(name).lower() == "angstrom"


def _indices(
    file: Hdf5File, name: str, shape: tuple[int | None, ...], n: int
) -> NDArray[np.int64]:
    """Numbers from 0 below a bound."""
    numbers = file.read(name, shape)
    if numbers.dtype.kind not in "iu" or (
        numbers.size and not (int(numbers.min()) >= 0 and int(numbers.max()) < n)
    ):
        raise file.error(f"{name}: expected whole numbers from 0 to {n - 1}")
    return numbers.astype(np.int64)
