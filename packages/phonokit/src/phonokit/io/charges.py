"""Born charges from the output of a program to the file BORN."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import BornCharges
from phono_grid import Cell, Supercell, Symmetry
from phono_grid.errors import FileError, as_numbers, ensure_type, frozen
from phono_grid.files import path_of
from phono_grid.nouns import ValueNoun

from phonokit.io.born_outputs import read_charges_of_output
from phonokit.io.files import in_file
from phonokit.io.load import load
from phonokit.io.plausible import ensure_charges
from phonokit.io.structures import read_structure
from phonokit.io.supercells import find_supercells, read_supercells
from phonokit.io.write_text import writing_text

BORN = "BORN"


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class ComputedCharges(ValueNoun):
    """Born charges as a program has computed them, and with the symmetry of the crystal.

    Parameters
    ----------
    program : str
    cell : Cell
        The primitive cell.
    computed : (n_a, 3, 3) array_like
        Charges of its atoms, means over their copies, e; rows are of the field.
    charges : BornCharges
        The same with the symmetry of the crystal and without a sum.
    """

    program: str
    cell: Cell
    computed: NDArray[np.float64]
    charges: BornCharges

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("program", self.program, str)
        ensure_type("cell", self.cell, Cell)
        ensure_type("charges", self.charges, BornCharges)
        n = self.cell.n_atoms
        computed = as_numbers(self.computed, "computed", shape=(n, 3, 3))
        object.__setattr__(self, "computed", frozen(computed, "computed"))

    @property
    def total(self) -> NDArray[np.float64]:
        """Sum of the computed charges, which should be zero, (3, 3), e."""
        return np.asarray(self.computed.sum(axis=0))

    @property
    def change(self) -> float:
        """The largest change of a component by symmetry and the sum rule, e."""
        return float(np.abs(self.charges.charges - self.computed).max())

    @property
    def independent_atoms(self) -> NDArray[np.int64]:
        """Atoms of the primitive cell that no operation makes of others, from 0."""
        return Symmetry.of(self.cell, masses=False).independent_atoms


def read_charges(
    path: str | Path, crystal: str | Path | Cell | None = None
) -> ComputedCharges:
    r"""Read Born charges and the dielectric tensor of an output of a calculation.

    .. math:: Z_{k,\alpha\beta} = \frac{\partial F_{k\beta}}{\partial E_\alpha}

    Parameters
    ----------
    path : str or Path
        ``OUTCAR``, ``vasprun.xml`` or ``vaspout.h5`` of a calculation with LEPSILON (or
        LCALCEPS), or the output of ``ph.x`` with ``epsil``; text compressed or not.
    crystal : str, Path or Cell, optional
        The primitive cell, or what has one: a structure, displacements, forces, constants;
        its Cartesian axes are those of the output. That of the output's own cell if not
        given.

    Raises
    ------
    FileError
        If it is no such output, has no charges, or is of another crystal.

    Examples
    --------
    >>> import phonokit
    >>> charges = phonokit.read_charges("examples/nacl/NaCl.ph.out.xz")
    >>> charges.charges.charges[:, 0, 0].round(3)  # e, of Na and Cl
    array([ 1.105, -1.105])
    >>> print(charges.total[0, 0].round(4))  # as it was computed
    -0.0123
    """
    source = path_of(path)
    output = read_charges_of_output(source)
    if output is None:
        raise FileError(
            f"{source}: is no output of VASP (OUTCAR, vasprun.xml, vaspout.h5), ph.x of "
            "Quantum ESPRESSO, ABINIT or CASTEP; name the output of the calculation of "
            "charges"
        )
    if crystal is None:
        fractional = output.positions @ np.linalg.inv(output.lattice)
        with in_file(f"{source}"):
            whole = Cell.of(output.lattice, fractional, output.symbols)
            cell = Supercell.of(whole, (1, 1, 1), "auto").primitive
    else:
        if not isinstance(crystal, Cell):
            crystal, _ = primitive_of(path_of(crystal, "crystal"))
        cell = crystal
    computed = output.of_primitive(source, cell)
    with in_file(f"{source}"):
        ensure_charges(computed, output.dielectric)
        charges = BornCharges.of(cell, computed, output.dielectric)
    return ComputedCharges(
        program=output.program, cell=cell, computed=computed, charges=charges
    )


def write_born(charges: ComputedCharges, path: str | Path = BORN) -> Path:
    """Write the file ``BORN`` of phonopy: the dielectric tensor, and independent charges.

    Parameters
    ----------
    charges : ComputedCharges
    path : str or Path

    Raises
    ------
    FileError
        If it cannot be written.

    Examples
    --------
    >>> import phonokit
    >>> charges = phonokit.read_charges("examples/nacl/NaCl.ph.out.xz")
    >>> path = phonokit.write_born(charges, "BORN")
    """
    ensure_type("charges", charges, ComputedCharges)
    target, born = path_of(path), charges.charges
    rows = [born.dielectric, *born.charges[charges.independent_atoms]]
    with writing_text(target) as file:
        # A word for the factor is its default in the units of any program.
        file.write("default\n")
        for row in rows:
            file.write(
                " ".join(f"{round(x, 8) + 0:14.8f}" for x in row.ravel().tolist()) + "\n"
            )
    return target


def primitive_of(path: Path) -> tuple[Cell, list[Path]]:
    """The primitive cell of displacements, forces, constants or a structure; its files."""
    try:
        return read_supercells(path)[0].supercell.primitive, [find_supercells(path)]
    except FileError:
        pass
    try:
        crystal = load(path, nac=False)
        return crystal.primitive, [file.path for file in crystal.origin.files]
    except FileError:
        if path.is_dir():
            raise
    whole = read_structure(path)
    return Supercell.of(whole, (1, 1, 1), "auto").primitive, [path]
