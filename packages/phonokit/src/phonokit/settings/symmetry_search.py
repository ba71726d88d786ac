"""The search for the symmetry of a crystal, or none."""

from dataclasses import dataclass

from phono_grid import SYMPREC, Cell, Supercell, Symmetry
from phono_grid.errors import ensure_flag, ensure_positive


@dataclass(frozen=True, slots=True, kw_only=True)
class SymmetrySearch:
    """The search for the space group of a crystal, or none.

    Parameters
    ----------
    tolerance : float
        In Å; positions this close are equal to symmetry.
    symmetry : bool
        Whether there are operations other than lattice translations.
    """

    tolerance: float = SYMPREC
    symmetry: bool = True

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_positive("tolerance", self.tolerance)
        ensure_flag("symmetry", self.symmetry)

    def of_primitive(self, cell: Cell) -> Symmetry:
        """The symmetry of vibrations: masses count."""
        return (
            Symmetry.of(cell, self.tolerance) if self.symmetry else Symmetry.identity(cell)
        )

    def of_supercell(self, supercell: Supercell) -> Symmetry:
        """The symmetry of forces and force constants, which do not know masses."""
        if not self.symmetry:
            return Symmetry.of_translations(supercell)
        return Symmetry.of(supercell.cell, self.tolerance, masses=False)

    @property
    def description(self) -> str:
        """Differences from the defaults, in words."""
        if not self.symmetry:
            return "no symmetry"
        is_usual = self.tolerance == SYMPREC
        return "" if is_usual else f"symmetry within {self.tolerance:g} Å"
