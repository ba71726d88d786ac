"""``phono spectral``."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated

import numpy as np
from rich.table import Table

from phonokit.calc.spectral import POINTS, POINTS_PER_SEGMENT
from phonokit.calc.spectral import spectral as spectral_of
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.options import Data, Flat, WaveVectorOptions, as_fine_as
from phonokit.cli.temperatures import Temperatures
from phonokit.cli.wave_vectors import (
    at_wave_vectors,
    band_tables,
    labelled_points,
    sorted_temperatures,
)
from phonokit.plot.scattering import plot_spectral
from phonokit.results.scattering import SpectralResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mesh import SCATTERING_MESH
from phonokit.settings.temperatures import TEMPERATURES

EXAMPLES = """
phono spectral examples/silicon --mesh 10 10 10 --q 0.5,0.5,0 --plot spectral.png
phono spectral examples/silicon --path "G X, G L" --point X=0.5,0,0.5 \\
  --point L=0.5,0.5,0.5 --plot path.png
"""
OPTIONS = WaveVectorOptions()
GAMMA = ("0,0,0",)
"""The wave vector, if neither others nor a path are asked for."""


def spectral(
    path_of_data: Data,
    /,
    *,
    q: tuple[str, ...] = (),
    path: str | None = None,
    point: tuple[str, ...] = (),
    points_per_segment: int = POINTS_PER_SEGMENT,
    temperature: Temperatures = TEMPERATURES,
    frequency_points: int = POINTS,
    options: Annotated[WaveVectorOptions, Flat] = OPTIONS,
) -> None:
    """Compute spectral functions of the phonons at a few wave vectors, or along lines.

    Here wave vectors need not be points of the mesh.

    Parameters
    ----------
    q
        Fractional x,y,z, or more of them.
    path
        Labels along each line, lines separated by commas: "G X U, K G L"; G is Γ. "" is the
        standard path of the crystal (needs seekpath). In place of --q.
    point
        Coordinates of a label, LABEL=x,y,z, fractional; repeat the option for more.
    points_per_segment
        Wave vectors between two labels, both included.
    frequency_points
        Number of frequencies from 0 on.
    """
    names = q if q or path is not None else GAMMA
    compute = partial(
        spectral_of,
        temperatures=sorted_temperatures(temperature),
        path=path,
        points=labelled_points(point, path),
        points_per_segment=points_per_segment,
        scattering=options.settings,
        frequency_points=frequency_points,
    )
    carry_out(
        Calculation(
            path=path_of_data,
            options=options,
            compute=at_wave_vectors(compute, names) if names else compute,
            mesh=options.mesh.of(SCATTERING_MESH),
            show=partial(_tables, names=names),
            draw=plot_spectral,
            order=3,
        )
    )


app = command(
    spectral,
    EXAMPLES,
    {
        "mesh": as_fine_as(SCATTERING_MESH),
        "output": "spectral.hdf5",
        "q": GAMMA,
        "point": "the standard points, of seekpath",
    },
)


def _tables(
    result: SpectralResult, names: Sequence[str], unit: FrequencyUnit
) -> Iterator[Table]:
    """Where the spectra of each wave vector, or label of a path, are largest."""
    titles = {f"q = {name}": i for i, name in enumerate(names)}
    if result.labels is not None:
        titles = _labelled(result)
    for title, i in titles.items():
        peaks = zip(result.temperatures, result.peaks[i], strict=True)
        # Imaginary modes and translations have no spectral function.
        has_peak = result.spectral_functions[i].any(axis=(0, 2))
        columns = {f"{t:g} K": np.where(has_peak, x, np.nan) for t, x in peaks}
        yield from band_tables(f"Peaks at {title}", result.frequencies[i], columns, unit)


def _labelled(result: SpectralResult) -> dict[str, int]:
    """The wave vector at which each label of a path is first met."""
    first: dict[str, int] = {}
    assert result.labels is not None
    for segment, labels in zip(result.segments, result.labels, strict=True):
        ends = (segment.start, segment.stop - 1)
        for label, i in zip(labels, ends, strict=True):
            first.setdefault(str(label), i)
    return first
