"""Displacements of pairs of atoms, or of all at random, and the forces in them."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_fc import (
    PairDisplacementForces,
    RandomDisplacementForces,
    SingleDisplacementForces,
)
from phono_grid import Supercell

from phonokit.io.calculators import Units
from phonokit.io.files import NoForcesError, find_first, in_file
from phonokit.io.force_store import key_of
from phonokit.io.pair_cutoff import cutoff_of
from phonokit.io.read_displacements import Displacements, read_displacements
from phonokit.io.read_forces import columns_of
from phonokit.io.second_order import (
    forces_beside,
    forces_inside,
    missing,
    moves,
    read_dataset,
    snapshots_of,
)
from phonokit.io.tree import Tree

FILES = ("FORCES_FC3", "forces.hdf5")


@dataclass(frozen=True, slots=True, eq=False)
class ThirdOrderData:
    """Forces that third-order constants come from, in Å and eV/Å.

    Parameters
    ----------
    singles : SingleDisplacementForces or None
    pairs : PairDisplacementForces or None
    pair_cutoff : float or None
    snapshots : RandomDisplacementForces or None
        In place of singles and pairs.
    file : Path or None
        Beside the yaml file, that holds the forces.
    """

    singles: SingleDisplacementForces | None = None
    pairs: PairDisplacementForces | None = None
    pair_cutoff: float | None = None
    snapshots: RandomDisplacementForces | None = None
    file: Path | None = None


def read_third_order(tree: Tree, supercell: Supercell, units: Units) -> ThirdOrderData:
    """Read what a yaml file of phono3py and its neighbours hold of third order."""
    if "dataset" in tree:
        snapshots, file = read_dataset(tree.child("dataset"), FILES, supercell, units)
        return ThirdOrderData(snapshots=snapshots, file=file)
    path = find_first(tree.file.parent, FILES)
    six_columns = path is not None and path.suffix != ".hdf5" and columns_of(path) == 6
    if "displacement_pairs" not in tree:
        if path is not None and six_columns:
            return ThirdOrderData(snapshots=snapshots_of(path, supercell, units), file=path)
        raise NoForcesError(
            f"{tree.file}: holds no third-order displacements (displacement_pairs or "
            "dataset); make them with phono displace, compute the forces and come back"
        )
    displacements = read_displacements(tree, supercell.cell.n_atoms)
    forces = forces_inside(tree.file, displacements.all)
    if forces is not None:
        return _pairs(tree.file, displacements, supercell, forces * units.force, units)
    if path is None:
        raise missing(tree.file, FILES)
    if six_columns:
        return ThirdOrderData(snapshots=snapshots_of(path, supercell, units), file=path)
    # Excluded pairs have their place in this file, filled with zeros.
    seconds = [d for _, d in displacements.pairs]
    parts = (moves(displacements.singles, units), moves(seconds, units))
    key = key_of(supercell.cell, [array for part in parts for array in part])
    n_s = supercell.cell.n_atoms
    forces = forces_beside(
        path, key, displacements.included, n_s, units, displacements.moves
    )
    found = _pairs(tree.file, displacements, supercell, forces, units)
    return replace(found, file=path)


def _pairs(
    file: Path,
    displacements: Displacements,
    supercell: Supercell,
    forces: NDArray[np.float64],
    units: Units,
) -> ThirdOrderData:
    """Both data sets from the forces, eV/Å, of included supercells."""
    n = len(displacements.singles)
    atoms, u = moves(displacements.singles, units)
    second_atoms, second_u = moves([d for _, d in displacements.pairs], units)
    included = displacements.included[n:]
    first = np.array([i for i, _ in displacements.pairs])
    with in_file(file):
        singles = SingleDisplacementForces(atoms, u, forces[:n])
        pairs = PairDisplacementForces(
            first[included], second_atoms[included], second_u[included], forces[n:]
        )
        cutoff = cutoff_of(displacements, supercell)
    return ThirdOrderData(singles, pairs, cutoff)
