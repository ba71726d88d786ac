"""Displacements as phono3py and phonopy write them: yaml."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_fc import PairDisplacements
from phono_grid import Cell
from phono_grid.errors import DomainError, ensure_type, finite
from phono_grid.files import path_of

from phonokit._version import __version__
from phonokit.io.write_text import writing_text
from phonokit.model.displaced_supercells import (
    AnySupercells,
    DisplacedSupercells,
    RandomSupercells,
)
from phonokit.model.fourth_order import FourthOrderSupercells

FileLines = Iterator[str]


def default_displacements_name(supercells: AnySupercells) -> str:
    """The name under which phonopy and phono3py look for the file."""
    return "phonopy_disp.yaml" if supercells.order == 2 else "phono3py_disp.yaml"


def write_displacements(
    supercells: AnySupercells,
    path: str | Path | None = None,
    *,
    forces: NDArray[np.float64] | None = None,
    phonon_forces: NDArray[np.float64] | None = None,
    comment: str = "",
) -> Path:
    """Write cells and displacements, in Å, as a yaml file of phonopy or phono3py.

    Parameters
    ----------
    supercells : DisplacedSupercells or RandomSupercells
        With its ``phonon``, the separate supercell of second order, if it has one.
    path : str or Path, optional
        ``phono3py_disp.yaml``, or ``phonopy_disp.yaml`` for second order alone, if not
        given; compressed if it ends with ``.xz``, ``.lzma``, ``.gz`` or ``.bz2``.
    forces : (n, n_s, 3) array, optional
        To be written with the displacements, eV/Å: the file is then a parameter file,
        ``phono3py_params.yaml`` by custom.
    phonon_forces : (n, n_s, 3) array, optional
        The same of ``supercells.phonon``.
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
    >>> settings = phonokit.Displace(supercell=(2, 2, 2), second_order=True)
    >>> print(phonokit.write_displacements(phonokit.displace(silicon, settings)))
    phonopy_disp.yaml
    """
    ensure_type("supercells", supercells, DisplacedSupercells, RandomSupercells)
    target = path_of(default_displacements_name(supercells) if path is None else path)
    phonon = supercells.phonon
    if phonon is None and phonon_forces is not None:
        raise DomainError("phonon_forces: the supercells have no phonon; leave them out")
    ensure_type("comment", comment, str)
    if forces is not None:
        forces = finite(forces, "forces", _shape(supercells))
    if phonon is not None and phonon_forces is not None:
        phonon_forces = finite(phonon_forces, "phonon_forces", _shape(phonon))
    with writing_text(target) as file:
        file.writelines(head_lines(supercells, comment))
        if phonon is not None:
            file.write("phonon_supercell_matrix:\n" + _matrix(phonon) + "\n")
            file.writelines(cell_lines("phonon_supercell", phonon.supercell.cell))
            file.writelines(_displacements(phonon, phonon_forces, "phonon_"))
        file.writelines(_displacements(supercells, forces, ""))
    return target


def _shape(supercells: AnySupercells) -> tuple[int, int, int]:
    """Shape of the forces on all atoms of all supercells."""
    return len(supercells), supercells.supercell.cell.n_atoms, 3


def head_lines(
    supercells: AnySupercells | FourthOrderSupercells, comment: str
) -> FileLines:
    """All but displacements."""
    program = "phonopy" if supercells.order == 2 else "phono3py"
    unit, cells = supercells.unit_cell, supercells.supercell
    # Readers of this family take any version of four digits as modern; it names the
    # grammar, the comment names the program.
    yield f"# written by phonokit {__version__}\n"
    yield from (f"# {line}\n" for line in comment.splitlines())
    yield f'{program}:\n  version: "4.8.2"\n\n'
    yield 'physical_unit:\n  atomic_mass: "AMU"\n  length: "angstrom"\n'
    yield '  force: "eV/angstrom"\n\n'
    primitive = (cells.primitive.lattice @ np.linalg.inv(unit.lattice)).T
    yield "primitive_matrix:\n" + _rows(primitive, "")
    yield "supercell_matrix:\n" + _matrix(supercells) + "\n"
    for name, cell in (
        ("primitive_cell", cells.primitive),
        ("unit_cell", unit),
        ("supercell", cells.cell),
    ):
        yield from cell_lines(name, cell)


def _matrix(supercells: AnySupercells | FourthOrderSupercells) -> str:
    """The supercell matrix, whole numbers."""
    unit, cell = supercells.unit_cell, supercells.supercell.cell
    matrix = np.rint((cell.lattice @ np.linalg.inv(unit.lattice)).T).astype(int)
    return "".join(f"- [ {a:5d}, {b:5d}, {c:5d} ]\n" for a, b, c in matrix)


def _displacements(
    supercells: AnySupercells, forces: NDArray[np.float64] | None, prefix: str
) -> FileLines:
    """Displacements of any kind, with forces if there are any."""
    if isinstance(supercells, RandomSupercells):
        return _random(supercells, forces, prefix)
    if supercells.pairs is None:
        return _singles(supercells, forces, prefix)
    if forces is None:
        return _pairs(supercells, supercells.pairs)
    return _pairs_with_forces(supercells, supercells.pairs, forces)


def cell_lines(name: str, cell: Cell) -> FileLines:
    """A cell."""
    yield f"{name}:\n  lattice:\n{_rows(cell.lattice, '  ')}  points:\n"
    for i, (symbol, x, mass) in enumerate(
        zip(cell.symbols, cell.positions, cell.masses, strict=True), start=1
    ):
        element = symbol.rstrip("0123456789")
        yield f"  - symbol: {element} # {i}\n"
        if element != symbol:
            yield f"    extended_symbol: {symbol}\n"
        yield f"    coordinates: {_vector(x)}\n    mass: {mass:.6f}\n"
        if cell.magnetic_moments is not None:
            yield f"    magnetic_moment: {_moment(cell.magnetic_moments[i - 1])}\n"
    yield "\n"


def _moment(moment: NDArray[np.float64]) -> str:
    """A number, or a vector."""
    return _vector(moment) if moment.ndim else f"{moment:.8f}"


def _random(
    supercells: RandomSupercells, forces: NDArray[np.float64] | None, prefix: str
) -> FileLines:
    """Displacements of all atoms, type 2."""
    yield f"{prefix}dataset:\n"
    arrays = {"displacements": supercells.displacements, "forces": forces}
    for name, array in arrays.items():
        if array is None:
            continue
        yield f"  {name}:\n"
        for number, block in enumerate(array, start=1):
            # The dash stands alone: what follows is a list in the list.
            yield f"  - # {number}\n{_rows(block, '    ')}"


def _singles(
    supercells: DisplacedSupercells, forces: NDArray[np.float64] | None, prefix: str
) -> FileLines:
    """Displacements of single atoms, phonopy's way."""
    yield f"{prefix}displacements:\n"
    singles = supercells.singles
    for n, (atom, u) in enumerate(zip(singles.atoms, singles.displacements, strict=True)):
        yield f"- atom: {atom + 1:4d}\n  displacement:\n    {_vector(u)}\n"
        if forces is not None:
            yield f"  forces:\n{_rows(forces[n], '  ')}"


