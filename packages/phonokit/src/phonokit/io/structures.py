"""Structures in files of other programs, with all that they say of their atoms.

ASE reads most of them, and drops masses, labels, occupations or moments of some: those are
read here, or refused.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.arrays import distinct
from phono_grid.errors import DomainError, FileError
from phono_grid.files import path_of

from phonokit.io.abacus_input import read_abacus_input
from phonokit.io.abinit_input import read_abinit_input
from phonokit.io.aims_geometry import read_aims_geometry
from phonokit.io.ase import read_atoms
from phonokit.io.castep_cell import read_castep_cell
from phonokit.io.cp2k_input import read_cp2k_input
from phonokit.io.elk_input import read_elk_input
from phonokit.io.espresso_input import read_espresso_input
from phonokit.io.exciting_input import read_exciting_input
from phonokit.io.files import in_file, open_text
from phonokit.io.fleur_input import read_fleur_input
from phonokit.io.fractional import fractional
from phonokit.io.gen import read_gen
from phonokit.io.openmx_input import read_openmx_input
from phonokit.io.poscar import read_poscar
from phonokit.io.recognize import ensure_file, format_of, plain
from phonokit.io.res import read_res
from phonokit.io.siesta_input import read_siesta_input
from phonokit.io.species import (
    ISOTOPES,
    Structure,
    is_whole,
    labels_by_type,
    refuse_partial,
)
from phonokit.io.turbomole import read_turbomole

READERS: dict[str, Callable[[Path], Structure]] = {
    "vasp": read_poscar,
    "espresso-in": read_espresso_input,
    "elk-in": read_elk_input,
    "cp2k-restart": read_cp2k_input,
    "aims": read_aims_geometry,
    "gen": read_gen,
    "castep-cell": read_castep_cell,
    "res": read_res,
    "turbomole": read_turbomole,
    "abinit-in": read_abinit_input,
    "abacus-stru": read_abacus_input,
    "exciting": read_exciting_input,
    "siesta-fdf": read_siesta_input,
    "openmx-dat": read_openmx_input,
    "fleur-inpgen": read_fleur_input,
}
"""Our own readers, by ASE's name of the format where it has one."""
OUTPUTS = (
    *("cp2k-output", "siesta-forces", "siesta-out", "dftb-tags", "wien2k-scf"),
    *("fleur-forces", "fleur-relax", "info-out", "exciting-xml", "crystal-out"),
    *("abacus-log", "openmx-out", "turbomole-out"),
)
"""Formats of finished calculations that ASE does not know."""


def read_structure(path: Path, form: str | None = None) -> Cell:
    """A unit cell from a structure file: POSCAR, cif, extxyz, ... or a yaml file of ours.

    Parameters
    ----------
    path : Path
        Compressed or not.
    form : str, optional
        The format, by ASE's name; told by what is in the file if not given.

    Raises
    ------
    FileError
        If the file cannot be read, is not a crystal, or says what cannot be kept: sites
        that are occupied in part, ghost atoms, magnetic moments in a cif.
    """
    ensure_file(path, "the structure file (POSCAR, cif, scf.in, ...)")
    form = form or format_of(path)
    if form is None and _is_ours(path):
        return _of_yaml(path)
    if form in OUTPUTS:
        raise FileError(f"{path}: is an output, not a structure; name the input structure")
    with in_file(path):
        if form in READERS:
            return READERS[form](path).cell()
        return _with_all(path, form).cell()


def cell_of(structure: Any, form: str | None) -> Cell:
    """The cell of a structure: a path, a Cell or ase.Atoms."""
    if isinstance(structure, Cell):
        return structure
    if isinstance(structure, str | Path):
        return read_structure(path_of(structure, "structure"), form)
    if hasattr(structure, "get_scaled_positions"):
        return Cell.from_ase(structure)
    raise DomainError(
        f"structure must be a path, a Cell or ase.Atoms, got {type(structure).__name__}; "
        "Cell.from_spglib, Cell.from_pymatgen and Cell.from_phonopy make cells of others"
    )


