"""``phono gamma``."""

import functools
from collections.abc import Iterator, Sequence
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table

from phonokit.calc.self_energy import linewidths
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.options import (
    CRYSTAL,
    MESH,
    OUTPUT,
    SCATTERING,
    WAVE_VECTORS,
    Data,
    FlatCrystal,
    FlatMesh,
    FlatOutput,
    FlatScattering,
    FlatWaveVectors,
    Sigma,
    Unit,
)
from phonokit.cli.temperatures import Temperatures
from phonokit.cli.wave_vectors import (
    about_scattering,
    band_tables,
    scattering_from,
    sorted_temperatures,
    wave_vectors_from,
)
from phonokit.plot.scattering import plot_linewidths
from phonokit.results.scattering import LinewidthsResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mesh import SCATTERING_MESH
from phonokit.settings.temperatures import TEMPERATURES

EXAMPLES = """\
Examples:

  phono gamma examples/silicon --q 0.2,0,0 --temperature 100 300 --normal-umklapp

  phono gamma examples/silicon --q 0.5,0.5,0 --frequency-points 201 --plot gamma.png
"""


def gamma(
    path: Data,
    /,
    *,
    temperature: Temperatures = TEMPERATURES,
    normal_umklapp: Annotated[bool, Parameter(name=("--normal-umklapp", "--nu"))] = False,
    frequency_points: int = 0,
    sigma: Sigma = None,
    unit: Unit = "THz",
    q: FlatWaveVectors = WAVE_VECTORS,
    mesh: FlatMesh = MESH,
    crystal: FlatCrystal = CRYSTAL,
    scattering: FlatScattering = SCATTERING,
    output: FlatOutput = OUTPUT,
) -> None:
    """Compute half linewidths of the phonons at a few wave vectors.

    The imaginary part of the self-energy, in THz; the lifetime is 1 / 4πΓ.

    Parameters
    ----------
    normal_umklapp
        Tell normal (N) from umklapp (U) processes.
    frequency_points
        How many frequencies from 0 on, in place of the bands' own.
    """
    temperatures, units = sorted_temperatures(temperature), FrequencyUnit(unit)
    settings = scattering_from(scattering, sigma)
    qpoints, grid = wave_vectors_from(q.q), mesh.of(SCATTERING_MESH)
    carry_out(
        Calculation(
            path=path,
            crystal=crystal,
            output=output,
            name="gamma.hdf5",
            pieces="wave vectors",
            order=3,
            about=functools.partial(about_scattering, mesh=grid, scattering=settings),
            compute=lambda c, run: linewidths(
                c,
                qpoints,
                grid,
                temperatures,
                scattering=settings,
                normal_umklapp=normal_umklapp,
                frequency_points=frequency_points or None,
                nac=crystal.nac,
                run=run,
            ),
            show=functools.partial(_tables, names=q.q, unit=units),
            draw=functools.partial(plot_linewidths, unit=units),
        )
    )


app = command(gamma, EXAMPLES)


def _tables(
    result: LinewidthsResult, names: Sequence[str], unit: FrequencyUnit
) -> Iterator[Table]:
    """Linewidths of the bands of each wave vector, and their parts if there are any."""
    if result.frequency_points is not None:
        return
    parts = (("", result.linewidths), ("N ", result.normal), ("U ", result.umklapp))
    for i, name in enumerate(names):
        columns = {
            f"{part}{t:g} K": values[i, k]
            for k, t in enumerate(result.temperatures)
            for part, values in parts
            if values is not None
        }
        yield from band_tables(f"Γ at q = {name}", result.frequencies[i], columns, unit)
