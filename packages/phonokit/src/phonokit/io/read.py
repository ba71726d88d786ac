"""Crystals with displaced forces, as phono3py and phonopy write them."""

import dataclasses
from pathlib import Path

from phono_fc import RandomDisplacementForces, SingleDisplacementForces
from phono_grid import Cell, Supercell

from phonokit._atomic import path_of
from phonokit.io.born import read_born_charges
from phonokit.io.calculators import Units, units_of
from phonokit.io.cells import read_phonon_supercell, read_supercell
from phonokit.io.files import find_yaml, sha256
from phonokit.io.second_order import PHONON, PHONOPY, read_second_order
from phonokit.io.third_order import read_third_order
from phonokit.io.tree import Tree
from phonokit.model.force_data import ForceData
from phonokit.model.provenance import InputFile


def read(path: str | Path) -> ForceData:
    """Read a crystal with its displaced forces.

    Parameters
    ----------
    path : str or Path
        A yaml file of phono3py or phonopy, or a folder that holds one:
        ``phono3py_params*.yaml``, else ``phono3py_disp.yaml``, else those of phonopy.
        Forces are inside, or beside it: ``FORCES_FC3`` and, for a separate supercell of
        second order, ``FORCES_FC2``; ``FORCES_FC2`` or ``FORCE_SETS`` for phonopy; else
        ``forces.hdf5`` of ``phono forces``. Files of forces have three columns, or six with
        the displacements of all atoms. Text may be compressed (``.xz``, ``.lzma``, ``.gz``,
        ``.bz2``). Born charges are those of the file, else of ``BORN`` beside it.

    Raises
    ------
    FileError
        If a file is missing or does not hold what it should; the message names the file
        and the key or line.
    """
    yaml = find_yaml(path_of(path))
    tree = Tree.read(yaml)
    units = units_of(tree)
    unit_cell, supercell = read_supercell(tree, units)
    if "phono3py" in tree or "displacement_pairs" in tree:
        data, beside = _third_order(tree, unit_cell, supercell, units)
    else:
        data, beside = _second_order(tree, unit_cell, supercell, units)
    born, born_file = read_born_charges(tree, supercell.primitive, units)
    found = (yaml, *beside, born_file)
    files = tuple(InputFile(f, sha256(f)) for f in found if f is not None)
    return dataclasses.replace(data, born=born, files=files)


def _same_matrix(tree: Tree) -> bool:
    """Whether the supercell of second order is that of third order."""
    own = tree.array("phonon_supercell_matrix", (3, 3))
    return "supercell_matrix" in tree and bool(
        (own == tree.array("supercell_matrix", (3, 3))).all()
    )


Data = tuple[ForceData, tuple[Path | None, ...]]
"""Without Born charges and checksums, and the files beside the yaml file."""


def _third_order(tree: Tree, unit_cell: Cell, supercell: Supercell, units: Units) -> Data:
    """What a file of phono3py is for."""
    third = read_third_order(tree, supercell, units)
    phonon, phonon_file = None, None
    phonon_supercell = read_phonon_supercell(tree, unit_cell, supercell, units)
    if phonon_supercell is not None and (
        PHONON.holds_displacements(tree) or not _same_matrix(tree)
    ):
        phonon, phonon_file = read_second_order(tree, PHONON, phonon_supercell, units)
    data = ForceData(
        unit_cell=unit_cell,
        supercell=supercell,
        singles=third.singles,
        pairs=third.pairs,
        pair_cutoff=third.pair_cutoff,
        snapshots=third.snapshots,
        phonon=phonon,
        calculator=units.calculator,
    )
    return data, (third.file, phonon_file)


def _second_order(tree: Tree, unit_cell: Cell, supercell: Supercell, units: Units) -> Data:
    """What a file of phonopy is for."""
    second, file = read_second_order(tree, PHONOPY, supercell, units)
    singles = second.forces if isinstance(second.forces, SingleDisplacementForces) else None
    snapshots = (
        second.forces if isinstance(second.forces, RandomDisplacementForces) else None
    )
    data = ForceData(
        unit_cell=unit_cell,
        supercell=supercell,
        singles=singles,
        snapshots=snapshots,
        calculator=units.calculator,
        order=2,
    )
    return data, (file,)
