"""Force constants of TDEP: ``infile.forceconstant``, with ``infile.ucposcar``.

On lattice vectors, in the order of the primitive cell; eV/Å², eV/Å³. Where
charges stand at the end of the file, the interaction of the dipoles is not in it.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import BornCharges
from phono_fc import LatticeForceConstants
from phono_grid import Cell
from phono_grid.errors import FileError, PhonoError
from phono_grid.files import replacing

from phonokit.io.formats.numbers import read_numbers, whole_numbers
from phonokit.model.dipoles import Dipoles

CELL, LOTOSPLITTING = "infile.ucposcar", "infile.lotosplitting"
NAMES = {
    2: ("infile.forceconstant", "outfile.forceconstant"),
    3: ("infile.forceconstant_thirdorder", "outfile.forceconstant_thirdorder"),
    4: ("infile.forceconstant_fourthorder", "outfile.forceconstant_fourthorder"),
}
MOST_ATOMS = 10**5
REST = 1e-10
"""Relative size of the terms that Ewald's two sums leave out."""


def read_tdep(
    path: Path, cell: Cell, order: int
) -> tuple[LatticeForceConstants, Dipoles | None]:
    """Constants of one order, and charges where there are some.

    Parameters
    ----------
    path : Path
    cell : Cell
        Of ``infile.ucposcar``.
    order : int
        2, 3 or 4.
    """
    numbers = read_numbers(path, comments=True)
    n_a = int(_count(path, numbers, 0, "atoms"))
    if n_a != cell.n_atoms:
        raise FileError(
            f"{path}: is of {n_a} atoms, the primitive cell has {cell.n_atoms}; take the "
            f"{CELL} that it was made with"
        )
    heads = 1 if order == 2 else order
    width = 4 * heads + 3**order
    place, rows, first = 2, [], []
    for atom in range(n_a):
        n = _count(path, numbers, place, "neighbours")
        end = place + 1 + n * width
        if end > len(numbers):
            raise FileError(
                f"{path}: ends within the constants of atom {atom + 1}; is the file whole?"
            )
        rows.append(numbers[place + 1 : end].reshape(n, width))
        first.append(np.full(n, atom))
        place = end
    table, home = np.concatenate(rows), np.concatenate(first)
    atoms = whole_numbers(path, table[:, :heads], "numbers of atoms") - 1
    vectors = whole_numbers(path, table[:, heads : 4 * heads], "lattice vectors")
    cells = vectors.reshape(-1, heads, 3)
    if order == 2:
        atoms = np.column_stack([home, atoms])
    else:
        # Seen from the cell of the first atom, which is the home cell.
        cells = cells[:, 1:] - cells[:, :1]
    values = table[:, 4 * heads :].reshape(-1, *[3] * order)
    try:
        constants = LatticeForceConstants(values, atoms, cells, cell)
    except PhonoError as error:
        raise FileError(f"{path}: {error}") from None
    polar = _polar(path, numbers[place:], cell) if order == 2 else None
    return constants, polar


def write_tdep(constants: LatticeForceConstants, path: Path, polar: Dipoles | None) -> Path:
    """Write constants of one order, and charges with those of second order."""
    order, cell = constants.order, constants.cell
    with replacing(path) as beside, beside.open("w", encoding="utf-8") as file:
        file.write(f"{cell.n_atoms:11d}               How many atoms per unit cell\n")
        file.write(f"{constants.range + 1e-5:21.15f}     Realspace cutoff (A)\n")
        for atom in range(cell.n_atoms):
            mine = np.flatnonzero(constants.atoms[:, 0] == atom)
            file.write(f"{len(mine):11d}               How many of atom {atom + 1}\n")
            for entry in mine:
                file.writelines(_entry(constants, int(entry)))
        if order == 2:
            file.writelines(_tail(polar, cell))
    return path


