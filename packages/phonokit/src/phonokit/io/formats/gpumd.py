"""Force constants of GPUMD's potentials for kALDo: the archive ``gpumd_fc.npz``.

Constants of supercells that multiply a unit cell, not always the primitive one. Cells are
in C's order (the last axis fastest) or Fortran's; third order is sparse. It has neither
charges nor masses.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants, LatticeForceConstants
from phono_grid import Cell, Supercell
from phono_grid.errors import DomainError, FileError
from phono_grid.files import make_folder, replacing
from phono_grid.memory import ensure_memory

from phonokit._version import __version__
from phonokit.io.files import in_file
from phonokit.io.formats.cells import grid_supercell, on_cell
from phonokit.io.formats.embed import AtomFinder, embedded_in
from phonokit.io.formats.npz import read_array, write_arrays
from phonokit.model.dipoles import Dipoles

NAME = "gpumd_fc.npz"
VERSION = 1
UNITS = {2: "eV/angstrom^2", 3: "eV/angstrom^3"}
MOST_CELLS = 100_000
FEW = 1_000_000


def read_gpumd(path: Path) -> tuple[ForceConstants, ForceConstants | None]:
    """Constants of second order, and of third order if it is not empty."""
    version = read_array(path, "format_version")
    if version.size != 1 or version.item() != VERSION:
        raise FileError(f"{path}: format_version: expected {VERSION}, got {version}")
    for order, unit in UNITS.items():
        found = str(read_array(path, f"units_fc{order}"))
        if found != unit:
            raise FileError(f"{path}: units_fc{order}: expected {unit}, got {found[:40]!r}")
    grid = str(read_array(path, "grid_order"))
    if grid not in ("C", "F"):
        raise FileError(f"{path}: grid_order: expected C or F, got {grid[:40]!r}")
    cell = _cell(path)
    n_a, n = cell.n_atoms, _whole(path, "supercell", (3,), 1, MOST_CELLS)
    second = _numbers(path, "fc2", (1, n_a, 3, int(np.prod(n)), n_a, 3))[0]
    with in_file(path):
        cells = _Cells.of(cell, n, grid)
        rows = [
            cells.row(atom, second[k].transpose(1, 2, 0, 3))
            for atom, k in zip(cells.first, cells.kinds, strict=True)
        ]
        whole = ForceConstants(np.array(rows), cells.supercell)
    return whole, _third(path, cell, grid)


def _third(path: Path, cell: Cell, grid: str) -> ForceConstants | None:
    """Third order, None if there are no numbers."""
    data = read_array(path, "fc3_data")
    if data.ndim != 1:
        raise FileError(f"{path}: fc3_data: expected a list of numbers")
    if not data.size:
        return None
    n_a, n = cell.n_atoms, _whole(path, "third_supercell", (3,), 1, MOST_CELLS)
    n_c = int(np.prod(n))
    data = _numbers(path, "fc3_data", (data.size,))
    shape = _whole(path, "fc3_shape", (3,), 1, 3 * MOST_CELLS)
    if shape.tolist() != [3 * n_a, 3 * n_a * n_c, 3 * n_a * n_c]:
        raise FileError(f"{path}: fc3_shape: is not of {n_a} and {n_a * n_c} atoms")
    places = _whole(path, "fc3_coords", (3, data.size), 0, 3 * MOST_CELLS)
    if (places >= shape[:, None]).any():
        raise FileError(f"{path}: fc3_coords: atoms that are not there")
    with in_file(path):
        ensure_memory("fc3", 8 * 27 * n_a * (n_a * n_c) ** 2, "use a smaller supercell")
        cells = _Cells.of(cell, n, grid)
        (k, i, j), axes, rows = places // 3, places % 3, []
        for atom, kind in zip(cells.first, cells.kinds, strict=True):
            mine = k == kind
            row = np.zeros((n_c * n_a, n_c * n_a, 3, 3, 3))
            np.add.at(row, (i[mine], j[mine], *axes[:, mine]), data[mine])
            rows.append(cells.row(atom, row.reshape(n_c, n_a, n_c, n_a, 3, 3, 3)))
        return ForceConstants(np.array(rows), cells.supercell)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Cells:
    """Atoms by the unit cell that they are in.

    Parameters
    ----------
    supercell : Supercell
        Its primitive cell is the unit cell, or what that is a multiple of.
    find : AtomFinder
        Of atoms of the unit cell.
    replicas : (n_c, 3) array of int
        The unit cells in the order of the file.
    kind_of : (n_s,) array of int
        The atom of the unit cell that each atom is a copy of.
    """

    supercell: Supercell
    find: AtomFinder
    replicas: NDArray[np.int64]
    kind_of: NDArray[np.int64]

    @classmethod
    def of(cls, cell: Cell, n: NDArray[np.int64], grid: str) -> "_Cells":
        """The supercell of a unit cell."""
        units = grid_supercell(cell, n.tolist()).on_primitive(cell)
        whole = Supercell.of(cell, n, "auto")
        order: Literal["C", "F"] = "C" if grid == "C" else "F"
        replicas = np.unravel_index(np.arange(int(np.prod(n))), n.tolist(), order=order)
        own = units if whole.primitive.n_atoms == cell.n_atoms else whole
        return cls(
            supercell=own,
            find=AtomFinder(units),
            replicas=np.stack(replicas, axis=1),
            kind_of=units.supercell_to_primitive,
        )

    @property
    def first(self) -> NDArray[np.int64]:
        """The atom of each row."""
        return self.supercell.primitive_to_supercell

    @property
    def kinds(self) -> NDArray[np.int64]:
        """The same in the unit cell."""
        return self.kind_of[self.first]

    def row(self, atom: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Constants of an atom with all others, from those by unit cells around it."""
        home = self.find.cells_of(np.array([atom]))[0]
        n_c, n_a = len(self.replicas), len(set(self.kind_of.tolist()))
        cells = np.repeat(self.replicas + home, n_a, axis=0)
        place = self.find(np.tile(np.arange(n_a), n_c), cells)
        ends = values.ndim // 3
        flat = values.reshape(*[n_c * n_a] * ends, *[3] * (ends + 1))
        row = np.empty_like(flat)
        row[np.ix_(*[place] * ends)] = flat
        return row


