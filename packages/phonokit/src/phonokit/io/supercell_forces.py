"""Forces of one displaced supercell from a finished calculation."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError

from phonokit.io.ase import checked_forces
from phonokit.io.finished import read_finished
from phonokit.io.same_supercell import Expected, turn_to


def read_supercell_forces(
    path: Path, expected: Expected, form: str | None = None
) -> NDArray[np.float64]:
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
    (n_s, 3) array
        eV/Å

    Raises
    ------
    FileError
        If it cannot be read, or is of another supercell.
    """
    finished = read_finished(path, form)
    turn = turn_to(expected, finished)
    if finished.forces is None:
        why = f" ({finished.complaint})" if finished.complaint else ""
        raise FileError(
            f"{path}: holds no forces{why}; name the output of a calculation of forces"
        )
    forces = checked_forces(finished.forces, expected.cell.n_atoms, expected.name)
    return np.asarray(forces @ turn)
