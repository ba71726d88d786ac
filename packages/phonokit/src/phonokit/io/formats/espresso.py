"""Force constants of Quantum ESPRESSO: the file that ``q2r.x`` writes for ``matdyn.x``.

Periodic on a grid of primitive cells, Ry/bohr². Where there are charges, the interaction of
the dipoles is not in the file; its sum over reciprocal lattice vectors is Gonze and Lee's
with the width of one reciprocal lattice unit, 2π/a.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import BornCharges
from phono_fc import ForceConstants, LatticeForceConstants
from phono_grid import Cell
from phono_grid.calculators import calculator_units
from phono_grid.errors import DomainError, FileError, PhonoError
from phono_grid.files import replacing
from phono_grid.units import BOHR

from phonokit.io.files import in_file
from phonokit.io.formats.bravais import bravais_lattice
from phonokit.io.formats.cells import cell_of_file, grid_supercell
from phonokit.io.formats.dipole_range import (
    in_supercell,
    short_range,
    with_dipoles,
    with_own_range,
)
from phonokit.io.formats.embed import embedded, folded
from phonokit.io.fractional import fractional
from phonokit.io.lines import Lines, read_lines
from phonokit.model.constants import Constants2, primitive_of
from phonokit.model.dipoles import Dipoles

UNIT = calculator_units("qe").force_constants(2)
MASS = 911.444242
"""Rydberg units of mass in a dalton."""
ACCURACY = 1e-10
"""The share of a term at the longest reciprocal vector that the damping leaves."""
MOST = 10**7
"""Constants in a file."""


def read_espresso(path: Path) -> tuple[ForceConstants, Dipoles | None]:
    """Constants that hold the dipoles again, and the charges."""
    lines = read_lines(path)
    cell, alat, row = cell_of_head(path, lines)
    polar = None
    flag = "".join(lines.words(row)[:1]).strip(".").upper()
    if flag not in ("T", "F", "TRUE", "FALSE"):
        raise FileError(
            f"{path}: line {lines.line(row)}: expected T or F, whether there are charges; "
            "is it a file of q2r.x?"
        )
    row += 1
    if flag[0] == "T":
        polar, row = charges_of_head(path, lines, row, cell)
    if len(lines.words(row)) == 1:
        row += 1  # alpha of Ewald's sum, which newer versions write
    n = [int(x) for x in lines.numbers(row, 3)]
    if min(n) < 1 or np.prod(n, dtype=float) * (3 * cell.n_atoms) ** 2 > MOST:
        raise FileError(f"{path}: line {lines.line(row)}: expected three sizes of a grid")
    lattice = _constants(path, lines, row + 1, cell, n)
    supercell = grid_supercell(cell, n)
    short = folded(lattice, supercell)
    if polar is None:
        return short, None
    width, cutoff = damping(alat, polar)
    whole = with_dipoles(short, polar, width, cutoff)
    return whole, Dipoles(charges=polar, cutoff=cutoff, width=width)


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


def damping(alat: float, polar: BornCharges) -> tuple[float, float]:
    """Width and cutoff, 1/Å, of Quantum ESPRESSO's sum; ``alat`` in Å."""
    width = 1 / alat
    smallest = float(np.linalg.eigvalsh(polar.dielectric)[0])
    return width, 2 * width * float(np.sqrt(-np.log(ACCURACY) / smallest))


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
    names, masses = [], []
    for i in range(n_kinds):
        text = " ".join(lines.words(row + i))
        parts = text.split("'")
        try:
            names.append(parts[1].strip().strip("0123456789").capitalize())
            masses.append(float(parts[2].replace("D", "e")) / MASS)
        except (IndexError, ValueError):
            raise FileError(
                f"{path}: line {lines.line(row + i)}: expected a number, a name in quotes "
                f"and a mass, got {text[:60]!r}"
            ) from None
    row += n_kinds
    atoms = np.array([lines.numbers(row + i, 5) for i in range(n_a)])
    kinds = atoms[:, 1].astype(int) - 1
    if not ((kinds >= 0) & (kinds < n_kinds)).all():
        raise FileError(f"{path}: expected kinds 1 to {n_kinds} of atoms")
    alat = celldm[0] * BOHR
    with in_file(path):
        positions = fractional(atoms[:, 2:], lattice)
    symbols = [names[k] for k in kinds]
    mass = np.array([masses[k] for k in kinds])
    return cell_of_file(path, alat * lattice, positions, symbols, mass), alat, row + n_a


def charges_of_head(
    path: Path, lines: Lines, row: int, cell: Cell
) -> tuple[BornCharges, int]:
    """Dielectric tensor and charges, and the line after them."""
    dielectric = np.array([lines.numbers(row + i, 3) for i in range(3)])
    row += 3
    charges = []
    for k in range(cell.n_atoms):
        start = row + 4 * k + 1
        charges.append([lines.numbers(start + i, 3) for i in range(3)])
    try:
        return BornCharges.of(cell, charges, dielectric), row + 4 * cell.n_atoms
    except PhonoError as error:
        raise FileError(f"{path}: {error}") from None


def _constants(
    path: Path, lines: Lines, row: int, cell: Cell, n: list[int]
) -> LatticeForceConstants:
    """Constants on the lattice vectors of the grid."""
    n_a, n_cells = cell.n_atoms, int(np.prod(n))
    blocks = 9 * n_a**2
    if len(lines) - row < blocks * (1 + n_cells):
        raise FileError(
            f"{path}: expected {blocks} blocks of {n_cells} constants; is the file whole?"
        )
    values = np.zeros((n_a, n_a, n_cells, 3, 3))
    axes = np.unravel_index(np.arange(n_cells), n[::-1])
    cells = np.stack(axes[::-1], axis=1)
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
        values[b, a, :, j, i] = rows[:, 3] * UNIT
        row += 1 + n_cells
    atoms = np.indices((n_a, n_a, n_cells))[:2].reshape(2, -1).T
    all_cells = np.broadcast_to(cells, (n_a, n_a, n_cells, 3)).reshape(-1, 1, 3)
    return LatticeForceConstants(values.reshape(-1, 3, 3), atoms, all_cells, cell)


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
