"""``phono born``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
from phono_grid import Symmetry
from phono_grid.files import make_folder, together
from rich.table import Table

from phonokit.cli.command import command
from phonokit.cli.options import REPORT, Flat, ReportOptions
from phonokit.cli.replaceable import Replacement
from phonokit.cli.terminal import (
    crystal_name,
    options_row,
    program,
    read_line,
    row,
    table_of,
    warnings_in_one_line,
)
from phonokit.io.charges import (
    BORN,
    ComputedCharges,
    primitive_of,
    read_charges,
    write_born,
)

EXAMPLES = """
phono born examples/nacl/NaCl.ph.out.xz
phono born OUTCAR --crystal phonopy_disp.yaml --output BORN
"""


def born(
    output_file: Path,
    /,
    *,
    crystal: Path | None = None,
    output: Path = Path(BORN),
    overwrite: bool = False,
    printed: Annotated[ReportOptions, Flat] = REPORT,
) -> None:
    """Write BORN: Born charges and the dielectric tensor of VASP or Quantum ESPRESSO.

    They are given the symmetry of the crystal, and their sum, which is told, is taken from
    all atoms alike. Other commands read BORN beside the data, or by --born.

    Parameters
    ----------
    output_file
        OUTCAR, vasprun.xml or vaspout.h5 with LEPSILON, or the output of ph.x with epsil.
    crystal
        Displacements, forces, constants or a structure, whose primitive cell is taken; that
        of the output's own cell without it.
    output
        The file to write.
    overwrite
        Replace charges that are there and are others.
    """
    report = printed.report()
    with warnings_in_one_line():
        cell, files = (None, []) if crystal is None else primitive_of(crystal)
        charges = read_charges(output_file, cell)
    replacement = Replacement(overwrite=overwrite)
    with together(replacement.accept):
        make_folder(output.parent)
        write_born(charges, output)
    report.say("\n".join(_header(charges, [output_file, *files])))
    report.show(_table(charges))
    report.say("\n".join(_told(charges)))
    report.replaced([output], replacement)
    report.end(f"phono bands PATH --born {output}, and every command on PATH, uses them")


app = command(born, EXAMPLES, {"crystal": "the cell of the output"})


def _header(charges: ComputedCharges, files: list[Path]) -> Iterator[str]:
    """The program, the crystal and what was read."""
    yield program()
    yield row("crystal", crystal_name(charges.cell, Symmetry.of(charges.cell)))
    yield row("charges", f"of {charges.program}")
    yield read_line(files)
    yield from options_row()


def _table(charges: ComputedCharges) -> Table:
    """Charges of independent atoms and the dielectric tensor, row by row."""
    table = table_of("", "", "x", "y", "z", title="Born charges, e (rows are of the field)")
    born = charges.charges
    tensors = {
        f"{k + 1} {charges.cell.symbols[k]}": born.charges[k]
        for k in charges.independent_atoms
    }
    for name, tensor in {**tensors, "dielectric": born.dielectric}.items():
        for i, line in enumerate(tensor.tolist()):
            numbers = (f"{round(x, 4) + 0:.4f}" for x in line)
            table.add_row(name if i == 0 else "", "xyz"[i], *numbers)
    return table


def _told(charges: ComputedCharges) -> Iterator[str]:
    """The sum as it was computed, and what has changed."""
    total = charges.total
    worst = float(total.flat[np.abs(total).argmax()])
    share = worst / charges.cell.n_atoms
    yield (
        f"sum of the computed charges: {worst:.4f} e at most in a component; each atom has "
        f"{share:.4f} e less of it"
    )
    yield f"symmetry and sum rule change a component by {charges.change:.4f} e at most"
