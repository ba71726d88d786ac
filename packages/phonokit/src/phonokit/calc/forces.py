"""Forces of displaced supercells: computed in process, or collected from calculations."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import (
    DomainError,
    FileError,
    PhonoWarning,
    ensure_flag,
    ensure_type,
)
from phono_grid.files import path_of

from phonokit.io.ase import atoms_of, checked_forces
from phonokit.io.force_store import ForceStore, force_store
from phonokit.io.same_supercell import Expected
from phonokit.io.supercell_forces import read_supercell_forces
from phonokit.model.displaced_supercells import (
    AnySupercells,
    DisplacedSupercells,
    RandomSupercells,
)
from phonokit.model.fourth_order import FourthOrderSupercells

Supercells = AnySupercells | FourthOrderSupercells
KINDS = (DisplacedSupercells, RandomSupercells, FourthOrderSupercells)
SAME = 1e-5
"""A calculator repeats its forces to this fraction of the largest force."""
TINY = 1e-3
"""eV/Å; forces below are rounding for such a comparison."""
Progress = Callable[[int, int], None]


def compute_forces(
    supercells: Supercells,
    calculator: Any,
    store: str | Path,
    *,
    origin: str = "",
    residual: bool = False,
    progress: Progress | None = None,
) -> NDArray[np.float64]:
    r"""Forces of all displaced supercells from an ASE calculator, one after the other.

    Every finished supercell is on disk before the next begins: run again with the same
    file, and only what is missing is computed.

    Parameters
    ----------
    supercells : DisplacedSupercells, RandomSupercells or FourthOrderSupercells
    calculator : ase.calculators.calculator.Calculator
    store : str or Path
        The HDF5 file of finished supercells.
    origin : str
        Names the calculator. If that of ``store`` has another name, one supercell that is
        finished is computed again, and must have the same forces.
    residual : bool
        Compute the undisplaced supercell too, and subtract its forces from all others.
    progress : callable, optional
        Called with the supercells that are done, and how many there are.

    Returns
    -------
    (n, n_s, 3) array
        eV/Å; zero for pairs beyond the cutoff.

    Raises
    ------
    DomainError
        If the calculator fails; what it raised is the cause.
    FileError
        If ``store`` is of other supercells or another calculator, or a force is no number.

    Examples
    --------
    >>> import phonokit
    >>> from ase.build import bulk
    >>> from ase.calculators.emt import EMT
    >>> supercells = phonokit.displace(bulk("Cu"), phonokit.Displace(supercell=(2, 2, 2)))
    >>> forces = phonokit.compute_forces(supercells, EMT(), "forces.hdf5")
    >>> phonokit.ForceData.from_supercells(supercells, forces)
    ForceData(Cu, 8 atoms, 1 + 14 displacements)
    """
    ensure_type("supercells", supercells, *KINDS)
    ensure_type("origin", origin, str)
    ensure_flag("residual", residual)
    path = path_of(store, "store")
    atoms = atoms_of(supercells.supercell.cell)
    atoms.calc = calculator
    n_s = supercells.supercell.cell.n_atoms

    def forces_of(number: int) -> NDArray[np.float64]:
        name = f"supercell {number + 1}"
        atoms.set_positions(_positions(supercells, number))
        try:
            forces = atoms.get_forces()
        except Exception as error:  # calculators raise what they like
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            raise DomainError(
                f"{name}: the calculator failed ({reason}); fix it and run this again, "
                f"what is finished is kept in {store}"
            ) from error
        return checked_forces(forces, n_s, name)

    with force_store(path, supercells, origin) as opened:
        if opened.origin != origin:
            _ensure_same_calculator(opened, forces_of, origin)
        _fill(opened, supercells, forces_of, residual, progress)
        return _finished(opened, residual)


def collect_forces(
    supercells: Supercells,
    files: Sequence[str | Path],
    *,
    residual: str | Path | None = None,
    format: str | None = None,
) -> NDArray[np.float64]:
    """Forces of all displaced supercells from finished calculations.

    Every file must be of its supercell: atoms where they should be within 0.2 % of their
    displacement and the digits of the file, in any Cartesian frame; forces are turned back.

    Parameters
    ----------
    supercells : DisplacedSupercells, RandomSupercells or FourthOrderSupercells
    files : sequence of str or Path
        One for every supercell that is not beyond the cutoff, in order; any file from which
        ASE reads forces, or the output of CP2K.
    residual : str or Path, optional
        The calculation of the undisplaced supercell, whose forces are subtracted.
    format : str, optional
        Of the files, by ASE's name; told by what is in them if not given.

    Returns
    -------
    (n, n_s, 3) array
        eV/Å; zero for pairs beyond the cutoff.

    Raises
    ------
    FileError
        If there are not as many files as supercells, or one is of another supercell.

    Warns
    -----
    ConvergenceWarning
        If the self-consistency of a calculation did not converge.
    PhonoWarning
        If files have no positions, which would tell what they are of.

    Examples
    --------
    >>> import phonokit
    >>> from ase.build import bulk
    >>> from ase.calculators.emt import EMT
    >>> settings = phonokit.Displace(supercell=(2, 2, 2), second_order=True)
    >>> supercells = phonokit.displace(bulk("Cu"), settings)
    >>> atoms = supercells.supercell.cell.to_ase()
    >>> atoms.positions, atoms.calc = supercells.positions(0), EMT()
    >>> _ = atoms.get_forces()
    >>> atoms.write("calculation.extxyz")
    >>> phonokit.collect_forces(supercells, ["calculation.extxyz"]).shape
    (1, 8, 3)
    """
    ensure_type("supercells", supercells, *KINDS)
    ensure_type("files", files, Sequence)
    if format is not None:
        ensure_type("format", format, str)
    needed = np.flatnonzero(supercells.included)
    if len(files) != len(needed):
        raise FileError(
            f"expected {len(needed)} calculations, one for each displaced supercell, got "
            f"{len(files)}; name them all, in the order of the displacements"
        )
    cell = supercells.supercell.cell
    at_rest = _positions(supercells, len(supercells))
    lengths = [_length(supercells.positions(int(number)) - at_rest) for number in needed]
    usual = float(np.median([length for length in lengths if length > 0] or [1.0]))

    unlocated: list[Path] = []

    def read(path: Path, number: int, length: float) -> NDArray[np.float64]:
        what = (
            f"supercell {number + 1}"
            if number < len(supercells)
            else "undisplaced supercell"
        )
        x = _positions(supercells, number)
        expected = Expected(f"{path}: {what}", cell, x, min(length or usual, usual))
        forces, located = read_supercell_forces(path, expected, format)
        if not located:
            unlocated.append(path)
        return forces

    rest = np.zeros((cell.n_atoms, 3))
    if residual is not None:
        rest = read(path_of(residual, "residual"), len(supercells), usual)
    forces = np.zeros((len(supercells), cell.n_atoms, 3))
    for number, path, length in zip(needed, files, lengths, strict=True):
        forces[number] = read(path_of(path, "files"), int(number), length) - rest
    if len(unlocated) > 1:
        warnings.warn(
            f"{unlocated[0]}: {len(unlocated)} files hold no positions, this one first. "
            "They are taken in the order in which they are given: check that it is that of "
            "the displacements",
            PhonoWarning,
            stacklevel=2,
        )
    return forces


def _length(displacements: NDArray[np.float64]) -> float:
    """Root mean square of the displacements that are not zero, Å."""
    lengths = np.linalg.norm(displacements, axis=1)
    moved = lengths[lengths > 1e-9]
    return float(np.sqrt((moved**2).mean())) if moved.size else 0.0


def _ensure_same_calculator(
    store: ForceStore, forces_of: Callable[[int], NDArray[np.float64]], origin: str
) -> None:
    """Refuse to go on with a calculator that makes other forces.

    Names tell too little: the same file has another one from another folder.
    """
    done = np.flatnonzero(store.done)
    if not done.size:
        return
    number = int(done[0])
    kept, now = store.forces[number], forces_of(number)
    difference, size = np.abs(now - kept).max(), np.abs(kept).max()
    if difference > SAME * max(size, TINY):
        raise FileError(
            f"{store.path}: holds forces from {store.origin!r}, and those of supercell "
            f"{number + 1} from {origin!r} differ by {difference:.1e} eV/Å; name another "
            "file, or remove this one to start again"
        )


def _fill(
    store: ForceStore,
    supercells: Supercells,
    forces_of: Callable[[int], NDArray[np.float64]],
    residual: bool,
    progress: Progress | None,
) -> None:
    """Compute what is missing."""
    wanted = np.append(supercells.included, residual)
    missing = np.flatnonzero(wanted & ~store.done)
    total = int(wanted.sum())
    for done, number in enumerate(missing, start=total - len(missing) + 1):
        store.put(int(number), forces_of(int(number)))
        if progress is not None:
            progress(done, total)


def _finished(store: ForceStore, residual: bool) -> NDArray[np.float64]:
    """The forces of displaced supercells, less those of the undisplaced supercell."""
    forces = store.forces
    if residual:
        forces[:-1][store.done[:-1]] -= forces[-1]
    return forces[:-1]


def _positions(supercells: Supercells, number: int) -> NDArray[np.float64]:
    """Positions of a displaced supercell, or after the last of the undisplaced one."""
    if number < len(supercells):
        return supercells.positions(number)
    cell = supercells.supercell.cell
    rest: NDArray[np.float64] = cell.positions @ cell.lattice
    return rest
