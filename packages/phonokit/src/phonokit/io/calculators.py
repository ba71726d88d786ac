"""Units of the program that the forces of a yaml file come from."""

from phono_grid.calculators import CalculatorUnits, calculator_units
from phono_grid.errors import DomainError, FileError

from phonokit.io.tree import Tree


def units_of(tree: Tree) -> CalculatorUnits:
    """The units of a yaml file: of the calculator it names, Å and eV/Å if it names none."""
    program = next((name for name in ("phono3py", "phonopy") if name in tree), None)
    header = tree if program is None else tree.child(program)
    name = header.string("calculator") if "calculator" in header else None
    try:
        units = calculator_units(name)
    except DomainError as error:
        message = str(error).removeprefix("calculator: ")
        raise header.error("calculator", message) from None
    _check_stated_length(tree, units)
    return units


def _check_stated_length(tree: Tree, units: CalculatorUnits) -> None:
    """Refuse a file whose stated unit of length is not that of its calculator."""
    if "physical_unit" not in tree:
        return
    stated = tree.child("physical_unit")
    expected = "angstrom" if units.length == 1 else "au"
    if "length" in stated and stated.string("length").lower() != expected:
        raise FileError(
            f"{tree.file}: physical_unit.length is {stated.string('length')!r}, but "
            f"{units.calculator or 'a file without a calculator'} uses {expected!r}; name "
            "the right calculator in the head of the file"
        )
