"""Displacements of single atoms, or of all at random, and the forces in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_fc import RandomDisplacementForces, SingleDisplacementForces
from phono_grid import Supercell
from phono_grid.errors import FileError

from phonokit.io.calculators import Units
from phonokit.io.files import COMPRESSION, NoForcesError, find_first, in_file
from phonokit.io.force_sets import read_force_sets
from phonokit.io.force_store import key_of, stored_forces
from phonokit.io.read_displacements import Displaced, read_singles
from phonokit.io.read_forces import columns_of, read_forces, read_snapshots
from phonokit.io.stated_moves import Moves
from phonokit.io.tree import Tree
from phonokit.model.force_data import SecondOrderData


@dataclass(frozen=True, slots=True)
class Place:
    """Where a yaml file and its neighbours hold the data of second order.

    Parameters
    ----------
    displacements : tuple of str
        The key of single displacements, and its older names.
    dataset : str
        The key of random displacements.
    files : tuple of str
        Of forces.
    """

    displacements: tuple[str, ...]
    dataset: str
    files: tuple[str, ...]

    def key(self, tree: Tree) -> str | None:
        """The key of single displacements that a file has."""
        return next((key for key in self.displacements if key in tree), None)

    def holds_displacements(self, tree: Tree) -> bool:
        """Whether a file has displacements of this place."""
        return self.dataset in tree or self.key(tree) is not None


PHONOPY = Place(("displacements",), "dataset", ("FORCES_FC2", "FORCE_SETS", "forces.hdf5"))
PHONON = Place(
    ("phonon_displacements", "displacements"),
    "phonon_dataset",
    ("FORCES_FC2", "forces_fc2.hdf5"),
)
"""Of the separate supercell for second order of phono3py's files."""

Found = tuple[SecondOrderData, Path | None]


def read_second_order(
    tree: Tree, place: Place, supercell: Supercell, units: Units
) -> Found:
    """Read data of second order, and name the file beside that holds the forces."""
    if place.dataset in tree:
        found = read_dataset(tree.child(place.dataset), place.files, supercell, units)
        return SecondOrderData(supercell, found[0]), found[1]
    n_s, key = supercell.cell.n_atoms, place.key(tree)
    singles = () if key is None else read_singles(tree, key, n_s)
    forces = forces_inside(tree.file, singles)
    if forces is not None:
        return _second_order(
            tree.file, supercell, singles, forces * units.force, units
        ), None
    path = find_first(tree.file.parent, place.files)
    if path is None:
        raise missing(tree.file, place.files)
    if path.suffix != ".hdf5":
        if columns_of(path) == 6:
            return SecondOrderData(supercell, snapshots_of(path, supercell, units)), path
        if path.name.startswith("FORCE_SETS"):
            return SecondOrderData(supercell, read_force_sets(path, supercell, units)), path
    if key is None:
        raise FileError(
            f"{tree.file}: holds no {place.displacements[0]}, which {path.name} needs; "
            "make both with phono displace and phono forces"
        )
    included = np.ones(len(singles), dtype=np.bool_)
    identity = key_of(supercell.cell, moves(singles, units))
    forces = forces_beside(
        path, identity, included, n_s, units, lambda number: [singles[number].move]
    )
    return _second_order(path, supercell, singles, forces, units), path


def read_dataset(
    tree: Tree, files: tuple[str, ...], supercell: Supercell, units: Units
) -> tuple[RandomDisplacementForces, Path | None]:
    """Random displacements of a yaml file, forces inside or in a file beside it."""
    n_s = supercell.cell.n_atoms
    if "forces" in tree:
        u = tree.array("displacements", (-1, n_s, 3)) * units.length
        forces = tree.array("forces", (len(u), n_s, 3)) * units.force
        return RandomDisplacementForces(u, forces), None
    path = find_first(tree.file.parent, files)
    if path is None:
        raise missing(tree.file, files)
    if path.suffix != ".hdf5" and columns_of(path) == 6:
        return snapshots_of(path, supercell, units), path
    u = tree.array("displacements", (-1, n_s, 3)) * units.length
    included = np.ones(len(u), dtype=np.bool_)
    key = key_of(supercell.cell, [u])
    return RandomDisplacementForces(u, forces_beside(path, key, included, n_s, units)), path


def snapshots_of(
    path: Path, supercell: Supercell, units: Units
) -> RandomDisplacementForces:
    """Displacements and forces of a file of six columns."""
    u, forces = read_snapshots(path, supercell.cell.n_atoms)
    return RandomDisplacementForces(u * units.length, forces * units.force)


def forces_beside(
    path: Path,
    key: str,
    included: NDArray[np.bool_],
    n_s: int,
    units: Units,
    moves: Moves | None = None,
) -> NDArray[np.float64]:
    """Forces of included supercells, eV/Å, from text or from a file of `phono forces`."""
    if path.suffix == ".hdf5":
        return stored_forces(path, key, included)
    return read_forces(path, included, n_s, moves, units.length) * units.force


def forces_inside(file: Path, displaced: Sequence[Displaced]) -> NDArray[np.float64] | None:
    """The forces that a yaml file holds, None if it holds none, in its units."""
    wanted = [d for d in displaced if d.included]
    forces = [d.forces for d in wanted if d.forces is not None]
    if not forces:
        return None
    if len(forces) < len(wanted):
        lacks = [d.included and d.forces is None for d in displaced]
        number = lacks.index(True)
        raise FileError(
            f"{file}: only {len(forces)} of {len(wanted)} displaced supercells have "
            f"forces, number {number + 1} has none; add the missing ones"
        )
    return np.array(forces)


def missing(file: Path, names: tuple[str, ...]) -> NoForcesError:
    """Nothing holds the forces."""
    return NoForcesError(
        f"{file}: has no forces inside and no {' and no '.join(names)} (or "
        f"{', '.join(COMPRESSION)}) beside it; compute or collect the forces with phono "
        "forces"
    )


def moves(
    singles: Sequence[Displaced], units: Units
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Displaced atoms and displacements in Å."""
    u = np.array([d.displacement for d in singles]).reshape(-1, 3) * units.length
    return np.array([d.atom for d in singles], dtype=np.int64), u


def _second_order(
    file: Path,
    supercell: Supercell,
    singles: Sequence[Displaced],
    forces: NDArray[np.float64],
    units: Units,
) -> SecondOrderData:
    """Forces in eV/Å with their displacements."""
    with in_file(file):
        displaced = SingleDisplacementForces(*moves(singles, units), forces)
    return SecondOrderData(supercell, displaced)