def _is_ours(path: Path) -> bool:
    """Whether this is a yaml file of phonopy or phono3py."""
    try:
        with open_text(path) as file:
            return re.search(r"^unit_cell:", file.read(), re.MULTILINE) is not None
    except FileError:
        return False


def _of_yaml(path: Path) -> Cell:
    """The unit cell of a yaml file."""
    from phonokit.io.calculators import units_of
    from phonokit.io.cells import read_cell
    from phonokit.io.tree import Tree

    tree = Tree.read(path)
    return read_cell(tree.child("unit_cell"), units_of(tree))


def _with_all(path: Path, form: str | None) -> Structure:
    """The structure that ASE reads, and data it keeps apart or drops."""
    with plain(path) as file:
        atoms = read_atoms(file, form, path, index=None)
        _refuse_partial(atoms)
        if form == "cif":
            _refuse_moments(file)
    if not all(atoms.pbc):
        raise DomainError(
            "is not periodic along all three axes, as a crystal is; write it as a crystal"
        )
    masses = _masses(atoms)
    if masses is not None and form == "cif":
        # ASE has the mass of the nucleus for deuterium.
        deuterium = np.abs(masses - ISOTOPES["D"][1]) < 1e-3
        masses = np.where(deuterium, ISOTOPES["D"][1], masses)
    lattice = np.array(atoms.cell)
    return Structure(
        lattice,
        fractional(atoms.get_positions(), lattice),
        _labels(atoms),
        masses,
        _moments(atoms),
    )


def _labels(atoms: Any) -> list[str]:
    """Symbols, with what tells atoms of one element apart."""
    if not ((atoms.numbers >= 0) & (atoms.numbers < 119)).all():
        raise DomainError(f"{max(atoms.numbers)} is not an atomic number")
    symbols = [str(symbol) for symbol in atoms.get_chemical_symbols()]
    if "type" in atoms.arrays:
        return labels_by_type(symbols, atoms.arrays["type"].tolist())
    return symbols


def _masses(atoms: Any) -> NDArray[np.float64] | None:
    """Masses that the file gives, Da, None if it gives none."""
    for name in ("masses", "mass"):
        if name in atoms.arrays:
            return np.asarray(atoms.arrays[name], dtype=np.float64)
    return None


def _moments(atoms: Any) -> NDArray[np.float64] | None:
    """Magnetic moments: those to begin with, or those of a finished calculation."""
    results = {} if atoms.calc is None else getattr(atoms.calc, "results", {})
    for moments in (
        atoms.arrays.get("initial_magmoms"),
        *(atoms.arrays.get(name) for name in ("magmoms", "magmom", "magnetic_moments")),
        results.get("magmoms"),
        results.get("magmom"),  # usually of all together, a number
    ):
        if np.ndim(moments) and np.any(moments):
            return np.asarray(moments, dtype=np.float64)
    return None


def _refuse_partial(atoms: Any) -> None:
    """Refuse sites that are occupied in part, or by several elements."""
    sites = atoms.info.get("occupancy") or {}
    shares = [dict(its) for its in sites.values()] if isinstance(sites, dict) else []
    mixed = [its for its in shares if not is_whole(its)]
    named = ("occupancy", "occupancies", "occupation")
    arrays = [np.asarray(atoms.arrays[name]) for name in named if name in atoms.arrays]
    # A file of proteins has 0 where nobody knows.
    numbers = [distinct(array) for array in arrays if array.dtype.kind in "iuf"]
    few = [x for values in numbers for x in values if 0 < x < 1 - 1e-6]
    for its in mixed[:1] or [{"a site": share} for share in few[:1]]:
        refuse_partial(its)


def _refuse_moments(path: Path) -> None:
    """Refuse a cif with magnetic moments, which ASE leaves out."""
    with open_text(path) as file:
        if re.search(r"^\s*_atom_site_moment[._]", file.read(), re.MULTILINE):
            raise DomainError(
                "holds magnetic moments, which are not read from a cif; remove them, and "
                "give magnetic_moments="
            )
