"""Force constants of ALAMODE: the XML file that ``alm`` writes for ``anphon``.

Pairs and triplets of atoms of a supercell, Ry/bohr² and Ry/bohr³. Each of its 27 nearest
images has a number, and each equidistant image its share: constants are on lattice vectors.
A triplet stands for both orders of its last two atoms (Tadano, Gohda and Tsuneyuki,
J. Phys.: Condens. Matter 26, 225402 (2014)). Dipoles are in the constants; the charges are
in a file of their own, here ``BORNINFO`` beside it. Masses are those of the elements.
"""

import re
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import BornCharges
from phono_fc import ForceConstants, LatticeForceConstants
from phono_grid import Cell, Supercell
from phono_grid.calculators import calculator_units
from phono_grid.errors import FileError, PhonoError
from phono_grid.units import BOHR

from phonokit.io.files import in_file
from phonokit.io.formats.alamode_tables import Table, read_tables
from phonokit.io.formats.cells import Components, cell_of_file
from phonokit.io.formats.embed import folded
from phonokit.io.formats.numbers import read_numbers
from phonokit.model.dipoles import Dipoles

BORN = "BORNINFO"
UNITS = calculator_units("qe")
SHIFTS = np.array(
    [(0, 0, 0), *(n for n in product((-1, 0, 1), repeat=3) if n != (0, 0, 0))]
)
"""Supercell vectors of the images, by their numbers from 1."""
THREE = r"\s*([-+.\deE]+)\s+([-+.\deE]+)\s+([-+.\deE]+)\s*"


def read_alamode(
    path: Path,
) -> tuple[ForceConstants | None, LatticeForceConstants | None, Dipoles | None]:
    """Second order in its supercell, third order on lattice vectors, and charges."""
    text, tables = read_tables(path)
    cell, home, vectors = _structure(path, text)
    with in_file(path):
        supercell = Supercell.of(
            cell, np.eye(3, dtype=np.int64), primitive_basis(path, cell, vectors)
        )
    primitive = Cell(
        supercell.primitive.lattice,
        _in_primitive(cell.positions[home], cell, supercell.primitive),
        tuple(cell.symbols[atom] for atom in home),
        cell.masses[home],
    )
    if len(home) != supercell.primitive.n_atoms:
        raise FileError(
            f"{path}: Translations: {len(vectors)} of {cell.n_atoms} atoms, and "
            f"{len(home)} primitive atoms; is the file whole?"
        )
    second = _constants(path, tables[2], cell, home, primitive)
    third = _constants(path, tables[3], cell, home, primitive)
    if second is None and third is None:
        raise FileError(f"{path}: holds no constants of second or third order")
    with in_file(path):
        whole = None if second is None else folded(second, supercell)
    return whole, third, read_borninfo(path.with_name(BORN), primitive)


def _structure(
    path: Path, text: str
) -> tuple[Cell, NDArray[np.int64], NDArray[np.float64]]:
    """The supercell, its primitive atoms, and its translations in its axes."""
    rows = [re.search(rf"<a{i}>{THREE}</a{i}>", text) for i in (1, 2, 3)]
    lattice = np.array([[_number(path, x) for x in r.groups()] for r in rows if r])
    if lattice.shape != (3, 3):
        raise FileError(f"{path}: LatticeVector: expected a1, a2 and a3")
    found = re.findall(rf'<pos index="(\d+)" element="([^"]+)">{THREE}</pos>', text)
    n = len(found)
    if [int(row[0]) for row in found] != list(range(1, n + 1)) or not n:
        raise FileError(f"{path}: Position: expected atoms 1, 2 and so on")
    positions = np.array([[_number(path, x) for x in row[2:]] for row in found])
    symbols = [re.sub(r"[\d_].*", "", row[1]).capitalize() for row in found]
    cell = cell_of_file(path, lattice * BOHR, positions, symbols)
    maps = re.findall(r'<map tran="(\d+)" atom="(\d+)">\s*(\d+)\s*</map>', text)
    table = np.array([[int(x[:9]) for x in row] for row in maps], dtype=np.int64) - 1
    if len(table) != n or not ((table >= 0) & (table < n)).all():
        raise FileError(f"{path}: Translations: expected one line for each of {n} atoms")
    first = table[table[:, 0] == 0]
    home = first[np.argsort(first[:, 1]), 2]
    of_one = table[table[:, 1] == 0, 2]
    if len(home) * len(of_one) != n or len(set(table[:, 2])) != n:
        raise FileError(f"{path}: Translations: they do not reach each of {n} atoms once")
    vectors = cell.positions[of_one] - cell.positions[home[0]]
    return cell, home, vectors - np.rint(vectors)


