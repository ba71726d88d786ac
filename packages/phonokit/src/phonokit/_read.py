"""Crystals with displaced forces, as phono3py writes them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_fc import DisplacedForces, PairForces
from phono_grid import Cell, Supercell
from phono_grid.errors import FileError, PhonoError

from phonokit._calculators import Units, units_of
from phonokit._files import COMPRESSION, find_forces, find_yaml, sha256
from phonokit._pair_cutoff import cutoff_of
from phonokit._read_born import BornCharges, read_born_charges
from phonokit._read_cells import read_supercell
from phonokit._read_displacements import Displacements, read_displacements
from phonokit._read_forces import read_forces
from phonokit._tree import Tree


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was read.

    Parameters
    ----------
    path : Path
    sha256 : str
        Of the bytes on disk.
    """

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class ForceData:
    """A crystal and the forces in its displaced supercells.

    Parameters
    ----------
    unit_cell : Cell
    supercell : Supercell
        Rebuilt from the unit cell and the matrices of the file.
    singles : DisplacedForces
        Å, eV/Å
    pairs : PairForces
        Without pairs beyond the cutoff.
    pair_cutoff : float or None
        Å; pairs this far apart or farther were left out. Between the distances of the
        farthest pair that is there and of the nearest one that is not.
    born : BornCharges or None
        Born effective charges, None where the files hold none.
    calculator : str
        The program the forces come from, "" if the file does not say.
    files : tuple of InputFile
    """

    unit_cell: Cell
    supercell: Supercell
    singles: DisplacedForces
    pairs: PairForces
    pair_cutoff: float | None
    born: BornCharges | None
    calculator: str
    files: tuple[InputFile, ...]


def read(path: str | Path) -> ForceData:
    """Read a crystal with its displaced forces.

    Parameters
    ----------
    path : str or Path
        A phono3py yaml file with forces inside or a ``FORCES_FC3`` beside it; or a folder
        that holds one: ``phono3py_params*.yaml``, else ``phono3py_disp.yaml``. All may be
        compressed (``.xz``, ``.lzma``, ``.gz``, ``.bz2``). Born charges are those of the
        file, else of ``BORN`` beside it.

    Raises
    ------
    FileError
        If a file is missing or does not hold what it should; the message names the file
        and the key or line.
    """
    yaml = find_yaml(Path(path))
    tree = Tree.read(yaml)
    units = units_of(tree)
    unit_cell, supercell = read_supercell(tree, units)
    _refuse_second_supercell(tree)
    displacements = read_displacements(tree, supercell.cell.n_atoms)
    forces, forces_file = _forces_of(displacements, yaml, supercell.cell.n_atoms)
    born, born_file = read_born_charges(tree, supercell.primitive, units)
    files = [file for file in (yaml, forces_file) if file is not None]
    try:
        singles, pairs = _datasets(displacements, forces * units.force, units)
        pair_cutoff = cutoff_of(displacements, supercell)
    except PhonoError as error:
        raise FileError(f"{files[-1]}: {error}") from None
    return ForceData(
        unit_cell,
        supercell,
        singles,
        pairs,
        pair_cutoff,
        born,
        units.calculator,
        tuple(InputFile(f, sha256(f)) for f in (*files, born_file) if f is not None),
    )


def _refuse_second_supercell(tree: Tree) -> None:
    """Second-order constants from a larger supercell are another road."""
    if "phonon_supercell_matrix" not in tree:
        return
    if "supercell_matrix" in tree:
        own = tree.array("phonon_supercell_matrix", (3, 3))
        if (own == tree.array("supercell_matrix", (3, 3))).all():
            return
    raise FileError(
        f"{tree.file}: phonon_supercell_matrix: a separate supercell for second order is "
        "not supported yet; remove the key to use the forces of the third-order supercells"
    )


def _forces_of(
    displacements: Displacements, yaml: Path, n_s: int
) -> tuple[NDArray[np.float64], Path | None]:
    """Forces of all supercells, from the yaml file or from ``FORCES_FC3`` beside it."""
    inside = [d.forces for d in displacements.all if d.included]
    with_forces = [f for f in inside if f is not None]
    if len(with_forces) == len(inside):
        return np.array(with_forces), None
    if with_forces:
        raise FileError(
            f"{yaml}: only {len(with_forces)} of {len(inside)} displaced supercells have "
            "forces; add the missing ones"
        )
    path = find_forces(yaml.parent)
    if path is None:
        names = ", ".join(COMPRESSION)
        raise FileError(
            f"{yaml}: has no forces inside and no FORCES_FC3 (or {names}) beside it; "
            "collect the forces first"
        )
    # Excluded pairs have their place in this file, filled with zeros.
    every = read_forces(path, displacements.n_supercells, n_s)
    return every[displacements.included], path


def _datasets(
    displacements: Displacements, forces: NDArray[np.float64], units: Units
) -> tuple[DisplacedForces, PairForces]:
    """The two data sets in Å and eV/Å."""
    singles = displacements.singles
    pairs = [(i, d) for i, d in displacements.pairs if d.included]
    seconds = [d for _, d in pairs]
    n = len(singles)
    return (
        DisplacedForces(
            np.array([d.atom for d in singles]),
            np.array([d.displacement for d in singles]) * units.length,
            forces[:n],
        ),
        PairForces(
            np.array([i for i, _ in pairs]),
            np.array([d.atom for d in seconds]),
            np.array([d.displacement for d in seconds]) * units.length,
            forces[n:],
        ),
    )
