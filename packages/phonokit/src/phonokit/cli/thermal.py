"""``phono thermal``."""

import functools
from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from phono_grid import units
from rich import box
from rich.table import Table

from phonokit.calc.thermal import thermal as compute
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.dos import about_mesh
from phonokit.cli.options import (
    CRYSTAL,
    MESH,
    OUTPUT,
    Data,
    FlatCrystal,
    FlatMesh,
    FlatOutput,
)
from phonokit.cli.temperatures import Temperatures
from phonokit.cli.wave_vectors import sorted_temperatures
from phonokit.plot.harmonic import plot_thermal
from phonokit.results.harmonic import ThermalResult
from phonokit.settings.mesh import HARMONIC_MESH
from phonokit.settings.temperatures import THERMAL_TEMPERATURES

EXAMPLES = """\
Examples:

  phono thermal examples/silicon --temperature 0:1000:50 --plot thermal.png

  phono thermal examples/silicon --temperature 300 600 --displacements
"""
ROWS = 20
"""Approximate number of rows of the printed table; the file has all of them."""
COLUMNS = 8
"""Number of columns of atoms that are printed."""


def thermal(
    data: Data,
    /,
    *,
    temperature: Temperatures = (),
    cutoff_frequency: float = 0.0,
    classical: bool = False,
    by: Literal["band", "atom"] | None = None,
    displacements: bool = False,
    mesh: FlatMesh = MESH,
    crystal: FlatCrystal = CRYSTAL,
    output: FlatOutput = OUTPUT,
) -> None:
    """Compute free energy, entropy and heat capacity at constant volume.

    Parameters
    ----------
    temperature
        In K, one or more, or first:last:step; 0:1000:10 if not given.
    cutoff_frequency
        THz; modes at or below do not take part. 0 if not given.
    classical
        Without quantum effects.
    by
        Write what each band, or atom, has of it too.
    displacements
        Print mean-square displacements too, and write their matrices, also as CIF files
        have them.
    """
    temperatures = sorted_temperatures(temperature or THERMAL_TEMPERATURES)
    grid = mesh.of(HARMONIC_MESH)
    carry_out(
        Calculation(
            path=data,
            crystal=crystal,
            output=output,
            name="thermal.hdf5",
            pieces="slabs of wave vectors",
            about=functools.partial(about_mesh, mesh=grid),
            compute=lambda c, run: compute(
                c,
                grid,
                temperatures,
                cutoff_frequency=cutoff_frequency,
                classical=classical,
                by=by,
                displacements=displacements,
                nac=crystal.nac,
                run=run,
            ),
            show=_tables,
            draw=plot_thermal,
        )
    )


app = command(thermal, EXAMPLES)


def _tables(result: ThermalResult) -> Iterator[Table | str]:
    """Thermal properties per mole, what does not take part, and displacements."""
    table = Table(title="Per mole of primitive cells", title_justify="left", box=box.SIMPLE)
    for column in ("T (K)", "F (kJ/mol)", "S (J/K/mol)", "C_V (J/K/mol)"):
        table.add_column(column, justify="right")
    t = result.temperatures
    free_energy = result.free_energy * (units.MOLE / 1e3)
    entropy, heat_capacity = result.entropy * units.MOLE, result.heat_capacity * units.MOLE
    rows = np.column_stack([t, free_energy, entropy, heat_capacity])
    for row in rows[:: max(1, len(rows) // ROWS)]:
        table.add_row(f"{row[0]:g}", *(f"{x + 0:.4f}" for x in row[1:]))
    yield table
    cutoff = result.provenance.settings["cutoff_frequency"]
    yield (
        f"{result.n_left_out} of {result.n_modes} modes left out: {result.n_translations} "
        "acoustic at Γ, which move the crystal as a whole, and "
        f"{result.n_left_out - result.n_translations} at or below {cutoff:g} THz\n"
    )
    if result.displacements is not None:
        yield _displacements(result.displacements, t, result.atom_names.tolist())


def _displacements(
    u: NDArray[np.float64], temperatures: NDArray[np.float64], names: list[str]
) -> Table:
    """A third of the trace for each atom, as many as fit."""
    title = "⟨u²⟩ along an axis, Å²"
    if len(names) > COLUMNS:
        title += f"; the first {COLUMNS} of {len(names)} atoms, all are in the file"
    table = Table(title=title, title_justify="left", box=box.SIMPLE)
    for column in ("T (K)", *names[:COLUMNS]):
        table.add_column(column, justify="right")
    mean = np.trace(u, axis1=2, axis2=3) / 3
    step = max(1, len(mean) // ROWS)
    for t, row in zip(temperatures[::step], mean[::step], strict=True):
        table.add_row(f"{t:g}", *(f"{x:.5f}" for x in row[:COLUMNS]))
    return table
