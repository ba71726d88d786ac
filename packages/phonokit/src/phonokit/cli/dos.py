"""``phono dos``."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Literal

from rich import box
from rich.table import Table

from phonokit.calc.dos import dos as dos_of
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.options import Data, Flat, FrequencyOptions, as_fine_as
from phonokit.plot.harmonic import plot_dos
from phonokit.results.harmonic import DosResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mesh import DOS_MESH
from phonokit.settings.projection import Projection
from phonokit.settings.wave_vectors import wave_vector

EXAMPLES = """
phono dos examples/silicon --mesh 30 30 30 --unit cm-1 --plot dos.pdf
phono dos examples/silicon --by atom --axes
"""
OPTIONS = FrequencyOptions()
MISSED = 0.05
"""Fraction of the states; a density that integrates to so many more or less is reported."""


def dos(
    data: Data,
    /,
    *,
    sigma: float | None = None,
    frequency_points: int | None = None,
    by: Literal["element", "atom"] = "element",
    axes: bool = False,
    direction: str = "",
    shift: bool = False,
    options: Annotated[FrequencyOptions, Flat] = OPTIONS,
) -> None:
    """Compute the phonon density of states, total and of its parts.

    Parameters
    ----------
    sigma
        Smear with Gaussians of this width, THz, in place of tetrahedra.
    frequency_points
        Number of frequencies; by default as many as the mesh has details, at most 401.
    by
        The parts of the crystal that have a density of their own.
    axes
        Divide each part into its motion along x, y and z.
    direction
        Direction a,b,c in lattice vectors, along which alone motion of each part counts.
    shift
        Shift the mesh by half a step along axes with even numbers, as Monkhorst and Pack do
        (and phonopy without --gc).
    """
    along = tuple(wave_vector(direction, "direction").tolist()) if direction else None
    projection = Projection(by=by, axes=axes, direction=along)
    carry_out(
        Calculation(
            path=data,
            options=options,
            compute=partial(
                dos_of,
                sigma=sigma,
                frequency_points=frequency_points,
                projection=projection,
            ),
            mesh=options.mesh.of(DOS_MESH),
            shift=shift,
            show=_table,
            draw=plot_dos,
            pieces="slabs of wave vectors",
        )
    )


app = command(
    dos,
    EXAMPLES,
    {
        "mesh": as_fine_as(DOS_MESH),
        "output": "dos.hdf5",
        "frequency-points": "401, fewer for coarse meshes",
    },
)


def _table(result: DosResult, unit: FrequencyUnit) -> Iterator[Table | str]:
    """States, highest density, Debye temperature."""
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_row("states", f"{result.cumulative[-1]:.3f} of {result.n_bands}")
    table.add_row("density integrates to", f"{result.states:.3f}")
    if result.total.max() > 0:
        peak = result.frequency_points[result.total.argmax()] * unit.per_thz
        table.add_row("highest density at", f"{peak:.{unit.digits}f} {unit.value}")
    if result.debye_temperature is not None:
        table.add_row("Debye temperature", f"{result.debye_temperature:.1f} K")
    yield table
    if abs(result.states - result.cumulative[-1]) > MISSED * result.n_bands:
        yield (
            "the density has peaks narrower than the distance of its frequencies; raise "
            "--frequency-points, or take --sigma\n"
        )
    if result.debye_temperature is None:
        unstable = result.lowest_frequency < 0
        why = "there are imaginary modes" if unstable else "no states at low frequencies"
        yield f"no Debye temperature: {why}\n"
