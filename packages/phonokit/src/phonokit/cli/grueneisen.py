"""``phono grueneisen``."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

import numpy as np
from cyclopts import Parameter
from phono_grid import CUTOFF_FREQUENCY
from rich.table import Table

from phonokit.calc.grueneisen import grueneisen as grueneisen_of
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.options import MESH, Data, Flat, FrequencyOptions, as_fine_as
from phonokit.cli.temperatures import Temperatures
from phonokit.cli.terminal import table_of
from phonokit.cli.wave_vectors import (
    at_wave_vectors,
    frequencies_line,
    labelled_points,
    sorted_temperatures,
)
from phonokit.plot.grueneisen import plot_grueneisen
from phonokit.results.grueneisen import GrueneisenResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mesh import HARMONIC_MESH
from phonokit.settings.temperatures import TEMPERATURES
from phonokit.settings.wave_vectors import wave_vector_name

EXAMPLES = """
phono grueneisen examples/silicon --temperature 100 300 --plot gamma.png
phono grueneisen examples/silicon --q 0,0,0 0.5,0,0.5
phono grueneisen examples/silicon --path "G X" --point X=0.5,0,0.5 --plot gamma.png
"""
OPTIONS = FrequencyOptions()
ROWS = 20
"""Wave vectors or temperatures that are printed, about."""
ExpansionTemperatures = Annotated[
    Temperatures,
    Parameter(help="Temperatures of the expansion in K, one or more, or first:last:step."),
]


def grueneisen(
    data: Data,
    /,
    *,
    q: tuple[str, ...] = (),
    path: str = "",
    point: tuple[str, ...] = (),
    points_per_segment: int = 51,
    temperature: ExpansionTemperatures = TEMPERATURES,
    clamped: bool = False,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
    options: Annotated[FrequencyOptions, Flat] = OPTIONS,
) -> None:
    """Compute Grüneisen parameters of modes and, on a mesh, thermal expansion.

    Parameters
    ----------
    q
        Fractional x,y,z, or more of them, in place of a mesh.
    path
        In place of a mesh: labels along each line, as phono bands takes them.
    point
        LABEL=x,y,z, fractional; repeat the option for more points of the path.
    points_per_segment
        Wave vectors between two labels, both included.
    clamped
        Leave atoms where a strain takes them.
    cutoff_frequency
        Modes at or below this frequency, THz, do not take part.
    """
    on_mesh = not (q or path) or options.mesh != MESH
    compute = partial(
        grueneisen_of,
        path=path or None,
        points=labelled_points(point, path),
        points_per_segment=points_per_segment,
        temperatures=sorted_temperatures(temperature),
        clamped=clamped,
        cutoff_frequency=cutoff_frequency,
    )
    carry_out(
        Calculation(
            path=data,
            options=options,
            compute=at_wave_vectors(compute, q) if q else compute,
            mesh=options.mesh.of(HARMONIC_MESH) if on_mesh else None,
            show=_tables,
            draw=plot_grueneisen,
            pieces="slabs of wave vectors",
            order=3,
        )
    )


app = command(
    grueneisen, EXAMPLES, {"mesh": as_fine_as(HARMONIC_MESH), "output": "grueneisen.hdf5"}
)


def _tables(result: GrueneisenResult, unit: FrequencyUnit) -> Iterator[Table | str]:
    """Expansion on a mesh; parameters at wave vectors."""
    if result.temperatures is None or result.mean is None:
        yield f"Frequencies, {unit.value}, and Grüneisen parameters\n"
        for q, f, g in zip(
            result.qpoints[:ROWS], result.frequencies, result.parameters, strict=False
        ):
            name = wave_vector_name(q)
            yield f"  {name}  {frequencies_line(f, unit)}"
            yield f"  {' ' * len(name)}  {' '.join(f'{x + 0:8.4f}' for x in g)}"
        yield ""
        return
    columns = ["T (K)", "mean γ"]
    rows = [result.mean]
    if result.expansion is None:
        yield "no expansion: it needs elastic constants of a stable crystal, with dipoles\n"
    else:
        columns += [f"α {axes} (1e-6/K)" for axes in ("xx", "yy", "zz", "volume")]
        diagonal = np.einsum("tii->it", result.expansion)
        rows += [*(diagonal * 1e6), diagonal.sum(axis=0) * 1e6]
    table = table_of(*columns, title="Thermal expansion")
    step = max(1, len(result.temperatures) // ROWS)
    for t, row in zip(result.temperatures[::step], np.transpose(rows)[::step], strict=True):
        table.add_row(f"{t:g}", *(f"{x + 0:.4f}" for x in row))
    yield table
