"""Force constants of Quantum ESPRESSO: the file that ``q2r.x`` writes for ``matdyn.x``.

Text, or XML (`phonokit.io.formats.espresso_xml`); what it means, and its dipoles, are in
`phonokit.io.formats.espresso_record`. Ry/bohr².
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants
from phono_grid import Cell
from phono_grid.errors import DomainError, FileError
from phono_grid.files import replacing
from phono_grid.units import BOHR

from phonokit.io.files import in_file, open_text
from phonokit.io.formats.bravais import bravais_lattice
from phonokit.io.formats.cells import cell_of_file
from phonokit.io.formats.dipole_range import in_supercell, short_range, with_own_range
from phonokit.io.formats.embed import embedded
from phonokit.io.formats.espresso_record import (
    MASS,
    UNIT,
    GridConstants,
    alpha_of,
    cells_of_grid,
    damping,
    ensure_grid,
    kind_of,
)
from phonokit.io.formats.espresso_xml import is_xml, read_espresso_xml
from phonokit.io.fractional import fractional
from phonokit.io.lines import Lines, read_lines
from phonokit.model.constants import Constants2, primitive_of
from phonokit.model.dipoles import Dipoles


def read_espresso(path: Path) -> tuple[ForceConstants, Dipoles | None]:
    """Constants that hold the dipoles again, and the charges."""
    with open_text(path) as file:
        xml = is_xml(file.read(4096))
    return (read_espresso_xml(path) if xml else read_q2r(path)).whole()


def read_q2r(path: Path) -> GridConstants:
    """The text file."""
    lines = read_lines(path)
    cell, alat, row = cell_of_head(path, lines)
    words = lines.words(row)
    flag = "".join(words[:1]).strip(".").upper()
    if flag not in ("T", "F", "TRUE", "FALSE"):
        raise FileError(
            f"{path}: line {lines.line(row)}: expected T or F, whether there are charges; "
            "is it a file of q2r.x?"
        )
    alpha, charges, dielectric = 1.0, None, None
    if len(words) > 1:
        alpha = alpha_of(f"{path}: line {lines.line(row)}", words[1])
    row += 1
    if flag[0] == "T":
        charges, dielectric, row = charges_of_head(lines, row, cell)
    if len(lines.words(row)) == 1:
        alpha = alpha_of(f"{path}: line {lines.line(row)}", lines.words(row)[0])
        row += 1
    sizes = [int(x) for x in lines.numbers(row, 3)]
    grid = ensure_grid(f"{path}: line {lines.line(row)}", sizes, cell)
    return GridConstants(
        path=path,
        cell=cell,
        alat=alat,
        grid=grid,
        values=_constants(path, lines, row + 1, cell, grid),
        charges=charges,
        dielectric=dielectric,
        alpha=alpha,
    )


def write_espresso(constants: Constants2, path: Path, polar: Dipoles | None) -> Path:
    """Write second-order constants, the dipoles of a polar crystal taken out."""
    cell = primitive_of(constants)
    alat = float(np.linalg.norm(cell.lattice[0]))
    if polar is None:
        whole = embedded(constants)
    else:
        held = with_own_range(in_supercell(constants, polar), polar)
        width, cutoff = damping(alat, polar.charges)
        short = short_range(held, polar.charges, width, cutoff)
        whole = embedded(short, held.supercell)
    supercell, cell = whole.supercell, whole.supercell.primitive
    ratio = supercell.cell.lattice @ np.linalg.inv(cell.lattice)
    n = np.rint(np.diag(ratio)).astype(int)
    with replacing(path) as beside, beside.open("w", encoding="utf-8") as file:
        file.writelines(_head(cell, alat, polar))
        file.write(f"{n[0]:4d}{n[1]:4d}{n[2]:4d}\n")
        # values[k, s, α, β]: k in the home cell, s of kind k' at R; the file has k' first.
        kinds = cell.n_atoms
        blocks = whole.values.reshape(kinds, kinds, n[2], n[1], n[0], 3, 3) / UNIT
        for i, j, a, b in np.ndindex(3, 3, kinds, kinds):
            file.write(f"{i + 1:4d}{j + 1:4d}{a + 1:4d}{b + 1:4d}\n")
            for (m3, m2, m1), value in np.ndenumerate(blocks[b, a, :, :, :, j, i]):
                file.write(f"{m1 + 1:4d}{m2 + 1:4d}{m3 + 1:4d}  {value:22.14e}\n")
    return path


def cell_of_head(path: Path, lines: Lines) -> tuple[Cell, float, int]:
    """The primitive cell, ``alat`` in Å, and the line after it."""
    words = lines.words(0)
    if len(words) < 3:
        raise FileError(
            f"{path}: expected kinds, atoms, ibrav and celldm in the first line"
        )
    head = lines.numbers(0, len(words))
    n_kinds, n_a, ibrav = (int(x) for x in head[:3])
    celldm = [*head[3:9], *[0.0] * 6][:6]
    if not (0 < n_kinds <= len(lines) and 0 < n_a <= len(lines)) or not celldm[0] > 0:
        raise FileError(
            f"{path}: expected kinds, atoms, ibrav and celldm in the first line"
        )
    row = 1
    if ibrav == 0:
        lattice = np.array([lines.numbers(row + i, 3) for i in range(3)])
        row += 3
    else:
        try:
            lattice = bravais_lattice(ibrav, celldm)
        except DomainError as error:
            raise FileError(f"{path}: {error}") from None
    kinds_of_file = []
    for i in range(n_kinds):
        text = " ".join(lines.words(row + i))
        parts, place = text.split("'"), f"{path}: line {lines.line(row + i)}"
        if len(parts) != 3:
            raise FileError(
                f"{place}: expected a number, a name in quotes and a mass, got "
                f"{text[:60]!r}"
            )
        kinds_of_file.append(kind_of(place, parts[1], parts[2].strip()))
    row += n_kinds
    atoms = np.array([lines.numbers(row + i, 5) for i in range(n_a)])
    kinds = atoms[:, 1].astype(int) - 1
    if not ((kinds >= 0) & (kinds < n_kinds)).all():
        raise FileError(f"{path}: expected kinds 1 to {n_kinds} of atoms")
    alat = celldm[0] * BOHR
    with in_file(path):
        positions = fractional(atoms[:, 2:], lattice)
    symbols = [kinds_of_file[k][0] for k in kinds]
    mass = np.array([kinds_of_file[k][1] for k in kinds])
    return cell_of_file(path, alat * lattice, positions, symbols, mass), alat, row + n_a


def charges_of_head(
    lines: Lines, row: int, cell: Cell
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Charges, the dielectric tensor, and the line after them."""
    dielectric = np.array([lines.numbers(row + i, 3) for i in range(3)])
    row += 3
    charges = []
    for k in range(cell.n_atoms):
        start = row + 4 * k + 1
        charges.append([lines.numbers(start + i, 3) for i in range(3)])
    return np.array(charges), dielectric, row + 4 * cell.n_atoms


