"""Force constants read from phonopy's and phono3py's HDF5, and ``FORCE_CONSTANTS``."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants, SparseForceConstants3, compact
from phono_grid import Supercell
from phono_grid.errors import DomainError, FileError, ensure_type
from phono_grid.files import path_of
from phono_grid.hdf5 import Hdf5File, open_hdf5

from phonokit.io.files import in_file, open_text
from phonokit.io.formats.numbers import read_numbers
from phonokit.io.plausible import ensure_constants
from phonokit.io.tree import Tree
from phonokit.results.force_constants import HDF5, NAMES, SPARSE

SAME_LATTICE = 1e-3
"""Å; yaml files round lattice vectors."""


def read_force_constants(path: str | Path, supercell: Supercell) -> ForceConstants:
    """Read force constants that phonopy, phono3py or phonokit wrote.

    Parameters
    ----------
    path : str or Path
        ``.hdf5`` or ``.h5`` with ``force_constants``, ``fc2`` or ``fc3``; any other file is
        text in the format of ``FORCE_CONSTANTS``. Compact or with all first atoms.
    supercell : Supercell
        The constants belong to; the order of atoms is phonopy's.

    Raises
    ------
    FileError
        If the file is not of this supercell.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> path = phonokit.write_force_constants(silicon.fc2, "fc2.hdf5")
    >>> phonokit.read_force_constants(path, silicon.supercell) == silicon.fc2
    True
    """
    ensure_type("supercell", supercell, Supercell)
    source = path_of(path)
    if source.suffix in HDF5:
        values, first = _read_hdf5(source, supercell)
    else:
        values, first = _read_text(source)
    with in_file(source):
        ensure_constants(values, values.ndim // 2)
        constants = _checked(values, first, supercell)
    return constants


def force_constants_in_yaml(
    tree: Tree, supercell: Supercell, unit: float
) -> ForceConstants:
    """Second-order constants inside a yaml file of phonopy, ``unit`` in eV/Å²."""
    block = tree.child("force_constants")
    n_1, n_2 = (int(n) for n in block.array("shape", (2,)))
    elements = block.array("elements", (-1, 3, 3)) * unit
    if n_1 * n_2 != len(elements):
        raise block.error("elements", f"expected {n_1} x {n_2} blocks, got {len(elements)}")
    with in_file(f"{tree.file}: force_constants"):
        return _checked(elements.reshape(n_1, n_2, 3, 3), None, supercell)


def read_sparse_force_constants(
    path: str | Path, supercell: Supercell
) -> SparseForceConstants3:
    """Read sparse third-order force constants that phonokit wrote.

    Parameters
    ----------
    path : str or Path
    supercell : Supercell
        The constants belong to; the order of atoms is phonopy's.

    Raises
    ------
    FileError
        If the file is not of this supercell.

    Examples
    --------
    >>> import phonokit
    >>> fit = phonokit.Fit(fc3_cutoff=3.0, sparse=True)
    >>> silicon = phonokit.load("examples/silicon", fit=fit)
    >>> path = phonokit.write_sparse_force_constants(silicon.fc3, "fc3.hdf5")
    >>> phonokit.read_sparse_force_constants(path, silicon.supercell) == silicon.fc3
    True
    """
    ensure_type("supercell", supercell, Supercell)
    source = path_of(path)
    with open_hdf5(source) as file:
        if SPARSE not in file:
            raise FileError(
                f"{source}: holds no sparse constants ({SPARSE}); read_force_constants "
                "reads the others"
            )
        names = (SPARSE, "fc3_atoms", "p2s_map")
        missing = [name for name in names if name not in file]
        if missing:
            raise FileError(
                f"{source}: holds no {' and no '.join(missing)}; write it again"
            )
        _check_cell(source, file, supercell)
        blocks = file.read(SPARSE, (None, 3, 3, 3))
        atoms = file.read("fc3_atoms", (len(blocks), 3))
        first = file.read("p2s_map", (supercell.primitive.n_atoms,))
    with in_file(source):
        _check_first(first, supercell)
        ensure_constants(blocks, 3)
        constants = SparseForceConstants3(blocks, atoms, supercell)
    return constants


def read_third_order_constants(
    path: Path, supercell: Supercell
) -> ForceConstants | SparseForceConstants3:
    """Third-order constants, dense or sparse, whichever the file holds."""
    if path.suffix in HDF5:
        with open_hdf5(path) as file:
            sparse = SPARSE in file
        if sparse:
            return read_sparse_force_constants(path, supercell)
    return read_force_constants(path, supercell)


@dataclass(frozen=True, slots=True)
class Label:
    """Label that `phonokit.fit` writes beside constants: what they belong to.

    Parameters
    ----------
    method : str
        How they were solved for.
    fit : str
        The same, exactly.
    calculator : str
        The program that computed the forces.
    cells, forces : str
        Hashes.
    """

    method: str
    fit: str
    calculator: str
    cells: str
    forces: str


def read_label(path: Path) -> Label | None:
    """The label of constants that `phonokit.fit` has written; None for any other file."""
    if path.suffix not in HDF5:
        return None
    with open_hdf5(path) as file:
        names = ("method", "fit", "calculator", "cells_sha256", "forces_sha256")
        values = [file.attributes.get(name) for name in names]
    texts = [value for value in values if isinstance(value, str)]
    return Label(*texts) if len(texts) == len(names) else None


def _checked(
    values: NDArray[np.float64], first: NDArray[np.int64] | None, supercell: Supercell
) -> ForceConstants:
    """Constants of the supercell, whichever first atoms the file has."""
    n_s = supercell.cell.n_atoms
    if values.shape[0] == values.shape[1] == n_s:
        return compact(values, supercell)
    if first is not None and not np.array_equal(first, supercell.primitive_to_supercell):
        values = _from_other_rows(values, first, supercell)
    return ForceConstants(values, supercell)


def _from_other_rows(
    values: NDArray[np.float64], first: NDArray[np.int64], supercell: Supercell
) -> NDArray[np.float64]:
    r"""Rows of the primitive cell from those of other copies of its atoms.

    .. math:: \Phi(i, j, \dots) = \Phi(T_i i, T_i j, \dots)
    """
    kinds = _kinds_of_rows(first, supercell)
    rows = np.empty_like(values)
    atoms = np.arange(supercell.cell.n_atoms)
    for row, atom, kind in zip(values, first, kinds, strict=True):
        home = supercell.translated(supercell.home[atom], atoms)
        rows[kind][np.ix_(*[home] * (values.ndim // 2 - 1))] = row
    return rows


def _kinds_of_rows(first: NDArray[np.int64], supercell: Supercell) -> NDArray[np.int64]:
    """The primitive atom of each row, which must be there once."""
    n_s, n_a = supercell.cell.n_atoms, supercell.primitive.n_atoms
    if len(first) == n_a and ((first >= 0) & (first < n_s)).all():
        kinds = supercell.supercell_to_primitive[first]
        if len(set(kinds.tolist())) == n_a:
            return np.asarray(kinds)
    _check_first(first, supercell)
    raise DomainError("the first atoms are not those of a primitive cell")


def _check_first(first: NDArray[np.int64], supercell: Supercell) -> None:
    """Require the same primitive cell."""
    if not np.array_equal(first, supercell.primitive_to_supercell):
        raise DomainError(
            f"the first atoms are {_few(first)}, but the primitive cell stands for "
            f"{_few(supercell.primitive_to_supercell)}; take the primitive cell that the "
            "file was made with"
        )


def _few(atoms: NDArray[np.int64]) -> str:
    """Some numbers of atoms, from 1."""
    text = ", ".join(str(a + 1) for a in atoms[:6])
    return text + (", …" if len(atoms) > 6 else "")


def _read_hdf5(
    path: Path, supercell: Supercell
) -> tuple[NDArray[np.float64], NDArray[np.int64] | None]:
    """The constants, and the first atoms if the file says."""
    with open_hdf5(path) as file:
        if SPARSE in file:
            raise FileError(
                f"{path}: holds sparse constants; read it with read_sparse_force_constants"
            )
        names = [name for group in NAMES.values() for name in group if name in file]
        if not names:
            raise FileError(
                f"{path}: holds no force constants; expected a dataset force_constants, "
                f"fc2 or fc3, got {', '.join(file) or 'nothing'}"
            )
        _check_unit(path, file)
        _check_cell(path, file, supercell)
        name = names[-1]
        shape = file.shape(name)
        n_s, n_a = supercell.cell.n_atoms, supercell.primitive.n_atoms
        order = next(order for order, group in NAMES.items() if name in group)
        n_first, first = n_s, None
        if shape[:1] != (n_s,):
            n_first = n_a
            first = file.read("p2s_map", (None,)) if "p2s_map" in file else None
        if first is not None:
            first = first.astype(np.int64)
            with in_file(path):
                _kinds_of_rows(first, supercell)
        values = file.read(name, (n_first, *[n_s] * (order - 1), *[3] * order))
        return np.asarray(values, dtype=np.float64), first


def _check_cell(path: Path, file: Hdf5File, supercell: Supercell) -> None:
    """Refuse constants that say that they are of another supercell."""
    cell, lattice = supercell.cell, file.attributes.get("supercell_lattice")
    formula = file.text("formula", cell.formula)
    same = lattice is None or (
        np.shape(lattice) == (3, 3)
        and np.asarray(lattice).dtype.kind == "f"
        and bool(np.abs(lattice - cell.lattice).max() < SAME_LATTICE)
    )
    if formula != cell.formula or not same:
        lengths = ", ".join(f"{x:.4f}" for x in np.linalg.norm(cell.lattice, axis=1))
        raise FileError(
            f"{path}: is of a supercell {formula}, not of this {cell.formula} with lattice "
            f"vectors of {lengths} Å; take the constants of this crystal, or its cells"
        )


def _check_unit(path: Path, file: Hdf5File) -> None:
    """Refuse another unit than eV/Å²."""
    if "physical_unit" not in file:
        return
    words = np.ravel(file.read("physical_unit", text=True)).tolist()
    unit = words[0].decode("utf-8", "replace") if words else ""
    if unit not in ("eV/angstrom^2", "eV/Angstrom^2"):
        raise FileError(
            f"{path}: physical_unit is {unit!r}, expected 'eV/angstrom^2'; convert "
            "the file first"
        )


def _read_text(path: Path) -> tuple[NDArray[np.float64], NDArray[np.int64] | None]:
    """Blocks in any order of pairs that is phonopy's."""
    head: list[str] = []
    skipped = 0
    with open_text(path) as file:
        while not head and (line := file.readline()):
            head, skipped = line.split(), skipped + 1
    found = read_numbers(path, skip_lines=skipped)
    try:
        n_first, n_s = (int(head[0]), int(head[-1]))
        numbers = found.reshape(n_first, n_s, 11)
    except (ValueError, IndexError):
        raise FileError(
            f"{path}: expected a line of two numbers of atoms, and for every pair of them "
            f"a line i j and three lines of three numbers; got {len(found)} numbers after "
            f"{' '.join(head)[:60]!r}"
        ) from None
    pairs = np.rint(numbers[..., :2]).astype(np.int64) - 1
    first = pairs[:, 0, 0]
    expected = np.stack(np.broadcast_arrays(first[:, None], np.arange(n_s)), axis=-1)
    wrong = np.argwhere((pairs != expected).any(axis=-1))
    if len(wrong):
        i, j = pairs[tuple(wrong[0])] + 1
        raise FileError(
            f"{path}: pair {i} {j} is not where it should be; the second atom runs first"
        )
    return numbers[..., 2:].reshape(n_first, n_s, 3, 3), first
