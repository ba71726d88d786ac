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

from phonokit.io.files import in_file, open_text
from phonokit.io.formats.cells import cell_of_file, gathered
from phonokit.io.formats.embed import folded
from phonokit.io.formats.numbers import PIECE, numbers_in, read_numbers
from phonokit.model.dipoles import Dipoles

BORN = "BORNINFO"
UNITS = calculator_units("qe")
SHIFTS = np.array(
    [(0, 0, 0), *(n for n in product((-1, 0, 1), repeat=3) if n != (0, 0, 0))]
)
"""Supercell vectors of the images, by their numbers from 1."""
NUMBER = r"\s*([-+.\deE]+)\s*"
THREE = r"\s*([-+.\deE]+)\s+([-+.\deE]+)\s+([-+.\deE]+)\s*"
LARGEST = 1e9
"""Constants, and numbers of atoms, that can be."""


def read_alamode(
    path: Path,
) -> tuple[ForceConstants | None, LatticeForceConstants | None, Dipoles | None]:
    """Second order in its supercell, third order on lattice vectors, and charges."""
    with open_text(path) as file:
        text = file.read()
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
    second = _constants(path, text, 2, cell, home, primitive)
    third = _constants(path, text, 3, cell, home, primitive)
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
    text: str,
    order: int,
    cell: Cell,
    home: NDArray[np.int64],
    primitive: Cell,
) -> LatticeForceConstants | None:
    """Constants of one order on lattice vectors, None if there are none."""
    numbers = _table(path, text, order)
    if not len(numbers):
        return None
    values = numbers[:, -1] * UNITS.force_constants(order)
    index = numbers[:, :-1].astype(np.int32) - 1
    del numbers
    start, last = index[:, :2], index[:, 2:].reshape(-1, order - 1, 3)
    if (
        start[:, 0].max() >= len(home)
        or last[..., 0].max() >= cell.n_atoms
        or last[..., 2].max() >= len(SHIFTS)
        or index.min() < 0
    ):
        raise FileError(f"{path}: FC{order}: numbers of atoms or images that are not there")
    if order == 3:
        # Both orders of the last two, once where they are the same.
        other = (last[:, 0] != last[:, 1]).any(axis=1)
        start = np.concatenate([start, start[other]])
        last = np.concatenate([last, last[other][:, ::-1]])
        values = np.concatenate([values, values[other]])
    atom, vector = _lattice_points(path, cell, home, primitive)
    atoms = np.column_stack([start[:, 0], atom[last[..., 0]]])
    ratio = np.rint(cell.lattice @ np.linalg.inv(primitive.lattice)).astype(np.int64)
    cells = np.asarray(vector[last[..., 0]] + SHIFTS[last[..., 2]] @ ratio, dtype=np.int64)
    axes = np.column_stack([start[:, 1], last[..., 1]])
    return gathered(values, atoms, cells, axes, primitive)


def _table(path: Path, text: str, order: int) -> NDArray[np.float64]:
    """The numbers of each element of an order in a row; none if there is none.

    Piece by piece: as words, a file of 100 MB would fill gigabytes.
    """
    ends = "".join(rf'\s+pair{i}="\s*(\d+) ([123]) (\d+)"' for i in range(2, order + 1))
    pattern = re.compile(
        rf'<FC{order}\s+pair1="\s*(\d+) ([123])"{ends}>{NUMBER}</FC{order}>', re.ASCII
    )
    width, mark, close = 3 * order, f"<FC{order} ", f"</FC{order}>"
    row = " ".join(rf"\{column}" for column in range(1, width + 1))
    place, last = text.find(mark), text.rfind(close) + len(close)
    tables, n = [np.empty((0, width))], 0
    while 0 <= place < last:
        end = text.find("\n", place + PIECE, last)
        end = last if end < 0 else end
        rows, count = pattern.subn(row, text[place:end])
        numbers = numbers_in(path, 1 + text.count("\n", 0, place), rows)
        if len(numbers) == count * width:
            tables.append(numbers.reshape(count, width))
            n += count
        place = end
    table = np.concatenate(tables)
    if n != text.count(mark) or len(table) != n:
        raise FileError(f"{path}: FC{order}: expected pairs and a number; is it whole?")
    if (np.abs(table) > LARGEST).any():
        raise FileError(f"{path}: FC{order}: a number that cannot be; is it whole?")
    return table


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
