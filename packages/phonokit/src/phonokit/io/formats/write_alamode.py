"""Force constants written for ALAMODE, see `phonokit.io.formats.alamode`."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants, LatticeForceConstants
from phono_grid import Cell, Supercell
from phono_grid.errors import DomainError
from phono_grid.files import make_folder, replacing
from phono_grid.units import BOHR

from phonokit.io.formats.alamode import BORN, SHIFTS, UNITS
from phonokit.io.formats.cells import on_cell
from phonokit.io.formats.embed import AtomFinder
from phonokit.model.dipoles import Dipoles

TAGS = {2: "HARMONIC", 3: "ANHARM3"}
NUMBERS = np.argsort(SHIFTS @ (9, 3, 1))
"""Numbers of images from 0, by their supercell vectors read as numbers of base 3."""
TINY = 1e-16
"""Relative to the largest constant; smaller ones are not written."""


def write_alamode(
    second: ForceConstants | None,
    third: LatticeForceConstants | None,
    supercell: Supercell,
    path: Path,
    polar: Dipoles | None,
) -> tuple[Path, ...]:
    """Write constants of second and third order, and ``BORNINFO`` beside them.

    Parameters
    ----------
    second : ForceConstants or None
        In this supercell.
    third : LatticeForceConstants or None
    supercell : Supercell
        Of which every end of a triplet is in one of the 27 nearest images.
    path : Path
    polar : Dipoles or None
    """
    constants = [] if second is None else [LatticeForceConstants.of(second)]
    if third is not None:
        constants.append(third)
    moved = [on_cell(each, supercell.primitive) for each in constants]
    make_folder(path.parent)
    with replacing(path) as beside, beside.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="utf-8"?>\n<Data>\n')
        file.writelines(_head(supercell))
        file.write("  <ForceConstants>\n")
        for each in moved:
            file.writelines(_lines(each, supercell))
        file.write("  </ForceConstants>\n</Data>\n")
    if polar is None:
        return (path,)
    born = path.with_name(BORN)
    tensors = [polar.charges.dielectric, *polar.charges.charges]
    with replacing(born) as beside, beside.open("w", encoding="utf-8") as file:
        for row in np.concatenate(tensors):
            file.write(" ".join(f"{x:22.15f}" for x in row) + "\n")
    return path, born


def _head(supercell: Supercell) -> Iterator[str]:
    """The atoms, and which are translations of which."""
    cell: Cell = supercell.cell
    kinds = list(dict.fromkeys(cell.symbols))
    yield "  <Structure>\n"
    yield f"    <NumberOfAtoms>{cell.n_atoms}</NumberOfAtoms>\n"
    yield f"    <NumberOfElements>{len(kinds)}</NumberOfElements>\n    <AtomicElements>\n"
    for i, symbol in enumerate(kinds, start=1):
        yield f'      <element number="{i}">{symbol}</element>\n'
    yield "    </AtomicElements>\n    <LatticeVector>\n"
    for i, vector in enumerate(cell.lattice / BOHR, start=1):
        yield f"      <a{i}>{_row(vector)}</a{i}>\n"
    yield "    </LatticeVector>\n    <Periodicity>1 1 1</Periodicity>\n    <Position>\n"
    places = _within(cell.positions)
    for i, (symbol, x) in enumerate(zip(cell.symbols, places, strict=True), 1):
        yield f'      <pos index="{i}" element="{symbol}">{_row(x)}</pos>\n'
    table = _translations(supercell)
    yield "    </Position>\n  </Structure>\n  <Symmetry>\n"
    yield f"    <NumberOfTranslations>{len(table)}</NumberOfTranslations>\n"
    yield "    <Translations>\n"
    for tran, atoms in enumerate(table.tolist(), start=1):
        for k, atom in enumerate(atoms, start=1):
            yield f'      <map tran="{tran}" atom="{k}">{atom + 1}</map>\n'
    yield "    </Translations>\n  </Symmetry>\n"


def _translations(supercell: Supercell) -> NDArray[np.int64]:
    """The atom that each translation takes each primitive atom to, identity first."""
    find, home = AtomFinder(supercell), supercell.primitive_to_supercell
    cells = find.cells_of(home)
    atoms = np.flatnonzero(supercell.supercell_to_primitive == 0)
    points = find.cells_of(atoms) - cells[0]
    points = points[np.argsort(np.any(points != 0, axis=1), kind="stable")]
    kinds = np.arange(len(home))
    return np.array([find(kinds, cells + point) for point in points])


def _lines(constants: LatticeForceConstants, supercell: Supercell) -> Iterator[str]:
    """A line for each constant that is not zero."""
    order = constants.order
    ends = []
    for i in range(1, order):
        atoms, shift = _ends(constants, supercell, i)
        if np.abs(shift).max(initial=0) > 1:
            raise DomainError(
                "format: constants reach beyond the nearest images of the supercell, which "
                "ALAMODE cannot hold; write another format"
            )
        image = (shift.astype(np.int64) @ (9, 3, 1) + 13).astype(np.int64)
        ends.append(np.column_stack([atoms, NUMBERS[image]]))
    place = np.argwhere(np.abs(constants.values) > TINY * np.abs(constants.values).max())
    entry, axes = place[:, 0], place[:, 1:]
    pairs = np.array([end[entry] for end in ends])
    keys = (pairs[:, :, 0] * 3 + axes.T[1:]) * len(SHIFTS) + pairs[:, :, 1]
    # One order of the last two stands for both.
    kept = (keys[:-1] <= keys[1:]).all(axis=0)
    atom, value = constants.atoms[entry, 0], constants.values[tuple(place.T)]
    columns = [atom, axes[:, 0]]
    for end, axis in zip(pairs, axes.T[1:], strict=True):
        columns += [end[:, 0], axis, end[:, 1]]
    words = ['pair1="{} {}"', *(f'pair{i}="{{}} {{}} {{}}"' for i in range(2, order + 1))]
    form = f"      <FC{order} {' '.join(words)}>{{:.16e}}</FC{order}>\n"
    numbers = (np.column_stack(columns)[kept] + 1).tolist()
    values = (value[kept] / UNITS.force_constants(order)).tolist()
    rows = zip(numbers, values, strict=True)
    tag = TAGS[order]
    yield f"    <{tag}>\n"
    yield from (form.format(*row, number) for row, number in rows)
    yield f"    </{tag}>\n"


def holds(constants: LatticeForceConstants, supercell: Supercell) -> bool:
    """Whether all ends are in one of the 27 nearest images of a supercell."""
    moved = on_cell(constants, supercell.primitive)
    shifts = (_ends(moved, supercell, i)[1] for i in range(1, constants.order))
    return all(np.abs(shift).max(initial=0) <= 1 for shift in shifts)


def _ends(
    constants: LatticeForceConstants, supercell: Supercell, i: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The supercell atom of the end ``i`` of each entry, and the image that it is in."""
    first = supercell.primitive_to_supercell[constants.atoms[:, 0]]
    find = AtomFinder(supercell)
    kinds, apart = constants.atoms[:, i], constants.cells[:, i - 1]
    atoms = find(kinds, apart + find.cells_of(first))
    # From where the first atom stands in the file, not from any image of it.
    places, own = _within(supercell.cell.positions), supercell.primitive.positions
    vector = own[kinds] + apart - own[constants.atoms[:, 0]]
    to_cell = supercell.primitive.lattice @ np.linalg.inv(supercell.cell.lattice)
    x = places[first] + vector @ to_cell
    return atoms, np.rint(x - places[atoms])


def _within(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Positions within the cell, those on its lower faces too."""
    return np.asarray(positions - np.floor(positions + 1e-9))


def _row(numbers: NDArray[np.float64]) -> str:
    """Three numbers."""
    return " ".join(f"{x:.16e}" for x in numbers)
