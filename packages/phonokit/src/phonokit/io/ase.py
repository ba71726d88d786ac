"""Structures, calculators and finished calculations by way of ASE."""

import importlib
import runpy
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.errors import DomainError, FileError

from phonokit.io.cp2k import is_cp2k_output, read_cp2k_output
from phonokit.io.files import in_file
from phonokit.io.same_supercell import ensure_same_supercell


def ase(module: str) -> ModuleType:
    """Import a module of ASE."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        raise DomainError(
            "this needs ASE, which is not installed; pip install 'phonokit[ase]'"
        ) from None


def read_structure(path: Path) -> Cell:
    """A unit cell from any file that ASE reads: POSCAR, cif, extxyz, ..."""
    atoms = _read(path, None)
    with in_file(path):
        cell = Cell.from_ase(atoms)
    return cell


def atoms_of(cell: Cell) -> Any:
    """``ase.Atoms`` of a cell."""
    ase("ase")
    return cell.to_ase()


def calculator_of(name: str, options: dict[str, Any]) -> Any:
    """Make a calculator from ``module:factory`` or ``file.py:factory``.

    Parameters
    ----------
    name : str
    options : dict
        Keyword arguments of the factory.
    """
    ase("ase")
    place, _, factory = name.rpartition(":")
    if not place:
        raise DomainError(
            f"calculator: expected module:factory or file.py:factory, such as "
            f"ase.calculators.emt:EMT, got {name!r}"
        )
    try:
        if place.endswith(".py"):
            make = runpy.run_path(place)[factory]
        else:
            make = getattr(importlib.import_module(place), factory)
    except Exception as error:  # a file of Python is anybody's
        reason = f"{type(error).__name__}: {error}"
        raise DomainError(f"calculator: {name!r} cannot be loaded ({reason})") from error
    try:
        return make(**options)
    except Exception as error:  # the factory is anybody's
        reason = f"{type(error).__name__}: {error}"
        raise DomainError(f"calculator: {name!r} cannot be made ({reason})") from error


def read_forces_of(
    path: Path, cell: Cell, positions: NDArray[np.float64], what: str
) -> NDArray[np.float64]:
    """Forces of a finished calculation, of the atoms that should be at ``positions``.

    Parameters
    ----------
    path : Path
        Any file from which ASE reads forces: vasprun.xml, OUTCAR, the output of Quantum
        ESPRESSO, a LAMMPS dump, extxyz, ...; or the output of CP2K.
    cell : Cell
        The supercell.
    positions : (n_s, 3) array
        Cartesian, Å.
    what : str
        Which supercell it should be of, for errors.

    Returns
    -------
    (n_s, 3) array
        eV/Å
    """
    name = f"{path}: {what}"
    symbols, x, forces_of = _finished(path)
    ensure_same_supercell(name, cell, positions, symbols, x)
    return checked_forces(forces_of(), cell.n_atoms, name)


def _finished(path: Path) -> tuple[list[str], NDArray[np.float64], Callable[[], Any]]:
    """Symbols, positions and, when asked for, forces of a calculation, Å and eV/Å."""
    if is_cp2k_output(path):
        output = read_cp2k_output(path)
        return list(output.symbols), output.positions, lambda: output.forces
    atoms = _read(path, -1)

    def forces_of() -> Any:
        try:
            return atoms.get_forces(apply_constraint=False)
        except Exception as error:  # ASE's readers raise what they like
            raise FileError(f"{path}: holds no forces ({error})") from None

    return atoms.get_chemical_symbols(), atoms.get_positions(), forces_of


def checked_forces(forces: Any, n_s: int, name: str) -> NDArray[np.float64]:
    """Forces on ``n_s`` atoms, all of them numbers."""
    array = np.asarray(forces, dtype=np.float64)
    if array.shape != (n_s, 3):
        raise FileError(f"{name}: expected forces on {n_s} atoms, got {array.shape}")
    if not np.isfinite(array).all():
        atom = np.flatnonzero(~np.isfinite(array).all(axis=1))[0]
        raise FileError(
            f"{name}: the force on atom {atom + 1} is not a number; compute this "
            "supercell again"
        )
    return array


def _read(path: Path, index: int | None) -> Any:
    """``ase.io.read``, with errors that name the file."""
    io = ase("ase.io")
    try:
        return io.read(path, index=index)
    except FileNotFoundError:
        raise FileError(f"{path}: no such file; check the path") from None
    except Exception as error:  # ASE's readers raise what they like
        reason = f"{type(error).__name__}: {error}"
        raise FileError(f"{path}: ASE cannot read it ({reason})") from None


def options_of(words: Sequence[str]) -> dict[str, Any]:
    """Keyword arguments from ``name=value``; values are JSON, else words."""
    import json

    options: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.isidentifier():
            raise DomainError(f"option: expected name=value, got {word!r}")
        try:
            options[name] = json.loads(value)
        except ValueError:
            options[name] = value
    return options
