"""Cells of the phono3py yaml family."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell, Supercell, standard_masses
from phono_grid.calculators import CalculatorUnits
from phono_grid.errors import FileError

from phonokit.io.files import in_file
from phonokit.io.plausible import ensure_masses
from phonokit.io.species import element_of
from phonokit.io.tree import Tree

SAME_MASS = 1e-3
"""Da; files round masses."""
TOLERANCE = 1e-4
"""Å; files round positions, so this is coarser than the tolerance of symmetry."""


def read_supercell(tree: Tree, units: CalculatorUnits) -> tuple[Cell, Supercell]:
    """The unit cell, and the supercell and primitive cell rebuilt from it.

    A supercell written in the file has to be the same one, atom by atom, or the forces
    would be given to other atoms than they belong to.
    """
    if "unit_cell" not in tree:
        raise FileError(
            f"{tree.file}: not a crystal with displacements; expected the keys unit_cell, "
            "supercell_matrix and displacement_pairs of a phono3py yaml file"
        )
    unit_cell = read_cell(tree.child("unit_cell"), units)
    supercell_matrix = np.eye(3)
    if "supercell_matrix" in tree:
        supercell_matrix = tree.array("supercell_matrix", (3, 3))
    primitive_matrix: NDArray[np.float64] | str = "auto"
    if "primitive_matrix" in tree:
        primitive_matrix = _primitive_matrix(tree)
    with in_file(tree.file):
        supercell = Supercell.of(unit_cell, supercell_matrix, primitive_matrix)
    _check_same(tree, "supercell", supercell.cell, units)
    return unit_cell, supercell


def read_phonon_supercell(
    tree: Tree, unit_cell: Cell, supercell: Supercell, units: CalculatorUnits
) -> Supercell | None:
    """The supercell of second order alone, on the primitive cell of third order."""
    if "phonon_supercell_matrix" not in tree:
        return None
    matrix = tree.array("phonon_supercell_matrix", (3, 3))
    primitive = (supercell.primitive.lattice @ np.linalg.inv(unit_cell.lattice)).T
    with in_file(f"{tree.file}: phonon_supercell_matrix"):
        own = Supercell.of(unit_cell, matrix, primitive)
        own = own.on_primitive(supercell.primitive)
    _check_same(tree, "phonon_supercell", own.cell, units)
    return own


def read_cell(tree: Tree, units: CalculatorUnits) -> Cell:
    """A cell: ``lattice`` and ``points`` with ``symbol``, ``coordinates`` and ``mass``."""
    lattice = tree.array("lattice", (3, 3)) * units.length
    points = list(tree.children("points"))
    positions = np.array([p.array("coordinates", (3,)) for p in points]).reshape(-1, 3)
    symbols = tuple(_symbol(p) for p in points)
    with in_file(f"{tree.file}: {tree.where}"):
        masses = np.array([_mass(p, s) for p, s in zip(points, symbols, strict=True)])
        ensure_masses(masses)
        cell = Cell(lattice, positions, symbols, masses, _magnetic_moments(points))
    return cell


def _mass(point: Tree, symbol: str) -> float:
    """The mass of an atom, the standard one of its element if the file has none."""
    if "mass" in point:
        return float(point.array("mass", ()))
    return float(standard_masses([symbol])[0])


def _symbol(point: Tree) -> str:
    """The label of an atom, such as Fe1, or its chemical symbol."""
    key = "extended_symbol" if "extended_symbol" in point else "symbol"
    symbol = point.string(key)
    if element_of(symbol) is None:
        raise point.error(
            key,
            f"{symbol[:20]!r} is not a chemical element; ghost and dummy atoms do not "
            "vibrate, remove them",
        )
    return symbol


def _magnetic_moments(points: list[Tree]) -> NDArray[np.float64] | None:
    """Moments, collinear or vectors, if an atom has one that is not zero."""
    key = "magnetic_moment"
    if not any(key in point for point in points):
        return None
    vectors = any(isinstance(p.get(key), list) for p in points if key in p)
    rows = [_moment(p, key, vectors) if key in p else 0.0 for p in points]
    moments = np.array([np.broadcast_to(row, (3,)) if vectors else row for row in rows])
    return moments if moments.any() else None


def _moment(point: Tree, key: str, vectors: bool) -> Any:
    """The moment of an atom; where others have vectors, 0 is none."""
    if vectors and not isinstance(point.get(key), list) and not point.array(key, ()):
        return 0.0
    return point.array(key, (3,) if vectors else ())


def _primitive_matrix(tree: Tree) -> NDArray[np.float64] | str:
    """A matrix, a centring letter or "auto"."""
    value = tree.get("primitive_matrix")
    if isinstance(value, str):
        return value
    return tree.array("primitive_matrix", (3, 3))


def _check_masses(tree: Tree, key: str, written: Cell, rebuilt: Cell) -> None:
    """Refuse atoms that weigh something else than in unit_cell."""
    if not all("mass" in point for point in tree.child(key).children("points")):
        return
    apart = np.abs(written.masses - rebuilt.masses)
    if apart.max() > SAME_MASS:
        k = int(apart.argmax())
        raise FileError(
            f"{tree.file}: {key}: atom {k + 1}, {written.symbols[k]}, weighs "
            f"{written.masses[k]:g} Da, in unit_cell {rebuilt.masses[k]:g} Da; write the "
            "same masses in both"
        )


def _check_same(tree: Tree, key: str, rebuilt: Cell, units: CalculatorUnits) -> None:
    """Refuse a file whose supercell, if it has it, is not the one its matrix makes."""
    if key not in tree:
        return
    written = read_cell(tree.child(key), units)
    where = f"{tree.file}: {key}"
    if written.n_atoms != rebuilt.n_atoms:
        raise FileError(
            f"{where}: has {written.n_atoms} atoms, but unit_cell and {key}_matrix "
            f"make {rebuilt.n_atoms}; correct {key}_matrix"
        )
    if np.abs(written.lattice - rebuilt.lattice).max() > TOLERANCE:
        raise FileError(
            f"{where}.lattice: is not the unit_cell times {key}_matrix; correct either"
        )
    d = written.positions - rebuilt.positions
    apart = np.linalg.norm((d - np.rint(d)) @ rebuilt.lattice, axis=1) > TOLERANCE
    _check_masses(tree, key, written, rebuilt)
    other = [a != b for a, b in zip(written.symbols, rebuilt.symbols, strict=True)]
    wrong = np.flatnonzero(apart | np.array(other))
    if wrong.size:
        raise FileError(
            f"{where}: atom {wrong[0] + 1} is not where unit_cell and {key}_matrix put "
            "it; the order of atoms must be phono3py's default order"
        )
