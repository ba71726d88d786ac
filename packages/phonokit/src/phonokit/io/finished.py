"""Finished calculations of other programs: atoms, lattice and forces."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from phono_grid.errors import FileError

from phonokit.io.ase import read_atoms, symbols_of
from phonokit.io.convergence import warn_if_not_converged
from phonokit.io.outputs.abinit import read_abinit_output
from phonokit.io.outputs.augmented import read_info_out, read_info_xml
from phonokit.io.outputs.calculation import Finished
from phonokit.io.outputs.cp2k import read_cp2k_output
from phonokit.io.outputs.forces_alone import (
    read_dftb_tags,
    read_fleur_forces,
    read_fleur_relaxation,
    read_siesta_forces,
    read_wien2k_forces,
)
from phonokit.io.outputs.local_orbitals import (
    read_abacus_log,
    read_crystal_output,
    read_openmx_output,
)
from phonokit.io.recognize import ensure_file, format_of, plain
from phonokit.io.vaspout import is_hdf5, read_vaspout_forces

READERS: dict[str, Callable[[Path], Finished]] = {
    "abinit-out": read_abinit_output,
    "cp2k-output": read_cp2k_output,
    "siesta-forces": read_siesta_forces,
    "dftb-tags": read_dftb_tags,
    "wien2k-scf": read_wien2k_forces,
    "fleur-forces": read_fleur_forces,
    "fleur-relax": read_fleur_relaxation,
    "info-out": read_info_out,
    "exciting-xml": read_info_xml,
    "crystal-out": read_crystal_output,
    "abacus-log": read_abacus_log,
    "openmx-out": read_openmx_output,
    "vasp-h5": read_vaspout_forces,
}
"""Our own readers, of compressed files too, by the name of the format; ASE has others."""
ELSEWHERE = {
    "siesta-out": "its forces have too few digits; name the file .FA beside it",
    "turbomole-out": "its forces are in the file gradient beside it; name that",
}
"""Outputs whose forces are in another file."""


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
    form = form or ("vasp-h5" if is_hdf5(path) else format_of(path))
    if form in ELSEWHERE:
        raise FileError(f"{path}: {ELSEWHERE[form]}")
    with plain(path) as file:
        warn_if_not_converged(file, path)
        if form in READERS:
            return READERS[form](path)
        return _of_atoms(read_atoms(file, form, path, index=-1), path)


def _of_atoms(atoms: Any, path: Path) -> Finished:
    """Atoms and forces of ``ase.Atoms``, or the reason that it has no forces."""
    forces, complaint = None, ""
    try:
        forces = np.asarray(atoms.get_forces(apply_constraint=False))
    except Exception as error:  # ASE's readers raise what they like
        complaint = " ".join(str(error).split())
    lattice = np.array(atoms.cell, dtype=np.float64)
    return Finished(
        symbols_of(atoms, path),
        atoms.get_positions(),
        forces,
        lattice if abs(np.linalg.det(lattice)) > 1e-10 else None,
        complaint,
    )
