"""Forces in displaced supercells, from the yaml file or from a file beside it."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid import Supercell
from phono_grid.errors import FileError

from phonokit.io.crystal_file import CrystalFile
from phonokit.io.files import COMPRESSION, NoForcesError, find_first, in_file
from phonokit.io.force_sets import read_force_sets
from phonokit.io.force_store import key_of, stored_forces
from phonokit.io.plausible import ensure_forces
from phonokit.io.read_displacements import Place, read_displacements
from phonokit.io.read_forces import columns_of, read_forces, read_snapshots
from phonokit.io.supercells import supercells_of
from phonokit.model.displaced_supercells import (
    AnySupercells,
    DisplacedSupercells,
    RandomSupercells,
)

ROUNDING = 2e-7
"""eV/Å, or Å; two files of the same forces may be rounded to eight digits in the units of
their program."""
SAME = 1e-5
"""Fraction of the largest force, or displacement."""


@dataclass(frozen=True, slots=True, eq=False)
class DisplacedForces:
    """Displaced supercells, and the forces in those that are not beyond the cutoff.

    Parameters
    ----------
    supercells : DisplacedSupercells or RandomSupercells
    forces : (n, n_s, 3) array
        eV/Å
    file : Path or None
        Beside the yaml file, that holds the forces.
    """

    supercells: AnySupercells
    forces: NDArray[np.float64]
    file: Path | None = None


class Layout(Enum):
    """The layout of a file of forces."""

    STORE = "the HDF5 file of phono forces"
    SNAPSHOTS = "six columns, displacements and forces"
    FORCE_SETS = "FORCE_SETS of single displacements"
    COLUMNS = "three columns"

    @classmethod
    def of(cls, path: Path) -> "Layout":
        """The layout of a file."""
        if path.suffix == ".hdf5":
            return cls.STORE
        if columns_of(path) == 6:
            return cls.SNAPSHOTS
        return cls.FORCE_SETS if path.name.startswith("FORCE_SETS") else cls.COLUMNS


def read_displaced_forces(
    file: CrystalFile, place: Place, supercell: Supercell, named: Path | None = None
) -> DisplacedForces:
    """Read the forces of one place.

    Parameters
    ----------
    file : CrystalFile
    place : Place
    supercell : Supercell
    named : Path, optional
        The file of forces to take, whatever else there is.

    Raises
    ------
    NoForcesError
        If there are none.
    FileError
        If two files hold other forces.
    """
    record = read_displacements(file.tree, place, supercell.cell.n_atoms)
    supercells = None
    if record is not None:
        supercells = supercells_of(file, place, supercell, record)
        inside = None if named is not None else record.forces(file.path)
        if inside is not None:
            with in_file(file.path):
                ensure_forces(inside * file.units.force)
            return DisplacedForces(supercells, inside * file.units.force)
    paths = [named] if named is not None else _files(file, place)
    if not paths:
        raise _missing(file, place, supercells)
    first, *others = (_read(path, file, place, supercell, supercells) for path in paths)
    with in_file(paths[0]):
        ensure_forces(first.forces)
    for other in others:
        _ensure_same(first, other)
    return first


def _files(file: CrystalFile, place: Place) -> list[Path]:
    """The files of forces beside a yaml file, in their order."""
    there = (find_first(file.path.parent, (name,)) for name in place.files)
    return [path for path in there if path is not None]


def _missing(
    file: CrystalFile, place: Place, supercells: AnySupercells | None
) -> NoForcesError:
    """Nothing holds the forces."""
    if supercells is None and place.order == 3:
        return NoForcesError(
            f"{file.path}: holds no third-order displacements (displacement_pairs or "
            "dataset); make them with phono displace, compute the forces and come back"
        )
    return NoForcesError(
        f"{file.path}: has no forces inside and no {' and no '.join(place.files)} (or "
        f"{', '.join(COMPRESSION)}) beside it; compute or collect the forces with phono "
        "forces"
    )


def _read(
    path: Path,
    file: CrystalFile,
    place: Place,
    supercell: Supercell,
    supercells: AnySupercells | None,
) -> DisplacedForces:
    """Read a file of forces, whatever its layout."""
    layout, units = Layout.of(path), file.units
    if layout is Layout.SNAPSHOTS:
        u, forces = read_snapshots(path, supercell.cell.n_atoms)
        u, forces = u * units.length, forces * units.force
        own = RandomSupercells(file.unit_cell, supercell, u, place.order)
        return DisplacedForces(own, forces, path)
    if layout is Layout.FORCE_SETS:
        singles, forces = read_force_sets(path, supercell, units)
        return DisplacedForces(
            DisplacedSupercells(file.unit_cell, supercell, singles), forces, path
        )
    if supercells is None:
        raise NoForcesError(
            f"{file.path}: holds no {place.keys[0]}, which {path.name} needs; make both "
            "with phono displace and phono forces"
        )
    if layout is Layout.STORE:
        key = key_of(supercell.cell, supercells.arrays)
        return DisplacedForces(
            supercells, stored_forces(path, key, supercells.included), path
        )
    moves = supercells.moves if isinstance(supercells, DisplacedSupercells) else None
    n_s, included = supercell.cell.n_atoms, supercells.included
    forces = read_forces(path, included, n_s, moves, units.length) * units.force
    return DisplacedForces(supercells, forces, path)


def _ensure_same(one: DisplacedForces, other: DisplacedForces) -> None:
    """Refuse two files that hold other forces, or forces of other displacements."""
    arrays = [[*_moved(data.supercells), data.forces] for data in (one, other)]
    same = len(arrays[0]) == len(arrays[1]) and all(
        a.shape == b.shape and _agree(a, b) for a, b in zip(*arrays, strict=True)
    )
    if not same:
        assert one.file is not None  # as both are of files
        assert other.file is not None
        raise FileError(
            f"{other.file}: holds other forces than {one.file.name} beside it; name the "
            "file of forces that you mean, or remove the other"
        )


def _agree(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether two arrays differ by rounding only, however small their numbers are."""
    largest = np.abs(one).max(initial=0)
    return bool((np.abs(one - other) <= ROUNDING + SAME * largest).all())


def _moved(supercells: AnySupercells) -> list[NDArray[np.float64]]:
    """The displacements of all kinds of supercells in the same form."""
    if isinstance(supercells, RandomSupercells):
        return [supercells.displacements]
    if supercells.pairs is not None:
        return []
    # Single displacements are written as six columns too.
    u = np.zeros((len(supercells), supercells.supercell.cell.n_atoms, 3))
    u[np.arange(len(u)), supercells.singles.atoms] = supercells.singles.displacements
    return [u]
