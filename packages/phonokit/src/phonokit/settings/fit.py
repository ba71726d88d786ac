"""Choices of how to solve for force constants from forces."""

from dataclasses import dataclass

from phono_grid import SYMPREC
from phono_grid.errors import DomainError, ensure_flag, ensure_positive, ensure_type

from phonokit.settings.symmetry_search import SymmetrySearch


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Choices of how to solve for force constants from forces of displaced supercells.

    Parameters
    ----------
    symmetrize
        Impose index exchange and the sum rule on finite differences; a least-squares fit
        obeys both anyway.
    fc3_cutoff
        In Å; third-order constants of atoms this far apart or farther are zero. A
        least-squares fit is made without them; from finite differences they are cut off,
        which breaks the sum rule unless the constants are sparse.
    sparse
        Keep nothing beyond the cutoff, so that supercells of hundreds of atoms fit; the sum
        rule then holds among what is kept.
    least_squares
        Fit displaced atoms and pairs by least squares, as random displacements always are,
        in place of finite differences.
    rotational
        Make second-order constants invariant under rotations and free of stress, too (Born
        and Huang): the branch that bends a sheet is then quadratic in the wave vector. For
        crystals without stress and without Born charges.
    tolerance
        In Å; positions this close are equal to symmetry.
    symmetry
        Let forces of one displacement stand for those that symmetry makes of it. Without
        it lattice translations alone do.
    """

    symmetrize: bool = True
    fc3_cutoff: float | None = None
    sparse: bool = False
    least_squares: bool = False
    rotational: bool = False
    tolerance: float = SYMPREC
    symmetry: bool = True

    def __post_init__(self) -> None:
        """Establish the invariants."""
        for name in ("symmetrize", "sparse", "least_squares", "rotational"):
            ensure_flag(name, getattr(self, name))
        if self.fc3_cutoff is not None:
            ensure_positive("fc3_cutoff", self.fc3_cutoff)
        ensure_type("search", self.search, SymmetrySearch)
        if self.rotational and not self.symmetrize:
            raise DomainError(
                "rotational: comes with index exchange and the sum rule; leave "
                "symmetrize=False out"
            )
        if self.sparse and self.fc3_cutoff is None:
            raise DomainError(
                "sparse: needs fc3_cutoff=, the distance beyond which nothing is kept"
            )

    @property
    def description(self) -> str:
        """The choices that differ from the defaults, in words."""
        parts = [] if self.fc3_cutoff is None else [f"cutoff {self.fc3_cutoff:g} Å"]
        parts += ["sparse"] * self.sparse
        parts += ["not symmetrized"] * (not self.symmetrize)
        parts += ["rotational sum rules"] * self.rotational
        parts.append(self.search.description)
        return ", ".join(filter(None, parts))

    @property
    def search(self) -> SymmetrySearch:
        """The search for symmetry."""
        return SymmetrySearch(tolerance=self.tolerance, symmetry=self.symmetry)
