"""``phono thermal``."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Literal

import numpy as np
from cyclopts import Parameter
from phono_grid import units
from rich.table import Table

from phonokit.calc.thermal import thermal as thermal_of
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.options import CalculationOptions, Data, Flat, as_fine_as
from phonokit.cli.temperatures import Temperatures
from phonokit.cli.terminal import table_of
from phonokit.cli.wave_vectors import sorted_temperatures
from phonokit.plot.harmonic import plot_thermal
from phonokit.results.harmonic import ThermalResult
from phonokit.settings.mesh import HARMONIC_MESH
from phonokit.settings.temperatures import THERMAL_TEMPERATURES

EXAMPLES = """
phono thermal examples/silicon --temperature 0:1000:50 --plot thermal.png
phono thermal examples/silicon --temperature 300 600 --displacements
"""
OPTIONS = CalculationOptions()
ROWS = 20
"""Approximate number of rows of the printed table; the file has all of them."""
COLUMNS = 8
"""Number of columns of atoms that are printed."""
AxisOfTemperatures = Annotated[
    Temperatures,
    Parameter(help="Temperatures in K, one or more, or first:last:step."),
]


def thermal(
    data: Data,
    /,
    *,
    temperature: AxisOfTemperatures = THERMAL_TEMPERATURES,
    cutoff_frequency: float = 0.0,
    classical: bool = False,
    by: Literal["band", "atom"] | None = None,
    displacements: bool = False,
    shift: bool = False,
    options: Annotated[CalculationOptions, Flat] = OPTIONS,
) -> None:
    """Compute free energy, entropy and heat capacity at constant volume.

    Parameters
    ----------
    cutoff_frequency
        Modes at or below this frequency, THz, do not take part.
    classical
        Without quantum effects.
    by
        Write what each band, or atom, has of it too.
    displacements
        Print mean-square displacements too, and write their matrices, also as CIF files
        have them.
    shift
        Shift the mesh by half a step along axes with even numbers, as Monkhorst and Pack do
        (and phonopy without --gc).
    """
    compute = partial(
        thermal_of,
        temperatures=sorted_temperatures(temperature),
        cutoff_frequency=cutoff_frequency,
        classical=classical,
        by=by,
        displacements=displacements,
    )
    carry_out(
        Calculation(
            path=data,
            options=options,
            compute=compute,
            mesh=options.mesh.of(HARMONIC_MESH),
            shift=shift,
            show=_tables,
            draw=plot_thermal,
            pieces="slabs of wave vectors",
        )
    )


app = command(
    thermal, EXAMPLES, {"mesh": as_fine_as(HARMONIC_MESH), "output": "thermal.hdf5"}
)


def _tables(result: ThermalResult) -> Iterator[Table | str]:
    """Thermal properties per mole, what does not take part, and displacements."""
    title = "Per mole of primitive cells"
    columns = ("T (K)", "F (kJ/mol)", "S (J/K/mol)", "C_V (J/K/mol)")
    table = table_of(*columns, title=title)
    t = result.temperatures
    free_energy = result.free_energy * (units.MOLE / 1e3)
    entropy, heat_capacity = result.entropy * units.MOLE, result.heat_capacity * units.MOLE
    rows = np.column_stack([t, free_energy, entropy, heat_capacity])
    for row in rows[:: max(1, len(rows) // ROWS)]:
        table.add_row(f"{row[0]:g}", *(f"{x:z.4f}" for x in row[1:]))
    yield table
    cutoff = result.provenance.settings["cutoff_frequency"]
    yield (
        f"{result.n_left_out} of {result.n_modes} modes left out: {result.n_translations} "
        "acoustic at Γ, which move the crystal as a whole, and "
        f"{result.n_left_out - result.n_translations} at or below {cutoff:g} THz\n"
    )
    if result.displacements is not None:
        names = result.atom_names.tolist()
        title = "⟨u²⟩ along an axis, Å²"
        if len(names) > COLUMNS:
            title += f"; the first {COLUMNS} of {len(names)} atoms, all are in the file"
        table = table_of("T (K)", *names[:COLUMNS], title=title)
        mean = np.trace(result.displacements, axis1=2, axis2=3) / 3
        step = max(1, len(mean) // ROWS)
        for x, row in zip(t[::step], mean[::step], strict=True):
            table.add_row(f"{x:g}", *(f"{u:.5f}" for u in row[:COLUMNS]))
        yield table
