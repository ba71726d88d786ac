"""Born charges of a crystal, and how their dipoles are summed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike
from phono_dynmat import BornCharges
from phono_grid import Cell, units
from phono_grid.calculators import CalculatorUnits
from phono_grid.errors import DomainError, ensure_positive, ensure_type
from phono_grid.nouns import ValueNoun

METHODS = ("gonze", "wang", "sheet")
"""The sum of Gonze and Lee, the interpolation of Wang and others, the sum in a sheet."""
NAMES = {"gonze": "Gonze-Lee", "wang": "Wang", "sheet": "two-dimensional"}
ANGSTROM = CalculatorUnits()


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Dipoles(ValueNoun):
    """Born charges of a crystal, and how their dipoles are summed.

    Parameters
    ----------
    charges : BornCharges
        With the symmetry of the crystal.
    method : "gonze" or "wang" or "sheet"
        In a sheet, the third lattice vector is across the vacuum.
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
            raise DomainError(f"method: expected gonze, wang or sheet, got {self.method!r}")
        for name in ("cutoff", "width"):
            if getattr(self, name) is not None:
                ensure_positive(name, getattr(self, name))

    @classmethod
    def from_nac_params(
        cls,
        cell: Cell,
        nac_params: Mapping[str, Any],
        calculator_units: CalculatorUnits = ANGSTROM,
    ) -> "Dipoles":
        """Take charges as phonopy and phono3py keep them.

        Parameters
        ----------
        cell : Cell
            The primitive cell.
        nac_params : mapping
            ``born`` (n_a, 3, 3), e; ``dielectric`` (3, 3); and, where they are there,
            ``factor``, ``method``, ``G_cutoff`` and ``Lambda`` in the units of the
            calculator.
        calculator_units : CalculatorUnits
        """
        missing = [key for key in ("born", "dielectric") if nac_params.get(key) is None]
        if missing:
            raise DomainError(f"nac_params: has no {' and no '.join(missing)}")
        charges = born_charges(
            cell,
            nac_params["born"],
            nac_params["dielectric"],
            nac_params.get("factor"),
            calculator_units,
        )
        lengths = [nac_params.get(key) for key in ("G_cutoff", "Lambda")]
        cutoff, width = (
            None if x is None else x / calculator_units.length for x in lengths
        )
        method = str(nac_params.get("method") or METHODS[0]).lower()
        return cls(charges=charges, method=method, cutoff=cutoff, width=width)

    @property
    def description(self) -> str:
        """Name of the treatment of Born charges, for the record."""
        name = NAMES[self.method]
        return f"{name}, none at the zone centre"


def born_charges(
    cell: Cell,
    charges: ArrayLike,
    dielectric: ArrayLike,
    factor: float | None,
    calculator_units: CalculatorUnits,
) -> BornCharges:
    """Charges with the symmetry of the cell.

    Parameters
    ----------
    cell : Cell
    charges : (n_a, 3, 3) or (n_independent, 3, 3) array_like
    dielectric : (3, 3) array_like
    factor : float, optional
        ``e² / 4π ε₀`` in the units of the calculator.
    calculator_units : CalculatorUnits
    """
    if factor is None:
        factor = units.COULOMB
    else:
        factor = float(factor) * calculator_units.force * calculator_units.length**2
    return BornCharges.of(cell, charges, dielectric, factor=factor)
