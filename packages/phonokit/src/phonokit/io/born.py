"""Born charges, from the yaml file itself or from ``BORN`` beside it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import BornCharges
from phono_grid import Cell, Symmetry, units
from phono_grid.errors import FileError

from phonokit.io.calculators import Units
from phonokit.io.files import in_file, open_text
from phonokit.io.tree import Tree
from phonokit.model.dipoles import METHODS, Dipoles


def read_born_charges(
    tree: Tree, cell: Cell, units_: Units
) -> tuple[Dipoles | None, Path | None]:
    """The charges that belong to a yaml file, None if there are none, and ``BORN``."""
    beside = tree.file.parent / "BORN"
    if "nac" in tree:
        return _from_yaml(tree.child("nac"), cell, units_), None
    if "born_effective_charge" in tree:
        return _from_yaml(tree, cell, units_), None
    if beside.is_file():
        return read_born(beside, cell, units_), beside
    return None, None


def _from_yaml(tree: Tree, cell: Cell, units_: Units) -> Dipoles:
    """Of the block ``nac``, or, in files before phonopy 2.18, of the top of the file."""
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
    polar = _polar(where, cell, charges, epsilon, _factor(factor, units_))
    return Dipoles(charges=polar, method=method)


def read_born(path: Path, cell: Cell, units_: Units) -> Dipoles:
    """Read ``BORN``: a factor, the dielectric tensor, the charges of independent atoms.

    The first line may hold, after the factor, the cutoff and the width of Gonze and Lee's
    sum; a word that is not a number stands for the default.
    """
    with open_text(path) as file:
        lines = [(i, line.split()) for i, line in enumerate(file, start=1) if line.split()]
    if len(lines) < 3:
        raise FileError(
            f"{path}: expected a line with the factor, one with the dielectric tensor and "
            f"one for each independent atom, got {len(lines)} lines"
        )
    head = [_number(word) for word in lines[0][1][:3]] + [None] * 3
    epsilon, *charges = (_tensor(path, line, words) for line, words in lines[1:])
    _ensure_count(path, len(charges), cell)
    factor, cutoff, width = head[:3]
    polar = _polar(f"{path}", cell, np.array(charges), epsilon, _factor(factor, units_))
    per_length = 1 / units_.length
    return Dipoles(
        charges=polar,
        cutoff=None if cutoff is None else cutoff * per_length,
        width=None if width is None else width * per_length,
    )


def _ensure_count(path: Path, n: int, cell: Cell) -> None:
    """Require one charge for each independent atom."""
    independent = Symmetry.of(cell).independent_atoms
    if n != len(independent):
        atoms = ", ".join(f"{k + 1} {cell.symbols[k]}" for k in independent)
        raise FileError(
            f"{path}: expected {len(independent)} lines of charges, one for each "
            f"independent atom of the primitive cell ({atoms}), got {n}"
        )


def _number(word: str) -> float | None:
    """A number, None if it is a word."""
    try:
        return float(word)
    except ValueError:
        return None


def _tensor(path: Path, line: int, words: list[str]) -> NDArray[np.float64]:
    """Nine numbers."""
    numbers = [_number(word) for word in words]
    if len(numbers) != 9 or None in numbers:
        raise FileError(
            f"{path}: line {line}: expected nine numbers, a tensor row by row, got "
            f"{' '.join(words)!r}"
        )
    return np.array(numbers, dtype=np.float64).reshape(3, 3)


def _factor(factor: float | None, units_: Units) -> float:
    """``e² / 4π ε₀`` in eV Å; a file gives it in the units of its calculator."""
    if factor is None:
        return units.COULOMB
    return factor * units_.force * units_.length**2


def _polar(
    where: str,
    cell: Cell,
    charges: NDArray[np.float64],
    epsilon: NDArray[np.float64],
    factor: float,
) -> BornCharges:
    """The charges, with the name of the file in what is wrong with them."""
    with in_file(where):
        polar = BornCharges.of(cell, charges, epsilon, factor=factor)
    return polar
