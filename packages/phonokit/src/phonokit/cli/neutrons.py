"""``phono neutrons``."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from cyclopts import Parameter
from phono_grid.errors import DomainError
from phono_grid.fingerprints import fingerprint
from rich.table import Table

from phonokit.calc.neutrons import neutrons as neutrons_of
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.options import Data, Flat, FrequencyOptions, as_fine_as
from phonokit.cli.temperatures import Temperatures
from phonokit.cli.terminal import table_of
from phonokit.cli.wave_vectors import (
    labelled_points,
    sorted_temperatures,
    wave_vectors_from,
)
from phonokit.model.crystal import Crystal
from phonokit.plot.neutrons import plot_neutrons
from phonokit.results.neutrons import NeutronsResult
from phonokit.results.reading import read_result
from phonokit.results.scattering import SpectralResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mesh import HARMONIC_MESH
from phonokit.settings.neutrons import FREQUENCY_POINTS
from phonokit.settings.temperatures import TEMPERATURES
from phonokit.settings.wave_vectors import wave_vector_name

EXAMPLES = """
phono neutrons examples/silicon --momentum 3,0.2,0 --resolution 0.3 --plot neutrons.png
phono neutrons examples/silicon --path "A B" --point A=2,0,0 --point B=3,1,0
phono spectral examples/silicon --path "A B" --point A=2,0,0 --point B=3,1,0
phono neutrons examples/silicon --spectral spectral.hdf5 --plot neutrons.png
"""
OPTIONS = FrequencyOptions()
ROWS = 5
"""Momentum transfers that are printed."""
Lengths = Annotated[
    tuple[str, ...],
    Parameter(
        help="SYMBOL=LENGTH in fm, as Si=4.15; repeat the option for more elements. Those "
        "of the elements and isotopes if not given (needs periodictable)."
    ),
]
Widths = Annotated[
    tuple[float, ...],
    Parameter(
        help="Full width at half maximum in THz; repeat the option for the coefficients of "
        "its polynomial in the energy that neutrons lose."
    ),
]


def neutrons(
    data: Data,
    /,
    *,
    momentum: tuple[str, ...] = (),
    path: str | None = None,
    point: tuple[str, ...] = (),
    points_per_segment: int = 51,
    spectral: Path | None = None,
    temperature: Temperatures = TEMPERATURES,
    scattering_length: Lengths = (),
    resolution: Widths = (),
    frequency_points: int = FREQUENCY_POINTS,
    shift: bool = False,
    options: Annotated[FrequencyOptions, Flat] = OPTIONS,
) -> None:
    """Compute coherent scattering of neutrons by single phonons, S(Q, f).

    The mesh is that of the Debye-Waller factors.

    Parameters
    ----------
    momentum
        Momentum transfer x,y,z, fractional, in any Brillouin zone; repeat the option for
        more of them.
    path
        In place of --momentum: labels along each line, as phono bands takes them.
    point
        LABEL=x,y,z, fractional, in any zone; repeat the option for more points of the path.
    points_per_segment
        Momentum transfers between two labels, both included.
    spectral
        A result of phono spectral, whose momentum transfers, temperatures and line shapes
        are taken: widths and shifts of every mode.
    frequency_points
        Number of frequencies from energy gain to energy loss.
    shift
        Shift the mesh by half a step along axes with even numbers, as Monkhorst and Pack do
        (and phonopy without --gc).
    """
    shapes: list[SpectralResult] = []
    lengths = lengths_from(scattering_length)

    def read_spectral() -> Iterable[Path]:
        if spectral is None:
            return []
        result = read_result(spectral)
        if not isinstance(result, SpectralResult):
            raise DomainError(f"spectral: {spectral} is not a result of phono spectral")
        shapes.append(result)
        return [spectral]

    def asked(_: Crystal) -> dict[str, str]:
        words = [
            fingerprint([s.qpoints, s.temperatures, s.linewidths, s.shifts]) for s in shapes
        ]
        return {"spectral": words[0] if words else "not given"}

    def compute(crystal: Crystal, **inputs: Any) -> NeutronsResult:
        return neutrons_of(
            crystal,
            wave_vectors_from(momentum) if momentum else None,
            temperatures=sorted_temperatures(temperature),
            path=path,
            points=labelled_points(point, path),
            points_per_segment=points_per_segment,
            spectral=shapes[0] if shapes else None,
            scattering_lengths=lengths,
            frequency_points=frequency_points,
            resolution=resolution or None,
            **inputs,
        )

    if [bool(momentum), path is not None, spectral is not None].count(True) != 1:
        raise DomainError("momentum=, path= and spectral=: give one of the three")
    carry_out(
        Calculation(
            path=data,
            options=options,
            compute=compute,
            mesh=options.mesh.of(HARMONIC_MESH),
            shift=shift,
            show=_tables,
            draw=plot_neutrons,
            identity=asked,
            more_files=read_spectral,
            pieces="segments" if path is not None else "slabs of momentum transfers",
        )
    )


app = command(
    neutrons,
    EXAMPLES,
    {
        "mesh": as_fine_as(HARMONIC_MESH),
        "output": "neutrons.hdf5",
        "point": "the standard points, of seekpath",
    },
)


def lengths_from(texts: Sequence[str]) -> dict[str, float] | None:
    """Scattering lengths as they were typed, ``Si=4.15``; None if there are none."""
    lengths = {}
    for text in texts:
        symbol, equals, number = text.partition("=")
        try:
            value = float(number)
        except ValueError:
            value = float("nan")
        if not symbol or not equals or not np.isfinite(value):
            raise DomainError(
                f"scattering_length: expected SYMBOL=LENGTH such as Si=4.15, got {text!r}"
            )
        lengths[symbol] = value
    return lengths or None


def _tables(result: NeutronsResult, unit: FrequencyUnit) -> Iterator[Table | str]:
    """Frequencies and intensities of the first momentum transfers."""
    n = len(result.momenta)
    if n > ROWS:
        yield f"the first {ROWS} of {n} momentum transfers, all are in the file\n"
    for q, f, rows in zip(
        result.momenta[:ROWS], result.frequencies, result.intensities, strict=False
    ):
        title = f"Q = {wave_vector_name(q)}, intensities in mbarn/sr, f in {unit.value}"
        columns = [f"{t:g} K" for t in result.temperatures[:ROWS]]
        table = table_of("band", "f", *columns, title=title)
        for j, x in enumerate(f * unit.per_thz):
            values = (f"{row[j]:.4f}" for row in rows[:ROWS])
            table.add_row(str(j + 1), f"{float(x):z.4f}", *values)
        yield table
