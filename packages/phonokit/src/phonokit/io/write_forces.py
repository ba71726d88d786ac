"""Forces as phono3py and phonopy read them: text."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.calculators import CalculatorUnits
from phono_grid.errors import DomainError, ShapeError, ensure_type, finite
from phono_grid.files import path_of, together

from phonokit.io.write_text import writing_text
from phonokit.model.displaced_supercells import (
    AnySupercells,
    DisplacedSupercells,
    RandomSupercells,
)

ANGSTROM = CalculatorUnits()


@together()
def save_forces(
    folder: Path,
    supercells: AnySupercells,
    forces: NDArray[np.float64],
    units: CalculatorUnits,
) -> list[Path]:
    """Write the forces, eV/Å, under the names others look for, beside the displacements.

    ``FORCES_FC3``, or for second order ``FORCES_FC2`` and ``FORCE_SETS``; six columns where
    all atoms are displaced.
    """
    name = "FORCES_FC3" if supercells.order == 3 else "FORCES_FC2"
    if isinstance(supercells, RandomSupercells):
        u = supercells.displacements / units.length
        names = [name] if supercells.order == 3 else ["FORCES_FC2", "FORCE_SETS"]
        return [write_snapshots(folder / n, u, forces / units.force) for n in names]
    comments = supercells.comments(units.length)
    written = [write_forces(folder / name, forces / units.force, comments)]
    if supercells.order == 2:
        target = folder / "FORCE_SETS"
        written.append(write_force_sets(target, supercells, forces, units=units))
    return written


def write_forces(
    path: str | Path, forces: NDArray[np.float64], comments: Iterable[str]
) -> Path:
    """Write ``FORCES_FC3`` or ``FORCES_FC2``.

    Parameters
    ----------
    path : str or Path
        Compressed if it ends with ``.xz``, ``.lzma``, ``.gz`` or ``.bz2``.
    forces : (n, n_s, 3) array
        In the unit of force of the displacements' file.
    comments : iterable of str
        What moves in each supercell, lines that begin with ``#``.

    Examples
    --------
    >>> import numpy as np
    >>> import phonokit
    >>> silicon = phonokit.read("examples/silicon").unit_cell
    >>> settings = phonokit.Displace(supercell=(2, 2, 2), second_order=True)
    >>> supercells = phonokit.displace(silicon, settings)
    >>> forces = np.zeros((len(supercells), 64, 3))
    >>> print(phonokit.write_forces("FORCES_FC2", forces, supercells.comments()))
    FORCES_FC2
    """
    target = path_of(path)
    ensure_type("comments", comments, Iterable)
    if isinstance(comments, np.ndarray) and comments.ndim == 0:
        raise ShapeError("comments: expected a sequence, got one thing")
    blocks, lines = finite(forces, "forces", ("n", "n_s", 3)), list(comments)
    if len(lines) != len(blocks):
        raise ShapeError(
            f"comments: expected one for each of {len(blocks)} forces, got {len(lines)}"
        )
    with writing_text(target) as file:
        for number, (block, moved) in enumerate(zip(blocks, lines, strict=True), 1):
            file.write(f"# File: {number}\n{moved}")
            file.write(_rows(block))
    return target


def write_force_sets(
    path: str | Path,
    supercells: DisplacedSupercells,
    forces: NDArray[np.float64],
    *,
    units: CalculatorUnits = ANGSTROM,
) -> Path:
    """Write phonopy's ``FORCE_SETS`` of single displacements.

    Parameters
    ----------
    path : str or Path
    supercells : DisplacedSupercells
    forces : (n, n_s, 3) array
        eV/Å
    units : CalculatorUnits
        Of the displacements' file, which the numbers are written in; Å and eV/Å if not
        given.

    Examples
    --------
    >>> import numpy as np
    >>> import phonokit
    >>> silicon = phonokit.read("examples/silicon").unit_cell
    >>> settings = phonokit.Displace(supercell=(2, 2, 2), second_order=True)
    >>> supercells = phonokit.displace(silicon, settings)
    >>> forces = np.zeros((len(supercells), 64, 3))
    >>> print(phonokit.write_force_sets("FORCE_SETS", supercells, forces))
    FORCE_SETS
    """
    ensure_type("supercells", supercells, DisplacedSupercells)
    ensure_type("units", units, CalculatorUnits)
    shape = (len(supercells), supercells.supercell.cell.n_atoms, 3)
    forces = finite(forces, "forces", shape)
    if supercells.pairs is not None:
        raise DomainError("FORCE_SETS holds no pairs; write FORCES_FC3 instead")
    target = path_of(path)
    with writing_text(target) as file:
        file.write(f"{supercells.supercell.cell.n_atoms}\n{len(supercells)}\n")
        for number, block in enumerate(forces):
            ((atom, move),) = supercells.moves(number)
            u = move / units.length
            file.write(f"\n{atom + 1}\n{u[0]:20.16f} {u[1]:20.16f} {u[2]:20.16f}\n")
            file.write(_rows(block / units.force))
    return target


def write_snapshots(
    path: str | Path, displacements: NDArray[np.float64], forces: NDArray[np.float64]
) -> Path:
    """Write displacements and forces of all atoms in six columns (type 2).

    The layout is that of ``FORCE_SETS``, ``FORCES_FC2`` and ``FORCES_FC3`` alike, with more
    digits than the eight of phonopy.

    Parameters
    ----------
    path : str or Path
    displacements, forces : (n, n_s, 3) arrays
        In the units of the displacements' file.

    Examples
    --------
    >>> import numpy as np
    >>> import phonokit
    >>> silicon = phonokit.read("examples/silicon").unit_cell
    >>> settings = phonokit.Displace(supercell=(2, 2, 2), random=10, seed=1)
    >>> supercells = phonokit.displace(silicon, settings)
    >>> forces = np.zeros((len(supercells), 64, 3))
    >>> u = supercells.displacements
    >>> print(phonokit.write_snapshots("FORCES_FC3", u, forces))
    FORCES_FC3
    """
    target = path_of(path)
    moves = finite(displacements, "displacements", ("n", "n_s", 3))
    forces = finite(forces, "forces", moves.shape)
    with writing_text(target) as file:
        for u, f in zip(moves, forces, strict=True):
            file.write(_rows(np.concatenate([u, f], axis=1)))
    return target


def _rows(numbers: NDArray[np.float64]) -> str:
    """Rows of numbers."""
    row = " ".join(["%20.14f"] * numbers.shape[1]) + "\n"
    return "".join(row % tuple(line) for line in numbers.tolist())
