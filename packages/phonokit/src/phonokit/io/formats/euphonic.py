"""Force constants of Euphonic: the JSON document of ``ForceConstants.to_json_file``.

The atoms of the home cell with those of every cell of a supercell. Where charges are in the
document, the interaction of the dipoles, Ewald's whole sum, is not in the constants.
"""

import ast
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import BornCharges
from phono_fc import ForceConstants, LatticeForceConstants
from phono_grid import Cell, Supercell
from phono_grid.errors import DomainError, FileError
from phono_grid.files import make_folder, replacing
from phono_grid.units import AMU, BOHR, EV, HARTREE

from phonokit.io.files import in_file, open_text
from phonokit.io.formats.embed import AtomFinder
from phonokit.io.formats.tdep import ewald_of
from phonokit.model.constants import Constants2
from phonokit.model.dipoles import Dipoles

CLASS = "ForceConstants"
MARK = "__euphonic_class__"
UNITS = {
    **dict.fromkeys(("eV", "electron_volt"), 1.0),
    **dict.fromkeys(("meV", "millielectron_volt"), 1e-3),
    "hartree": HARTREE,
    "rydberg": HARTREE / 2,
    "joule": 1 / EV,
    **dict.fromkeys(("angstrom", "ångström", "Å"), 1.0),
    "bohr": BOHR,
    **dict.fromkeys(("nm", "nanometer"), 10.0),
    **dict.fromkeys(("amu", "dalton", "unified_atomic_mass_unit", "u"), 1.0),
    **dict.fromkeys(("kg", "kilogram"), 1 / AMU),
    **dict.fromkeys(("e", "elementary_charge"), 1.0),
}
"""In eV, Å, Da and e, by the names of pint."""
LONGEST_UNIT = 80
LARGEST = 1e12


def read_euphonic(path: Path) -> tuple[Constants2, Dipoles | None]:
    """Constants of a supercell, or on lattice vectors beside charges.

    Raises
    ------
    FileError
        If the document lacks something, or its numbers do not belong together.
    """
    document = _document(path)
    cell = _cell(path, document.get("crystal"))
    n = 3 * cell.n_atoms
    matrix = _array(path, document, "sc_matrix", (3, 3))
    origins = _array(path, document, "cell_origins", (None, 3))
    values = _array(path, document, "force_constants", (len(origins), n, n))
    values = values * _unit(path, document, "force_constants_unit")
    charges = None
    if document.get("born") is not None and document.get("dielectric") is not None:
        born = _array(path, document, "born", (cell.n_atoms, 3, 3))
        dielectric = _array(path, document, "dielectric", (3, 3))
        # In atomic units the constant of Coulomb's law is 1.
        factor = _unit(path, document, "dielectric_unit") * BOHR * HARTREE
        born = born * _unit(path, document, "born_unit")
        with in_file(path):
            charges = BornCharges.of(cell, born, dielectric * factor)
    with in_file(path):
        return of_cells(cell, values, matrix, origins, charges)


def of_cells(
    cell: Cell,
    values: NDArray[np.float64],
    matrix: NDArray[np.float64],
    origins: NDArray[np.float64],
    charges: BornCharges | None,
) -> tuple[Constants2, Dipoles | None]:
    """Constants between the home cell and the cells of a supercell.

    Parameters
    ----------
    cell : Cell
        The primitive cell, ``n_a`` atoms.
    values : (n_c, 3 n_a, 3 n_a) array
        eV/Å²; rows of the home cell, columns of the other.
    matrix : (3, 3) array
        The supercell vectors in rows, in those of the cell.
    origins : (n_c, 3) array
        The cells, in vectors of the cell.
    charges : BornCharges, optional
        Whose interaction is not in the constants.
    """
    whole, cells = np.rint(matrix).astype(np.int64), np.rint(origins).astype(np.int64)
    if max(np.abs(whole - matrix).max(), np.abs(cells - origins).max(initial=0)) > 1e-6:
        raise DomainError("sc_matrix, cell_origins: expected whole numbers")
    if len(cells) != round(abs(np.linalg.det(whole))):
        raise DomainError(
            f"cell_origins: {len(cells)} cells, but sc_matrix makes a supercell of "
            f"{abs(np.linalg.det(whole)):.0f}"
        )
    supercell = Supercell.of(cell, whole.T, np.eye(3)).on_primitive(cell)
    n_a, find = cell.n_atoms, AtomFinder(supercell)
    home = find.cells_of(supercell.primitive_to_supercell)
    kinds = np.arange(n_a)
    rows = np.full((n_a, supercell.cell.n_atoms, 3, 3), np.nan)
    blocks = values.reshape(len(cells), n_a, 3, n_a, 3).transpose(0, 1, 3, 2, 4)
    for origin, block in zip(cells, blocks, strict=True):
        for k in range(n_a):
            rows[k, find(kinds, home[k] + origin)] = block[k]
    if np.isnan(rows).any():
        raise DomainError("cell_origins: a cell of the supercell is there twice")
    constants = ForceConstants(rows, supercell)
    if charges is None:
        return constants, None
    width, cutoff = ewald_of(cell, charges)
    lattice = LatticeForceConstants.of(constants)
    return lattice, Dipoles(charges=charges, width=width, cutoff=cutoff)


def of_euphonic(given: Any) -> tuple[Constants2, Dipoles | None]:
    """Constants of ``euphonic.ForceConstants``, and charges where it has some."""
    crystal = given.crystal
    cell = Cell(
        crystal.cell_vectors.to("angstrom").magnitude,
        crystal.atom_r,
        tuple(str(symbol) for symbol in crystal.atom_type),
        crystal.atom_mass.to("amu").magnitude,
    )
    values = given.force_constants.to("eV/angstrom**2").magnitude
    charges = None
    if given.born is not None and given.dielectric is not None:
        charges = BornCharges.of(
            cell,
            given.born.to("e").magnitude,
            given.dielectric.to("e**2/(bohr*hartree)").magnitude,
        )
    matrix, origins = (np.asarray(x) for x in (given.sc_matrix, given.cell_origins))
    return of_cells(cell, values, matrix, origins, charges)


