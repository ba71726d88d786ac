"""``phono jdos``."""

import functools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import numpy as np
from cyclopts import Parameter
from phono_3ph import Scattering
from rich import box
from rich.table import Table

from phonokit.calc.joint_dos import POINTS, joint_dos
from phonokit.calc.peaks import peak_positions
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.derive import options_of
from phonokit.cli.options import (
    CRYSTAL,
    MESH,
    OUTPUT,
    WAVE_VECTORS,
    Data,
    FlatCrystal,
    FlatMesh,
    FlatOutput,
    FlatWaveVectors,
    Sigma,
    Unit,
)
from phonokit.cli.temperatures import Temperatures
from phonokit.cli.wave_vectors import (
    about_scattering,
    scattering_from,
    sorted_temperatures,
    wave_vectors_from,
)
from phonokit.plot.scattering import plot_joint_dos
from phonokit.results.scattering import JointDosResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mesh import SCATTERING_MESH

if TYPE_CHECKING:
    from phono_3ph import Scattering as PairOptions
else:
    # There are no couplings whose weights could be averaged.
    WITHOUT = ("smearing", "degeneracy", "average_degenerate_weights")
    PairOptions = options_of(Scattering, without=WITHOUT)

PAIRS = PairOptions()
Weights = Annotated[
    Temperatures,
    Parameter(
        help="In K, one or more, or first:last:step: weight pairs by their occupations, as "
        "in a linewidth. No weights if not given."
    ),
]

EXAMPLES = """\
Examples:

  phono jdos examples/silicon --q 0,0,0 --temperature 300 --plot jdos.pdf
"""


def jdos(
    path: Data,
    /,
    *,
    temperature: Weights = (),
    frequency_points: int = POINTS,
    sigma: Sigma = None,
    unit: Unit = "THz",
    q: FlatWaveVectors = WAVE_VECTORS,
    mesh: FlatMesh = MESH,
    crystal: FlatCrystal = CRYSTAL,
    scattering: Annotated[PairOptions, Parameter(name="*", group="Scattering")] = PAIRS,
    output: FlatOutput = OUTPUT,
) -> None:
    """Compute joint densities of states: how many pairs there are to scatter with.

    Parameters
    ----------
    frequency_points
        How many frequencies from 0 on; 201 if not given.
    """
    temperatures = sorted_temperatures(temperature) if temperature else None
    settings, qpoints = scattering_from(scattering, sigma), wave_vectors_from(q.q)
    grid, units = mesh.of(SCATTERING_MESH), FrequencyUnit(unit)
    carry_out(
        Calculation(
            path=path,
            crystal=crystal,
            output=output,
            name="jdos.hdf5",
            pieces="wave vectors",
            about=functools.partial(about_scattering, mesh=grid, scattering=settings),
            compute=lambda c, run: joint_dos(
                c,
                qpoints,
                grid,
                temperatures,
                scattering=settings,
                frequency_points=frequency_points,
                nac=crystal.nac,
                run=run,
            ),
            show=functools.partial(_tables, names=q.q, unit=units),
            draw=functools.partial(plot_joint_dos, unit=units),
        )
    )


app = command(jdos, EXAMPLES)


def _tables(
    result: JointDosResult, names: Sequence[str], unit: FrequencyUnit
) -> Iterator[Table]:
    """Where the densities of each wave vector are largest, at the highest temperature."""
    table = Table(box=box.SIMPLE)
    table.add_column("q", justify="right")
    for column in ("decays, largest at", "absorption and emission"):
        table.add_column(f"{column} ({unit.value})", justify="right")
    for i, name in enumerate(names):
        curves = (np.atleast_2d(x[i])[-1] for x in (result.sums, result.differences))
        tops = (peak_positions(result.frequency_points, curve) for curve in curves)
        table.add_row(name, *(f"{float(top) * unit.per_thz:.3f}" for top in tops))
    yield table
