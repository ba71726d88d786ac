"""Displaced supercells from the yaml files of phonopy and phono3py."""

from pathlib import Path

import numpy as np
from phono_fc import Displacements, PairDisplacements, pair_distances
from phono_grid import Supercell
from phono_grid.errors import FileError, PhonoError

from phonokit import _read_displacements as files
from phonokit._calculators import Units, units_of
from phonokit._displaced_supercells import DisplacedSupercells
from phonokit._files import one_of, variants
from phonokit._pair_cutoff import cutoff_of
from phonokit._read_cells import read_supercell
from phonokit._tree import Tree

NAMES = ("phono3py_disp.yaml", "phonopy_disp.yaml")


def read_supercells(path: str | Path) -> tuple[DisplacedSupercells, Units]:
    """Read displacements whose forces are wanted.

    Parameters
    ----------
    path : str or Path
        A yaml file with ``displacement_pairs`` (phono3py) or ``displacements`` (phonopy),
        or a folder that holds ``phono3py_disp.yaml`` or ``phonopy_disp.yaml``.

    Returns
    -------
    DisplacedSupercells
        In Å.
    Units
        Of the file.
    """
    tree = Tree.read(find_supercells(Path(path)))
    units = units_of(tree)
    unit_cell, supercell = read_supercell(tree, units)
    n_s = supercell.cell.n_atoms
    try:
        if "displacements" in tree and "displacement_pairs" not in tree:
            found = files.read_singles(tree, n_s)
            singles, pairs, cutoff = _singles(found, units), None, None
        else:
            displacements = files.read_displacements(tree, n_s)
            singles = _singles(displacements.singles, units)
            pairs = _pairs(displacements, supercell, units)
            cutoff = cutoff_of(displacements, supercell)
    except FileError:
        raise
    except PhonoError as error:
        raise FileError(f"{tree.file}: {error}") from None
    return DisplacedSupercells(unit_cell, supercell, singles, pairs, cutoff), units


def find_supercells(path: Path) -> Path:
    """The yaml file that a path means."""
    if not path.exists():
        raise FileError(f"{path}: no such file or folder; check the path")
    if not path.is_dir():
        return path
    for name in NAMES:
        found = one_of(variants(path, name))
        if found is not None:
            return found
    raise FileError(
        f"{path}: holds no {' and no '.join(NAMES)}; make displacements with phono displace"
    )


def _singles(found: tuple[files.Displaced, ...], units: Units) -> Displacements:
    """Single displacements in Å."""
    u = np.array([d.displacement for d in found]).reshape(-1, 3)
    return Displacements(np.array([d.atom for d in found]), u * units.length)


def _pairs(
    displacements: files.Displacements, supercell: Supercell, units: Units
) -> PairDisplacements:
    """Pairs in Å, their distances those of the crystal."""
    first = np.array([i for i, _ in displacements.pairs])
    atoms = np.array([d.atom for _, d in displacements.pairs])
    origins = np.array([d.atom for d in displacements.singles])[first]
    to_home = supercell.translations[supercell.home[origins], atoms]
    apart = pair_distances(supercell)[supercell.supercell_to_primitive[origins], to_home]
    u = np.array([d.displacement for _, d in displacements.pairs]) * units.length
    included = displacements.included[len(displacements.singles) :]
    return PairDisplacements(first, atoms, u, apart, included)
