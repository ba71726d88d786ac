"""Displaced supercells from the yaml files of phonopy and phono3py."""

from pathlib import Path

import numpy as np
from phono_fc import PairDisplacements, SingleDisplacements, pair_distances
from phono_grid import Supercell
from phono_grid.calculators import CalculatorUnits
from phono_grid.errors import FileError
from phono_grid.files import path_of

from phonokit.io.crystal_file import CrystalFile
from phonokit.io.files import find_yaml, in_file
from phonokit.io.pair_cutoff import cutoff_of
from phonokit.io.read_displacements import (
    PHONON,
    Displaced,
    MovedAtoms,
    MovedCrystals,
    Place,
    read_displacements,
)
from phonokit.model.displaced_supercells import (
    AnySupercells,
    DisplacedSupercells,
    RandomSupercells,
)

NAMES = ("phono3py_disp.yaml", "phonopy_disp.yaml")


def read_supercells(path: str | Path) -> tuple[AnySupercells, CalculatorUnits]:
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
        In Å; a separate supercell of second order is its ``phonon``.
    CalculatorUnits
        Of the file.

    Raises
    ------
    FileError
        If the file holds no displacements.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.read("examples/silicon").unit_cell
    >>> made = phonokit.displace(silicon, phonokit.Displace(supercell=(2, 2, 2)))
    >>> path = phonokit.write_displacements(made)
    >>> supercells, units = phonokit.read_supercells(path)
    >>> supercells
    DisplacedSupercells(Si, 64 atoms, 1 + 110 displacements)
    """
    file = CrystalFile.read(find_supercells(path_of(path)))
    place, phonon = file.place, None
    if file.phonon is not None and PHONON.holds_displacements(file.tree):
        phonon = supercells_at(file, PHONON, file.phonon)
    supercells = supercells_at(file, place, file.supercell, phonon)
    if supercells is None:
        raise FileError(
            f"{file.path}: holds no displacements ({', '.join(place.keys)}); make them "
            "with phono displace"
        )
    return supercells, file.units


def find_supercells(path: Path) -> Path:
    """The yaml file that a path means."""
    return find_yaml(path, NAMES)


def supercells_at(
    file: CrystalFile,
    place: Place,
    supercell: Supercell,
    phonon: AnySupercells | None = None,
) -> AnySupercells | None:
    """The displaced supercells that a file has at a place, if there are any."""
    record = read_displacements(file.tree, place, supercell.cell.n_atoms)
    return None if record is None else supercells_of(file, place, supercell, record, phonon)


def supercells_of(
    file: CrystalFile,
    place: Place,
    supercell: Supercell,
    record: MovedAtoms | MovedCrystals,
    phonon: AnySupercells | None = None,
) -> AnySupercells:
    """Displaced supercells, in Å, from what a file says of them."""
    length = file.units.length
    if isinstance(record, MovedCrystals):
        u = record.displacements * length
        return RandomSupercells(file.unit_cell, supercell, u, place.order, phonon)
    with in_file(file.path):
        u = np.array([d.displacement for d in record.singles]).reshape(-1, 3) * length
        singles = SingleDisplacements(np.array([d.atom for d in record.singles]), u)
        pairs, cutoff = None, None
        if record.pairs:
            pairs = _pairs(record, supercell, length)
            cutoff = cutoff_of(pairs, len(singles))
        supercells = DisplacedSupercells(
            file.unit_cell, supercell, singles, pairs, cutoff, phonon
        )
    return supercells


def _pairs(record: MovedAtoms, supercell: Supercell, length: float) -> PairDisplacements:
    """Pairs in Å, their distances those of the crystal."""
    first = np.array([i for i, _ in record.pairs])
    seconds: list[Displaced] = [d for _, d in record.pairs]
    atoms = np.array([d.atom for d in seconds])
    origins = np.array([d.atom for d in record.singles])[first]
    to_home = supercell.translated(supercell.home[origins], atoms)
    apart = pair_distances(supercell)[supercell.supercell_to_primitive[origins], to_home]
    u = np.array([d.displacement for d in seconds]) * length
    included = np.array([d.included for d in seconds])
    return PairDisplacements(first, atoms, u, apart, included)
