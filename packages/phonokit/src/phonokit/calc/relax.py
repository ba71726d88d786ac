"""Relaxation of a structure with a calculator, its symmetry kept."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell, Symmetry
from phono_grid.errors import (
    ConvergenceError,
    DomainError,
    FileError,
    ensure_flag,
    ensure_integer,
    ensure_positive,
    ensure_type,
)
from phono_grid.files import make_folder, path_of, replacing
from phono_grid.fingerprints import fingerprint

from phonokit.io.ase import ase, atoms_of
from phonokit.io.structures import cell_of

Array = NDArray[np.float64]
Relaxed = tuple[Array, Array, float]
"""Lattice, fractional positions, energy in eV."""
RELAXED = "relaxed.json"
"""The file of a relaxed structure in a folder of forces."""
FORCE = 1e-4
"""eV/Å; phonons of a structure with larger forces are not those of a minimum."""
STEPS = 1000
ROUNDS = 20
"""Relaxations of a shape, each from where the last has ended, brought to its volume."""
SAME_VOLUME = 1e-9
"""Relative."""


def relax(
    structure: str | Path | Cell | Any,
    calculator: Any,
    *,
    force: float = FORCE,
    cell: bool = True,
    volume: bool = True,
    steps: int = STEPS,
    kept: str | Path | None = None,
    origin: str = "",
    format: str | None = None,
) -> Cell:
    r"""Relax positions, and the cell, to the minimum of the energy.

    By BFGS of ASE on positions and the deformation of the cell; symmetry is kept by
    taking of forces and stress the part that has it.

    Parameters
    ----------
    structure : str, Path, Cell or ase.Atoms
        A path is of any file that ASE reads.
    calculator : ase.calculators.calculator.Calculator
        With stress, unless the cell is kept.
    force : float
        Largest force on an atom, and the same of the cell (stress times volume), at the
        end, eV/Å.
    cell : bool
        Whether the cell changes too.
    volume : bool
        Whether its volume changes, or its shape alone; a shape that symmetry fixes, as in
        a cubic crystal, is left as it is and needs no stress.
    steps : int
        Steps after which it is given up.
    kept : str or Path, optional
        A JSON file where the relaxed structure is kept: the same call reads it.
    origin : str
        Names the calculator in that file.
    format : str, optional
        Of the file of the structure, by ASE's name.

    Returns
    -------
    Cell
        With the masses, labels and moments of the structure.

    Raises
    ------
    DomainError
        If the calculator fails, or has no stress.
    ConvergenceError
        If the forces are not small enough after so many steps.
    FileError
        If ``kept`` cannot be read or written.

    Examples
    --------
    >>> import phonokit
    >>> from ase.build import bulk
    >>> from ase.calculators.emt import EMT
    >>> copper = phonokit.relax(bulk("Cu", a=3.7), EMT())
    >>> print(round(copper.lattice[0, 1] * 2, 3))  # Å
    3.59
    """
    return relaxed_with_energy(
        structure,
        calculator,
        force=force,
        cell=cell,
        volume=volume,
        steps=steps,
        kept=kept,
        origin=origin,
        format=format,
    )[0]


def relaxed_with_energy(
    structure: str | Path | Cell | Any,
    calculator: Any,
    *,
    force: float = FORCE,
    cell: bool = True,
    volume: bool = True,
    steps: int = STEPS,
    kept: str | Path | None = None,
    origin: str = "",
    format: str | None = None,
) -> tuple[Cell, float]:
    """Relax as `relax` does; the relaxed cell and its energy, eV."""
    start = cell_of(structure, format)
    ensure_positive("force", force)
    ensure_flag("cell", cell)
    ensure_flag("volume", volume)
    ensure_integer("steps", steps, 1)
    ensure_type("origin", origin, str)
    choices = {
        "structure": fingerprint([start]),
        "calculator": origin,
        "force": force,
        "cell": cell,
    }
    if not volume:
        choices["volume"] = volume
    file = None if kept is None else path_of(kept, "kept")
    found = None if file is None else _read(file, choices)
    if found is None:
        found = _relaxed(start, calculator, force, cell, volume, steps)
        if file is not None:
            _write(file, choices, found)
    lattice, positions, energy = found
    moments = start.magnetic_moments
    return Cell(lattice, positions, start.symbols, start.masses, moments), energy


def _relaxed(
    start: Cell, calculator: Any, force: float, cell: bool, volume: bool, steps: int
) -> Relaxed:
    """Lattice and fractional positions at the minimum, and the energy."""
    optimize, filters = ase("ase.optimize"), ase("ase.filters")
    atoms, symmetry = atoms_of(start), Symmetry.of(start)
    atoms.calc = _symmetric(calculator, symmetry)
    changes = cell and (volume or not _fixes_shape(symmetry))
    for _ in range(ROUNDS):
        target = atoms
        if changes:
            target = filters.UnitCellFilter(atoms, constant_volume=not volume)
        _minimize(optimize.BFGS(target, logfile=None), target, force, steps)
        # Steps of a finite size change the volume a little.
        excess = atoms.get_volume() / start.volume
        if volume or not changes or abs(excess - 1) < SAME_VOLUME:
            break
        atoms.set_cell(np.array(atoms.cell) / np.cbrt(excess), scale_atoms=True)
    energy = float(atoms.get_potential_energy())
    return np.array(atoms.cell), atoms.get_scaled_positions(wrap=False), energy


def _minimize(optimizer: Any, target: Any, force: float, steps: int) -> None:
    """Go to the minimum, or raise an error."""
    try:
        done = optimizer.run(fmax=force, steps=steps)
    except Exception as error:  # calculators raise what they like
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        more = "; keep the cell with cell=False" if "stress" in reason.lower() else ""
        raise DomainError(f"calculator: relaxation failed ({reason}){more}") from error
    if not done:
        largest = np.linalg.norm(target.get_forces(), axis=1).max()
        raise ConvergenceError(
            f"forces of {largest:.2g} eV/Å are left after {steps} steps of relaxation; "
            f"raise steps= or force= ({force:g} eV/Å)"
        )


def _fixes_shape(symmetry: Symmetry) -> bool:
    """Whether symmetry leaves no strain but that of all axes alike."""
    rotations = symmetry.rotations_cartesian
    strains = np.eye(9).reshape(9, 3, 3)
    strains = (strains + strains.swapaxes(1, 2)) / 2
    mean = np.einsum("rai,sij,rbj->sab", rotations, strains, rotations) / len(rotations)
    return bool(np.linalg.matrix_rank(mean.reshape(9, 9), tol=1e-6) == 1)


def _symmetric(calculator: Any, symmetry: Symmetry) -> Any:
    """The calculator, with forces and stress that have the symmetry exactly.

    A deformation by such a stress keeps the Cartesian rotations, so that they hold to the
    end.
    """
    base = ase("ase.calculators.calculator").Calculator
    rotations = symmetry.rotations_cartesian

    # ASE is imported only where it is needed, so that mypy does not see the base class.
    class Symmetric(base):  # type: ignore[misc, valid-type]
        """A calculator in another, whose forces and stress are averaged."""

        implemented_properties = ("energy", "forces", "stress")

        def calculate(self, atoms: Any, properties: Any, system_changes: Any) -> None:
            """Compute, and average over the operations of the crystal."""
            super().calculate(atoms, properties, system_changes)
            forces = np.asarray(calculator.get_forces(atoms))
            mean = np.zeros_like(forces)
            for rotation, places in zip(rotations, symmetry.permutations, strict=True):
                mean[places] += forces @ rotation.T / len(rotations)
            self.results["energy"] = calculator.get_potential_energy(atoms)
            self.results["forces"] = mean
            if "stress" in properties:
                xx, yy, zz, yz, xz, xy = calculator.get_stress(atoms)
                full = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
                s = (rotations @ full @ rotations.swapaxes(1, 2)).mean(axis=0)
                self.results["stress"] = s[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]

    return Symmetric()


def _read(file: Path, choices: dict[str, Any]) -> Relaxed | None:
    """The saved state of the same relaxation; None if there is none."""
    if not file.is_file():
        return None
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        there = {name: kept[name] for name in choices}
        lattice, positions = np.array(kept["lattice"]), np.array(kept["positions"])
        energy = float(kept["energy"])
    except (ValueError, KeyError, TypeError, OSError, RecursionError):
        raise FileError(
            f"{file}: is no relaxed structure of phonokit; move it, or name another folder"
        ) from None
    for name, value in choices.items():
        if there[name] != value:
            raise FileError(
                f"{file}: holds a structure relaxed with another {name}; move it, or name "
                "another folder"
            )
    return lattice, positions, energy


def _write(file: Path, choices: dict[str, Any], found: Relaxed) -> None:
    """Keep a relaxed structure."""
    lattice, positions, energy = found
    about = {
        **choices,
        "lattice": lattice.tolist(),
        "positions": positions.tolist(),
        "energy": energy,
    }
    make_folder(file.parent)
    with replacing(file) as beside:
        beside.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
