"""Displacements as phono3py and phonopy write them: yaml."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_fc import PairDisplacements
from phono_grid import Cell

from phonokit._displaced_supercells import DisplacedSupercells
from phonokit._results import replacing
from phonokit._version import __version__

FileLines = Iterator[str]


def default_displacements_name(supercells: DisplacedSupercells) -> str:
    """The name under which phonopy and phono3py look for the file."""
    return "phonopy_disp.yaml" if supercells.pairs is None else "phono3py_disp.yaml"


def write_displacements(
    supercells: DisplacedSupercells, path: str | Path | None = None
) -> Path:
    """Write cells and displacements, in Å, as a yaml file of phonopy or phono3py.

    Parameters
    ----------
    supercells : DisplacedSupercells
    path : str or Path, optional
        ``phono3py_disp.yaml``, or ``phonopy_disp.yaml`` without pairs, if not given.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    target = Path(default_displacements_name(supercells) if path is None else path)
    with replacing(target) as beside, beside.open("w", encoding="utf-8") as file:
        file.writelines(_lines(supercells))
    return target


def _lines(supercells: DisplacedSupercells) -> FileLines:
    """The whole file."""
    program = "phonopy" if supercells.pairs is None else "phono3py"
    unit, cells = supercells.unit_cell, supercells.supercell
    # Readers of this family take any version of four digits as modern; it names the
    # grammar, the comment names the program.
    yield f'# written by phonokit {__version__}\n{program}:\n  version: "4.8.2"\n\n'
    yield 'physical_unit:\n  atomic_mass: "AMU"\n  length: "angstrom"\n\n'
    primitive = (cells.primitive.lattice @ np.linalg.inv(unit.lattice)).T
    matrix = np.rint((cells.cell.lattice @ np.linalg.inv(unit.lattice)).T).astype(int)
    yield "primitive_matrix:\n" + _rows(primitive, "")
    yield "supercell_matrix:\n"
    yield "".join(f"- [ {a:5d}, {b:5d}, {c:5d} ]\n" for a, b, c in matrix) + "\n"
    for name, cell in (
        ("primitive_cell", cells.primitive),
        ("unit_cell", unit),
        ("supercell", cells.cell),
    ):
        yield from _cell(name, cell)
    if supercells.pairs is None:
        yield from _singles(supercells)
    else:
        yield from _pairs(supercells, supercells.pairs)


def _cell(name: str, cell: Cell) -> FileLines:
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
    yield "\n"


def _singles(supercells: DisplacedSupercells) -> FileLines:
    """Displacements of single atoms, phonopy's way."""
    yield "displacements:\n"
    singles = supercells.singles
    for atom, u in zip(singles.atoms, singles.displacements, strict=True):
        yield f"- atom: {atom + 1:4d}\n  displacement:\n    {_vector(u)}\n"


def _pairs(supercells: DisplacedSupercells, pairs: PairDisplacements) -> FileLines:
    """Displacements of pairs of atoms, phono3py's way: those of a second atom together."""
    singles = supercells.singles
    number = len(singles)
    starts = np.searchsorted(pairs.first, np.arange(len(singles) + 1))
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
            ids = ", ".join(str(number + pair + 1) for pair in group)
            yield f"    displacement_ids: [ {ids} ]\n"
    yield "\ndisplacement_pair_info:\n"
    if supercells.cutoff is not None:
        yield f"  cutoff_pair_distance: {supercells.cutoff:.8f}\n"
    yield f"  number_of_singles: {len(singles)}\n  number_of_pairs: {len(pairs)}\n"
    if supercells.cutoff is not None:
        yield f"  number_of_pairs_in_cutoff: {int(pairs.included.sum())}\n"


def _runs(atoms: NDArray[np.int64], start: int) -> Iterator[tuple[int, list[int]]]:
    """Second atoms, each with its pairs."""
    for atom, group in groupby(enumerate(atoms.tolist(), start), key=lambda item: item[1]):
        yield atom, [pair for pair, _ in group]


def _rows(matrix: NDArray[np.float64], indent: str) -> str:
    """Rows of a matrix."""
    return "".join(f"{indent}- {_vector(row)}\n" for row in matrix)


def _vector(numbers: Iterable[float]) -> str:
    """``[ x, y, z ]``."""
    return f"[ {', '.join(f'{x:21.16f}' for x in numbers)} ]"
