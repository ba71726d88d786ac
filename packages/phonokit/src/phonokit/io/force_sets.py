"""Forces of single displacements in phonopy's ``FORCE_SETS``."""

from pathlib import Path

import numpy as np
from phono_fc import SingleDisplacementForces
from phono_grid import Supercell
from phono_grid.errors import FileError

from phonokit.io.calculators import Units
from phonokit.io.files import in_file, open_text


def read_force_sets(
    path: Path, supercell: Supercell, units: Units
) -> SingleDisplacementForces:
    """Read ``FORCE_SETS`` with one displaced atom per supercell (type 1).

    Raises
    ------
    FileError
        If a line does not hold what it should, or the file is of another supercell.
    """
    with open_text(path) as file:
        lines = [(i, line.split()) for i, line in enumerate(file, start=1)]
    rows = [(i, words) for i, words in lines if words]
    n_s, n_d = (int(_numbers(path, row, 1)[0]) for row in (rows + [(1, [])] * 2)[:2])
    if n_s != supercell.cell.n_atoms:
        raise FileError(
            f"{path}: is of a supercell of {n_s} atoms, expected {supercell.cell.n_atoms}; "
            "does the file belong to this crystal?"
        )
    expected = 2 + n_d * (n_s + 2)
    if len(rows) != expected:
        raise FileError(
            f"{path}: expected {expected} lines for {n_d} displacements of {n_s} atoms, "
            f"got {len(rows)}; are all displacements there?"
        )
    atoms, u, forces = [], [], []
    for start in range(2, expected, n_s + 2):
        atoms.append(int(_numbers(path, rows[start], 1)[0]) - 1)
        u.append(_numbers(path, rows[start + 1], 3))
        if not any(u[-1]):
            raise FileError(
                f"{path}: line {rows[start + 1][0]}: displacement {len(u)} has length "
                "zero; correct it, or remove it and its forces"
            )
        where = f" (supercell {len(u)})"
        block = rows[start + 2 : start + 2 + n_s]
        forces.append([_numbers(path, row, 3, where) for row in block])
    with in_file(path):
        displaced = SingleDisplacementForces(
            np.array(atoms), np.array(u) * units.length, np.array(forces) * units.force
        )
    return displaced


def _numbers(
    path: Path, row: tuple[int, list[str]], n: int, where: str = ""
) -> list[float]:
    """The numbers of a line."""
    line, words = row
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        numbers = []
    if len(numbers) != n or not np.isfinite(numbers).all():
        raise FileError(
            f"{path}: line {line}{where}: expected {n} number{'s' if n > 1 else ''}, got "
            f"{' '.join(words)[:60]!r}; correct this line"
        )
    return numbers
