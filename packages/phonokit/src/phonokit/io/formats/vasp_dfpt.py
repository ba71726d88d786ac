"""Second-order constants of VASP's perturbation theory: ``vasprun.xml`` with a Hessian.

``IBRION`` 5 to 8. The file holds ``-Φ / sqrt(M M')`` of the atoms of a supercell, in
eV/(Å² Da), or in THz² where it says so (VASP 6). Dipoles are in the constants.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants
from phono_grid import Cell, Supercell
from phono_grid.errors import FileError
from phono_grid.units import FREQUENCY

from phonokit.io.files import in_file, open_text
from phonokit.io.formats.cells import cell_of_file
from phonokit.io.lines import number_of

WANTED = {
    "atoms": '<array name="atoms"',
    "types": '<array name="atomtypes"',
    "lattice": '<varray name="basis"',
    "positions": '<varray name="positions"',
    "hessian": '<varray name="hessian"',
}
"""Parts of the file, by how they begin; of structures the first counts."""
CHARGES = '<array name="born_charges"'
UNIT = re.compile(r'<i [^>]*name="unit"[^>]*>\s*THz\^2\s*</i>')


def holds(path: Path, mark: str) -> bool:
    """Whether a line of a file has these characters."""
    with open_text(path) as file:
        return any(mark in line for line in file)


def read_vasp_dfpt(path: Path) -> ForceConstants:
    """Constants in the supercell of the file, its primitive cell found by symmetry."""
    parts, in_thz = _parts(path)
    for name in WANTED:
        if name not in parts:
            raise FileError(f"{path}: has no {name}; is the file whole?")
    kinds = [_cells_of(path, line, 5) for line in parts["types"] if "<rc>" in line]
    atoms = [_cells_of(path, line, 2) for line in parts["atoms"] if "<rc>" in line]
    n = len(atoms)
    lattice = _rows(path, parts["lattice"], "basis", 3, 3)
    x = _rows(path, parts["positions"], "positions", n, 3)
    hessian = _rows(path, parts["hessian"], "hessian", 3 * n, 3 * n)
    places = [number_of(row[1]) if row[1].isdigit() else 0 for row in atoms]
    if not n or any(not 1 <= place <= len(kinds) for place in places):
        raise FileError(f"{path}: atoms: expected types 1 to {len(kinds)}")
    try:
        by_kind = np.array([number_of(row[2]) for row in kinds])
    except ValueError:
        raise FileError(f"{path}: atomtypes: expected masses") from None
    masses = by_kind[np.array(places, dtype=np.int64) - 1]
    cell = cell_of_file(path, lattice, x, [row[0] for row in atoms], masses)
    roots = np.sqrt(np.repeat(masses, 3))
    whole = -hessian * roots * roots[:, None]
    with in_file(path):
        return of_whole(cell, whole / (FREQUENCY**2 if in_thz else 1.0))


def of_whole(cell: Cell, whole: NDArray[np.float64]) -> ForceConstants:
    """Constants between all atoms of a supercell, its primitive cell found by symmetry.

    Parameters
    ----------
    cell : Cell
        The supercell.
    whole : (3 n_s, 3 n_s) array
        eV/Å²; made symmetric.
    """
    n = cell.n_atoms
    supercell = Supercell.of(cell, np.eye(3, dtype=np.int64))
    blocks = ((whole + whole.T) / 2).reshape(n, 3, n, 3).swapaxes(1, 2)
    rows = np.ascontiguousarray(blocks[supercell.primitive_to_supercell])
    return ForceConstants(rows, supercell)


def _parts(path: Path) -> tuple[dict[str, list[str]], bool]:
    """The lines of what is wanted, and whether the Hessian is in THz²."""
    parts: dict[str, list[str]] = {}
    in_thz = False
    with open_text(path) as file:
        lines = iter(file)
        for line in lines:
            for name, begin in WANTED.items():
                if begin in line and name not in parts:
                    parts[name] = list(_to_end(lines))
            in_thz = in_thz or UNIT.search(line) is not None
    return parts, in_thz


def _to_end(lines: Iterator[str]) -> Iterator[str]:
    """Lines up to the end of a part."""
    for line in lines:
        if re.match(r"\s*</v?array>", line):
            return
        yield line


def _cells_of(path: Path, line: str, n: int) -> list[str]:
    """The words of a row of a table."""
    words = [word.strip() for word in re.findall(r"<c>([^<]*)</c>", line)]
    if len(words) != n:
        raise FileError(f"{path}: expected {n} columns of atoms, got {line.strip()[:60]!r}")
    return words


def _rows(
    path: Path, lines: list[str], name: str, n: int, width: int
) -> NDArray[np.float64]:
    """Numbers of a part."""
    words = [re.findall(r"<v>([^<]*)</v>", line) for line in lines]
    rows = [row[0].split() for row in words if row]
    try:
        numbers = np.array([[number_of(word) for word in row] for row in rows])
    except ValueError:
        numbers = np.empty(0)
    if numbers.shape != (n, width) or not np.isfinite(numbers).all():
        raise FileError(
            f"{path}: {name}: expected {n} rows of {width} numbers; is the file whole?"
        )
    return numbers
