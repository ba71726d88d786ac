"""``vaspout.h5`` of VASP 6: atoms, forces, and what linear response gives."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants
from phono_grid import Cell
from phono_grid.errors import FileError
from phono_grid.hdf5 import MARK, Hdf5File, open_hdf5

from phonokit.io.files import in_compressed, in_file
from phonokit.io.formats.cells import cell_of_file
from phonokit.io.formats.vasp_dfpt import of_whole
from phonokit.io.outputs.calculation import Finished
from phonokit.model.dipoles import Dipoles

STRUCTURE = "input/poscar"
MOVES = "intermediate/ion_dynamics"
RESPONSE = "results/linear_response"
FORCE_CONSTANTS = f"{RESPONSE}/force_constants"
MASSES = ("input/incar/POMASS", "original/incar/content", "input/potcar/content")
"""Texts in which the masses of the species stand, the first that is there counts."""


def is_hdf5(path: Path) -> bool:
    """Whether a file begins as HDF5 does."""
    with in_compressed(path), path.open("rb") as file:
        return file.read(len(MARK)) == MARK


def has_force_constants(path: Path) -> bool:
    """Whether a file is a ``vaspout.h5`` with a Hessian."""
    with open_hdf5(path) as file:
        return FORCE_CONSTANTS in file


def read_vaspout_constants(path: Path) -> tuple[ForceConstants, Dipoles | None]:
    r"""Second order in the supercell of the file, and charges where it has some.

    The file holds :math:`\\partial F / \\partial u = -\\Phi`, eV/Å².
    """
    with open_hdf5(path) as file:
        cell = _cell(path, file)
        n = cell.n_atoms
        values = file.read(FORCE_CONSTANTS, (3 * n, 3 * n)).astype(np.float64)
        names = ("born_charges", "electron_dielectric_tensor")
        if all(f"{RESPONSE}/{name}" in file for name in names):
            born = file.read(f"{RESPONSE}/{names[0]}", (n, 3, 3)).astype(np.float64)
            dielectric = file.read(f"{RESPONSE}/{names[1]}", (3, 3)).astype(np.float64)
        else:
            born = dielectric = np.empty(0)
    if not np.isfinite(values).all():
        raise FileError(f"{path}: force_constants: numbers that are not finite")
    with in_file(path):
        constants = of_whole(cell, -values)
        if not born.size:
            return constants, None
        own = constants.supercell
        # Rows are of the displacement; vasprun.xml has them the other way round.
        tensors = born.swapaxes(1, 2)
        means = [
            tensors[own.supercell_to_primitive == k].mean(axis=0)
            for k in range(own.primitive.n_atoms)
        ]
        params = {"born": np.array(means), "dielectric": dielectric}
        return constants, Dipoles.from_nac_params(own.primitive, params)


def vaspout_charges(path: Path) -> dict[str, Any] | None:
    """Atoms, charges and the dielectric tensor: what `ChargesOfOutput` holds.

    None if a file has none of the parts of a ``vaspout.h5``.
    """
    with open_hdf5(path) as file:
        if f"{STRUCTURE}/ion_types" not in file:
            return None
        cell = _cell(path, file)
        names = ("born_charges", "electron_dielectric_tensor")
        if any(f"{RESPONSE}/{name}" not in file for name in names):
            raise FileError(f"{path}: holds no charges of linear response; use LEPSILON")
        born = file.read(f"{RESPONSE}/{names[0]}", (cell.n_atoms, 3, 3))
        dielectric = file.read(f"{RESPONSE}/{names[1]}", (3, 3)).astype(np.float64)
    return {
        "lattice": cell.lattice,
        "positions": cell.positions @ cell.lattice,
        "symbols": cell.symbols,
        # Rows are of the displacement; vasprun.xml has them the other way round.
        "charges": born.astype(np.float64).swapaxes(1, 2),
        "dielectric": dielectric,
    }


def read_vaspout_forces(path: Path) -> Finished:
    """Atoms and forces of the last step."""
    symbols, x, forces, lattices = read_vaspout_steps(path)
    if not len(forces) or not forces[-1].any():
        return Finished(symbols, None, None, complaint="its last step was not finished")
    return Finished(symbols, x[-1], forces[-1], lattices[-1])


def read_vaspout_steps(
    path: Path,
) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Elements, positions (Å), forces and lattices of every step."""
    with open_hdf5(path) as file:
        symbols = _symbols(file)
        n = len(symbols)
        forces = file.read(f"{MOVES}/forces", (None, n, 3)).astype(np.float64)
        shape = (len(forces), n, 3)
        x = file.read(f"{MOVES}/position_ions", shape).astype(np.float64)
        shape = (len(forces), 3, 3)
        vectors = file.read(f"{MOVES}/lattice_vectors", shape).astype(np.float64)
        scale = _scale(file, MOVES)
    for name, array in (("forces", forces), ("position_ions", x), ("lattice", vectors)):
        if not np.isfinite(array).all():
            raise FileError(f"{path}: {name}: numbers that are not finite")
    lattices = [_scaled(each, scale) for each in vectors]
    stacked = np.array(lattices).reshape(-1, 3, 3)
    return symbols, x @ stacked, forces, stacked


