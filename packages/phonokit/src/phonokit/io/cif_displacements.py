"""Displacement tensors of atoms as CIF."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell

Array = NDArray[np.float64]
COLUMNS = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
"""U_11 U_22 U_33 U_23 U_13 U_12."""


def cif_lines(
    cell: Cell, names: list[str], tensors: Array, temperature: float
) -> Iterator[str]:
    """A CIF of the primitive cell, without symmetry, with anisotropic displacements.

    ``tensors`` are ``U^{ij}`` of ``_atom_site_aniso_U``, (n_a, 3, 3), Å².
    """
    lengths = np.linalg.norm(cell.lattice, axis=1)
    unit = cell.lattice / lengths[:, None]
    cosines = (unit[1] @ unit[2], unit[0] @ unit[2], unit[0] @ unit[1])
    yield f"data_{cell.formula}"
    yield f"_diffrn_ambient_temperature {temperature:g}"
    for name, length in zip("abc", lengths, strict=True):
        yield f"_cell_length_{name} {length:.8f}"
    for name, cosine in zip(("alpha", "beta", "gamma"), cosines, strict=True):
        yield f"_cell_angle_{name} {np.degrees(np.arccos(cosine)):.8f}"
    yield "_symmetry_space_group_name_H-M 'P 1'"
    yield "loop_"
    yield "_symmetry_equiv_pos_as_xyz"
    yield "'x, y, z'"
    yield "loop_"
    for column in ("label", "type_symbol", "fract_x", "fract_y", "fract_z"):
        yield f"_atom_site_{column}"
    yield "_atom_site_U_iso_or_equiv"
    yield "_atom_site_adp_type"
    equivalent = equivalent_displacements(cell, tensors)
    rows = zip(names, cell.symbols, cell.positions, equivalent, strict=True)
    for name, symbol, x, u in rows:
        element = symbol.rstrip("0123456789")
        yield f"{name} {element} {x[0]:.8f} {x[1]:.8f} {x[2]:.8f} {u:.8f} Uani"
    yield "loop_"
    yield "_atom_site_aniso_label"
    for a, b in COLUMNS:
        yield f"_atom_site_aniso_U_{a + 1}{b + 1}"
    for name, tensor in zip(names, tensors, strict=True):
        yield " ".join([name, *(f"{tensor[pair]:.8f}" for pair in COLUMNS)])


def equivalent_displacements(cell: Cell, tensors: Array) -> Array:
    """A third of the traces of the tensors in Cartesian axes, Å², (n_a,)."""
    lengths = np.linalg.norm(cell.reciprocal_lattice, axis=1)
    axes = cell.lattice * lengths[:, None]
    cartesian = np.einsum("ix,kij,jy->kxy", axes, tensors, axes)
    return np.asarray(np.trace(cartesian, axis1=1, axis2=2) / 3)
