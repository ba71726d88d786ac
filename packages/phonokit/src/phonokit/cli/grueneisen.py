"""``phono grueneisen``."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from cyclopts import Parameter
from phono_grid import CUTOFF_FREQUENCY
from phono_grid.errors import DomainError
from rich.table import Table

from phonokit.calc.grueneisen import grueneisen as grueneisen_of
from phonokit.calc.grueneisen_from_volumes import grueneisen_from_volumes
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
from phonokit.model.crystal import Crystal
from phonokit.plot.grueneisen import plot_grueneisen
from phonokit.results.grueneisen import GrueneisenResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mesh import HARMONIC_MESH
from phonokit.settings.temperatures import TEMPERATURES
from phonokit.settings.wave_vectors import wave_vector_name

EXAMPLES = """
phono grueneisen examples/silicon --temperature 100 300 --plot gamma.png
phono grueneisen examples/silicon --q 0,0,0 0.5,0,0.5
phono grueneisen v2 --smaller v1 --larger v3 --temperature 100:1000:100
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
    smaller: Path | None = None,
    larger: Path | None = None,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
    shift: bool = False,
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
    smaller
        The same crystal at a smaller volume, with --larger in place of third-order
        constants.
    larger
        The same crystal at a larger volume, with --smaller.
    cutoff_frequency
        Modes at or below this frequency, THz, do not take part.
    shift
        Shift the mesh by half a step along axes with even numbers, as Monkhorst and Pack do
        (and phonopy without --gc).
    """
    on_mesh = not (q or path) or options.mesh != MESH
    given: dict[str, Any] = {
        "path": path or None,
        "points": labelled_points(point, path),
        "points_per_segment": points_per_segment,
        "temperatures": sorted_temperatures(temperature),
        "cutoff_frequency": cutoff_frequency,
    }
    others = list[Crystal]()

    def load_others() -> list[Path]:
        others.extend(options.crystal.load(p) for p in (smaller, larger) if p is not None)
        return [file.path for c in others for file in c.origin.files]

    def from_volumes(crystal: Crystal, **inputs: Any) -> GrueneisenResult:
        below, above = others
        return grueneisen_from_volumes(crystal, below, above, **given, **inputs)

    if (smaller is None) != (larger is None) or (smaller is not None and clamped):
        raise DomainError(
            "smaller: three volumes are that of the data, smaller= and larger=, whose "
            "atoms are not clamped"
        )
    compute: Callable[..., GrueneisenResult] = partial(
        grueneisen_of, clamped=clamped, **given
    )
    if smaller is not None:
        compute = from_volumes
    carry_out(
        Calculation(
            path=data,
            options=options,
            compute=at_wave_vectors(compute, q) if q else compute,
            mesh=options.mesh.of(HARMONIC_MESH) if on_mesh else None,
            shift=shift,
            show=_tables,
            draw=plot_grueneisen,
            pieces="slabs of wave vectors",
            order=3 if smaller is None else 2,
            more_files=load_others,
            identity=lambda _: {
                "other volumes": " ".join(c.fingerprint[:12] for c in others)
            },
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
            yield f"  {' ' * len(name)}  {' '.join(f'{x:z8.4f}' for x in g)}"
        yield ""
        return
    expands = result.expansion is not None
    columns = ["T (K)", "mean γ" if expands else "mean Grüneisen parameter"]
    rows = [result.mean]
    if result.tensors is None:
        pass
    elif result.expansion is None:
        yield (
            "no expansion: it needs elastic constants of a stable crystal, and with "
            "charges dipoles by Gonze and Lee\n"
        )
    else:
        columns += [f"α {axes} (1e-6/K)" for axes in ("xx", "yy", "zz", "volume")]
        diagonal = np.einsum("tii->it", result.expansion)
        rows += [*(diagonal * 1e6), diagonal.sum(axis=0) * 1e6]
    table = table_of(*columns, title="Thermal expansion" if expands else None)
    step = max(1, len(result.temperatures) // ROWS)
    for t, row in zip(result.temperatures[::step], np.transpose(rows)[::step], strict=True):
        table.add_row(f"{t:g}", *(f"{x:z.4f}" for x in row))
    yield table
