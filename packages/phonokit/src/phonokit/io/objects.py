"""Force constants of the objects of other programs, by attributes; nothing is imported."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants
from phono_grid import Backend, Cell, Supercell, using
from phono_grid.backend import active
from phono_grid.errors import DomainError
from phono_grid.memory import ensure_memory

from phonokit.io.formats.euphonic import of_euphonic
from phonokit.model.constants import Given
from phonokit.model.crystal import Crystal
from phonokit.model.provenance import Origin

ORDERS = (2, 3)


def constants_of_hiphive(
    constants: Any,
) -> dict[int, ForceConstants]:
    """Orders 2 and 3 of ``hiphive.ForceConstants``: ``supercell``, ``get_fc_array``."""
    cell = Cell.from_ase(constants.supercell)
    n = cell.n_atoms
    known = [order for order in ORDERS if order in tuple(constants.orders)]
    for order in known:
        ensure_memory("constants", 8 * (3 * n) ** order, "use a smaller supercell")
    return of_arrays(cell, {order: constants.get_fc_array(order) for order in known})


def constants_of_symfc(solver: Any) -> dict[int, ForceConstants]:
    """Orders 2 and 3 of ``symfc.Symfc``: ``supercell``, ``force_constants``, ``p2s_map``.

    Its supercell has no masses: those of the elements count.
    """
    atoms, given = solver.supercell, solver.force_constants
    cell = Cell.of(atoms.cell, atoms.scaled_positions, list(map(int, atoms.numbers)))
    arrays = {order: given[order] for order in ORDERS if order in given}
    return of_arrays(cell, arrays, getattr(solver, "p2s_map", None))


def constants_of_pheasy(constants: Any) -> dict[int, ForceConstants]:
    """Orders 2 and 3 of pheasy's object: ``scell``, ``full_force_constants``."""
    atoms, given = constants.scell, constants.full_force_constants
    cell = Cell.from_ase(atoms)
    return of_arrays(cell, {order: given[order] for order in ORDERS if order in given})


def of_arrays(
    cell: Cell,
    arrays: Mapping[int, Any],
    first: NDArray[np.int64] | None = None,
) -> dict[int, ForceConstants]:
    """Constants of all atoms of a supercell, or of one of each kind of translation.

    Parameters
    ----------
    cell : Cell
        The supercell, whose primitive cell is found by symmetry; ``n_s`` atoms.
    arrays : mapping
        (n_s or n_a, n_s, …, 3, …) arrays by order, eV/Å².
    first : (n_a,) array of int, optional
        The atoms of compact arrays.
    """
    if 2 not in arrays:
        raise DomainError("the object has no second-order force constants; solve for them")
    supercell = Supercell.of(cell, np.eye(3, dtype=np.int64))
    return {order: _rows(supercell, array, first) for order, array in arrays.items()}


def _rows(
    supercell: Supercell, array: Any, first: NDArray[np.int64] | None
) -> ForceConstants:
    """The rows of the primitive atoms."""
    values = np.asarray(array, dtype=np.float64)
    n_s, home = supercell.cell.n_atoms, supercell.primitive_to_supercell
    if values.shape[:1] == (n_s,):
        return ForceConstants(values[home], supercell)
    given = None if first is None else np.asarray(first, dtype=np.int64)
    if given is None or values.shape[:1] != given.shape:
        raise DomainError(
            f"force constants: expected rows of {n_s} atoms, got {values.shape[:1]}"
        )
    kinds = supercell.supercell_to_primitive[given]
    if sorted(kinds.tolist()) != list(range(len(home))):
        raise DomainError(
            "p2s_map: its atoms are not those of the primitive cell that symmetry finds"
        )
    rows, atoms = np.empty_like(values), np.arange(n_s)
    for row, atom, kind in zip(values, given, kinds, strict=True):
        moved = supercell.translated(supercell.home[atom], atoms)
        rows[kind][np.ix_(*[moved] * (values.ndim // 2 - 1))] = row
    return ForceConstants(rows, supercell)


READERS = {
    "hiPhive": ("get_fc_array", constants_of_hiphive),
    "symfc": ("basis_set", constants_of_symfc),
    "pheasy": ("full_force_constants", constants_of_pheasy),
}
"""Attribute by which an object is known, and its reader."""


def from_object(given: Any, *, lang: Backend | str | None = None) -> Crystal:
    """Take the force constants of an object of another program.

    Parameters
    ----------
    given : object
        A ``Phonopy`` or ``Phono3py`` object, force constants of hiPhive, Euphonic or
        pheasy, or a solver of symfc. It is known by its attributes; none of these packages
        is imported, and nothing is unpickled. The primitive cell of hiPhive's, symfc's and
        pheasy's supercells is found by symmetry.
    lang : "Rust" or "Python", optional
        The implementation of the kernels; the one that is active if not given.

    Returns
    -------
    Crystal
        Its ``origin.source`` names the program.

    Raises
    ------
    DomainError
        If the object is of no program that is known, or lacks force constants.

    Examples
    --------
    >>> import phono_fc
    >>> import phonokit
    >>> fc2 = phonokit.load("examples/silicon").fc2
    >>> class Constants:  # has what hiPhive's has
    ...     orders = (2,)
    ...     supercell = fc2.supercell.cell.to_ase()
    ...     def get_fc_array(self, order):
    ...         return phono_fc.expand(fc2)
    >>> phonokit.from_object(Constants())
    Crystal(Si, 64 atoms, force constants of order 2, from hiPhive)
    """
    backend = active() if lang is None else Backend.of(lang)
    with using(backend):
        if hasattr(type(given), "fc3") and hasattr(type(given), "phonon_supercell"):
            return Crystal.from_phono3py(given, lang=backend)
        if hasattr(type(given), "dynamical_matrix") and hasattr(given, "unitcell"):
            return Crystal.from_phonopy(given, lang=backend)
        if hasattr(given, "sc_matrix") and hasattr(given, "cell_origins"):
            fc2, polar = of_euphonic(given)
            name, constants = "Euphonic", Given(fc2=fc2)
        else:
            name, constants = _of_arrays(given)
            polar = None
        origin = Origin(source=name)
        return Crystal(constants=constants, polar=polar, origin=origin, backend=backend)


def _of_arrays(given: Any) -> tuple[str, Given]:
    """The program of an object of arrays, and its constants."""
    for name, (attribute, read) in READERS.items():
        if hasattr(type(given), attribute):
            constants = read(given)
            return name, Given(fc2=constants[2], third=constants.get(3))
    raise DomainError(
        "given: expected an object of phonopy, phono3py, Euphonic, "
        f"{', '.join(READERS)}, got {type(given).__name__}"
    )
