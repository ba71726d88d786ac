"""``phono jdos``."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated

import numpy as np
from cyclopts import Parameter
from rich.table import Table

from phonokit.calc.joint_dos import POINTS, joint_dos
from phonokit.calc.peaks import peak_positions
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.options import Data, Flat, PairOptions, Q, as_fine_as
from phonokit.cli.temperatures import Temperatures
from phonokit.cli.terminal import table_of
from phonokit.cli.wave_vectors import at_wave_vectors, sorted_temperatures
from phonokit.plot.scattering import plot_joint_dos
from phonokit.results.scattering import JointDosResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mesh import SCATTERING_MESH

EXAMPLES = """
phono jdos examples/silicon --q 0,0,0 --temperature 300 --plot jdos.pdf
"""
OPTIONS = PairOptions()
Weights = Annotated[
    Temperatures,
    Parameter(
        help="Temperatures in K, one or more, or first:last:step: weight pairs by their "
        "occupations, as in a linewidth."
    ),
]


def jdos(
    path: Data,
    /,
    *,
    temperature: Weights = (),
    frequency_points: int = POINTS,
    q: Q = ("0,0,0",),
    options: Annotated[PairOptions, Flat] = OPTIONS,
) -> None:
    """Compute joint densities of states: how many pairs there are to scatter with.

    Parameters
    ----------
    frequency_points
        Number of frequencies from 0 on.
    """
    compute = partial(
        joint_dos,
        temperatures=sorted_temperatures(temperature) if temperature else None,
        scattering=options.settings,
        frequency_points=frequency_points,
    )
    carry_out(
        Calculation(
            path=path,
            options=options,
            compute=at_wave_vectors(compute, q),
            mesh=options.mesh.of(SCATTERING_MESH),
            show=partial(_tables, names=q),
            draw=plot_joint_dos,
        )
    )


app = command(
    jdos,
    EXAMPLES,
    {
        "mesh": as_fine_as(SCATTERING_MESH),
        "output": "jdos.hdf5",
        "temperature": "no weights",
    },
)


def _tables(
    result: JointDosResult, names: Sequence[str], unit: FrequencyUnit
) -> Iterator[Table]:
    """Where the densities of each wave vector are largest, at the highest temperature."""
    kinds = ("decays, largest at", "absorption and emission")
    table = table_of("q", *(f"{kind} ({unit.value})" for kind in kinds))
    for i, name in enumerate(names):
        curves = (np.atleast_2d(x[i])[-1] for x in (result.sums, result.differences))
        tops = (peak_positions(result.frequency_points, curve) for curve in curves)
        table.add_row(name, *(f"{float(top) * unit.per_thz:.3f}" for top in tops))
    yield table