def write_gpumd(
    cell: Cell,
    second: ForceConstants | None,
    third: ForceConstants | None,
    path: Path,
    polar: Dipoles | None,
) -> tuple[Path, ...]:
    """Write the archive.

    Parameters
    ----------
    cell : Cell
        The primitive cell.
    second, third : ForceConstants or None
        In supercells that multiply one unit cell.
    path : Path
    polar : Dipoles or None
        Refused: the archive has no place for charges.
    """
    if polar is not None:
        raise DomainError(
            "format: kALDo's archive has no place for Born charges; write ShengBTE's "
            "folder, which kALDo reads with them"
        )
    if second is None:
        raise DomainError("format: kALDo needs second-order constants")
    unit = _unit_cell((second if third is None else third).supercell, cell)
    if (_unit_cell(second.supercell, cell) != unit).any():
        lattice = on_cell(LatticeForceConstants.of(second), cell)
        second = embedded_in(lattice, unit)
    atoms = Supercell.of(cell, unit.T, np.eye(3)).on_primitive(cell)
    n_a = atoms.cell.n_atoms
    n2, rows = _rows(second, atoms)
    fc2 = np.array([row.transpose(2, 0, 1, 3) for row in rows])[None]
    n3, places, data = n2, [np.empty((0, 3), dtype=np.int64)], [np.empty(0)]
    if third is not None:
        n3, rows = _rows(third, atoms)
        for k, row in enumerate(rows):
            n_s = 3 * row.shape[0] * n_a
            dense = row.transpose(4, 0, 1, 5, 2, 3, 6).reshape(3, n_s, n_s)
            there = np.argwhere(dense)
            data.append(dense[tuple(there.T)])
            places.append(there + np.array([3 * k, 0, 0]))
    n_s = n_a * int(np.prod(n3))
    arrays = {
        "format_version": np.int64(VERSION),
        "atomic_numbers": atoms.cell.atomic_numbers,
        "positions": atoms.cell.positions @ atoms.cell.lattice,
        "cell": atoms.cell.lattice,
        "supercell": n2,
        "third_supercell": n3,
        "fc2": fc2,
        "fc3_coords": np.concatenate(places).T,
        "fc3_data": np.concatenate(data),
        "fc3_shape": np.array([3 * n_a, 3 * n_s, 3 * n_s]),
        "units_fc2": UNITS[2],
        "units_fc3": UNITS[3],
        "grid_order": "C",
        "acoustic_sum_applied": np.bool_(True),
        "nep_potential": "",
        "generator": f"phonokit {__version__}",
    }
    make_folder(path.parent)
    with replacing(path) as beside, beside.open("wb") as file:
        write_arrays(file, arrays)
    return (path,)


