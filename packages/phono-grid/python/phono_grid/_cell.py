"""A crystal: a lattice with atoms."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._isotopes import standard_masses
from phono_grid.errors import DomainError, ensure_finite, frozen


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """Atoms in a periodic cell.

    Parameters
    ----------
    lattice : (3, 3) array_like
        Lattice vectors in rows, Å; right-handed.
    positions : (n_a, 3) array_like
        Fractional coordinates.
    symbols : n_a strings
        Chemical symbols. Atoms with different symbols are different to symmetry.
    masses : (n_a,) array_like
        Da.

    Raises
    ------
    DomainError
        If the lattice has no volume or is left-handed, a mass is not positive, or there
        are no atoms.
    """

    lattice: NDArray[np.float64]
    positions: NDArray[np.float64]
    symbols: tuple[str, ...]
    masses: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        n_a = len(self.symbols)
        if n_a == 0:
            raise DomainError("symbols: a cell needs at least one atom")
        arrays = {
            "lattice": frozen(self.lattice, "lattice", shape=(3, 3)),
            "positions": frozen(self.positions, "positions", shape=(n_a, 3)),
            "masses": frozen(self.masses, "masses", shape=(n_a,)),
        }
        for name, array in arrays.items():
            ensure_finite(name, array)
            object.__setattr__(self, name, array)
        object.__setattr__(self, "symbols", tuple(str(s) for s in self.symbols))
        volume = np.linalg.det(self.lattice)
        if not volume > 1e-10:
            raise DomainError(
                f"lattice must be right-handed with a volume, got {volume:g} Å³; "
                "exchange two lattice vectors if it is negative"
            )
        if not (self.masses > 0).all():
            raise DomainError(f"masses must be positive, got {self.masses.min():g}")

    @classmethod
    def of(cls, lattice: ArrayLike, positions: ArrayLike, symbols: Sequence[str]) -> "Cell":
        """A cell of natural elements, with their standard masses."""
        masses = standard_masses(symbols)
        return cls(np.asarray(lattice), np.asarray(positions), tuple(symbols), masses)

    @property
    def n_atoms(self) -> int:
        """Number of atoms ``n_a``."""
        return len(self.symbols)

    @property
    def volume(self) -> float:
        """Å³."""
        return float(np.linalg.det(self.lattice))

    @property
    def reciprocal_lattice(self) -> NDArray[np.float64]:
        """Reciprocal lattice vectors in rows, 1/Å, without 2π."""
        return np.ascontiguousarray(np.linalg.inv(self.lattice).T)

    @property
    def species(self) -> NDArray[np.int64]:
        """A number for each distinct symbol, in order of first appearance, from 1."""
        order = {s: i + 1 for i, s in enumerate(dict.fromkeys(self.symbols))}
        return np.array([order[s] for s in self.symbols], dtype=np.int64)

    @property
    def formula(self) -> str:
        """Like ``Na4Cl4``."""
        count: dict[str, int] = {}
        for symbol in self.symbols:
            count[symbol] = count.get(symbol, 0) + 1
        return "".join(f"{s}{n if n > 1 else ''}" for s, n in count.items())


def cell_of(
    lattice: NDArray[np.float64],
    positions: NDArray[np.float64],
    like: Cell,
    atoms: Sequence[int] | NDArray[np.int64],
) -> Cell:
    """A cell whose atoms are of the kinds of ``like``'s ``atoms``."""
    symbols = tuple(like.symbols[i] for i in atoms)
    return Cell(lattice, positions, symbols, like.masses[np.asarray(atoms)])