def _entry(constants: LatticeForceConstants, entry: int) -> list[str]:
    """The lines of one pair or triplet."""
    atoms, cells = constants.atoms[entry] + 1, constants.cells[entry]
    if constants.order == 2:
        atoms = atoms[1:]
    else:
        cells = np.concatenate([np.zeros((1, 3), dtype=np.int64), cells])
    lines = [f"{a:11d}               atom\n" for a in atoms]
    lines += [" ".join(f"{float(x):22.15f}" for x in r) + "\n" for r in cells]
    rows = constants.values[entry].reshape(-1, 3)
    return lines + [" ".join(f"{x:25.16e}" for x in row) + "\n" for row in rows]


def _tail(polar: Dipoles | None, cell: Cell) -> list[str]:
    """The lines about charges."""
    if polar is None:
        return [" 0   # This contains no information about Born charges\n"]
    lines = [" 3 # This is a forceconstant for a polar material.\n"]

    def rows(matrix: NDArray[np.float64]) -> list[str]:
        return [" ".join(f"{x:20.12f}" for x in row) + "\n" for row in matrix]

    lines += rows(polar.charges.dielectric)
    width, _ = ewald_of(cell, polar.charges)
    n = 9 * cell.n_atoms
    lines += [f"{width:25.16e} # Coupling parameter in Ewald summation\n", f" {n}\n"]
    # Irreducible components: all of them.
    lines += [f"{x:20.12f}\n" for x in polar.charges.charges.reshape(-1)]
    lines += [" ".join(f"{x:.1f}" for x in row) + "\n" for row in np.eye(n)]
    for tensor in polar.charges.charges:
        lines += rows(tensor.T)
    return lines


def ewald_of(cell: Cell, charges: BornCharges) -> tuple[float, float]:
    """Width and cutoff (1/Å) by which nothing is left of Ewald's sum over the lattice."""
    # In the metric of the inverse dielectric tensor, where the sum is isotropic.
    inverse = np.linalg.inv(charges.dielectric)
    ends = np.stack(np.meshgrid(*[range(-2, 3)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    x = cell.positions
    apart = (ends[:, None, None] + x[None, :, None] - x[None, None]) @ cell.lattice
    squares = np.einsum("...a,ab,...b->...", apart, inverse, apart)
    nearest = float(np.sqrt(squares[squares > 1e-6].min()))
    # erfc(2π Λ d) falls as exp(-(2π Λ d)²).
    width = float(np.sqrt(-np.log(REST))) / (2 * np.pi * nearest)
    smallest = float(np.linalg.eigvalsh(charges.dielectric)[0])
    return width, 2 * width * float(np.sqrt(-np.log(REST) / smallest))


def _count(path: Path, numbers: NDArray[np.float64], place: int, name: str) -> int:
    """A count in the file."""
    if place >= len(numbers):
        raise FileError(f"{path}: ends where a number of {name} should be")
    n = int(whole_numbers(path, numbers[place : place + 1], f"a number of {name}")[0])
    if not 0 <= n <= len(numbers) or n > MOST_ATOMS * 100:
        raise FileError(f"{path}: expected a number of {name}, got {n}; is the file whole?")
    return n


def _polar(path: Path, rest: NDArray[np.float64], cell: Cell) -> Dipoles | None:
    """Charges at the end of the file."""
    if not len(rest) or rest[0] == 0:
        return None
    n_a = cell.n_atoms
    if len(rest) < 12:
        raise FileError(f"{path}: ends within the dielectric tensor; is the file whole?")
    n_irreducible = _count(path, rest, 11, "components")
    start = 12 + n_irreducible * (1 + 9 * n_a)
    if len(rest) < start + 9 * n_a:
        raise FileError(f"{path}: ends within the Born charges; is the file whole?")
    charges = rest[start : start + 9 * n_a].reshape(n_a, 3, 3).swapaxes(1, 2)
    dielectric = rest[1:10].reshape(3, 3)
    try:
        checked = BornCharges.of(cell, charges, dielectric)
    except PhonoError as error:
        raise FileError(f"{path}: {error}") from None
    width, cutoff = ewald_of(cell, checked)
    return Dipoles(charges=checked, cutoff=cutoff, width=width)