def _pairs_with_forces(
    supercells: DisplacedSupercells, pairs: PairDisplacements, forces: NDArray[np.float64]
) -> FileLines:
    """Displacements of pairs, one by one with their forces; excluded ones without."""
    singles, n_1 = supercells.singles, len(supercells.singles)
    starts = np.searchsorted(pairs.first, np.arange(n_1 + 1))
    yield "displacement_pairs:\n"
    for n, (atom, u) in enumerate(zip(singles.atoms, singles.displacements, strict=True)):
        yield f"- atom: {atom + 1:4d}\n  displacement:\n    {_vector(u)}\n"
        yield f"  displacement_id: {n + 1}\n  forces:\n{_rows(forces[n], '  ')}"
        yield "  paired_with:\n"
        for pair in range(starts[n], starts[n + 1]):
            number, second = n_1 + pair, pairs.displacements[pair]
            yield f"  - atom: {pairs.atoms[pair] + 1:4d}\n"
            yield f"    pair_distance: {pairs.distances[pair]:.8f}\n"
            if pairs.included[pair]:
                yield f"    displacement: {_vector(second)}\n"
                yield f"    displacement_id: {number + 1}\n"
                yield f"    forces:\n{_rows(forces[number], '    ')}"
            else:
                yield f"    included: false\n    displacements:\n    - {_vector(second)}\n"
                yield f"    displacement_ids: [ {number + 1} ]\n"
    yield from _pair_info(supercells, pairs)


def _pairs(supercells: DisplacedSupercells, pairs: PairDisplacements) -> FileLines:
    """Displacements of pairs of atoms, phono3py's way: those of a second atom together."""
    singles, n_1 = supercells.singles, len(supercells.singles)
    starts = np.searchsorted(pairs.first, np.arange(n_1 + 1))
    yield "displacement_pairs:\n"
    for n, (atom, u) in enumerate(zip(singles.atoms, singles.displacements, strict=True)):
        yield f"- atom: {atom + 1:4d}\n  displacement:\n    {_vector(u)}\n"
        yield f"  displacement_id: {n + 1}\n  paired_with:\n"
        for second, group in _runs(pairs.atoms[starts[n] : starts[n + 1]], starts[n]):
            yield f"  - atom: {second + 1:4d}\n"
            yield f"    pair_distance: {pairs.distances[group[0]]:.8f}\n"
            if supercells.cutoff is not None:
                yield f"    included: {str(bool(pairs.included[group[0]])).lower()}\n"
            yield "    displacements:\n"
            for pair in group:
                yield f"    - {_vector(pairs.displacements[pair])}\n"
            ids = ", ".join(str(n_1 + pair + 1) for pair in group)
            yield f"    displacement_ids: [ {ids} ]\n"
    yield from _pair_info(supercells, pairs)


def _pair_info(supercells: DisplacedSupercells, pairs: PairDisplacements) -> FileLines:
    """Lines with the numbers of single and of pair displacements."""
    yield "\ndisplacement_pair_info:\n"
    if supercells.cutoff is not None:
        yield f"  cutoff_pair_distance: {supercells.cutoff:.8f}\n"
    yield f"  number_of_singles: {len(supercells.singles)}\n"
    yield f"  number_of_pairs: {len(pairs)}\n"
    if supercells.cutoff is not None:
        yield f"  number_of_pairs_in_cutoff: {int(pairs.included.sum())}\n"


def _runs(atoms: NDArray[np.int64], start: int) -> Iterator[tuple[int, list[int]]]:
    """Second atoms, each with its pairs."""
    for atom, group in groupby(enumerate(atoms.tolist(), start), key=lambda item: item[1]):
        yield atom, [pair for pair, _ in group]


def _rows(matrix: NDArray[np.float64], indent: str) -> str:
    """Rows of a matrix."""
    row = f"{indent}- [ %21.16f, %21.16f, %21.16f ]\n"
    return "".join(row % tuple(line) for line in matrix.tolist())


def _vector(numbers: Iterable[float]) -> str:
    """``[ x, y, z ]``."""
    return f"[ {', '.join(f'{x:21.16f}' for x in numbers)} ]"
