"""``phono fc``."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from phono_4ph import ForceConstants4, drift4, write_force_constants4
from phono_fc import SparseForceConstants3
from phono_grid import Backend, Cell, using
from phono_grid.backend import active
from phono_grid.files import together

from phonokit.calc.fit import fit as compute
from phonokit.calc.fit_fourth_order import fit_fourth_order
from phonokit.calc.relax import FORCE, RELAXED, relax
from phonokit.cli.calculators import CONTENT, ensure_no_calculator_options, origin_of
from phonokit.cli.command import command
from phonokit.cli.derive import Option, settings_from
from phonokit.cli.derive import options_of as fields_of
from phonokit.cli.displace import EXAMPLES, ensure_both, make_displacements
from phonokit.cli.forces import compute_all, fourth_order_beside
from phonokit.cli.four_phonon import NAME as FILE
from phonokit.cli.options import REPORT, Flat, ReportOptions
from phonokit.cli.replaceable import Replacement
from phonokit.cli.report import Report
from phonokit.cli.terminal import crystal_name, options_row, program, read_line, row
from phonokit.io.ase import calculator_of, options_of
from phonokit.io.fourth_order import find_fourth_order, read_fourth_order
from phonokit.io.read import read
from phonokit.io.structures import cell_of
from phonokit.model.force_data import ForceData
from phonokit.model.fourth_order import FourthOrderData
from phonokit.results.force_constants import FitResult
from phonokit.settings.displace import Displace, Triple
from phonokit.settings.fit import Fit
from phonokit.settings.symmetry_search import SymmetrySearch

if TYPE_CHECKING:
    from phonokit.settings.fit import Fit as FitOptions
else:
    FitOptions = fields_of(Fit, symmetry=Option(also_off=("--nosym",)))


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureOptions:
    """From a structure file all the way.

    Parameters
    ----------
    calculator
        The ASE calculator: module:factory or file.py:factory, or a name (mace_mp,
        ...); PATH is then a structure file.
    option
        name=value for the factory; repeat it for more.
    supercell
        Three numbers, multiples of the unit cell, with --calculator.
    phonon_supercell
        Three numbers, with --calculator: a separate supercell for second order.
    second_order
        With --calculator: second order alone.
    distance
        Length of a displacement in Å, with --calculator.
    pair_cutoff
        In Å, with --calculator: pairs of atoms farther apart are skipped.
    relax
        With --calculator: relax positions and cell first, the symmetry kept.
    residual
        With --calculator: compute the undisplaced supercell too, and subtract its forces.
    magnetic_moments
        Magnetic moments of the atoms of the unit cell, with --calculator; as phono
        displace takes them.
    format
        Format of the structure file, by ASE's name, with --calculator.
    """

    calculator: str | None = None
    option: tuple[str, ...] = ()
    supercell: Triple | None = None
    phonon_supercell: Triple | None = None
    second_order: bool = False
    distance: float | None = None
    pair_cutoff: float | None = None
    relax: bool = False
    residual: bool = False
    magnetic_moments: tuple[float, ...] | None = None
    format: str | None = None

    def displace(self, search: SymmetrySearch) -> Displace:
        """Settings of the displacements of the structure."""
        return Displace(
            supercell=self.supercell or (1, 1, 1),
            phonon_supercell=self.phonon_supercell,
            second_order=self.second_order,
            distance=self.distance,
            pair_cutoff=self.pair_cutoff,
            magnetic_moments=self.magnetic_moments,
            tolerance=search.tolerance,
            symmetry=search.symmetry,
        )


FlatFit = Annotated[FitOptions, Flat]
FlatStructure = Annotated[StructureOptions, Flat]
FIT = FitOptions()
STRUCTURE = StructureOptions()


def fc(
    path: Path,
    /,
    *,
    output: Path | None = None,
    full: bool = False,
    text: bool = False,
    order: Literal[4] | None = None,
    fc4_cutoff: float | None = None,
    overwrite: bool = False,
    settings: FlatFit = FIT,
    structure: FlatStructure = STRUCTURE,
    lang: str | None = None,
    printed: Annotated[ReportOptions, Flat] = REPORT,
) -> None:
    """Solve for force constants and write fc2.hdf5 and fc3.hdf5.

    Other commands take them in place of the forces. With --calculator from a structure file
    all the way.

    Parameters
    ----------
    path
        Displacements with their forces: a yaml file or a folder, see phono kappa; with
        --calculator a structure file.
    output
        The folder to write to.
    full
        Write every first atom, not only those of the primitive cell.
    text
        Write FORCE_CONSTANTS too.
    order
        4: write FORCE_CONSTANTS_4TH too, by differences with three displaced atoms where
        the folder holds phono4_disp.yaml, else from random displacements.
    fc4_cutoff
        In Å; fourth-order constants of atoms this far apart or farther are zero. With
        --order 4 and --calculator, or random displacements.
    overwrite
        Replace constants, displacements and forces that are there and are others;
        displacements not in a folder that holds forces.
    lang
        The kernels that run, rust or python.
    """
    choices, report = settings_from(Fit, settings), printed.report()
    here = path if path.is_dir() else path.parent
    folder = here if output is None else output
    backend = active() if lang is None else Backend.of(lang)
    if structure.calculator is None:
        ensure_no_calculator_options(structure)
        if order is None or find_fourth_order(path) is None:
            ensure_both(order, fc4_cutoff)
    else:
        ensure_both(order, fc4_cutoff)
        # The folder of results holds what lies between.
        wanted = structure.displace(choices.search)
        calculator = calculator_of(structure.calculator, options_of(structure.option))
        origin = origin_of(structure.calculator, structure.option)
        cell = _relaxed(path, calculator, origin, folder, structure)
        start = path
        path = make_displacements(
            start,
            wanted,
            folder,
            report,
            fc4_cutoff=fc4_cutoff,
            form=structure.format,
            cell=cell,
            overwrite=overwrite,
        )
        if cell is not None:
            report.say(_change(start, cell, structure.format, folder))
        residual = structure.residual
        compute_all(path, calculator, origin, report, residual, overwrite=overwrite)
    with using(backend):
        data = read(path, nac=False)
        # What is missing for fourth order is told before third order takes its time.
        fourth = None if order is None else _data_of_fourth_order(data, path)
        fc4 = None if fourth is None else fit_fourth_order(fourth, fc4_cutoff)
        result = compute(data, choices)
        replacement = Replacement(overwrite=overwrite)
        with together(replacement.accept):
            written = result.write(folder, full=full, text=text)
        report.say("\n".join(_told(data, result)))
        report.replaced(written, replacement)
        if fourth is not None and fc4 is not None:
            _write_fourth_order(fourth, fc4, folder, replacement, report)
    report.end(_next_step(path, folder, result))


app = command(
    fc,
    EXAMPLES,
    {
        "supercell": (1, 1, 1),
        "distance": "0.03, with --second-order 0.01",
        "format": CONTENT,
        "output": "the folder of the data",
    },
)


def _relaxed(
    path: Path, calculator: Any, origin: str, folder: Path, structure: StructureOptions
) -> Cell | None:
    """The relaxed structure, kept in the folder; None if it is not to be relaxed."""
    if not structure.relax:
        return None
    file = folder / RELAXED
    return relax(path, calculator, kept=file, origin=origin, format=structure.format)


def _change(path: Path, cell: Cell, form: str | None, folder: Path) -> str:
    """The volume of a relaxed structure, and how it has changed."""
    change = cell.volume / cell_of(path, form).volume - 1
    told = f"to {FORCE:g} eV/Å: {cell.volume:.4f} Å³, {change:+.3%}"
    return row("relaxed", f"{told}, kept in {folder / RELAXED}")


def _data_of_fourth_order(data: ForceData, path: Path) -> ForceData | FourthOrderData:
    """Displacements of three atoms beside the others, else random ones."""
    if data.snapshots is not None or fourth_order_beside(path, data) is None:
        return data
    file = find_fourth_order(path)
    assert file is not None  # as it was read
    return read_fourth_order(file)


def _write_fourth_order(
    data: ForceData | FourthOrderData,
    fc4: ForceConstants4,
    folder: Path,
    replacement: Replacement,
    report: Report,
) -> None:
    """Write fourth-order constants, and say so."""
    with together(replacement.accept):
        path = write_force_constants4(fc4, folder / FILE)
    if isinstance(data, FourthOrderData):
        report.say(row("order 4", data.supercells.description))
        report.say(read_line(file.path for file in data.files))
    report.say(f"order 4: drift {drift4(fc4):.1e} eV/Å^4, {len(fc4)} blocks")
    report.replaced([path], replacement)


def _told(data: ForceData, result: FitResult) -> Iterator[str]:
    """The constants, and how far they are from the sum rule."""
    cell = data.supercell.primitive
    yield program()
    yield row("crystal", crystal_name(cell, result.fit.search.of_primitive(cell)))
    yield row("supercell", data.description)
    yield row("constants", result.method)
    yield read_line(file.path for file in data.files)
    yield from options_row()
    for order, drifts in result.drifts.items():
        size = ", ".join(f"{d:.1e}" for d in drifts)
        fc3 = result.fc3 if order == 3 else None
        blocks = f", {len(fc3)} blocks" if isinstance(fc3, SparseForceConstants3) else ""
        yield f"order {order}: drift {size} eV/Å^{order}{blocks}"
    if result.third_order_is_zero:
        yield f"order 3: {result.third_order_is_zero}"


def _next_step(path: Path, folder: Path, result: FitResult) -> str:
    """The commands that read the constants that were written."""
    command = "bands" if result.fc3 is None else "kappa"
    data = path if path.is_dir() else path.parent
    if folder.resolve() == data.resolve():
        return f"phono {command} {folder} takes them in place of the forces"
    third = "" if result.fc3 is None else f" --fc3 {folder / 'fc3.hdf5'}"
    constants = f"--fc2 {folder / 'fc2.hdf5'}{third}"
    return f"phono {command} {path} {constants} takes them in place of the forces"
