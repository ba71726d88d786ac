"""Displaced supercells by number, whose forces are to be computed or collected."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Union

import numpy as np
from numpy.typing import NDArray
from phono_fc import PairDisplacements, SingleDisplacements
from phono_grid import Cell, Supercell
from phono_grid.errors import (
    DomainError,
    ensure_indices,
    ensure_integer,
    ensure_positive,
    ensure_type,
    finite,
    frozen,
)
from phono_grid.nouns import ValueNoun

from phonokit.model.formula import formula_of
from phonokit.model.same_crystal import ensure_same_primitive

Move = tuple[int, NDArray[np.float64]]
"""A displaced atom, from 0, and its displacement, Cartesian, Å."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DisplacedSupercells(ValueNoun):
    """A crystal and its displaced supercells: singles first, pairs after them.

    Parameters
    ----------
    unit_cell : Cell
    supercell : Supercell
    singles : SingleDisplacements
    pairs : PairDisplacements or None
        None for second order alone.
    cutoff : float or None
        Å, of ``pairs``.
    phonon : DisplacedSupercells or RandomSupercells, optional
        A separate supercell for second order beside one for third order.
    """

    unit_cell: Cell
    supercell: Supercell
    singles: SingleDisplacements
    pairs: PairDisplacements | None = None
    cutoff: float | None = None
    phonon: Union["DisplacedSupercells", "RandomSupercells", None] = None

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("unit_cell", self.unit_cell, Cell)
        ensure_type("supercell", self.supercell, Supercell)
        ensure_type("singles", self.singles, SingleDisplacements)
        n_s = self.supercell.cell.n_atoms
        ensure_indices("singles.atoms", self.singles.atoms, n_s)
        if self.pairs is not None:
            ensure_type("pairs", self.pairs, PairDisplacements)
            ensure_indices("pairs.atoms", self.pairs.atoms, n_s)
            ensure_indices("pairs.first", self.pairs.first, len(self.singles))
        if self.cutoff is not None:
            ensure_positive("cutoff", self.cutoff)
        ensure_phonon(self, self.phonon)

    def __len__(self) -> int:
        """Number of numbered supercells, counting excluded pairs."""
        return len(self.singles) + (0 if self.pairs is None else len(self.pairs))

    @property
    def order(self) -> int:
        """The highest order the displacements are for."""
        return 2 if self.pairs is None else 3

    @property
    def arrays(self) -> list[NDArray[Any]]:
        """Atoms and displacements, all that tells these supercells from others."""
        parts = (self.singles, self.pairs)
        return [a for p in parts if p is not None for a in (p.atoms, p.displacements)]

    @property
    def included(self) -> NDArray[np.bool_]:
        """Which of them need forces."""
        singles = np.ones(len(self.singles), dtype=np.bool_)
        return singles if self.pairs is None else np.r_[singles, self.pairs.included]

    def moves(self, number: int) -> list[Move]:
        """The displaced atoms of one supercell and how they move, Cartesian, Å."""
        n = len(self.singles)
        if 0 <= number < n:
            single = self.singles
            return [(int(single.atoms[number]), single.displacements[number])]
        if self.pairs is None or not 0 <= number < len(self):
            raise DomainError(f"number: expected 0 to {len(self) - 1}, got {number}")
        pair = number - n
        first = self.moves(int(self.pairs.first[pair]))
        return [*first, (int(self.pairs.atoms[pair]), self.pairs.displacements[pair])]

    def positions(self, number: int) -> NDArray[np.float64]:
        """Cartesian positions of all atoms of one supercell, (n_s, 3), Å."""
        x: NDArray[np.float64] = self.supercell.cell.positions @ self.supercell.cell.lattice
        for atom, u in self.moves(number):
            x[atom] += u
        return x

    def comments(self, length: float = 1.0) -> Iterator[str]:
        """One or two lines that say what moves, supercell by supercell, in a unit of Å."""
        return (comment_lines(self.moves(n), length) for n in range(len(self)))

    @property
    def description(self) -> str:
        """Atoms and displacements, for a person."""
        n = len(self.singles)
        pairs = "" if self.pairs is None else f" + {len(self.pairs)}"
        plural = "" if n == 1 and not pairs else "s"
        return f"{self.supercell.cell.n_atoms} atoms, {n}{pairs} displacement{plural}"

    def __repr__(self) -> str:
        """Formula, atoms and displacements."""
        return _short(self)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RandomSupercells(ValueNoun):
    """A crystal and supercells with all atoms displaced at once.

    Parameters
    ----------
    unit_cell : Cell
    supercell : Supercell
    displacements : (n, n_s, 3) array_like
        Cartesian, Å.
    order : int
        The highest order the displacements are for, 2 or 3.
    phonon : DisplacedSupercells or RandomSupercells, optional
        A separate supercell for second order beside one for third order.
    """

    unit_cell: Cell
    supercell: Supercell
    displacements: NDArray[np.float64]
    order: int = 3
    phonon: Union[DisplacedSupercells, "RandomSupercells", None] = None

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("unit_cell", self.unit_cell, Cell)
        ensure_type("supercell", self.supercell, Supercell)
        if ensure_integer("order", self.order) not in (2, 3):
            raise DomainError(f"order must be 2 or 3, got {self.order}")
        shape = ("n", self.supercell.cell.n_atoms, 3)
        u = finite(self.displacements, "displacements", shape)
        object.__setattr__(self, "displacements", frozen(u, "displacements"))
        ensure_phonon(self, self.phonon)

    def __len__(self) -> int:
        """Number of supercells."""
        return len(self.displacements)

    @property
    def arrays(self) -> list[NDArray[Any]]:
        """All that tells these supercells from others."""
        return [self.displacements]

    @property
    def included(self) -> NDArray[np.bool_]:
        """All of them need forces."""
        return np.ones(len(self), dtype=np.bool_)

    def positions(self, number: int) -> NDArray[np.float64]:
        """Cartesian positions of all atoms of one supercell, (n_s, 3), Å."""
        cell = self.supercell.cell
        x: NDArray[np.float64] = cell.positions @ cell.lattice + self.displacements[number]
        return x

    @property
    def description(self) -> str:
        """Atoms and displacements, for a person."""
        return f"{self.supercell.cell.n_atoms} atoms, {len(self)} random displacements"

    def __repr__(self) -> str:
        """Formula, atoms and displacements."""
        return _short(self)


