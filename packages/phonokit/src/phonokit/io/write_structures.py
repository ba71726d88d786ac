"""Displaced supercells as structure files of any program that ASE writes for."""

from pathlib import Path

import numpy as np
from phono_grid.errors import FileError

from phonokit.io.ase import ase, atoms_of
from phonokit.model.displaced_supercells import AnySupercells


def write_structures(
    supercells: AnySupercells, folder: Path, stem: str, form: str
) -> tuple[int, Path]:
    """Write the supercell at rest as number 0, and every one that needs forces.

    Parameters
    ----------
    supercells : DisplacedSupercells or RandomSupercells
    folder : Path
    stem : str
        How the names begin.
    form : str
        A format of ASE.

    Returns
    -------
    int, Path
        How many files there are, and the last of them.
    """
    io, atoms = ase("ase.io"), atoms_of(supercells.supercell.cell)
    # One width for all, however many there are, so that names sort as numbers do.
    width = max(5, len(str(len(supercells))))
    rest = atoms.get_positions()
    numbers = np.flatnonzero(supercells.included)
    for number in [-1, *numbers]:
        path = folder / f"{stem}-{number + 1:0{width}d}.{form}"
        atoms.set_positions(rest if number < 0 else supercells.positions(int(number)))
        try:
            io.write(path, atoms, format=form)
        except Exception as error:  # ASE's writers raise what they like
            path.unlink(missing_ok=True)
            raise FileError(f"{path}: ASE cannot write it ({error})") from None
    return len(numbers) + 1, path
