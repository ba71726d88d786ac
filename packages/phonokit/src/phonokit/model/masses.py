"""Crystals of other masses: the same force constants, other isotopes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants, LatticeForceConstants, SparseForceConstants3
from phono_grid import Cell, Supercell
from phono_grid.errors import DomainError, finite

from phonokit.model.force_data import ForceData

Masses = Mapping[str, float] | Sequence[float] | NDArray[np.float64]
C = TypeVar("C", bound=ForceConstants | LatticeForceConstants | SparseForceConstants3)


def masses_of(cell: Cell, masses: Masses) -> NDArray[np.float64]:
    """The mass of each atom of a primitive cell, Da, (n_a,).

    Parameters
    ----------
    cell : Cell
    masses : mapping or (n_a,) array_like
        One for each atom; or by label or element, the others keeping theirs.
    """
    if isinstance(masses, Mapping):
        values = _by_name(cell, masses)
    else:
        values = finite(masses, "masses", ("n_a",))
    if len(values) != cell.n_atoms:
        atoms = ", ".join(f"{k} {symbol}" for k, symbol in enumerate(cell.symbols, 1))
        raise DomainError(
            f"masses: expected {cell.n_atoms}, one for each atom of the primitive cell "
            f"({atoms}), got {len(values)}"
        )
    if not (values > 0).all():
        raise DomainError(f"masses must be positive, got {values.min():g} Da")
    return values


def _by_name(cell: Cell, masses: Mapping[str, Any]) -> NDArray[np.float64]:
    """The masses of a cell, those that are named replaced."""
    elements = [symbol.rstrip("0123456789") for symbol in cell.symbols]
    unknown = {str(name) for name in masses} - {*cell.symbols, *elements}
    if unknown:
        raise DomainError(
            f"masses: there is no {', '.join(sorted(unknown))} in the crystal, only "
            f"{', '.join(dict.fromkeys(cell.symbols))}"
        )
    rows = zip(cell.symbols, elements, cell.masses, strict=True)
    values = [masses.get(label, masses.get(element, own)) for label, element, own in rows]
    return finite(values, "masses", (cell.n_atoms,))


def supercell_with(supercell: Supercell, masses: NDArray[np.float64]) -> Supercell:
    """A supercell with other masses of the atoms of its primitive cell."""
    copies = supercell.supercell_to_primitive
    return Supercell(
        replace(supercell.cell, masses=masses[copies]),
        replace(supercell.primitive, masses=masses),
        supercell.primitive_to_supercell,
        copies,
    )


def constants_with(constants: C, masses: NDArray[np.float64]) -> C:
    """Force constants of a crystal of other masses: the same numbers."""
    if isinstance(constants, LatticeForceConstants):
        return replace(constants, cell=replace(constants.cell, masses=masses))
    return replace(constants, supercell=supercell_with(constants.supercell, masses))


def forces_with(data: ForceData, masses: NDArray[np.float64]) -> ForceData:
    """Forces in the supercells of a crystal of other masses: the same numbers."""
    unit, primitive, phonon = data.unit_cell, data.supercell.primitive, data.phonon
    x = unit.positions @ unit.lattice @ np.linalg.inv(primitive.lattice)
    d = x[:, None] - primitive.positions
    d -= np.rint(d)
    copies = np.linalg.norm(d @ primitive.lattice, axis=2).argmin(axis=1)
    if phonon is not None:
        phonon = replace(phonon, supercell=supercell_with(phonon.supercell, masses))
    return replace(
        data,
        unit_cell=replace(unit, masses=masses[copies]),
        supercell=supercell_with(data.supercell, masses),
        phonon=phonon,
    )