AnySupercells = DisplacedSupercells | RandomSupercells
"""Supercells that want forces, of second and third order."""


def comment_lines(moves: list[Move], length: float) -> str:
    """Lines that say which atoms move, and how, in a unit of Å."""
    lines = []
    for atom, u in moves:
        x, y, z = u / length
        lines.append(f"# {atom + 1:<5d} {x:20.16f} {y:20.16f} {z:20.16f}\n")
    return "".join(lines)


def ensure_phonon(third: AnySupercells, phonon: AnySupercells | None) -> None:
    """Require a supercell of second order of the same crystal beside one of third order."""
    if phonon is None:
        return
    ensure_type("phonon", phonon, DisplacedSupercells, RandomSupercells)
    if (third.order, phonon.order) != (3, 2):
        raise DomainError(
            "phonon: expected a supercell of second order beside one of third order, got "
            f"orders {phonon.order} and {third.order}"
        )
    ensure_same_primitive("phonon", phonon.supercell.primitive, third.supercell.primitive)


def _short(supercells: AnySupercells) -> str:
    """Class, formula, atoms and displacements."""
    text = f"{formula_of(supercells.supercell.primitive)}, {supercells.description}"
    if supercells.phonon is not None:
        text += f"; second order {supercells.phonon.description}"
    return f"{type(supercells).__name__}({text})"