def primitive_basis(
    path: Path, cell: Cell, vectors: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The primitive axes in those of the supercell, as columns.

    The usual ones where the crystal has as many translations: tetrahedra, and with them κ
    on a coarse mesh, depend on the choice of axes.
    """
    n = len(vectors)
    usual = Supercell.of(cell, np.eye(3, dtype=np.int64), "auto").primitive
    if usual.n_atoms * n == cell.n_atoms:
        return np.asarray((usual.lattice @ np.linalg.inv(cell.lattice)).T)
    points = (vectors[:, None] + SHIFTS).reshape(-1, 3)
    points = points[np.argsort(np.linalg.norm(points, axis=1), kind="stable")][1:]
    chosen: list[NDArray[np.float64]] = []
    for point in points:
        trial = np.array([*chosen, point])
        if np.linalg.matrix_rank(trial, tol=1e-4) == len(trial):
            chosen.append(point)
        if len(chosen) == 3:
            break
    basis = np.array(chosen)
    if basis.shape != (3, 3) or abs(abs(np.linalg.det(basis)) * n - 1) > 1e-3:
        raise FileError(f"{path}: Translations: {n} vectors that are no lattice")
    return np.asarray(basis.T * np.sign(np.linalg.det(basis)))


def _in_primitive(
    positions: NDArray[np.float64], cell: Cell, primitive: Cell
) -> NDArray[np.float64]:
    """Positions in axes of the primitive cell."""
    return np.asarray(positions @ cell.lattice @ np.linalg.inv(primitive.lattice))


def _constants(
    path: Path,
    pieces: list[Table],
    cell: Cell,
    home: NDArray[np.int64],
    primitive: Cell,
) -> LatticeForceConstants | None:
    """Constants of one order on lattice vectors, None if there are none.

    The pieces are used up, which keeps memory low.
    """
    if not pieces:
        return None
    order = (1 + pieces[0].index.shape[1]) // 3
    atom, vector = _lattice_points(path, cell, home, primitive)
    ratio = np.rint(cell.lattice @ np.linalg.inv(primitive.lattice)).astype(np.int64)
    shifts = SHIFTS @ ratio
    reach = int(np.abs(vector).max() + np.abs(shifts).max())
    components = Components(primitive, order, reach)
    while pieces:
        piece = pieces.pop(0)
        values, index = piece.values * UNITS.force_constants(order), piece.index - 1
        start, last = index[:, :2], index[:, 2:].reshape(-1, order - 1, 3)
        if (
            start[:, 0].max() >= len(home)
            or last[..., 0].max() >= cell.n_atoms
            or last[..., 2].max() >= len(SHIFTS)
            or index.min() < 0
        ):
            raise FileError(
                f"{path}: FC{order}: numbers of atoms or images that are not there"
            )
        if order == 3:
            # Both orders of the last two, once where they are the same.
            other = (last[:, 0] != last[:, 1]).any(axis=1)
            start = np.concatenate([start, start[other]])
            last = np.concatenate([last, last[other][:, ::-1]])
            values = np.concatenate([values, values[other]])
        atoms = np.column_stack([start[:, 0], atom[last[..., 0]]])
        cells = vector[last[..., 0]] + shifts[last[..., 2]]
        axes = np.column_stack([start[:, 1], last[..., 1]])
        components.add(values, atoms, cells, axes)
    return components.together()


def _lattice_points(
    path: Path, cell: Cell, home: NDArray[np.int64], primitive: Cell
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The primitive atom and the primitive cell of each atom."""
    x = _in_primitive(cell.positions, cell, primitive)
    apart = x[:, None] - x[home]
    off = np.abs(apart - np.rint(apart)).max(axis=2)
    atom = off.argmin(axis=1)
    if off.min(axis=1).max() > 1e-3:
        raise FileError(f"{path}: Translations: they do not map atoms on atoms")
    vector = np.rint(apart[np.arange(len(x)), atom]).astype(np.int64)
    return atom, vector


def read_borninfo(path: Path, cell: Cell) -> Dipoles | None:
    """Dielectric tensor and charges of a file of their own, if it is there."""
    if not path.is_file():
        return None
    numbers = read_numbers(path)
    if len(numbers) != 9 * (1 + cell.n_atoms):
        raise FileError(
            f"{path}: expected a dielectric tensor and charges of {cell.n_atoms} atoms, "
            f"{9 * (1 + cell.n_atoms)} numbers, got {len(numbers)}"
        )
    tensors = numbers.reshape(-1, 3, 3)
    try:
        return Dipoles(charges=BornCharges.of(cell, tensors[1:], tensors[0]))
    except PhonoError as error:
        raise FileError(f"{path}: {error}") from None


def _number(path: Path, word: str) -> float:
    """A number of the file, which must be one."""
    try:
        number = float(word)
    except ValueError:
        number = np.nan
    if not abs(number) < 1e12:
        raise FileError(f"{path}: {word[:40]!r} is not a number that can be; is it whole?")
    return number
