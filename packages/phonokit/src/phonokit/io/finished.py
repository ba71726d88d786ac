"""Finished calculations of other programs: atoms, lattice and forces."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phonokit.io.ase import read_atoms
from phonokit.io.convergence import warn_if_not_converged
from phonokit.io.cp2k import read_cp2k_output
from phonokit.io.recognize import ensure_file, format_of, plain


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """The atoms of a finished calculation and the forces on them.

    Parameters
    ----------
    symbols : n_s strings
    positions : (n_s, 3) array or None
        Cartesian, Å; None where the file has none.
    forces : (n_s, 3) array or None
        eV/Å, in the frame of the positions; None where the file has none.
    lattice : (3, 3) array or None
        Å, in the same frame; None where the file has none.
    complaint : str
        Why there are no forces.
    """

    symbols: list[str]
    positions: NDArray[np.float64] | None
    forces: NDArray[np.float64] | None
    lattice: NDArray[np.float64] | None = None
    complaint: str = ""


def _cp2k(path: Path) -> Finished:
    """The main output of CP2K."""
    output = read_cp2k_output(path)
    return Finished(list(output.symbols), output.positions, output.forces)


READERS: dict[str, Callable[[Path], Finished]] = {"cp2k-output": _cp2k}
"""Our own readers, of compressed files too, by the name of the format; ASE has others."""


def read_finished(path: Path, form: str | None = None) -> Finished:
    """Read a finished calculation.

    Parameters
    ----------
    path : Path
        Compressed or not.
    form : str, optional
        The format, a key of `READERS` or ASE's name; told by what is in the file if not
        given.

    Raises
    ------
    FileError
        If it cannot be read.

    Warns
    -----
    ConvergenceWarning
        If its self-consistency did not converge.
    """
    ensure_file(path, "the output of the calculation")
    form = form or format_of(path)
    with plain(path) as file:
        warn_if_not_converged(file, path)
        if form in READERS:
            return READERS[form](path)
        return _of_atoms(read_atoms(file, form, path, index=-1))


def _of_atoms(atoms: Any) -> Finished:
    """What ``ase.Atoms`` hold."""
    forces, complaint = None, ""
    try:
        forces = np.asarray(atoms.get_forces(apply_constraint=False))
    except Exception as error:  # ASE's readers raise what they like
        complaint = " ".join(str(error).split())
    lattice = np.array(atoms.cell, dtype=np.float64)
    return Finished(
        [str(symbol) for symbol in atoms.get_chemical_symbols()],
        atoms.get_positions(),
        forces,
        lattice if abs(np.linalg.det(lattice)) > 1e-10 else None,
        complaint,
    )
