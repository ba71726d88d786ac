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
from phono_grid.errors import DomainError, FileError

from phonokit.io.aims_geometry import read_aims_geometry
from phonokit.io.ase import read_atoms
from phonokit.io.cp2k_input import read_cp2k_input
from phonokit.io.elk_input import read_elk_input
from phonokit.io.espresso_input import read_espresso_input
from phonokit.io.files import in_file, open_text
from phonokit.io.fractional import fractional
from phonokit.io.gen import read_gen
from phonokit.io.lines import number_of
from phonokit.io.poscar import read_poscar
from phonokit.io.recognize import ensure_file, format_of, plain
from phonokit.io.species import ISOTOPES, Structure, labels_by_type

READERS: dict[str, Callable[[Path], Structure]] = {
    "vasp": read_poscar,
    "espresso-in": read_espresso_input,
    "elk-in": read_elk_input,
    "cp2k-restart": read_cp2k_input,
    "aims": read_aims_geometry,
    "gen": read_gen,
}
"""Our own readers, by ASE's name of the format."""
OUTPUTS = ("cp2k-output",)
"""Formats of finished calculations that ASE does not know."""
AnyMasses = NDArray[np.float64] | None
AnyTypes = list[int] | None
NONE: tuple[AnyMasses, AnyTypes] = (None, None)


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
    """What ASE reads, and what it keeps apart or drops."""
    with plain(path) as file:
        atoms = read_atoms(file, form, path, index=None)
        _refuse_partial(atoms)
        if form == "cif":
            _refuse_moments(file)
        masses, types = _abinit_types(file, len(atoms)) if form == "abinit-in" else NONE
    if not all(atoms.pbc):
        raise DomainError(
            "is not periodic along all three axes, as a crystal is; write it as a crystal"
        )
    if masses is None:
        masses = _masses(atoms)
    if masses is not None and form == "cif":
        # ASE has the mass of the nucleus for deuterium.
        deuterium = np.abs(masses - ISOTOPES["D"][1]) < 1e-3
        masses = np.where(deuterium, ISOTOPES["D"][1], masses)
    lattice = np.array(atoms.cell)
    return Structure(
        lattice,
        fractional(atoms.get_positions(), lattice),
        _labels(atoms, types),
        masses,
        _moments(atoms),
    )


def _labels(atoms: Any, types: list[int] | None) -> list[str]:
    """Symbols, with what tells atoms of one element apart."""
    if not ((atoms.numbers >= 0) & (atoms.numbers < 119)).all():
        raise DomainError(f"{max(atoms.numbers)} is not an atomic number")
    symbols = [str(symbol) for symbol in atoms.get_chemical_symbols()]
    if types is not None:
        return labels_by_type(symbols, types)
    for name in ("castep_custom_species", "type"):
        if name in atoms.arrays:
            return labels_by_type(symbols, atoms.arrays[name].tolist())
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
    mixed = [its for its in shares if len(its) > 1 or not all(map(_is_whole, its.values()))]
    named = ("occupancy", "occupancies", "occupation")
    arrays = [np.asarray(atoms.arrays[name]) for name in named if name in atoms.arrays]
    # A file of proteins has 0 where nobody knows.
    numbers = [np.unique(array) for array in arrays if array.dtype.kind in "iuf"]
    few = [x for values in numbers for x in values if 0 < x < 1 - 1e-6]
    if mixed or few:
        shares_of_one = (mixed[0] if mixed else {"a site": few[0]}).items()
        told = ", ".join(f"{name} {share}" for name, share in shares_of_one)
        raise DomainError(
            f"a site is occupied in part ({told}); choose an ordered supercell"
        )


def _is_whole(share: Any) -> bool:
    """Whether a site is occupied: ASE leaves what is no number as it is."""
    return isinstance(share, int | float) and share >= 1


def _refuse_moments(path: Path) -> None:
    """Refuse a cif with magnetic moments, which ASE leaves out."""
    with open_text(path) as file:
        if re.search(r"^\s*_atom_site_moment[._]", file.read(), re.MULTILINE):
            raise DomainError(
                "holds magnetic moments, which are not read from a cif; remove them, and "
                "give magnetic_moments="
            )


def _abinit_types(path: Path, n_a: int) -> tuple[AnyMasses, AnyTypes]:
    """Masses and types of atoms of an input of ABINIT, ``amu`` and ``typat``."""
    with open_text(path) as file:
        text = re.sub(r"[!#][^\n]*", "", file.read())
    amu, numbers = (_abinit_numbers(text, name) for name in ("amu", "typat"))
    types = None if numbers is None else [int(number) for number in numbers[:n_a]]
    if types is None or len(types) < n_a:
        types = None
    if amu is None:
        return None, types
    if types is None or not {*types} <= {*range(1, len(amu) + 1)}:
        raise DomainError("amu: expected a mass for each type of atom of typat")
    return np.array([amu[kind - 1] for kind in types]), types


def _abinit_numbers(text: str, name: str) -> list[float] | None:
    """The numbers after a name, where ``3*1`` is 1 three times."""
    match = re.search(rf"\b{name}\b((?:\s+[-+\d.*edED]+)+)", text)
    if match is None:
        return None
    numbers: list[float] = []
    for word in match[1].split():
        count, times, value = word.rpartition("*")
        try:
            numbers += [number_of(value)] * (int(count) if times else 1)
        except ValueError:
            break
    return numbers
