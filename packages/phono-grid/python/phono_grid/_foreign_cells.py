"""Cells of other libraries: spglib, ASE, pymatgen, phonopy.

Their objects are read by their attributes, without an import; to make one, the library is
imported when it is asked for.
"""

import importlib
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from phono_grid._elements import number_of, split_symbol, symbol_of
from phono_grid.errors import DomainError

MASSES = "phonopy_masses"
"""The site property that holds masses in structures of pymatgen, phonopy's name for it."""


class Atoms(Protocol):
    """The attributes of a cell that are read."""

    @property
    def lattice(self) -> NDArray[np.float64]:
        """Lattice vectors in rows, Å."""

    @property
    def positions(self) -> NDArray[np.float64]:
        """Fractional coordinates."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """Chemical symbols."""

    @property
    def masses(self) -> NDArray[np.float64]:
        """Masses, Da."""

    @property
    def magnetic_moments(self) -> NDArray[np.float64] | None:
        """Magnetic moments, if there are any."""


def from_ase(atoms: Any) -> dict[str, Any]:
    """Fields of a cell from ``ase.Atoms``."""
    attributes = ("cell", "pbc", "get_scaled_positions", "get_masses", "numbers")
    ensure_attributes("atoms", atoms, attributes, "ase.Atoms")
    if not all(atoms.pbc):
        raise DomainError(
            f"atoms: expected a crystal, periodic along all three axes, got pbc = "
            f"{[bool(periodic) for periodic in atoms.pbc]}; set atoms.pbc = True"
        )
    _ensure_ordered(getattr(atoms, "info", {}).get("occupancy"))
    moments = atoms.get_initial_magnetic_moments()
    return {
        "lattice": np.array(atoms.cell),
        "positions": atoms.get_scaled_positions(wrap=False),
        "symbols": tuple(symbol_of(number, "atoms") for number in atoms.numbers),
        "masses": atoms.get_masses(),
        "magnetic_moments": moments if np.any(moments) else None,
    }


def _ensure_ordered(occupancy: Any) -> None:
    """Require sites of one element each, all of them occupied, as ASE has them of a cif."""
    sites = occupancy.values() if isinstance(occupancy, dict) else ()
    for shares in sites:
        if len(shares) > 1 or min(shares.values(), default=1) < 1:
            told = ", ".join(f"{symbol} {share:g}" for symbol, share in shares.items())
            raise DomainError(
                f"atoms: a site is occupied in part ({told}); choose an ordered supercell"
            )


def to_ase(cell: Atoms) -> Any:
    """``ase.Atoms`` of a cell."""
    moments = cell.magnetic_moments
    return library("ase").Atoms(
        numbers=[number_of(symbol) for symbol in cell.symbols],
        scaled_positions=cell.positions,
        cell=cell.lattice,
        masses=cell.masses,
        magmoms=None if moments is None else np.array(moments),
        pbc=True,
    )


def from_phonopy(atoms: Any) -> dict[str, Any]:
    """Fields of a cell from ``PhonopyAtoms``."""
    attributes = ("cell", "scaled_positions", "symbols", "masses")
    ensure_attributes("atoms", atoms, attributes, "a PhonopyAtoms")
    return {
        "lattice": atoms.cell,
        "positions": atoms.scaled_positions,
        "symbols": tuple(symbol_of(symbol, "atoms") for symbol in atoms.symbols),
        "masses": atoms.masses,
        "magnetic_moments": getattr(atoms, "magnetic_moments", None),
    }


def to_phonopy(cell: Atoms) -> Any:
    """``PhonopyAtoms`` of a cell."""
    return library("phonopy", "phonopy.structure.atoms").PhonopyAtoms(
        cell=cell.lattice,
        scaled_positions=cell.positions,
        symbols=list(cell.symbols),
        masses=cell.masses,
        magnetic_moments=cell.magnetic_moments,
    )


def from_pymatgen(structure: Any) -> dict[str, Any]:
    """Fields of a cell from ``pymatgen.core.Structure``."""
    attributes = ("lattice", "frac_coords", "sites", "site_properties")
    ensure_attributes("structure", structure, attributes, "a pymatgen Structure")
    if not structure.is_ordered:
        raise DomainError(
            "structure: expected an ordered crystal, got partly occupied sites; choose an "
            "ordered supercell"
        )
    species = [site.specie for site in structure.sites]
    masses = structure.site_properties.get(MASSES)
    return {
        "lattice": structure.lattice.matrix,
        "positions": structure.frac_coords,
        "symbols": tuple(symbol_of(s.symbol, "structure") for s in species),
        "masses": [float(s.atomic_mass) for s in species] if masses is None else masses,
        "magnetic_moments": _pymatgen_moments(structure),
    }


def to_pymatgen(cell: Atoms) -> Any:
    """``pymatgen.core.Structure`` of a cell."""
    properties: dict[str, Any] = {MASSES: cell.masses.tolist()}
    if cell.magnetic_moments is not None:
        properties["magmom"] = cell.magnetic_moments.tolist()
    return library("pymatgen", "pymatgen.core").Structure(
        cell.lattice,
        [split_symbol(symbol)[0] for symbol in cell.symbols],
        cell.positions,
        site_properties=properties,
    )


def _pymatgen_moments(structure: Any) -> list[Any] | None:
    """Magnetic moments of sites, or the spins of their species; None without any."""
    moments = structure.site_properties.get("magmom")
    if moments is None:
        moments = [getattr(site.specie, "spin", None) for site in structure.sites]
    values = [0.0 if m is None else getattr(m, "moment", m) for m in moments]
    return values if np.any(np.asarray(values, dtype=float)) else None


def library(name: str, module: str = "") -> Any:
    """Import a module of another library."""
    try:
        return importlib.import_module(module or name)
    except ModuleNotFoundError:
        raise DomainError(
            f"this needs {name}, which is not installed; pip install {name}"
        ) from None


def ensure_attributes(
    name: str, thing: Any, attributes: Sequence[str], expected: str
) -> None:
    """Require an object with the attributes that are read."""
    missing = [attribute for attribute in attributes if not hasattr(thing, attribute)]
    if missing:
        raise DomainError(
            f"{name} must be {expected}, got {type(thing).__name__} without "
            f"{', '.join(missing)}"
        )
