"""Displacements and forces for fourth order: files of our own beside those of third."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_4ph import TripleDisplacements
from phono_grid.errors import FileError, ensure_type
from phono_grid.files import path_of

from phonokit.io.crystal_file import CrystalFile
from phonokit.io.files import NoForcesError, find_first, in_file, sha256, variants
from phonokit.io.force_store import key_of, stored_forces
from phonokit.io.plausible import ensure_forces
from phonokit.io.read_forces import read_forces
from phonokit.io.tree import Tree
from phonokit.io.write_displacements import head_lines
from phonokit.io.write_text import writing_text
from phonokit.model.fourth_order import FourthOrderData, FourthOrderSupercells
from phonokit.model.provenance import InputFile

NAME, FORCES = "phono4_disp.yaml", "FORCES_FC4"
STORE = "forces_fc4.hdf5"
KEY = "fourth_order_displacements"
LARGEST = 2**31
"""No number of an atom or axis is larger."""


def write_fourth_order_supercells(
    supercells: FourthOrderSupercells,
    path: str | Path = NAME,
    *,
    comment: str = "",
) -> Path:
    """Write cells and displacements of three atoms, in Å, as yaml.

    Parameters
    ----------
    supercells : FourthOrderSupercells
        See `phonokit.displace_fourth_order`.
    path : str or Path
        Compressed if it ends with ``.xz``, ``.lzma``, ``.gz`` or ``.bz2``.
    comment : str
        A line of comment at the beginning.

    Raises
    ------
    FileError
        If it cannot be written.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.read("examples/silicon").unit_cell
    >>> settings = phonokit.Displace(supercell=(2, 2, 2))
    >>> supercells = phonokit.displace_fourth_order(silicon, settings, cutoff=3.0)
    >>> print(phonokit.write_fourth_order_supercells(supercells))
    phono4_disp.yaml
    """
    ensure_type("supercells", supercells, FourthOrderSupercells)
    ensure_type("comment", comment, str)
    target, triples = path_of(path), supercells.triples
    with writing_text(target) as file:
        file.writelines(head_lines(supercells, comment))
        file.write(f"{KEY}:\n  cutoff: {triples.cutoff!r}\n")
        file.write(f"  distance: {triples.distance!r}\n  # of each triple, from 1\n")
        for name, array in (("atoms", triples.atoms), ("axes", triples.axes)):
            rows = "".join(f"  - [ {a}, {b}, {c} ]\n" for a, b, c in (array + 1).tolist())
            file.write(f"  {name}:\n{rows}")
    return target


def read_fourth_order_supercells(path: str | Path) -> FourthOrderSupercells:
    """Read the displacements of three atoms.

    Parameters
    ----------
    path : str or Path
        A file that `write_fourth_order_supercells` or ``phono displace`` has written, or
        the folder that holds ``phono4_disp.yaml``.

    Raises
    ------
    FileError
        If there is none, or it does not hold what it should.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.read("examples/silicon").unit_cell
    >>> settings = phonokit.Displace(supercell=(2, 2, 2))
    >>> made = phonokit.displace_fourth_order(silicon, settings, cutoff=3.0)
    >>> path = phonokit.write_fourth_order_supercells(made)
    >>> phonokit.read_fourth_order_supercells(path)  # doctest: +ELLIPSIS
    FourthOrderSupercells(Si2, 64 atoms, 10 displacements of ... three atoms within 3 Å)
    """
    given = path_of(path)
    file = find_fourth_order(given) if given.is_dir() else given
    if file is None:
        raise FileError(
            f"{given}: holds no {NAME}; phono displace makes it for fourth order"
        )
    return _supercells(CrystalFile.read(file))


def read_fourth_order(path: str | Path) -> FourthOrderData:
    """Read displacements of three atoms with their forces.

    Parameters
    ----------
    path : str or Path
        As in `read_fourth_order_supercells`. The forces are in ``FORCES_FC4``, else in
        ``forces_fc4.hdf5`` beside it.

    Raises
    ------
    FileError
        If a file is missing or does not hold what it should.

    Examples
    --------
    >>> import numpy as np
    >>> import phonokit
    >>> silicon = phonokit.read("examples/silicon").unit_cell
    >>> settings = phonokit.Displace(supercell=(2, 2, 2))
    >>> made = phonokit.displace_fourth_order(silicon, settings, cutoff=3.0)
    >>> path = phonokit.write_fourth_order_supercells(made)
    >>> forces = np.random.default_rng(1).normal(size=(len(made), 64, 3))
    >>> _ = phonokit.write_forces("FORCES_FC4", forces, made.comments())
    >>> phonokit.read_fourth_order(path).forces.shape
    (10, 64, 3)
    """
    given = path_of(path)
    yaml = find_fourth_order(given) if given.is_dir() else given
    supercells = read_fourth_order_supercells(given)
    assert yaml is not None  # or it could not have been read
    file = find_first(yaml.parent, (FORCES, STORE))
    if file is None:
        raise NoForcesError(
            f"{yaml}: has no {FORCES} and no {STORE} beside it; compute or collect the "
            "forces with phono forces"
        )
    cell, included = supercells.supercell.cell, supercells.included
    if file.name == STORE:
        forces = stored_forces(file, key_of(cell, supercells.arrays), included)
    else:
        forces = read_forces(file, included, cell.n_atoms, supercells.moves)
    with in_file(file):
        ensure_forces(forces)
    files = tuple(InputFile(f, sha256(f)) for f in (yaml, file))
    return FourthOrderData(supercells=supercells, forces=forces, files=files)


def find_fourth_order(path: Path) -> Path | None:
    """The file of displacements of three atoms in a folder, or beside a file."""
    folder = path if path.is_dir() else path.parent
    return next(iter(variants(folder, NAME)), None)


def _supercells(file: CrystalFile) -> FourthOrderSupercells:
    """Displaced supercells of a file."""
    if KEY not in file.tree:
        raise FileError(
            f"{file.path}: holds no {KEY}; phono displace makes them for fourth order"
        )
    tree = file.tree.child(KEY)
    atoms, axes = (_whole_numbers(tree, name) - 1 for name in ("atoms", "axes"))
    cutoff, distance = (float(tree.array(name, ())) for name in ("cutoff", "distance"))
    with in_file(f"{file.path}: {KEY}"):
        triples = TripleDisplacements(file.supercell, cutoff, distance, atoms, axes)
        return FourthOrderSupercells(unit_cell=file.unit_cell, triples=triples)


def _whole_numbers(tree: Tree, key: str) -> NDArray[np.int64]:
    """Rows of three whole numbers."""
    numbers = tree.array(key, (-1, 3))
    if (numbers != np.rint(numbers)).any() or np.abs(numbers).max(initial=0) > LARGEST:
        raise tree.error(key, "expected whole numbers")
    return numbers.astype(np.int64)
