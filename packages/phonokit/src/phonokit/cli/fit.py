"""``phono fit``."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from phono_grid import Symmetry
from phono_grid.errors import DomainError
from phono_grid.files import make_folder, together

from phonokit.calc.fit_trajectory import fit_trajectory
from phonokit.cli.command import command
from phonokit.cli.derive import options_of as fields_of
from phonokit.cli.derive import settings_from
from phonokit.cli.options import REPORT, Flat, ReportOptions
from phonokit.cli.replaceable import Replacement
from phonokit.cli.terminal import (
    crystal_name,
    options_row,
    program,
    read_line,
    row,
    warnings_in_one_line,
)
from phonokit.io.formats.constants import write_constants
from phonokit.io.trajectory import read_trajectory
from phonokit.model.trajectory import TrajectoryData
from phonokit.results.trajectory import TrajectoryFitResult
from phonokit.settings.trajectory import TrajectoryFit

if TYPE_CHECKING:
    from phonokit.settings.trajectory import TrajectoryFit as FitOptions
else:
    FitOptions = fields_of(TrajectoryFit)

EXAMPLES = """
phono fit md.extxyz --rest SPOSCAR --temperature 300
phono fit vasprun.xml --rest SPOSCAR --skip 500 --every 10 --order 3 --fc3-cutoff 4 \\
    --output md300
"""
ERRORS = "errors.hdf5"
FlatFit = Annotated[FitOptions, Flat]
FIT = FitOptions()


def fit(
    *trajectories: Path,
    rest: Path | None = None,
    temperature: float | None = None,
    skip: int = 0,
    every: int = 1,
    settings: FlatFit = FIT,
    format: str | None = None,
    output: Path = Path("fitted"),
    overwrite: bool = False,
    lang: str | None = None,
    printed: Annotated[ReportOptions, Flat] = REPORT,
) -> None:
    """Fit force constants to frames of molecular dynamics, with their errors.

    Other commands take the folder that is written.

    Parameters
    ----------
    trajectories
        Files with positions and forces in the order of time (extxyz, vasprun.xml, OUTCAR,
        vaspout.h5, dumps of LAMMPS, ...), or displaced supercells as other commands take.
    rest
        The supercell with its atoms at rest; if the file has forces, they are subtracted.
        That of displaced supercells need not be given.
    temperature
        In K, that of the frames; frames of another one are warned of.
    skip
        Frames at the beginning of each trajectory that are left out.
    every
        Each so many-th of the other frames is taken.
    format
        Format of the trajectories, by ASE's name.
    output
        The folder to write to.
    overwrite
        Replace constants that are there and are others.
    lang
        The kernels that run, rust or python.
    """
    report = printed.report()
    if not trajectories:
        raise DomainError("trajectories: none is given; name one")
    with warnings_in_one_line():
        data = read_trajectory(
            list(trajectories), rest, skip=skip, every=every, format=format
        )
        choices = settings_from(TrajectoryFit, settings)
        result = fit_trajectory(data, choices, temperature=temperature, lang=lang)
    replacement = Replacement(overwrite=overwrite)
    with together(replacement.accept):
        make_folder(output)
        written = [*write_constants(result.crystal, output, format="phonopy")]
        written.append(result.write_errors(output / ERRORS))
    report.say("\n".join(_told(data, result)))
    report.replaced(written, replacement)
    report.end(f"phono bands {output} takes the constants")


app = command(
    fit,
    EXAMPLES,
    {"format": "told by its content", "rest": "that of the displaced supercells"},
)


def _told(data: TrajectoryData, result: TrajectoryFitResult) -> Iterator[str]:
    """Frames, temperature, constants and errors."""
    cell = result.crystal.primitive
    yield program()
    yield row("crystal", crystal_name(cell, Symmetry.of(cell)))
    frames = f"{len(data)} of {data.rest.n_atoms} atoms, {len(result.without)} blocks"
    yield row("frames", frames)
    sampled = f"as classical atoms do at {result.sampled_temperature:.1f} K"
    yield row("motion", sampled)
    if data.rest_forces is not None:
        largest = np.abs(data.rest_forces).max()
        yield row("at rest", f"forces up to {largest:.2e} eV/Å, subtracted")
    yield read_line(file.path for file in data.files)
    yield from options_row()
    yield f"forces: {100 * result.misfit:.2f} % are not described"
    for order, error in result.errors.items():
        yield f"order {order}: standard errors up to {error.max():.1e} eV/Å^{order}"
    f, df = result.frequencies(np.zeros((1, 3)))
    yield f"highest frequency at Γ: {f.max():.4f} ± {df[0, -1]:.4f} THz"
