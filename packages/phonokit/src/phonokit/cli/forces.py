"""``phono forces``."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Symmetry
from phono_grid.calculators import CalculatorUnits
from phono_grid.errors import DomainError, FileError
from phono_grid.files import together

from phonokit.calc.forces import collect_forces, compute_forces
from phonokit.calc.from_calculator import FOURTH_STORE, PHONON_STORE, STORE
from phonokit.cli.calculators import CONTENT, origin_of
from phonokit.cli.command import command
from phonokit.cli.displace import EXAMPLES
from phonokit.cli.options import REPORT, Flat, ReportOptions
from phonokit.cli.progress import progress_of
from phonokit.cli.replaceable import Replacement
from phonokit.cli.report import Report
from phonokit.cli.terminal import (
    crystal_name,
    options_row,
    program,
    read_line,
    row,
)
from phonokit.io.ase import calculator_of, options_of
from phonokit.io.files import in_file
from phonokit.io.fourth_order import (
    FORCES,
    find_fourth_order,
    read_fourth_order_supercells,
)
from phonokit.io.supercells import find_supercells, read_supercells
from phonokit.io.write_forces import save_forces, write_forces
from phonokit.model.displaced_supercells import AnySupercells
from phonokit.model.force_data import ForceData
from phonokit.model.fourth_order import FourthOrderSupercells
from phonokit.model.same_crystal import ensure_same_primitive

Forces = NDArray[np.float64]
Part = AnySupercells | FourthOrderSupercells
STORES = {2: PHONON_STORE, 4: FOURTH_STORE}
"""Files of computed forces beside those of the highest order, by order."""


def forces(
    path: Path,
    /,
    *files: Path,
    calculator: str | None = None,
    option: tuple[str, ...] = (),
    residual: bool = False,
    residual_file: Path | None = None,
    phonon_residual_file: Path | None = None,
    format: str | None = None,
    overwrite: bool = False,
    printed: Annotated[ReportOptions, Flat] = REPORT,
) -> None:
    """Compute the forces of displaced supercells, or collect them from calculations.

    Computed forces are kept in forces.hdf5 beside the displacements; run the same command
    again to go on after an interruption. Writes FORCES_FC3 (FORCES_FC2 and FORCE_SETS for
    second order, FORCES_FC2 too for a separate supercell of second order, FORCES_FC4 too
    for fourth order).

    Parameters
    ----------
    path
        phono3py_disp.yaml, phonopy_disp.yaml, or a folder that holds one.
    files
        Finished calculations in the order of the displacements, those beyond the cutoff
        left out, then those of a separate supercell of second order, those of fourth order
        last: vasprun.xml, OUTCAR, outputs of Quantum ESPRESSO, CP2K, Elk, SIESTA, ...
    calculator
        The ASE calculator: module:factory or file.py:factory, or a name: mace_mp,
        chgnet, mattersim, sevennet, grace, tblite, emt, ...
    option
        name=value for the factory; repeat it for more.
    residual
        Compute the undisplaced supercell too, and subtract its forces.
    residual_file
        The finished calculation of the undisplaced supercell, whose forces are subtracted.
    phonon_residual_file
        The same of a separate supercell of second order.
    format
        Format of the files, by ASE's name (vasp-xml, espresso-out, ...).
    overwrite
        Replace forces that are there and are others.
    """
    at_rest, report = (residual_file, phonon_residual_file), printed.report()
    _refuse_contradictions(calculator, files, residual, at_rest)
    if calculator is not None:
        made = calculator_of(calculator, options_of(option))
        origin = origin_of(calculator, option)
        compute_all(path, made, origin, report, residual, overwrite=overwrite)
        report.end(f"phono fc {path} solves for force constants")
        return
    supercells, units = read_supercells(path)
    fourth = fourth_order_beside(path, supercells)
    collected = _collected(supercells, fourth, files, at_rest, format)
    outputs = (*files, *(file for file in at_rest if file is not None))
    parts = list(zip(_parts(supercells, fourth), collected, strict=True))
    _write(path, parts, units, report, outputs, overwrite=overwrite)
    report.end(f"phono fc {path} solves for force constants")


app = command(forces, EXAMPLES, {"format": CONTENT})


def compute_all(
    path: Path,
    calculator: Any,
    origin: str,
    report: Report,
    residual: bool,
    *,
    overwrite: bool,
) -> None:
    """Compute the forces of all supercells, and write them."""
    supercells, units = read_supercells(path)
    fourth = fourth_order_beside(path, supercells)
    folder = find_supercells(path).parent

    def computed(part: Part, store: Path) -> Forces:
        with progress_of(report.errors, "supercells") as progress, _kept(store):
            return compute_forces(
                part,
                calculator,
                store,
                origin=origin,
                # Those of the undisplaced supercell drop out of fourth order.
                residual=residual and part.order < 4,
                progress=progress,
            )

    made = []
    for part in _parts(supercells, fourth):
        store = STORE if part is supercells else STORES[part.order]
        made.append((part, computed(part, folder / store)))
    _write(path, made, units, report, overwrite=overwrite)


def fourth_order_beside(
    path: Path, supercells: AnySupercells | ForceData
) -> FourthOrderSupercells | None:
    """The supercells of fourth order in the folder of others, if there are any."""
    file = find_fourth_order(path)
    if file is None or supercells.order != 3:
        return None
    fourth = read_fourth_order_supercells(file)
    with in_file(file):
        ensure_same_primitive(
            "supercell", fourth.supercell.primitive, supercells.supercell.primitive
        )
    return fourth


def _parts(supercells: AnySupercells, fourth: FourthOrderSupercells | None) -> list[Part]:
    """The supercells of third order, or second alone, and those of the other orders."""
    parts = (supercells, supercells.phonon, fourth)
    return [part for part in parts if part is not None]


def _refuse_contradictions(
    calculator: str | None,
    files: tuple[Path, ...],
    residual: bool,
    at_rest: tuple[Path | None, ...],
) -> None:
    """Refuse options that exclude each other."""
    if (calculator is None) == (not files):
        raise DomainError(
            "name either a --calculator or the files of finished calculations"
        )
    if residual and files:
        raise DomainError(
            "residual: name the calculation of the undisplaced supercell with "
            "--residual-file"
        )
    if calculator is not None and any(at_rest):
        raise DomainError(
            "residual_file: is beside files of finished calculations; with a --calculator "
            "the undisplaced supercell is computed by --residual"
        )


def _write(
    path: Path,
    parts: list[tuple[Part, Forces]],
    units: CalculatorUnits,
    report: Report,
    outputs: tuple[Path, ...] = (),
    *,
    overwrite: bool,
) -> None:
    """Write the forces beside their displacements, and tell where."""
    displacements, written = find_supercells(path), []
    folder = displacements.parent
    replacement = Replacement(overwrite=overwrite)
    with together(replacement.accept):
        for part, values in parts:
            if isinstance(part, FourthOrderSupercells):
                # In Å and eV/Å, as its displacements are.
                written.append(write_forces(folder / FORCES, values, part.comments()))
            else:
                written += save_forces(folder, part, values, units)
    cell = parts[0][0].supercell.primitive
    lines = [
        row("crystal", crystal_name(cell, Symmetry.of(cell))),
        *(row("supercell", part.description) for part, _ in parts),
        read_line([displacements, *outputs]),
    ]
    report.say("\n".join([program(), *lines, *options_row()]))
    report.replaced(written, replacement)


def _collected(
    supercells: AnySupercells,
    fourth: FourthOrderSupercells | None,
    files: tuple[Path, ...],
    at_rest: tuple[Path | None, ...],
    form: str | None,
) -> list[Forces]:
    """Forces from finished calculations: of third order first, then second, fourth."""
    for file in files:
        if not file.exists():
            raise FileError(f"{file}: no such file; check the path")
    parts = _parts(supercells, fourth)
    counts = [int(part.included.sum()) for part in parts]
    if len(files) != sum(counts):
        raise DomainError(
            f"expected {' + '.join(str(n) for n in counts)} calculations, one for each "
            f"displaced supercell, got {len(files)}; name them all, in the order of the "
            "displacements (that of the undisplaced supercell is for --residual-file)"
        )
    if supercells.phonon is None and at_rest[1] is not None:
        raise DomainError(
            "phonon_residual_file: the displacements have no separate supercell of second "
            "order; name the undisplaced supercell with --residual-file"
        )
    if supercells.phonon is not None and None in at_rest and any(at_rest):
        raise DomainError(
            "residual_file: two supercells have two undisplaced files; name that of third "
            "order with --residual-file, that of second with --phonon-residual-file"
        )
    forces_of_parts, start = [], 0
    for part, n in zip(parts, counts, strict=True):
        # Those of the undisplaced supercell drop out of fourth order.
        rest = at_rest[part is supercells.phonon] if part.order < 4 else None
        forces_of_parts.append(
            collect_forces(part, files[start : start + n], residual=rest, format=form)
        )
        start += n
    return forces_of_parts


@contextmanager
def _kept(store: Path) -> Iterator[None]:
    """Say that an interruption costs little."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"finished supercells are kept in {store}; run this again to go on"
        ) from None
