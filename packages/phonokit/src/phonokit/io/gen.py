"""DFTB+'s structure file, gen."""

from pathlib import Path

import numpy as np
from phono_grid.errors import FileError

from phonokit.io.lines import read_lines
from phonokit.io.species import Structure


def read_gen(path: Path) -> Structure:
    """Read a gen file of a crystal: Cartesian (S) or fractional (F) coordinates.

    Raises
    ------
    FileError
        If it is of a molecule, or a line does not hold what it should.
    """
    lines = read_lines(path)
    n_words = lines.words(0)
    kind = n_words[1].upper() if len(n_words) > 1 else ""
    if kind not in ("S", "F"):
        raise FileError(
            f"{path}: line 1: expected the number of atoms and S or F, got "
            f"{' '.join(n_words)[:60]!r}; a crystal is periodic along three axes"
        )
    n, names = int(lines.leading(0, 1)[0]), lines.words(1)
    rows = np.array([lines.leading(2 + i, 5) for i in range(n)]).reshape(-1, 5)
    lattice = np.array([lines.leading(3 + n + i, 3) for i in range(3)])
    types = rows[:, 1].astype(int)
    if n < 1 or types.min() < 1 or types.max() > len(names):
        raise FileError(f"{path}: line 2: names {len(names)} elements, atoms have others")
    if abs(np.linalg.det(lattice)) < 1e-10:
        raise FileError(f"{path}: the lattice vectors have no volume")
    x = rows[:, 2:] @ np.linalg.inv(lattice) if kind == "S" else rows[:, 2:]
    return Structure(lattice, x, [names[kind_of - 1] for kind_of in types])
