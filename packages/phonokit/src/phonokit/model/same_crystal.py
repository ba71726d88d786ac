"""Whether two cells are of one crystal, atom by atom."""

import numpy as np
from phono_grid import Cell
from phono_grid.errors import DomainError

SAME = 1e-4
"""Å; lattices and positions of files are rounded."""


def ensure_same_primitive(name: str, cell: Cell, other: Cell) -> None:
    """Require the same primitive cell, atoms in the same order.

    Parameters
    ----------
    name : str
        The argument that ``cell`` belongs to.
    cell, other : Cell
    """
    if (
        cell.symbols != other.symbols
        or np.abs(cell.lattice - other.lattice).max() > SAME
        or np.abs(cell.masses - other.masses).max() > SAME
    ):
        raise DomainError(
            f"{name}: its primitive cell, {cell}, is not the other, {other}; give both of "
            "one crystal"
        )
    apart = cell.positions - other.positions
    if np.abs((apart - np.rint(apart)) @ other.lattice).max() > SAME:
        raise DomainError(
            f"{name}: the atoms of its primitive cell are not where those of the other "
            "are; give both of one crystal, atoms in the same order"
        )
