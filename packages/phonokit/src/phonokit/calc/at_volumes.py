"""One crystal at several volumes, from a structure and a calculator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Backend, Cell
from phono_grid.calculators import CalculatorUnits
from phono_grid.errors import DomainError, as_numbers, ensure_flag, ensure_type, finite
from phono_grid.files import make_folder, path_of

from phonokit.calc.displace import displace
from phonokit.calc.forces import compute_forces
from phonokit.calc.from_calculator import STORE
from phonokit.calc.relax import FORCE, RELAXED, relaxed_with_energy
from phonokit.calc.volume_folders import ENERGIES, VOLUMES, folder_of
from phonokit.io.energies import add_energies
from phonokit.io.structures import cell_of
from phonokit.io.write_displacements import (
    default_displacements_name,
    write_displacements,
)
from phonokit.io.write_forces import save_forces
from phonokit.model.crystal import Crystal
from phonokit.model.dipoles import Dipoles
from phonokit.model.force_data import ForceData
from phonokit.model.volume_series import VolumeSeries
from phonokit.settings.displace import Displace
from phonokit.settings.fit import Fit

LIMITS = (0.2, 5.0)
"""Relative volumes beyond which a number must have another meaning."""
ANY_FORCE = 1e9
"""eV/Å; a structure with smaller forces is at its minimum already."""
SECOND_ORDER = Displace(second_order=True)
Progress = Callable[[int, int], None]


def at_volumes(
    structure: str | Path | Cell | Any,
    calculator: Any,
    settings: Displace = SECOND_ORDER,
    *,
    volumes: Sequence[float] | NDArray[np.float64] = VOLUMES,
    relax: bool = True,
    fit: Fit | None = None,
    folder: str | Path | None = None,
    residual: bool = False,
    born: Dipoles | None = None,
    origin: str = "",
    format: str | None = None,
    lang: Backend | str | None = None,
    progress: Progress | None = None,
) -> VolumeSeries:
    r"""One crystal at several volumes, from a structure and a calculator.

    At each volume, one after the other: positions and the shape of the cell are relaxed,

    .. math:: U(V) = \min_{x,\, h:\; \det h = V} E(x, h),

    atoms are displaced, and their forces computed. `phonokit.qha` and
    `phonokit.grueneisen_from_volumes` take the result.

    Parameters
    ----------
    structure : str, Path, Cell or ase.Atoms
        The unit cell; a path is of any file that ASE reads.
    calculator : ase.calculators.calculator.Calculator
    settings : Displace
        Supercell, distance, kind of displacements.
    volumes : sequence of float
        Relative to the volume of the structure, ascending.
    relax : bool
        Relax positions and shape; the structure is only scaled if not.
    fit : Fit, optional
        How force constants are solved for.
    folder : str or Path, optional
        Where each volume has a folder with its relaxed structure, displacements and forces,
        as `phonokit.load` reads it, beside ``e-v.dat``: the same call goes on from there.
        Nothing is kept if not given.
    residual : bool
        Compute the undisplaced supercells too, and subtract their forces.
    born : Dipoles, optional
        Born charges, the same at all volumes.
    origin : str
        Names the calculator in what is kept; its class if not given.
    format : str, optional
        Of the file, by ASE's name; told by what is in it if not given.
    lang : "Rust" or "Python", optional
        The implementation of the kernels; the one that is active if not given.
    progress : callable, optional
        Called with the supercells that are done at all volumes, and how many there are.

    Returns
    -------
    VolumeSeries

    Raises
    ------
    DomainError
        If volumes do not ascend, or the calculator fails.
    ConvergenceError
        If a relaxation does not end.
    FileError
        If what is in ``folder`` is of another structure, calculator or supercell.

    Examples
    --------
    >>> import phonokit
    >>> from ase.build import bulk
    >>> from ase.calculators.emt import EMT
    >>> settings = phonokit.Displace(supercell=(3, 3, 3), second_order=True)
    >>> copper = bulk("Cu", a=3.61)
    >>> v = (0.94, 0.97, 1.0, 1.03, 1.06)
    >>> series = phonokit.at_volumes(copper, EMT(), settings, volumes=v)
    >>> result = phonokit.qha(series.crystals, series.energies, (8, 8, 8), [0, 300])
    >>> result.bulk_modulus.round(0)  # GPa
    array([131., 121.])
    """
    ensure_type("settings", settings, Displace)
    ensure_flag("relax", relax)
    if settings.temperature is not None:
        raise DomainError(
            "settings: displacements of a temperature need force constants, which there "
            "are not yet; leave temperature= out"
        )
    ratios = checked_volumes(volumes)
    start, name = cell_of(structure, format), origin or type(calculator).__name__
    with TemporaryDirectory() as temporary:
        kept = Path(temporary) if folder is None else path_of(folder, "folder")
        make_folder(kept)
        found = []
        for number, ratio in enumerate(ratios):

            def told(done: int, total: int, before: int = number) -> None:
                if progress is not None:
                    progress(before * total + done, len(ratios) * total)

            place = kept / folder_of(ratio)
            make_folder(place)
            scaled = replace(start, lattice=start.lattice * np.cbrt(ratio))
            cell, energy = _at_rest(scaled, calculator, relax, place, name)
            data = _forces(cell, calculator, settings, place, name, residual, told, born)
            crystal = Crystal.from_forces(data, fit=fit, lang=lang)
            found.append((crystal, energy * crystal.primitive.n_atoms / cell.n_atoms))
        crystals, energies = zip(*found, strict=True)
        series = VolumeSeries(crystals=crystals, energies=np.array(energies))
        add_energies(kept / ENERGIES, series.volumes, series.energies)
    return series


def checked_volumes(volumes: Any) -> list[float]:
    """Relative volumes that ascend."""
    ratios = finite(as_numbers(volumes, "volumes"), "volumes", ("n_V",))
    low, high = LIMITS
    if not len(ratios) or (np.diff(ratios) <= 0).any():
        raise DomainError(
            "volumes: expected relative volumes that ascend, as 0.94 ... 1.06"
        )
    if ratios[0] < low or ratios[-1] > high:
        raise DomainError(
            f"volumes: are relative to that of the structure, {low:g} to {high:g}, got "
            f"{ratios[0]:g} to {ratios[-1]:g}"
        )
    return [float(ratio) for ratio in ratios]


def _at_rest(
    cell: Cell, calculator: Any, relax: bool, place: Path, name: str
) -> tuple[Cell, float]:
    """The cell at its volume, and its energy, eV."""
    return relaxed_with_energy(
        cell,
        calculator,
        force=FORCE if relax else ANY_FORCE,
        cell=relax,
        volume=False,
        kept=place / RELAXED,
        origin=name,
    )


def _forces(
    cell: Cell,
    calculator: Any,
    settings: Displace,
    place: Path,
    name: str,
    residual: bool,
    progress: Progress,
    born: Dipoles | None,
) -> ForceData:
    """Displacements and forces at one volume, which stay in its folder."""
    supercells = displace(cell, settings)
    if supercells.phonon is not None:
        raise DomainError(
            "settings: phonon_supercell: phonons at several volumes need second order "
            "alone; give supercell= and second_order=True"
        )
    yaml = place / default_displacements_name(supercells)
    if not (place / STORE).exists():
        # Beside forces it is there already, or belongs to others, which is an error below.
        write_displacements(supercells, yaml)
    forces = compute_forces(
        supercells,
        calculator,
        place / STORE,
        origin=name,
        residual=residual,
        progress=progress,
    )
    if not yaml.exists():
        write_displacements(supercells, yaml)
    save_forces(place, supercells, forces, CalculatorUnits())
    return ForceData.from_supercells(supercells, forces, born=born, calculator=name)