def _constants(
    path: Path, lines: Lines, row: int, cell: Cell, grid: tuple[int, ...]
) -> NDArray[np.float64]:
    """Constants of pairs of atoms at the lattice vectors of the grid."""
    n_a, n_cells = cell.n_atoms, int(np.prod(grid))
    blocks = 9 * n_a**2
    if len(lines) - row < blocks * (1 + n_cells):
        raise FileError(
            f"{path}: expected {blocks} blocks of {n_cells} constants; is the file whole?"
        )
    values = np.zeros((n_a, n_a, n_cells, 3, 3))
    cells = cells_of_grid(grid)
    for _ in range(blocks):
        i, j, a, b = (int(x) - 1 for x in lines.numbers(row, 4))
        if not (min(i, j, a, b) >= 0 and max(i, j) < 3 and max(a, b) < n_a):
            raise FileError(f"{path}: line {lines.line(row)}: expected two axes, two atoms")
        rows = np.array([lines.numbers(row + 1 + m, 4) for m in range(n_cells)])
        if (rows[:, :3] != cells + 1).any():
            raise FileError(
                f"{path}: line {lines.line(row + 1)}: cells are not in the order of q2r.x"
            )
        # The force on atom a, cell R; atom b is in the home cell.
        values[b, a, :, j, i] = rows[:, 3]
        row += 1 + n_cells
    return values


def _head(cell: Cell, alat: float, polar: Dipoles | None) -> list[str]:
    """The lines above the constants."""
    kinds = list(dict.fromkeys(cell.symbols))
    lines = [
        f"{len(kinds):4d}{cell.n_atoms:4d}  0 {alat / BOHR:.14f} 0.0 0.0 0.0 0.0 0.0\n"
    ]

    def row(numbers: NDArray[np.float64], digits: int = 14) -> str:
        return " ".join(f"{x:20.{digits}f}" for x in numbers) + "\n"

    lines += [row(vector / alat) for vector in cell.lattice]
    for i, symbol in enumerate(kinds, start=1):
        mass = cell.masses[cell.symbols.index(symbol)] * MASS
        lines.append(f"{i:5d}  '{symbol:3s}'  {mass:.14g}\n")
    places = cell.positions @ cell.lattice / alat
    for i, (kind, place) in enumerate(zip(cell.species, places, strict=True), start=1):
        lines.append(f"{i:5d}{kind:5d} {row(place)}")
    if polar is None:
        return [*lines, " F\n"]
    lines += [" T\n", *(row(vector) for vector in polar.charges.dielectric)]
    for i, tensor in enumerate(polar.charges.charges, start=1):
        lines += [f"{i:5d}\n", *(row(vector) for vector in tensor)]
    return lines
