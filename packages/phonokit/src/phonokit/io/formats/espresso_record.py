"""Force constants of Quantum ESPRESSO as ``q2r.x`` writes them, and with their dipoles.

Periodic on a grid of primitive cells. Where there are charges, the interaction of the
dipoles is not in the file: its sum over reciprocal lattice vectors is Gonze and Lee's with
the width √alpha 2π/a; alpha is 1, or what the file says.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import BornCharges, ChargeWarning
from phono_fc import ForceConstants, LatticeForceConstants
from phono_grid import Cell, standard_masses
from phono_grid.calculators import calculator_units
from phono_grid.errors import DomainError, FileError, PhonoError

from phonokit.io.formats.cells import grid_supercell
from phonokit.io.formats.dipole_range import with_dipoles
from phonokit.io.formats.embed import folded
from phonokit.io.lines import number_of
from phonokit.io.species import element_of, symbol_of_number
from phonokit.model.dipoles import Dipoles

UNIT = calculator_units("qe").force_constants(2)
MASS = 911.444242
"""Rydberg units of mass in a dalton."""
HEAVIEST = 400.0
"""Da; a larger mass is in Rydberg units."""
ACCURACY = 1e-10
"""The share of a term at the longest reciprocal vector that the damping leaves."""
MOST = 10**7
"""Constants in a file."""
SAME_MASS = 5e-4
"""Relative; a kind without a name is the element of this mass."""
LAST_ELEMENT = 118


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GridConstants:
    """A file of ``q2r.x``.

    Parameters
    ----------
    path : Path
    cell : Cell
    alat : float
        Å
    grid : tuple of int
    values : (n_a, n_a, n_cells, 3, 3) array
        Atom of the home cell, atom at R, R with the first axis fastest; Ry/bohr².
    charges : (n_a, 3, 3) array, or None
        As in the file: field, displacement.
    dielectric : (3, 3) array, or None
    alpha : float
        Parameter of Ewald's sum, (2π/a)².
    """

    path: Path
    cell: Cell
    alat: float
    grid: tuple[int, ...]
    values: NDArray[np.float64]
    charges: NDArray[np.float64] | None = None
    dielectric: NDArray[np.float64] | None = None
    alpha: float = 1.0

    def whole(self) -> tuple[ForceConstants, Dipoles | None]:
        """Constants that hold the dipoles, and the charges.

        What comes back are the dipoles of the charges in the file, which were taken out:
        at the wave vectors of the grid the dynamical matrices are those of the calculation.
        The charges of `Dipoles` have the symmetry of the crystal.
        """
        n_a, n_cells = self.cell.n_atoms, int(np.prod(self.grid))
        atoms = np.indices((n_a, n_a, n_cells))[:2].reshape(2, -1).T
        cells = np.broadcast_to(cells_of_grid(self.grid), (n_a, n_a, n_cells, 3))
        lattice = LatticeForceConstants(
            self.values.reshape(-1, 3, 3) * UNIT, atoms, cells.reshape(-1, 1, 3), self.cell
        )
        short = folded(lattice, grid_supercell(self.cell, self.grid))
        if self.charges is None or self.dielectric is None:
            return short, None
        try:
            polar = BornCharges.of(self.cell, self.charges, self.dielectric)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ChargeWarning)
                epsilon = (self.dielectric + self.dielectric.T) / 2
                taken_out = BornCharges(self.charges, epsilon)
        except PhonoError as error:
            raise FileError(f"{self.path}: {error}") from None
        width, cutoff = damping(self.alat, polar, self.alpha)
        whole = with_dipoles(short, taken_out, width, cutoff)
        return whole, Dipoles(charges=polar, cutoff=cutoff, width=width)


def damping(alat: float, polar: BornCharges, alpha: float = 1.0) -> tuple[float, float]:
    """Width and cutoff, 1/Å, of Quantum ESPRESSO's sum; ``alat`` in Å."""
    width = float(np.sqrt(alpha)) / alat
    smallest = float(np.linalg.eigvalsh(polar.dielectric)[0])
    return width, 2 * width * float(np.sqrt(-np.log(ACCURACY) / smallest))


def cells_of_grid(grid: tuple[int, ...]) -> NDArray[np.int64]:
    """The cells of a grid, the first axis fastest."""
    axes = np.unravel_index(np.arange(int(np.prod(grid))), grid[::-1])
    return np.stack(axes[::-1], axis=1)


def ensure_grid(place: str, grid: list[int], cell: Cell) -> tuple[int, ...]:
    """Three sizes, of a file that can be."""
    if min(grid) < 1 or np.prod(grid, dtype=float) * (3 * cell.n_atoms) ** 2 > MOST:
        raise FileError(f"{place}: expected three sizes of a grid")
    return tuple(grid)


def alpha_of(place: str, word: str) -> float:
    """The parameter of Ewald's sum."""
    try:
        alpha = number_of(word)
    except ValueError:
        alpha = 0.0
    if not 1e-3 < alpha < 1e3:
        raise FileError(
            f"{place}: expected the parameter of Ewald's sum, got {word[:40]!r}"
        )
    return alpha


def kind_of(place: str, name: str, mass: str) -> tuple[str, float]:
    """The element of a kind of atom and its mass in Da, which files have in either unit.

    A name that is blank, as some programs write it, is told by its mass.
    """
    try:
        value = number_of(mass)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e7:
        raise FileError(f"{place}: expected a mass, got {mass[:40]!r}")
    in_dalton = value if value < HEAVIEST else value / MASS
    element = element_of(name.strip()) or _of_mass(in_dalton)
    if element is None:
        raise FileError(f"{place}: {name.strip()!r} is no element; give its symbol")
    return element, in_dalton


def _of_mass(mass: float) -> str | None:
    """The element with this standard mass, None if there is none."""
    for number in range(1, LAST_ELEMENT + 1):
        try:
            symbol = symbol_of_number(number)
            standard = float(standard_masses([symbol])[0])
        except DomainError:
            continue
        if abs(mass / standard - 1) < SAME_MASS:
            return symbol
    return None
