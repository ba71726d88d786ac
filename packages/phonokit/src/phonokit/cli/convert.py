"""``phono convert``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from phono_fc import LatticeForceConstants
from phono_grid.errors import DomainError
from phono_grid.files import together

from phonokit.cli.command import command
from phonokit.cli.options import REPORT, Flat, ReportOptions
from phonokit.cli.replaceable import Replacement
from phonokit.cli.terminal import crystal_name, options_row, program, read_line, row
from phonokit.io.formats.constants import losses, read_constants, write_constants
from phonokit.io.load import load
from phonokit.model.constants import Constants3, Given, drifts_of
from phonokit.model.crystal import Crystal

EXAMPLES = """
phono convert examples/silicon shengbte
phono convert shengbte tdep --to tdep
phono convert espresso.fc phonopy --to phonopy
"""
Reads = Literal[
    "shengbte",
    "tdep",
    "espresso",
    "alamode",
    "vasp",
    "euphonic",
    "kaldo",
    "castep",
    "abinit",
]
Writes = Literal["shengbte", "tdep", "espresso", "alamode", "phonopy", "euphonic", "kaldo"]


def convert(
    source: Path,
    target: Path | None = None,
    /,
    *,
    output: Path | None = None,
    from_: Annotated[Reads | None, Parameter(name="--from")] = None,
    to: Writes = "shengbte",
    no_symmetrize: bool = False,
    overwrite: bool = False,
    lang: str | None = None,
    printed: Annotated[ReportOptions, Flat] = REPORT,
) -> None:
    """Write force constants for another program.

    Parameters
    ----------
    source
        Forces or constants: a file or folder of phonopy, phono3py, ShengBTE, FourPhonon,
        TDEP, Quantum ESPRESSO, ALAMODE, VASP, Euphonic, kALDo or CASTEP; its content tells
        which.
    target
        The folder to write, made if it is not there; with --to espresso, alamode, euphonic
        or kaldo a file.
    output
        The same as TARGET, in its place.
    from_
        The format of the source, where its content does not tell.
    to
        The format to write.
    no_symmetrize
        Keep constants that break the sum rule as they are.
    overwrite
        Replace files that are there and are others.
    lang
        The kernels that run, rust or python.
    """
    report, place = printed.report(), _place(target, output)
    if from_ is None and not no_symmetrize:
        crystal = load(source, lang=lang)
    else:
        crystal = read_constants(
            source, format=from_, symmetrize=not no_symmetrize, lang=lang
        )
    report.say("\n".join(_report(crystal)))
    for lost in losses(crystal, to):
        report.say(f"not written: {lost}")
    replacement = Replacement(overwrite=overwrite)
    with together(replacement.accept):
        written = write_constants(crystal, place, format=to)
    report.replaced(written, replacement)
    report.end(f"phono bands {place} reads them back")


app = command(
    convert,
    EXAMPLES,
    {"from": "told by its content", "TARGET": "that of --output", "output": "TARGET"},
)


def _place(target: Path | None, output: Path | None) -> Path:
    """Where to write, which is said once."""
    if target is not None and output is not None:
        raise DomainError(f"output: TARGET is {target} already; leave one of the two out")
    place = target or output
    if place is None:
        raise DomainError("output: name the file or folder to write")
    return place


def _report(crystal: Crystal) -> Iterator[str]:
    """Report of the conversion."""
    yield program()
    yield row("crystal", crystal_name(crystal.primitive, crystal.symmetry))
    yield row("found", crystal.origin.source)
    yield read_line(file.path for file in crystal.origin.files)
    given = crystal.constants
    orders: list[tuple[int, Constants3]] = []
    if not isinstance(given, Given) or given.fc2 is not None:
        orders.append((2, crystal.fc2))
    if crystal.order == 3:
        orders.append((3, crystal.fc3))
    for order, constants in orders:
        if isinstance(constants, LatticeForceConstants):
            where = f"on lattice vectors, up to {constants.range:.3f} Å"
        else:
            where = f"in a supercell of {constants.supercell.cell.n_atoms} atoms"
        drift = f"{drifts_of(constants).max():.1e} eV/Å^{order}"
        yield row(f"order {order}", f"{where}; drift {drift}")
    yield row("charges", crystal.nac_name())
    if crystal.origin.method:
        yield row("as read", crystal.origin.method)
    yield from options_row()
