"""Isotopes of the atoms of a crystal."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from phono_3ph import natural_mass_spread
from phono_grid import Cell, Symmetry
from phono_grid.errors import DomainError

from phonokit.settings.transport import Transport


def mass_spread(cell: Cell, transport: Transport) -> NDArray[np.float64]:
    """``⟨(m - ⟨m⟩)²⟩`` of the isotopes of each atom, given or natural, Da², (n_a,).

    Raises
    ------
    DomainError
        If there are not as many variances as atoms, a name is none of the crystal's, atoms
        that symmetry makes equal have different ones, or natural isotopes are not known or
        not those of the atoms.
    """
    if transport.mass_variances is None:
        return natural_mass_spread(cell)
    if isinstance(transport.mass_variances, Mapping):
        variances = _by_name(cell, transport.mass_variances)
    else:
        variances = np.array(transport.mass_variances)
    if len(variances) != cell.n_atoms:
        atoms = ", ".join(f"{k} {symbol}" for k, symbol in enumerate(cell.symbols, 1))
        raise DomainError(
            f"mass_variances: expected {cell.n_atoms}, one for each atom of the primitive "
            f"cell ({atoms}), got {len(variances)}"
        )
    orbits = Symmetry.of(cell).permutations.min(axis=0)
    other = np.flatnonzero(variances != variances[orbits])
    if other.size:
        atom = int(other[0])
        raise DomainError(
            f"mass_variances: atoms {orbits[atom] + 1} and {atom + 1} are equal by "
            f"symmetry, but have {variances[orbits[atom]]:g} and {variances[atom]:g}; give "
            "both the same, or name them differently in the structure (Si1, Si2)"
        )
    return variances * cell.masses**2


def _by_name(cell: Cell, variances: Mapping[str, float]) -> NDArray[np.float64]:
    """The variance of each atom, by its label or its element; natural where none is."""
    elements = [symbol.rstrip("0123456789") for symbol in cell.symbols]
    unknown = set(variances) - {*cell.symbols, *elements}
    if unknown:
        raise DomainError(
            f"mass_variances: there is no {', '.join(sorted(unknown))} in the crystal, "
            f"only {', '.join(dict.fromkeys(cell.symbols))}"
        )
    found = np.zeros(cell.n_atoms)
    for i, (symbol, element) in enumerate(zip(cell.symbols, elements, strict=True)):
        value = variances.get(symbol, variances.get(element))
        if value is None:
            one = slice(i, i + 1)
            atom = Cell(cell.lattice, cell.positions[one], (symbol,), cell.masses[one])
            value = (natural_mass_spread(atom) / atom.masses**2).item()
        found[i] = value
    return found
