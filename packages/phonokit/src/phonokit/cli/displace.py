"""``phono displace``."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from cyclopts import Parameter
from phono_grid import Cell, standard_masses
from phono_grid.errors import DomainError
from phono_grid.files import make_folder, together

from phonokit.calc.displace import displace as compute
from phonokit.calc.displace import displace_fourth_order
from phonokit.cli.asked import asked_in
from phonokit.cli.calculators import CONTENT
from phonokit.cli.command import command
from phonokit.cli.derive import Option, options_of, settings_from
from phonokit.cli.options import REPORT, Flat, ReportOptions
from phonokit.cli.replaceable import ASKED, Replacement
from phonokit.cli.report import Report
from phonokit.cli.terminal import crystal_name, options_row, program, read_line, row
from phonokit.io.fourth_order import NAME, write_fourth_order_supercells
from phonokit.io.load import load
from phonokit.io.write_displacements import (
    default_displacements_name,
    write_displacements,
)
from phonokit.io.write_structures import moments_path, write_structures
from phonokit.model.crystal import Crystal
from phonokit.model.displaced_supercells import AnySupercells
from phonokit.model.fourth_order import FourthOrderSupercells
from phonokit.settings.displace import Displace, Matrix, Triple
from phonokit.settings.symmetry_search import SymmetrySearch

if TYPE_CHECKING:
    from phonokit.settings.displace import Displace as DisplaceOptions
else:
    DisplaceOptions = options_of(
        Displace,
        without=("supercell", "phonon_supercell"),
        symmetry=Option(also_off=("--nosym",)),
    )

MASS_TOLERANCE = 1e-3
"""Relative; tables of standard masses differ by less."""
MAGNETIC = ("Cr", "Mn", "Fe", "Co", "Ni", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Eu", "U")
"""Elements whose moments are not to be forgotten."""
MOST = 8
"""Moments and labels that are printed."""
FORCES = ("FORCES_FC[23]*", "FORCE_SETS*", "forces.hdf5", "forces_fc2.hdf5")
FOURTH_FORCES = ("FORCES_FC4*", "forces_fc4.hdf5")
"""Files of forces beside displacements."""
ANOTHER = "name another folder as output="
Nine = tuple[int, int, int, int, int, int, int, int, int]
FlatDisplace = Annotated[DisplaceOptions, Flat]
DISPLACE = DisplaceOptions()

EXAMPLES = """
phono displace POSCAR --supercell 2 2 2 --output si
phono displace POSCAR --supercell 2 2 2 --order 4 --fc4-cutoff 3 --output si4
phono forces si --calculator potential.py:make
phono fc si
phono displace si --random 20 --temperature 300 --output si-300K
phono fc POSCAR --supercell 2 2 2 --calculator potential.py:make --output si
"""


def displace(
    structure: Path,
    /,
    *,
    supercell: Triple | None = None,
    supercell_matrix: Annotated[Nine | None, Parameter(negative=())] = None,
    phonon_supercell: Triple | None = None,
    settings: FlatDisplace = DISPLACE,
    output: Path = Path(),
    order: Literal[4] | None = None,
    fc4_cutoff: float | None = None,
    structures: str | None = None,
    format: str | None = None,
    overwrite: bool = False,
    printed: Annotated[ReportOptions, Flat] = REPORT,
) -> None:
    """Make the displaced supercells of a structure.

    Writes phono3py_disp.yaml (phonopy_disp.yaml with --second-order), and phono4_disp.yaml
    with --order 4.

    Parameters
    ----------
    structure
        A file that ASE reads: POSCAR, cif, extxyz, ...; with --temperature a folder or
        file with forces or force constants.
    supercell
        Three numbers, multiples of the unit cell.
    supercell_matrix
        Nine numbers by rows, in place of three; the columns are the supercell's axes.
    phonon_supercell
        Three numbers: a separate, larger supercell for second order.
    output
        The folder to write to.
    order
        4: supercells with three displaced atoms too, for fourth order; with --fc4-cutoff.
    fc4_cutoff
        In Å; fourth-order constants of atoms this far apart or farther are zero.
    structures
        Write every supercell to a file in this format of ASE (vasp, extxyz, ...) or
        siesta-fdf, openmx-dat, fleur-inpgen, abacus-stru, number 0 undisplaced.
    format
        Format of the structure file, by ASE's name (vasp, espresso-in, ...) or siesta-fdf,
        openmx-dat, fleur-inpgen.
    overwrite
        Replace displacements and structures that are there and are others; not those of a
        folder that holds forces.
    """
    wanted = settings_from(
        Displace,
        settings,
        supercell=supercell_matrix_of(supercell, supercell_matrix),
        phonon_supercell=phonon_supercell,
    )
    report = printed.report()
    ensure_both(order, fc4_cutoff)
    made = make_displacements(
        structure,
        wanted,
        output,
        report,
        fc4_cutoff=fc4_cutoff,
        structures=structures,
        form=format,
        overwrite=overwrite,
    )
    report.end(_next_step(made.parent))


app = command(
    displace,
    EXAMPLES,
    {
        "supercell": (1, 1, 1),
        "distance": "0.03, with --second-order 0.01",
        "format": CONTENT,
    },
)


def make_displacements(
    structure: Path,
    settings: Displace,
    folder: Path,
    report: Report,
    *,
    fc4_cutoff: float | None = None,
    structures: str | None = None,
    form: str | None = None,
    cell: Cell | None = None,
    overwrite: bool = False,
) -> Path:
    """Make, write and tell of displacements, of the cell if there is one; their file."""
    files: list[Path] = [structure]
    source: Path | Crystal | Cell = structure if cell is None else cell
    if settings.temperature is not None:
        crystal = load(structure)
        source, files = crystal, [file.path for file in crystal.origin.files]
    supercells = compute(source, settings, format=form)
    fourth = None
    if fc4_cutoff is not None:
        fourth = displace_fourth_order(source, settings, cutoff=fc4_cutoff, format=form)
    path, path4 = folder / default_displacements_name(supercells), folder / NAME
    replacement = Replacement(
        overwrite=overwrite,
        never=_never(folder, {path: FORCES, path4: FOURTH_FORCES}),
    )
    comment = f"{ASKED}{json.dumps(asked_in(settings))}"
    others = []
    with together(replacement.accept):
        make_folder(folder)
        write_displacements(supercells, path, comment=comment)
        if fourth is not None:
            write_fourth_order_supercells(fourth, path4, comment=comment)
        for part, stem in _parts(supercells, fourth):
            if structures is not None:
                last = write_structures(part, folder, stem, structures)
                others.append(f"wrote {last[0]} structures, the last {last[1]}")
                moments = moments_path(folder, stem)
                magnetic = part.supercell.cell.magnetic_moments is not None
                if structures == "vasp" and magnetic:
                    others.append(f"wrote {moments}, the line of moments for INCAR")
    header = _header(supercells, fourth, settings.search)
    report.say("\n".join([header, read_line(files), *options_row()]))
    report.replaced([path] if fourth is None else [path, path4], replacement)
    for line in others:
        report.say(line)
    return path


def _never(folder: Path, forces: Mapping[Path, tuple[str, ...]]) -> dict[Path, str]:
    """Why files of displacements whose forces are there are not to be replaced."""
    never = {}
    for path, names in forces.items():
        there = sorted(f.name for name in names for f in folder.glob(name))
        if there:
            held = f"{folder} holds forces of them ({', '.join(there[:3])}); {ANOTHER}"
            never[path] = held
    return never


def _next_step(folder: Path) -> str:
    """The commands that have forces computed, or collect those that were."""
    return (
        f"phono forces {folder} --calculator MODULE:FACTORY computes the forces; "
        f"phono forces {folder} FILE... collects those of finished calculations"
    )


def _header(
    supercells: AnySupercells,
    fourth: FourthOrderSupercells | None,
    search: SymmetrySearch,
) -> str:
    """The crystal, and how many supercells need forces."""
    cell = supercells.supercell.primitive
    lines = [program(), row("crystal", crystal_name(cell, search.of_primitive(cell)))]
    lines += _told_of_atoms(supercells.unit_cell, cell)
    for part, _ in _parts(supercells, fourth):
        what = {2: "second order: ", 4: "fourth order: "}.get(part.order, "")
        what = "" if part is supercells else what
        lines.append(row("supercell", f"{what}{part.description}"))
        needed = int(part.included.sum())
        if needed < len(part):
            lines.append(
                f"  {needed} supercells need forces, the others are beyond the cutoff"
            )
    return "\n".join(lines)


def _told_of_atoms(unit_cell: Cell, primitive: Cell) -> Iterator[str]:
    """Lines about atoms, where they are not as one would think."""
    if unit_cell.n_atoms != primitive.n_atoms:
        yield (
            f"  primitive cell of {primitive.n_atoms} of the {unit_cell.n_atoms} atoms, "
            "the others are their copies"
        )
    elif not np.allclose(unit_cell.lattice, primitive.lattice, atol=1e-5):
        rows = "; ".join(" ".join(f"{x:.4f}" for x in row) for row in primitive.lattice)
        yield row(
            "axes",
            f"{rows} Å; wave vectors and meshes are in these, not in those of the "
            "structure (--primitive P keeps those)",
        )
    labels = [s for s in dict.fromkeys(primitive.symbols) if s[-1].isdigit()]
    if labels:
        yield row("labels", _listed(labels))
    masses = {
        f"{symbol} {mass:g}": f"{symbol} {mass:g} Da (standard {standard:g})"
        for symbol, mass in zip(primitive.symbols, primitive.masses, strict=True)
        if abs(mass - (standard := _standard_mass(symbol))) > MASS_TOLERANCE * standard
    }
    if masses:
        yield row("masses", ", ".join(masses.values()))
    moments = primitive.magnetic_moments
    if moments is not None:
        told = [
            f"{symbol} {' '.join(f'{x:g}' for x in np.atleast_1d(moment))}"
            for symbol, moment in zip(primitive.symbols, moments, strict=True)
        ]
        yield row("moments", _listed(told))
    elif any(symbol.rstrip("0123456789") in MAGNETIC for symbol in primitive.symbols):
        yield row("moments", "none; --magnetic-moments gives them, they lower the symmetry")


def _listed(words: list[str]) -> str:
    """The first of them."""
    return ", ".join([*words[:MOST], *["..."] * (len(words) > MOST)])


def _standard_mass(symbol: str) -> float:
    """The standard mass of an element, NaN without one."""
    try:
        return float(standard_masses([symbol])[0])
    except DomainError:
        return float("nan")


def _parts(
    supercells: AnySupercells, fourth: FourthOrderSupercells | None
) -> Iterator[tuple[AnySupercells | FourthOrderSupercells, str]]:
    """The supercells, those of second order apart and of fourth, and their files' names."""
    yield supercells, "supercell"
    if supercells.phonon is not None:
        yield supercells.phonon, "supercell_fc2"
    if fourth is not None:
        yield fourth, "supercell_fc4"


def ensure_both(order: int | None, cutoff: float | None) -> None:
    """Refuse fourth order without its cutoff, and the cutoff without it."""
    if (order == 4) != (cutoff is not None):
        raise DomainError(
            "order: fourth order is made with --order 4 and --fc4-cutoff together; "
            "a first try is a little more than the distance of nearest neighbours"
        )


def supercell_matrix_of(supercell: Triple | None, matrix: Nine | None) -> Matrix:
    """The supercell as it is given, in one of two ways."""
    if matrix is None:
        return supercell or (1, 1, 1)
    if supercell is not None:
        raise DomainError("supercell= and supercell_matrix=: give one of them")
    a, b, c = np.reshape(matrix, (3, 3)).tolist()
    return tuple(a), tuple(b), tuple(c)
