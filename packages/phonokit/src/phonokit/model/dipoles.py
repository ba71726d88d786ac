"""Born charges of a crystal, and how their dipoles are summed."""

from dataclasses import dataclass

from phono_dynmat import BornCharges
from phono_grid.errors import DomainError, ensure_positive, ensure_type

METHODS = ("gonze", "wang")
"""The sum of Gonze and Lee, and the interpolation of Wang and others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dipoles:
    """Born charges of a crystal, and how their dipoles are summed.

    Parameters
    ----------
    charges : BornCharges
        With the symmetry of the crystal.
    method : "gonze" or "wang"
    cutoff : float, optional
        The longest reciprocal lattice vector of Gonze and Lee's sum, 1/Å; a default by the
        number of atoms if not given.
    width : float, optional
        The width of its damping, 1/Å; a default if not given.
    """

    charges: BornCharges
    method: str = METHODS[0]
    cutoff: float | None = None
    width: float | None = None

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("charges", self.charges, BornCharges)
        if self.method not in METHODS:
            raise DomainError(f"method: expected gonze or wang, got {self.method!r}")
        for name in ("cutoff", "width"):
            if getattr(self, name) is not None:
                ensure_positive(name, getattr(self, name))

    @property
    def description(self) -> str:
        """How Born charges are taken into account, for the record."""
        name = {"gonze": "Gonze-Lee", "wang": "Wang"}[self.method]
        return f"{name}, none at the zone centre"
