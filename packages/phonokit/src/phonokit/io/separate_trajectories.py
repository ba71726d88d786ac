"""Molecular dynamics whose positions and forces are in files of their own: CP2K, TDEP.

CP2K prints ``PROJECT-pos-1.xyz`` (Å) and ``PROJECT-frc-1.xyz`` (Hartree/bohr), a frame of
xyz for each step. TDEP has ``infile.positions``, fractional in ``infile.ssposcar``, and
``infile.forces`` (eV/Å), a row for each atom of each step.
"""

import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.errors import FileError
from phono_grid.units import BOHR, HARTREE

from phonokit.io.files import open_text
from phonokit.io.formats.numbers import read_numbers
from phonokit.io.formats.poscar import read_poscar
from phonokit.io.lines import number_of

Array = NDArray[np.float64]
POSITIONS, FORCES, REST = "infile.positions", "infile.forces", "infile.ssposcar"
POS, FRC = "-pos-", "-frc-"
STEP = re.compile(r"\bi\s*=\s*(\d+)")
MOST_ATOMS = 10**6


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Steps:
    """Steps of molecular dynamics.

    Parameters
    ----------
    symbols : list of str
    positions, forces : (n, n_s, 3) arrays
        Å, eV/Å
    lattice : (3, 3) array
        Å
    files : tuple of Path
    """

    symbols: list[str]
    positions: Array
    forces: Array
    lattice: Array
    files: tuple[Path, ...]


def rest_of_tdep(path: Path) -> Cell | None:
    """The supercell at rest of a folder of TDEP, None if it is none."""
    file = path / REST
    is_tdep = path.is_dir() and (path / POSITIONS).is_file()
    return read_poscar(file) if is_tdep and file.is_file() else None


def read_separate(path: Path, rest: Cell) -> Steps | None:
    """Positions and forces of a folder of TDEP, or of either file of CP2K.

    Parameters
    ----------
    path : Path
    rest : Cell
        The supercell, whose lattice vectors count where no file has any.

    Returns
    -------
    Steps or None
        None if it is neither.
    """
    if path.is_dir():
        return _of_tdep(path) if (path / POSITIONS).is_file() else None
    if path.name == POSITIONS:
        return _of_tdep(path.parent)
    if path.suffix == ".xyz" and (POS in path.name or FRC in path.name):
        return _of_cp2k(path, rest)
    return None


def _of_tdep(folder: Path) -> Steps:
    """All steps of ``infile.positions`` and ``infile.forces``."""
    files = tuple(folder / name for name in (POSITIONS, FORCES, REST))
    for file in files:
        if not file.is_file():
            raise FileError(f"{file}: no such file; {POSITIONS} needs it beside it")
    cell = read_poscar(files[2])
    x, forces = (_by_atom(file, cell.n_atoms) for file in files[:2])
    if len(x) != len(forces):
        raise FileError(
            f"{files[1]}: is of {len(forces)} steps, {POSITIONS} of {len(x)}; is it whole?"
        )
    return Steps(
        symbols=list(cell.symbols),
        positions=x @ cell.lattice,
        forces=forces,
        lattice=cell.lattice,
        files=files,
    )


def _by_atom(file: Path, n_atoms: int) -> Array:
    """Rows of three numbers, (n, n_atoms, 3)."""
    numbers = read_numbers(file)
    if len(numbers) % (3 * n_atoms) or not len(numbers):
        raise FileError(
            f"{file}: expected three numbers for each of {n_atoms} atoms of each step, got "
            f"{len(numbers)} in all; is the file whole?"
        )
    return numbers.reshape(-1, n_atoms, 3)


def _of_cp2k(path: Path, rest: Cell) -> Steps | None:
    """The steps that both files have."""
    positions = path.with_name(path.name.replace(FRC, POS))
    forces = path.with_name(path.name.replace(POS, FRC))
    with open_text(path) as file:
        if "Properties=" in "".join(islice(file, 2)):
            return None  # extended xyz, which has its own forces
    for needed, part in ((positions, "TRAJECTORY"), (forces, "FORCES")):
        if not needed.is_file():
            raise FileError(
                f"{path}: {needed.name} is not beside it; let CP2K write it (MOTION, "
                f"PRINT, {part}), or name a trajectory with positions and forces"
            )
    symbols, x, steps = _frames(positions)
    acting, f, steps_of_forces = _frames(forces)
    if symbols != acting:
        raise FileError(f"{forces}: its atoms are not those of {positions.name}")
    both, own, other = np.intersect1d(steps, steps_of_forces, return_indices=True)
    if not len(both):
        raise FileError(f"{forces}: has no step of {positions.name}")
    return Steps(
        symbols=symbols,
        positions=x[own],
        forces=f[other] * (HARTREE / BOHR),
        lattice=rest.lattice,
        files=(positions, forces),
    )


def _frames(path: Path) -> tuple[list[str], Array, NDArray[np.int64]]:
    """Symbols, three numbers of each atom of each frame, and the numbers of the steps.

    A run that was restarted repeats a step; the last one counts. A frame that is cut at the
    end is left out.
    """
    names: list[str] = []
    frames: dict[int, Array] = {}
    with open_text(path) as file:
        while head := file.readline():
            if not head.strip():
                continue
            place = f"{path}: frame {len(frames) + 1}"
            words = head.split()
            n = int(words[0][:9]) if words[0].isdecimal() and len(words) == 1 else 0
            if not 0 < n < MOST_ATOMS:
                raise FileError(f"{place}: expected a number of atoms, got {head[:40]!r}")
            step = STEP.search(file.readline())
            rows = [line.split() for line in islice(file, n)]
            if len(rows) < n or len(rows[-1]) < 4:
                break
            symbols = [row[0] if row else "" for row in rows]
            names = names or symbols
            if symbols != names:
                raise FileError(f"{place}: its atoms are not those of the first frame")
            try:
                values = np.array([[number_of(word) for word in row[1:4]] for row in rows])
            except ValueError:
                values = np.empty(0)
            if values.shape != (n, 3) or not np.isfinite(values).all():
                raise FileError(f"{place}: expected a name and three numbers of each atom")
            frames[len(frames) if step is None else int(step[1][:18])] = values
    if not frames:
        raise FileError(f"{path}: has no whole frame; is it a trajectory of CP2K?")
    return names, np.array([*frames.values()]), np.array([*frames], dtype=np.int64)
