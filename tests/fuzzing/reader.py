"""How files are made and read, and the supercells that several are of."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from phono_fc import single_displacements
from phono_grid import Cell, Supercell, Symmetry
from phonokit import DisplacedSupercells

FIXED = ("fixed",)
"""Names of files that stay as they are begin so."""
Read = Callable[[Path], Any]


@dataclass(frozen=True)
class Reader:
    """How files are made, and read from the folder they are in."""

    make: Callable[[Path], Any]
    read: Read


def text(name: str, content: str | Callable[[], str]) -> Callable[[Path], Any]:
    """A maker of one text file."""
    return lambda folder: (folder / name).write_text(
        content if isinstance(content, str) else content()
    )


@cache
def rocksalt() -> DisplacedSupercells:
    """Four atoms in an orthogonal supercell, one displaced at a time."""
    cell = Cell(4.2 * np.eye(3), [[0, 0, 0], [0.5, 0.5, 0.5]], ["Cs", "Cl"], [133, 35])
    supercell = Supercell.of(cell, [2, 1, 1])
    singles = single_displacements(supercell, Symmetry.of(supercell.cell), distance=0.03)
    return DisplacedSupercells(cell, supercell, singles)


def forces_on(supercells: Any) -> np.ndarray:
    """Forces as of springs, for every displaced supercell."""
    shape = (len(supercells), supercells.supercell.cell.n_atoms, 3)
    return np.random.default_rng(2).normal(size=shape).round(6)
