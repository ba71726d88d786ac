"""Which supercells are made of a structure, and how their atoms are displaced."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from phono_grid import SYMPREC
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_flag,
    ensure_integer,
    ensure_not_negative,
    ensure_positive,
    ensure_shape,
    ensure_type,
    finite,
)

from phonokit.settings.symmetry_search import SymmetrySearch

Triple = tuple[int, int, int]
Matrix = Triple | tuple[Triple, Triple, Triple]
"""Multiples of the axes of the unit cell, or a matrix whose columns are the axes of the
supercell in those of the unit cell."""
PLUS_MINUS = ("auto", "yes", "no")
DISTANCE = {2: 0.01, 3: 0.03, 4: 0.03}
"""Å, by order, as phonopy and phono3py have it for second and third."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Displace:
    """Which supercells are made of a structure, and how their atoms are displaced.

    Parameters
    ----------
    supercell
        Three numbers, multiples of the unit cell; 1 1 1 if not given. Or a matrix, whose
        columns are the supercell's axes.
    primitive
        auto, or a centring letter: P F I A C R.
    distance
        Length of a displacement in Å; 0.03 if not given, 0.01 for second order
        alone.
    pair_cutoff
        In Å; pairs of atoms farther apart are skipped.
    second_order
        Displace single atoms only.
    plus_minus
        Make the opposite displacement too: auto (where symmetry does not), yes or no.
    axes_only
        Displace along lattice vectors, not along their sums.
    phonon_supercell
        Three numbers: a separate, larger supercell for second order. Or a matrix.
    random
        Number of supercells in which all atoms are displaced at random, for a least-squares
        fit (symfc).
    temperature
        Temperature of random displacements in K: all atoms as they are in the harmonic
        crystal, with zero-point motion; for this the structure comes with force constants
        or forces.
    classical
        Without zero-point motion, as in molecular dynamics.
    seed
        Seed of random displacements: the same one gives the same displacements.
    gaussian
        Components are normally distributed with the distance as their deviation, in place
        of one length for all.
    magnetic_moments
        Moments of the atoms of the unit cell, a number or three Cartesian ones for each, in
        place of those of the structure; they lower the symmetry. On the command line 2*1.5
        stands for two numbers.
    tolerance
        In Å; positions this close are equal to symmetry. Commands that read the forces take
        the same one.
    symmetry
        Skip what symmetry makes of other displacements. Without it every atom of the
        primitive cell is displaced along all axes.
    """

    supercell: Matrix = (1, 1, 1)
    primitive: str = "auto"
    distance: float | None = None
    pair_cutoff: float | None = None
    second_order: bool = False
    plus_minus: Literal["auto", "yes", "no"] = "auto"
    axes_only: bool = False
    phonon_supercell: Matrix | None = None
    random: int | None = None
    temperature: float | None = None
    classical: bool = False
    seed: int | None = None
    gaussian: bool = False
    magnetic_moments: tuple[float, ...] | None = None
    tolerance: float = SYMPREC
    symmetry: bool = True

    def __post_init__(self) -> None:
        """Establish the invariants."""
        for name in ("second_order", "axes_only", "gaussian", "classical"):
            ensure_flag(name, getattr(self, name))
        for name in ("distance", "pair_cutoff"):
            if getattr(self, name) is not None:
                ensure_positive(name, getattr(self, name))
        for name in ("supercell", "phonon_supercell"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, whole_numbers(name, getattr(self, name)))
        if self.plus_minus not in PLUS_MINUS:
            raise DomainError(
                f"plus_minus: expected {', '.join(PLUS_MINUS)}, got {self.plus_minus!r}"
            )
        if self.random is not None:
            ensure_integer("random", self.random, least=1)
        if self.temperature is not None:
            ensure_not_negative("temperature", self.temperature, "K")
        if self.magnetic_moments is not None:
            moments = finite(self.magnetic_moments, "magnetic_moments", ("n",))
            object.__setattr__(self, "magnetic_moments", tuple(moments.tolist()))
        ensure_type("search", self.search, SymmetrySearch)
        self._refuse_contradictions()

    def _refuse_contradictions(self) -> None:
        """Refuse settings that exclude each other."""
        if self.pair_cutoff is not None and (self.second_order or self.random is not None):
            raise DomainError(
                "pair_cutoff: neither second order alone nor random displacements have "
                "pairs; leave it out"
            )
        if self.phonon_supercell is not None and self.second_order:
            raise DomainError(
                "phonon_supercell: is for second order beside third order; give the "
                "supercell of second order alone as supercell="
            )
        self._refuse_contradictions_of_temperature()
        if self.random is None and (self.seed is not None or self.gaussian):
            name = "gaussian" if self.seed is None else "seed"
            raise DomainError(
                f"{name}: is of random displacements; give random=, their number, too"
            )

    def _refuse_contradictions_of_temperature(self) -> None:
        """Refuse what thermal displacements do not have, and what nothing else has."""
        if self.temperature is None:
            if self.classical:
                raise DomainError(
                    "classical: is of displacements at a temperature; give temperature= too"
                )
            return
        if self.random is None:
            raise DomainError(
                "temperature: is of random displacements; give random=, their number, too"
            )
        for name in ("distance", "phonon_supercell", "magnetic_moments"):
            if getattr(self, name) is not None:
                raise DomainError(
                    f"{name}: has no meaning with temperature=, where the crystal decides; "
                    "leave it out"
                )
        if self.gaussian or self.plus_minus == "yes":
            name = "gaussian" if self.gaussian else "plus_minus"
            raise DomainError(f"{name}: has no meaning with temperature=; leave it out")

    @property
    def search(self) -> SymmetrySearch:
        """The search for symmetry."""
        return SymmetrySearch(tolerance=self.tolerance, symmetry=self.symmetry)

    @property
    def order(self) -> int:
        """The highest order of force constants the displacements are for."""
        return 2 if self.second_order else 3

    @property
    def length(self) -> float:
        """The length of a displacement, Å."""
        return DISTANCE[self.order] if self.distance is None else self.distance


def whole_numbers(name: str, matrix: Any) -> Any:
    """Three whole numbers, or three rows of them."""
    values: NDArray[np.float64] = as_numbers(matrix, name)
    if values.shape != (3,):
        ensure_shape(name, values, (3, 3))
    if (values != np.rint(values)).any():
        raise DomainError(f"{name} must hold whole numbers, got {matrix}")
    rows = np.rint(values).astype(int).tolist()
    return tuple(rows) if values.ndim == 1 else tuple(map(tuple, rows))
