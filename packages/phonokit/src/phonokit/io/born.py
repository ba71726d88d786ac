"""Born charges, from the yaml file itself or from ``BORN`` beside it."""

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import BornCharges
from phono_grid import Cell, Symmetry
from phono_grid.calculators import CalculatorUnits
from phono_grid.errors import FileError, PhonoWarning

from phonokit.io.files import in_file
from phonokit.io.lines import Lines, number_of, read_lines, uncommented
from phonokit.io.plausible import ensure_charges
from phonokit.io.tree import Tree
from phonokit.model.dipoles import ANGSTROM, METHODS, Dipoles, born_charges


class ChargesLeftOutWarning(PhonoWarning):
    """Charges that cannot be read, where nothing depends on them."""


def read_born_charges(
    tree: Tree, cell: Cell, units: CalculatorUnits, *, nac: bool = True
) -> tuple[Dipoles | None, Path | None]:
    """The charges that belong to a yaml file, None if there are none, and ``BORN``.

    Without ``nac`` nothing depends on them: those that cannot be read are a warning.
    """
    try:
        return _charges_of(tree, cell, units)
    except FileError as error:
        if nac:
            raise
        warnings.warn(
            f"the Born charges are left out, as they cannot be read: {error}",
            ChargesLeftOutWarning,
            stacklevel=2,
        )
        return None, None


def _charges_of(
    tree: Tree, cell: Cell, units: CalculatorUnits
) -> tuple[Dipoles | None, Path | None]:
    """The charges of a yaml file, or of ``BORN`` beside it."""
    beside = tree.file.parent / "BORN"
    if "nac" in tree:
        return _from_yaml(tree.child("nac"), cell, units), None
    if "born_effective_charge" in tree:
        return _from_yaml(tree, cell, units), None
    if beside.is_file():
        return read_born(beside, cell, units), beside
    return None, None


def _from_yaml(tree: Tree, cell: Cell, units: CalculatorUnits) -> Dipoles:
    """Charges of the block ``nac``, or, before phonopy 2.18, of the top of the file."""
    charges = tree.array("born_effective_charge", (-1, 3, 3))
    epsilon = tree.array("dielectric_constant", (3, 3))
    factor = None
    if "unit_conversion_factor" in tree:
        factor = float(tree.array("unit_conversion_factor", ()))
    else:
        program = next((name for name in ("phono3py", "phonopy") if name in tree), None)
        if program and "nac_unit_conversion_factor" in tree.child(program):
            factor = float(tree.child(program).array("nac_unit_conversion_factor", ()))
    method = tree.string("method").lower() if "method" in tree else METHODS[0]
    if method not in METHODS:
        raise tree.error("method", f"expected Gonze or Wang, got {method!r}")
    where = f"{tree.file}: {tree.name('born_effective_charge')}"
    checked = _charges(where, cell, charges, epsilon, factor, units)
    return Dipoles(charges=checked, method=method)


def read_born(path: Path, cell: Cell, units: CalculatorUnits) -> Dipoles:
    """Read ``BORN``: a factor, the dielectric tensor, the charges of independent atoms.

    The first line may hold, after the factor, the cutoff and the width of Gonze and Lee's
    sum; a word without any digit stands for the default. An output of ph.x, VASP,
    ABINIT or CASTEP with charges is taken too, and TDEP's ``infile.lotosplitting``.
    """
    from phonokit.io.born_outputs import read_charges_of_output  # of many programs

    output = read_charges_of_output(path)
    if output is not None:
        of_atoms = output.of_primitive(path, cell)
        checked = _charges(f"{path}", cell, of_atoms, output.dielectric, None, units)
        return Dipoles(charges=checked)
    lines = read_lines(path)
    if is_lotosplitting(lines):
        tensors = read_lotosplitting(lines, cell)
        checked = _charges(f"{path}", cell, tensors[1:], tensors[0], None, ANGSTROM)
        return Dipoles(charges=checked)
    if len(lines) < 3:
        raise FileError(
            f"{path}: expected a line with the factor, one with the dielectric tensor and "
            f"one for each independent atom, got {len(lines)} lines"
        )
    factor, cutoff, width = _head(lines)
    epsilon, *charges = (
        np.array(lines.numbers(number, 9)).reshape(3, 3) for number in range(1, len(lines))
    )
    _ensure_count(path, len(charges), cell)
    checked = _charges(f"{path}", cell, np.array(charges), epsilon, factor, units)
    per_length = 1 / units.length
    return Dipoles(
        charges=checked,
        cutoff=None if cutoff is None else cutoff * per_length,
        width=None if width is None else width * per_length,
    )


def is_lotosplitting(lines: Lines) -> bool:
    """Whether all lines, comments aside, have three numbers, as TDEP's have."""
    rows = [uncommented(words) for _, words in lines.rows]
    return len(rows) >= 6 and all(len(row) == 3 for row in rows)


def read_lotosplitting(lines: Lines, cell: Cell) -> NDArray[np.float64]:
    """The dielectric tensor and the charges of all atoms, (1 + n_a, 3, 3).

    Rows are of the field, columns of the displacement; the charges in e.
    """
    n = 3 * (1 + cell.n_atoms)
    if len(lines) != n:
        raise FileError(
            f"{lines.path}: expected three lines of the dielectric tensor and three of "
            f"each of {cell.n_atoms} atoms, {n} in all, got {len(lines)}"
        )
    return np.array([lines.leading(i, 3) for i in range(n)]).reshape(-1, 3, 3)


def _head(lines: Lines) -> list[float | None]:
    """Three numbers of the first line, None for words and for what is not there."""
    numbers: list[float | None] = [None] * 3
    for i, word in enumerate(lines.words(0)[:3]):
        if not any(letter.isdigit() for letter in word):
            continue
        try:
            numbers[i] = number_of(word)
        except ValueError:
            raise FileError(
                f"{lines.path}: line {lines.line(0)}: {word!r} is not a number; write the "
                "factor, or a word without digits for the default"
            ) from None
    return numbers


def _ensure_count(path: Path, n: int, cell: Cell) -> None:
    """Require one charge for each independent atom."""
    independent = Symmetry.of(cell, masses=False).independent_atoms
    if n != len(independent):
        atoms = ", ".join(f"{k + 1} {cell.symbols[k]}" for k in independent)
        raise FileError(
            f"{path}: expected {len(independent)} lines of charges, one for each "
            f"independent atom of the primitive cell ({atoms}), got {n}"
        )


def _charges(
    where: str,
    cell: Cell,
    charges: NDArray[np.float64],
    dielectric: NDArray[np.float64],
    factor: float | None,
    units: CalculatorUnits,
) -> BornCharges:
    """The charges, with the name of the file in what is wrong with them."""
    with in_file(where):
        ensure_charges(charges, dielectric)
        checked = born_charges(cell, charges, dielectric, factor, units)
    return checked
