"""``phono gamma``."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table

from phonokit.calc.self_energy import linewidths
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.options import Data, Flat, Q, WaveVectorOptions, as_fine_as
from phonokit.cli.temperatures import Temperatures
from phonokit.cli.wave_vectors import at_wave_vectors, band_tables, sorted_temperatures
from phonokit.plot.scattering import plot_linewidths
from phonokit.results.scattering import LinewidthsResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mesh import SCATTERING_MESH
from phonokit.settings.temperatures import TEMPERATURES

EXAMPLES = """
phono gamma examples/silicon --q 0.2,0,0 --temperature 100 300 --normal-umklapp
phono gamma examples/silicon --q 0.5,0,0.5 --by-triplet --mesh 4 4 4
phono gamma examples/silicon --q 0.5,0.5,0 --frequency-points 201 --plot gamma.png
"""
OPTIONS = WaveVectorOptions()


def gamma(
    path: Data,
    /,
    *,
    temperature: Temperatures = TEMPERATURES,
    normal_umklapp: Annotated[bool, Parameter(name=("--normal-umklapp", "--nu"))] = False,
    average_strengths: bool = False,
    constant_strength: float | None = None,
    by_triplet: bool = False,
    frequency_points: int | None = None,
    q: Q = ("0,0,0",),
    options: Annotated[WaveVectorOptions, Flat] = OPTIONS,
) -> None:
    """Compute half linewidths of the phonons at a few wave vectors.

    The imaginary part of the self-energy, in THz; the lifetime is 1 / 4πΓ.

    Parameters
    ----------
    normal_umklapp
        Resolve linewidths into normal (N) and umklapp (U) processes.
    average_strengths
        Take the mean of all strengths of a band in place of each: linewidths then differ by
        the phase space of the processes alone.
    constant_strength
        Such a mean in eV², the same for all bands; no third-order constants are needed.
    by_triplet
        Write what each triplet of wave vectors and each pair of bands adds, and the
        strengths of their interaction; of one wave vector.
    frequency_points
        Number of frequencies from 0 on, in place of the bands' own.
    """
    compute = partial(
        linewidths,
        temperatures=sorted_temperatures(temperature),
        scattering=options.settings,
        normal_umklapp=normal_umklapp,
        average_strengths=average_strengths,
        constant_strength=constant_strength,
        by_triplet=by_triplet,
        frequency_points=frequency_points,
    )
    carry_out(
        Calculation(
            path=path,
            options=options,
            compute=at_wave_vectors(compute, q),
            mesh=options.mesh.of(SCATTERING_MESH),
            show=partial(_tables, names=q),
            draw=plot_linewidths,
            order=3 if constant_strength is None else 2,
        )
    )


app = command(
    gamma,
    EXAMPLES,
    {
        "mesh": as_fine_as(SCATTERING_MESH),
        "output": "gamma.hdf5",
        "frequency-points": "the bands' own",
    },
)


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