def _cell(path: Path, file: Hdf5File) -> Cell:
    """The structure that the calculation was given, with its masses."""
    symbols = _symbols(file)
    x = file.read(f"{STRUCTURE}/position_ions", (len(symbols), 3)).astype(np.float64)
    vectors = file.read(f"{STRUCTURE}/lattice_vectors", (3, 3)).astype(np.float64)
    scale = _scale(file, STRUCTURE)
    if not np.isfinite(vectors).all() or abs(np.linalg.det(vectors)) < 1e-6:
        raise file.error("lattice_vectors: expected three vectors with a volume")
    lattice = _scaled(vectors, scale)
    if not file.number(f"{STRUCTURE}/direct_coordinates"):
        x = abs(scale) * x @ np.linalg.inv(lattice) if scale > 0 else x
    return cell_of_file(path, lattice, x, symbols, _masses(file, symbols))


def _symbols(file: Hdf5File) -> list[str]:
    """The element of each atom."""
    kinds = file.read(f"{STRUCTURE}/ion_types", (None,), text=True)
    counts = file.read(f"{STRUCTURE}/number_ion_types", (len(kinds),))
    whole = counts.dtype.kind in "iu" and len(kinds)
    if not whole or not (0 <= counts.min() <= counts.max() < 1e6):
        raise file.error("number_ion_types: expected numbers of atoms")
    names = [_text(kind).strip() for kind in kinds]
    return [name for name, n in zip(names, counts.tolist(), strict=True) for _ in range(n)]


def _masses(file: Hdf5File, symbols: list[str]) -> NDArray[np.float64] | None:
    """Masses where a text of the file has as many as there are species."""
    kinds = list(dict.fromkeys(symbols))
    for name in MASSES:
        if name not in file:
            continue
        content = np.ravel(file.read(name, text=None))
        text = _text(content[0]) if content.size else ""
        rows = re.findall(r"POMASS\s*=\s*([\d.]+(?:[\s,]+[\d.]+)*)", text)
        words = re.findall(r"\d+\.?\d*", " ".join(rows) if rows else text)
        if rows or name == MASSES[0]:
            masses = [float(word) for word in words]
            if len(masses) == len(kinds):
                by_kind = dict(zip(kinds, masses, strict=True))
                return np.array([by_kind[symbol] for symbol in symbols])
    return None


def _text(value: object) -> str:
    """Text of a dataset."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _scale(file: Hdf5File, group: str) -> float:
    """The scaling factor of a structure; negative is a volume."""
    name = f"{group}/scale"
    scale = file.number(name) if name in file else 1.0
    if not 1e-6 < abs(scale) < 1e9:
        raise file.error(f"{name}: {scale:g} is no scaling factor")
    return scale


def _scaled(vectors: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Lattice vectors, Å."""
    if scale > 0:
        return np.asarray(scale * vectors)
    volume = abs(np.linalg.det(vectors))
    return np.asarray(vectors * (-scale / volume) ** (1 / 3))
