"""``phono powder``."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

import numpy as np
from cyclopts import Parameter
from rich.table import Table

from phonokit.calc.powder import powder as powder_of
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.neutrons import Lengths, Widths, lengths_from
from phonokit.cli.options import Data, Flat, FrequencyOptions, as_fine_as
from phonokit.cli.temperatures import Temperatures, temperatures_of
from phonokit.cli.terminal import table_of
from phonokit.cli.wave_vectors import sorted_temperatures
from phonokit.plot.neutrons import plot_powder
from phonokit.results.neutrons import PowderResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mesh import HARMONIC_MESH
from phonokit.settings.neutrons import DIRECTIONS, FREQUENCY_POINTS, MOMENTA
from phonokit.settings.temperatures import TEMPERATURES

EXAMPLES = """
phono powder examples/silicon --momentum 0.1:6:0.1 --resolution 0.3 --plot powder.png
phono powder examples/silicon --momentum 2,4 --scattering-length Si=4.15
"""
OPTIONS = FrequencyOptions()
ROWS = 20
"""Momenta that are printed, about."""
Momenta = Annotated[
    tuple[float, ...],
    Parameter(
        converter=temperatures_of,
        help="Lengths of Q in 1/Å with 2π; one or more, or first:last:step, as 0.1:6:0.1.",
    ),
]


def powder(
    data: Data,
    /,
    *,
    momentum: Momenta = MOMENTA,
    temperature: Temperatures = TEMPERATURES,
    directions: int = DIRECTIONS,
    scattering_length: Lengths = (),
    resolution: Widths = (),
    frequency_points: int = FREQUENCY_POINTS,
    shift: bool = False,
    options: Annotated[FrequencyOptions, Flat] = OPTIONS,
) -> None:
    """Compute scattering of neutrons by single phonons of a powder.

    Coherent and incoherent; the mesh is that of the incoherent part and of the Debye-Waller
    factors.

    Parameters
    ----------
    directions
        Number of directions of Q of each length.
    frequency_points
        Number of frequencies from energy gain to energy loss.
    shift
        Shift the mesh by half a step along axes with even numbers, as Monkhorst and Pack do
        (and phonopy without --gc).
    """
    compute = partial(
        powder_of,
        momenta=momentum,
        temperatures=sorted_temperatures(temperature),
        directions=directions,
        scattering_lengths=lengths_from(scattering_length),
        frequency_points=frequency_points,
        resolution=resolution or None,
    )
    carry_out(
        Calculation(
            path=data,
            options=options,
            compute=compute,
            mesh=options.mesh.of(HARMONIC_MESH),
            shift=shift,
            show=_tables,
            draw=plot_powder,
            pieces="momenta",
        )
    )


app = command(
    powder,
    EXAMPLES,
    {"mesh": as_fine_as(HARMONIC_MESH), "output": "powder.hdf5", "momentum": "0.1:6:0.1"},
)


def _tables(result: PowderResult, unit: FrequencyUnit) -> Iterator[Table]:
    """The structure factor summed over energies, at some momenta."""
    step = float(np.diff(result.frequency_points[:2])[0])
    every = max(1, len(result.momenta) // ROWS)
    f = result.frequency_points * unit.per_thz
    for i, t in enumerate(result.temperatures):
        title = f"One-phonon scattering at {t:g} K, mbarn/sr, mean f in {unit.value}"
        table = table_of("|Q| (1/Å)", "coherent", "incoherent", "mean f", title=title)
        for q, c, s in zip(
            result.momenta[::every],
            result.coherent[::every, i],
            result.incoherent[::every, i],
            strict=True,
        ):
            whole = float((c + s).sum())
            mean = float((c + s) @ f) / whole if whole > 0 else 0.0
            words = (f"{x:.4f}" for x in (c.sum() * step, s.sum() * step, mean))
            table.add_row(f"{q:g}", *words)
        yield table
