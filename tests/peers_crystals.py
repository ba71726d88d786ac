"""Crystals to compare with phonopy and phono3py."""

import numpy as np
from phono_grid import Cell

H = 0.5
FCC = np.array([[0, 0, 0], [0, H, H], [H, 0, H], [H, H, 0]])
HEXAGONAL = [[3.11, 0, 0], [-1.555, 3.11 * np.sqrt(0.75), 0], [0, 0, 4.98]]
WURTZITE = [
    [1 / 3, 2 / 3, 0],
    [2 / 3, 1 / 3, 0.5],
    [1 / 3, 2 / 3, 0.382],
    [2 / 3, 1 / 3, 0.882],
]
CRYSTALS = {
    "Si": Cell(np.eye(3) * 5.43, np.r_[FCC, FCC + 0.25], ["Si"] * 8, [28.0855] * 8),
    "NaCl": Cell(
        np.eye(3) * 5.69,
        np.r_[FCC, FCC + H],
        ["Na"] * 4 + ["Cl"] * 4,
        [22.98] * 4 + [35.4] * 4,
    ),
    "AlN": Cell(HEXAGONAL, WURTZITE, ["Al", "Al", "N", "N"], [26.98] * 2 + [14.0] * 2),
}


def _one(lattice, positions, symbols=None) -> Cell:
    """A cell of titanium, or of what is named."""
    symbols = symbols or ["Ti"] * len(positions)
    return Cell.of(lattice, positions, symbols)


CENTRED = [[0, 0, 0], [H, H, H]]
RHOMBOHEDRAL = [[0, 0, 0], [2 / 3, 1 / 3, 1 / 3], [1 / 3, 2 / 3, 2 / 3]]
SEVEN_SYSTEMS = CRYSTALS | {
    "triclinic": _one(
        [[4.1, 0.2, -0.3], [0.9, 5.2, 0.1], [-1.3, 0.7, 6.3]],
        [[0.1, 0.2, 0.3], [0.55, 0.71, 0.9], [0.3, 0.9, 0.05]],
        ["Ga", "As", "Si"],
    ),
    "monoclinic": _one(
        [[4, 0, 0], [0, 5, 0], [-1.3, 0, 6]],
        [[0, 0, 0], [0.2, 0, 0.3], [-0.2, 0, -0.3]],
        ["Ti", "O", "O"],
    ),
    "orthorhombic": _one(np.diag([4.0, 5.5, 6.2]), CENTRED),
    "tetragonal": _one(np.diag([4.0, 4.0, 7.3]), CENTRED),
    "trigonal": _one(
        np.diag([4.7, 4.7, 13.0]) @ [[1, 0, 0], [-H, np.sqrt(0.75), 0], [0, 0, 1]],
        RHOMBOHEDRAL,
    ),
}
"""Eight crystals, every crystal system among them."""


def phonopy_cell(cell):
    from phonopy.structure.atoms import PhonopyAtoms

    return PhonopyAtoms(
        cell=cell.lattice,
        scaled_positions=cell.positions,
        symbols=list(cell.symbols),
        masses=cell.masses,
    )


def peers_cells(cell, matrix, primitive_matrix="auto"):
    from phonopy import Phonopy

    return Phonopy(phonopy_cell(cell), matrix, primitive_matrix=primitive_matrix)