def write_euphonic(
    constants: ForceConstants, path: Path, polar: Dipoles | None
) -> tuple[Path, ...]:
    """Write the document.

    Parameters
    ----------
    constants : ForceConstants
        With charges, without the interaction of the dipoles.
    path : Path
    polar : Dipoles or None
    """
    supercell, cell = constants.supercell, constants.supercell.primitive
    n_a, find = cell.n_atoms, AtomFinder(supercell)
    home = find.cells_of(supercell.primitive_to_supercell)
    of_first = np.flatnonzero(supercell.supercell_to_primitive == 0)
    origins = find.cells_of(of_first) - home[0]
    kinds = np.arange(n_a)
    values = np.empty((len(origins), n_a, 3, n_a, 3))
    for c, origin in enumerate(origins):
        for k in range(n_a):
            block = constants.values[k, find(kinds, home[k] + origin)]
            values[c, k] = block.swapaxes(0, 1)
    matrix = np.rint(supercell.cell.lattice @ np.linalg.inv(cell.lattice))
    document: dict[str, Any] = {
        "crystal": {
            "cell_vectors": cell.lattice.tolist(),
            "cell_vectors_unit": "angstrom",
            "n_atoms": n_a,
            "atom_r": cell.positions.tolist(),
            "atom_type": [symbol.rstrip("0123456789") for symbol in cell.symbols],
            "atom_mass": cell.masses.tolist(),
            "atom_mass_unit": "unified_atomic_mass_unit",
        },
        "force_constants": values.reshape(-1, 3 * n_a, 3 * n_a).tolist(),
        "force_constants_unit": "electron_volt / angstrom ** 2",
        "n_cells_in_sc": len(origins),
        "sc_matrix": matrix.astype(int).tolist(),
        "cell_origins": origins.tolist(),
        MARK: CLASS,
    }
    if polar is not None:
        factor = polar.charges.factor / (BOHR * HARTREE)
        document |= {
            "born": polar.charges.charges.tolist(),
            "born_unit": "elementary_charge",
            "dielectric": (polar.charges.dielectric / factor).tolist(),
            "dielectric_unit": "elementary_charge ** 2 / bohr / hartree",
        }
    make_folder(path.parent)
    with replacing(path) as beside, beside.open("w", encoding="utf-8") as file:
        json.dump(document, file)
        file.write("\n")
    return (path,)


def _document(path: Path) -> dict[str, Any]:
    """The whole document."""
    with open_text(path) as file:
        try:
            document = json.load(file)
        except (ValueError, RecursionError):
            raise FileError(f"{path}: is no document of JSON; is the file whole?") from None
    if not isinstance(document, dict) or document.get(MARK) != CLASS:
        raise FileError(f"{path}: is no document of Euphonic's ForceConstants")
    return document


def _cell(path: Path, crystal: Any) -> Cell:
    """The primitive cell."""
    if not isinstance(crystal, dict):
        raise FileError(f"{path}: has no crystal; is the file whole?")
    symbols = crystal.get("atom_type")
    if not isinstance(symbols, list) or not all(isinstance(s, str) for s in symbols):
        raise FileError(f"{path}: atom_type: expected names of elements")
    n = len(symbols)
    lattice = _array(path, crystal, "cell_vectors", (3, 3))
    lattice = lattice * _unit(path, crystal, "cell_vectors_unit")
    masses = _array(path, crystal, "atom_mass", (n,))
    masses = masses * _unit(path, crystal, "atom_mass_unit")
    positions = _array(path, crystal, "atom_r", (n, 3))
    with in_file(path):
        return Cell(lattice, positions, tuple(symbols), masses)


def _array(
    path: Path, document: dict[str, Any], name: str, shape: tuple[int | None, ...]
) -> NDArray[np.float64]:
    """Numbers of the document, None for any size of an axis."""
    try:
        array = np.array(document.get(name), dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        array = np.full((), np.nan)
    fits = len(array.shape) == len(shape) and all(
        wanted in (None, n) for n, wanted in zip(array.shape, shape, strict=True)
    )
    if not fits or not (np.abs(array) < LARGEST).all():
        sizes = " x ".join("n" if n is None else str(n) for n in shape)
        raise FileError(f"{path}: {name}: expected {sizes} numbers; is the file whole?")
    return array


def _unit(path: Path, document: dict[str, Any], name: str) -> float:
    """A unit in eV, Å, Da and e."""
    text = document.get(name)
    try:
        if not isinstance(text, str) or len(text) > LONGEST_UNIT:
            raise ValueError
        factor = _value(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
        raise FileError(f"{path}: {name}: {str(text)[:40]!r} is not known") from None
    if not 0 < factor < LARGEST:
        raise FileError(f"{path}: {name}: {text[:40]!r} is not a unit that can be")
    return factor


def _value(node: ast.expr) -> float:
    """Products, quotients and small powers of names; anything else is an error."""
    if isinstance(node, ast.Name) and node.id in UNITS:
        return UNITS[node.id]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _value(node.left) * _value(node.right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _value(node.left) / _value(node.right)
    if (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Pow)
        and isinstance(node.right, ast.Constant)
        and isinstance(node.right.value, int)
        and 1 <= node.right.value <= 3
    ):
        return float(_value(node.left) ** node.right.value)
    raise ValueError
