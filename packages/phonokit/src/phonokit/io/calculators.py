"""Units of the programs that forces come from, by the name the yaml file gives."""

from dataclasses import dataclass

from phono_grid.errors import FileError

from phonokit.io.tree import Tree

BOHR = 0.52917720742395
"""Å, of the same set of constants as `phono_grid.units`."""
HARTREE = 27.211398230888
"""eV"""


@dataclass(frozen=True, slots=True)
class Units:
    """What one unit of a file is worth.

    Parameters
    ----------
    calculator : str
        The program, "" if the file names none.
    length : float
        Å
    force : float
        eV/Å
    """

    calculator: str = ""
    length: float = 1.0
    force: float = 1.0


_BY_UNITS = {
    (1.0, 1.0): "vasp aims lammps pwmat crystal castep",
    (BOHR, 1.0): "abinit siesta abacus",
    (BOHR, HARTREE / 2 / BOHR): "qe qlm",
    (BOHR, HARTREE / 2000 / BOHR): "wien2k",
    (BOHR, HARTREE / BOHR): "elk dftbp turbomole fleur exciting octopus",
    (1.0, HARTREE / BOHR): "cp2k",
}
CALCULATORS = {
    name: Units(name, *factors)
    for factors, names in _BY_UNITS.items()
    for name in names.split()
}


def units_of(tree: Tree) -> Units:
    """The units of a yaml file: of the calculator it names, Å and eV/Å if it names none."""
    program = next((name for name in ("phono3py", "phonopy") if name in tree), None)
    header = tree if program is None else tree.child(program)
    units = Units()
    if "calculator" in header:
        name = header.string("calculator").lower()
        if name not in CALCULATORS:
            raise header.error(
                "calculator", f"expected one of {', '.join(CALCULATORS)}, got {name!r}"
            )
        units = CALCULATORS[name]
    _check_stated_length(tree, units)
    return units


def _check_stated_length(tree: Tree, units: Units) -> None:
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
