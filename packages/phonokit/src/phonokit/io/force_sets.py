"""Forces of single displacements in phonopy's ``FORCE_SETS``."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_fc import SingleDisplacements
from phono_grid import Supercell
from phono_grid.calculators import CalculatorUnits
from phono_grid.errors import FileError, ensure_indices

from phonokit.io.files import in_file
from phonokit.io.lines import read_lines


def read_force_sets(
    path: Path, supercell: Supercell, units: CalculatorUnits
) -> tuple[SingleDisplacements, NDArray[np.float64]]:
    """Read ``FORCE_SETS`` with one displaced atom per supercell (type 1).

    Returns
    -------
    displacements : SingleDisplacements
        Å
    forces : (n, n_s, 3) array
        eV/Å

    Raises
    ------
    FileError
        If a line does not hold what it should, or the file is of another supercell.
    """
    lines = read_lines(path)
    n_s, n_d = (lines.integer(number) for number in (0, 1))
    if n_s != supercell.cell.n_atoms:
        raise FileError(
            f"{path}: is of a supercell of {n_s} atoms, expected {supercell.cell.n_atoms}; "
            "does the file belong to this crystal?"
        )
    expected = 2 + n_d * (n_s + 2)
    if len(lines) != expected:
        raise FileError(
            f"{path}: expected {expected} lines for {n_d} displacements of {n_s} atoms, "
            f"got {len(lines)}; are all displacements there?"
        )
    atoms, u, forces = [], [], []
    for start in range(2, expected, n_s + 2):
        atoms.append(lines.integer(start) - 1)
        u.append(lines.numbers(start + 1, 3))
        if not any(u[-1]):
            raise FileError(
                f"{path}: line {lines.line(start + 1)}: displacement {len(u)} has length "
                "zero; correct it, or remove it and its forces"
            )
        where = f" (supercell {len(u)})"
        block = range(start + 2, start + 2 + n_s)
        forces.append([lines.numbers(number, 3, where) for number in block])
    with in_file(path):
        ensure_indices("atoms", np.array(atoms), n_s)
        displacements = SingleDisplacements(np.array(atoms), np.array(u) * units.length)
    return displacements, np.array(forces) * units.force