def _unit_cell(supercell: Supercell, cell: Cell) -> NDArray[np.int64]:
    """The unit cell that the supercell multiplies, vectors in rows, in primitive ones."""
    ratio = supercell.cell.lattice @ np.linalg.inv(cell.lattice)
    whole = np.rint(ratio).astype(np.int64)
    return np.asarray(whole // np.gcd.reduce(whole, axis=1)[:, None], dtype=np.int64)


def _rows(
    constants: ForceConstants, atoms: Supercell
) -> tuple[NDArray[np.int64], Iterator[NDArray[np.float64]]]:
    """Multiples of the unit cell, and constants of each of its atoms with all others.

    Parameters
    ----------
    constants : ForceConstants
    atoms : Supercell
        The unit cell, of primitive ones.
    """
    old = constants.supercell.on_primitive(atoms.primitive)
    unit = np.rint(atoms.cell.lattice @ np.linalg.inv(atoms.primitive.lattice))
    n = np.rint(np.diag(old.cell.lattice @ np.linalg.inv(atoms.cell.lattice)))
    n = n.astype(np.int64)
    replicas = np.stack(np.unravel_index(np.arange(int(np.prod(n))), n), axis=1)
    within = AtomFinder(atoms).cells_of(np.arange(atoms.cell.n_atoms))
    shifts = replicas @ unit.astype(np.int64)
    n_a, n_c = len(within), len(replicas)
    cells = (shifts[:, None] + within).reshape(-1, 3)
    kinds = np.tile(atoms.supercell_to_primitive, n_c)
    place = AtomFinder(old)(kinds, cells)
    known = constants.supercell

    def rows() -> Iterator[NDArray[np.float64]]:
        """One row after the other: those of third order are large."""
        for atom in place[:n_a]:
            home = known.translated(known.home[atom], np.arange(known.cell.n_atoms))
            ends = np.ix_(*[home[place]] * (constants.order - 1))
            row = constants.values[known.supercell_to_primitive[atom]][ends]
            yield row.reshape(
                *[n_c, n_a] * (constants.order - 1), *row.shape[-constants.order :]
            )

    return n, rows()


def _cell(path: Path) -> Cell:
    """The primitive cell."""
    numbers = read_array(path, "atomic_numbers")
    n = numbers.size
    numbers = _whole(path, "atomic_numbers", (n,), 1, 118)
    lattice = _numbers(path, "cell", (3, 3))
    positions = _numbers(path, "positions", (n, 3))
    if abs(np.linalg.det(lattice)) < 1e-6:
        raise FileError(f"{path}: cell: expected three vectors with a volume")
    with in_file(path):
        return Cell.of(lattice, positions @ np.linalg.inv(lattice), numbers.tolist())


def _numbers(path: Path, name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Finite numbers of a shape."""
    array = read_array(path, name)
    kind = array.dtype.kind
    # Constants are floats: small whole numbers would grow eight times.
    if array.shape != shape or not (kind == "f" or (kind in "iu" and array.size < FEW)):
        raise FileError(
            f"{path}: {name}: expected numbers of shape {shape}, got {array.dtype} of "
            f"{array.shape}"
        )
    numbers = np.asarray(array, dtype=np.float64)
    if not (np.abs(numbers) < 1e12).all():
        raise FileError(f"{path}: {name}: numbers that cannot be; is the file whole?")
    return numbers


def _whole(
    path: Path, name: str, shape: tuple[int, ...], low: int, high: int
) -> NDArray[np.int64]:
    """Whole numbers of a shape, within bounds."""
    array = read_array(path, name)
    if array.shape != shape or array.dtype.kind not in "iu":
        raise FileError(f"{path}: {name}: expected {shape} whole numbers")
    if array.size and not (low <= int(array.min()) and int(array.max()) <= high):
        raise FileError(f"{path}: {name}: expected {low} to {high}, got others")
    return array.astype(np.int64)
