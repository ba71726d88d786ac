"""Forces of one displaced supercell from a finished calculation."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError

from phonokit.io.ase import checked_forces
from phonokit.io.finished import read_finished
from phonokit.io.same_supercell import Expected, placement


def read_supercell_forces(
    path: Path, expected: Expected, form: str | None = None
) -> tuple[NDArray[np.float64], bool]:
    """Forces of a finished calculation, in the frame of the supercell.

    Parameters
    ----------
    path : Path
        See `phonokit.io.finished.read_finished`.
    expected : Expected
        The supercell that it should be of.
    form : str, optional
        Of the file.

    Returns
    -------
    forces : (n_s, 3) array
        eV/Å
    located : bool
        Whether the file has positions, which tell what it is of.

    Raises
    ------
    FileError
        If it cannot be read, or is of another supercell.
    """
    finished = read_finished(path, form)
    there = placement(expected, finished)
    if finished.forces is None:
        why = f" ({finished.complaint})" if finished.complaint else ""
        raise FileError(
            f"{path}: holds no forces{why}; name the output of a calculation of forces"
        )
    forces = checked_forces(finished.forces, expected.cell.n_atoms, expected.name)
    located = finished.positions is not None or finished.fractional is not None
    if not located:
        _ensure_of_displaced(expected, forces)
    return there.forces(forces), located


def _ensure_of_displaced(expected: Expected, forces: NDArray[np.float64]) -> None:
    """Require the largest force on the displaced atom; nothing else tells files apart."""
    at_rest = expected.cell.positions @ expected.cell.lattice
    moved = np.flatnonzero(np.linalg.norm(expected.positions - at_rest, axis=1) > 1e-8)
    if len(moved) != 1:
        return
    displaced, largest = int(moved[0]), int(np.linalg.norm(forces, axis=1).argmax())
    if largest != displaced:
        raise FileError(
            f"{expected.name}: the largest force is on atom {largest + 1}, but atom "
            f"{displaced + 1} is displaced; give the files in the order of displacements"
        )
