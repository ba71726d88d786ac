"""Units of the programs that forces come from, by the names that phonopy gives them."""

from dataclasses import dataclass

from phono_grid.errors import DomainError
from phono_grid.units import BOHR, HARTREE


@dataclass(frozen=True, slots=True)
class CalculatorUnits:
    """Values of a program's units.

    Parameters
    ----------
    calculator : str
        The program, "" if none is named.
    length : float
        Å
    force : float
        eV/Å
    """

    calculator: str = ""
    length: float = 1.0
    force: float = 1.0

    def force_constants(self, order: int) -> float:
        """Value of the unit of force constants, eV/Å² or eV/Å³."""
        return float(self.force / self.length ** (order - 1))


_BY_UNITS = {
    (1.0, 1.0): "vasp aims lammps pwmat crystal castep",
    (BOHR, 1.0): "abinit siesta abacus",
    (BOHR, HARTREE / 2 / BOHR): "qe qlm",
    (BOHR, HARTREE / 2000 / BOHR): "wien2k",
    (BOHR, HARTREE / BOHR): "elk dftbp turbomole fleur exciting octopus",
    (1.0, HARTREE / BOHR): "cp2k",
}
CALCULATORS = {
    name: CalculatorUnits(name, *factors)
    for factors, names in _BY_UNITS.items()
    for name in names.split()
}
"""Units by the name of the program."""


def calculator_units(name: str | None) -> CalculatorUnits:
    """The units of a program; Å and eV/Å if none is named.

    Raises
    ------
    DomainError
        If the program is not in `CALCULATORS`.
    """
    if not name:
        return CalculatorUnits()
    if str(name).lower() not in CALCULATORS:
        raise DomainError(
            f"calculator: expected one of {', '.join(CALCULATORS)}, got {name!r}"
        )
    return CALCULATORS[str(name).lower()]
