r"""Arrays of force constants, compact and full.

Compact arrays have rows of primitive atoms only. Translation invariance gives the others,

.. math:: \Phi(i, j, \dots) = \Phi(T_i i, T_i j, \dots)

with :math:`T_i` the lattice translation that takes atom :math:`i` to its representative.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from phono_grid import Supercell
from phono_grid.errors import DomainError, ShapeError, ensure_finite, ensure_shape

Index = NDArray[np.integer]

TRANSLATION_TOLERANCE = 1e-6
"""Relative to the largest; text files of the field have 8 to 15 decimals."""
BLOCK = 2**17
"""Numbers that are compared at a time: they stay in the cache."""


def full_index(supercell: Supercell, atoms: Sequence[Index]) -> tuple[Index, ...]:
    """Where compact storage has the constants of ``atoms``, arrays that broadcast."""
    first, *others = atoms
    to_home = supercell.home[first]
    return (
        supercell.supercell_to_primitive[first],
        *(supercell.translated(to_home, atom) for atom in others),
    )


def atoms_of_elements(supercell: Supercell, order: int) -> list[Index]:
    """The supercell atoms of all compact elements, one open array for each index."""
    supercell_atoms = np.arange(supercell.cell.n_atoms)
    others = [supercell_atoms] * (order - 1)
    return list(np.ix_(supercell.primitive_to_supercell, *others))


def full_values(values: NDArray[np.float64], supercell: Supercell) -> NDArray[np.float64]:
    """The full array, (n_s, n_s, …, 3, 3, …), of a compact one."""
    atoms = [np.arange(supercell.cell.n_atoms)] * (values.ndim // 2)
    full: NDArray[np.float64] = values[full_index(supercell, np.ix_(*atoms))]
    return full


def compact_values(
    values: NDArray[np.float64], supercell: Supercell
) -> NDArray[np.float64]:
    """The compact array, (n_a, n_s, …, 3, 3, …), of a full one.

    Raises
    ------
    DomainError
        If the full array is not invariant under lattice translations, to 1e-6 of the
        largest element.
    """
    n_s, order = supercell.cell.n_atoms, np.ndim(values) // 2
    if order < 2:
        raise ShapeError(
            f"values: expected as many atom axes as Cartesian axes, at least two, got "
            f"shape {list(values.shape)}"
        )
    ensure_shape("values", values, (*[n_s] * order, *[3] * order))
    ensure_finite("values", values)
    compact: NDArray[np.float64] = values[supercell.primitive_to_supercell]
    limit = TRANSLATION_TOLERANCE * max(values.max(), -values.min())
    atoms = np.arange(n_s)
    for atom in range(n_s):
        copies = supercell.translated(supercell.home[atom], atoms)
        row = compact[supercell.supercell_to_primitive[atom]]
        if not _same_row(row, values[atom], copies, limit):
            home = supercell.primitive_to_supercell[supercell.supercell_to_primitive[atom]]
            raise DomainError(
                f"values: the constants of atom {atom} are not those of atom {home}, its "
                "copy by a lattice translation; take a larger primitive cell, or the order "
                "of atoms of this supercell"
            )
    return compact


def _same_row(
    home: NDArray[np.float64],
    row: NDArray[np.float64],
    copies: NDArray[np.int64],
    limit: float,
) -> bool:
    """Whether the constants of an atom are those of its representative, ``home``."""
    step = max(1, BLOCK // row[0].size)
    others = [copies] * (row.ndim // 2 - 1)
    for start in range(0, len(row), step):
        part = slice(start, start + step)
        difference = home[np.ix_(copies[part], *others)]
        difference -= row[part]
        if not (difference.max() <= limit and difference.min() >= -limit):
            return False
    return True
