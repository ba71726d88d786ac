"""Displaced supercells from the yaml files of phonopy and phono3py."""

from pathlib import Path

import numpy as np
from phono_fc import PairDisplacements, SingleDisplacements, pair_distances
from phono_grid import Cell, Supercell
from phono_grid.errors import FileError

from phonokit._atomic import path_of
from phonokit.io import read_displacements as files
from phonokit.io.calculators import Units, units_of
from phonokit.io.cells import read_phonon_supercell, read_supercell
from phonokit.io.files import find_yaml, in_file
from phonokit.io.pair_cutoff import cutoff_of
from phonokit.io.second_order import PHONON, PHONOPY, Place
from phonokit.io.tree import Tree
from phonokit.model.displaced_supercells import (
    AnySupercells,
    DisplacedSupercells,
    RandomSupercells,
)

NAMES = ("phono3py_disp.yaml", "phonopy_disp.yaml")


def read_supercells(path: str | Path) -> tuple[AnySupercells, Units]:
    """Read displacements whose forces are wanted.

    Parameters
    ----------
    path : str or Path
        A yaml file with ``displacement_pairs`` or ``dataset`` (phono3py), ``displacements``
        or ``dataset`` (phonopy), or a folder that holds ``phono3py_disp.yaml`` or
        ``phonopy_disp.yaml``.

    Returns
    -------
    DisplacedSupercells or RandomSupercells
        In Å.
    Units
        Of the file.
    """
    tree = Tree.read(find_supercells(path_of(path)))
    units = units_of(tree)
    unit_cell, supercell = read_supercell(tree, units)
    if "displacement_pairs" not in tree:
        order = 3 if "phono3py" in tree else 2
        place = Place((), "dataset", ()) if order == 3 else PHONOPY
        return _of_place(tree, place, unit_cell, supercell, order), units
    displacements = files.read_displacements(tree, supercell.cell.n_atoms)
    with in_file(tree.file):
        singles = _singles(displacements.singles, units)
        pairs = _pairs(displacements, supercell, units)
        cutoff = cutoff_of(displacements, supercell)
    return DisplacedSupercells(unit_cell, supercell, singles, pairs, cutoff), units


def read_phonon_supercells(path: str | Path) -> AnySupercells | None:
    """Read the displacements of a separate supercell of second order, None without one.

    Parameters
    ----------
    path : str or Path
        As for `read_supercells`.
    """
    tree = Tree.read(find_supercells(path_of(path)))
    units = units_of(tree)
    unit_cell, supercell = read_supercell(tree, units)
    phonon = read_phonon_supercell(tree, unit_cell, supercell, units)
    if phonon is None or not PHONON.holds_displacements(tree):
        return None
    return _of_place(tree, PHONON, unit_cell, phonon, 2)


def find_supercells(path: Path) -> Path:
    """The yaml file that a path means."""
    return find_yaml(path, NAMES)


def _of_place(
    tree: Tree, place: Place, unit_cell: Cell, supercell: Supercell, order: int
) -> AnySupercells:
    """Single or random displacements from their place in a file."""
    units, n_s, key = units_of(tree), supercell.cell.n_atoms, place.key(tree)
    if place.dataset in tree:
        u = tree.child(place.dataset).array("displacements", (-1, n_s, 3))
        return RandomSupercells(unit_cell, supercell, u * units.length, order)
    if key is None:
        keys = ", ".join([*place.displacements, place.dataset, "displacement_pairs"])
        raise FileError(
            f"{tree.file}: holds no displacements ({keys}); make them with phono displace"
        )
    with in_file(tree.file):
        singles = _singles(files.read_singles(tree, key, n_s), units)
    return DisplacedSupercells(unit_cell, supercell, singles)


def _singles(found: tuple[files.Displaced, ...], units: Units) -> SingleDisplacements:
    """Single displacements in Å."""
    u = np.array([d.displacement for d in found]).reshape(-1, 3)
    return SingleDisplacements(np.array([d.atom for d in found]), u * units.length)


def _pairs(
    displacements: files.Displacements, supercell: Supercell, units: Units
) -> PairDisplacements:
    """Pairs in Å, their distances those of the crystal."""
    first = np.array([i for i, _ in displacements.pairs])
    atoms = np.array([d.atom for _, d in displacements.pairs])
    origins = np.array([d.atom for d in displacements.singles])[first]
    to_home = supercell.translated(supercell.home[origins], atoms)
    apart = pair_distances(supercell)[supercell.supercell_to_primitive[origins], to_home]
    u = np.array([d.displacement for _, d in displacements.pairs]) * units.length
    included = displacements.included[len(displacements.singles) :]
    return PairDisplacements(first, atoms, u, apart, included)
