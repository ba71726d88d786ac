"""``phono qha``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from cyclopts import Parameter
from phono_grid import units
from rich.table import Table

from phonokit.calc.qha import qha as qha_of
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.options import CalculationOptions, Flat, as_fine_as
from phonokit.cli.terminal import table_of
from phonokit.cli.thermal import AxisOfTemperatures
from phonokit.cli.wave_vectors import sorted_temperatures
from phonokit.io.energies import read_energies
from phonokit.model.crystal import Crystal
from phonokit.plot.qha import plot_qha
from phonokit.results.qha import QhaResult
from phonokit.settings.mesh import HARMONIC_MESH
from phonokit.settings.temperatures import THERMAL_TEMPERATURES

EXAMPLES = """
phono qha v1 v2 v3 v4 v5 --energies e-v.dat --plot qha.png
phono qha v1 v2 v3 v4 v5 --energies e-v.dat --equation birch-murnaghan --pressure 5
"""
OPTIONS = CalculationOptions()
ROWS = 20
"""Approximate number of rows of the printed table; the file has all of them."""
Folders = Annotated[
    tuple[Path, ...],
    Parameter(
        help="Four or more folders or files of forces or constants, as phono thermal takes "
        "one: the same crystal at several volumes."
    ),
]


def qha(
    data: Folders,
    /,
    *,
    energies: Path,
    temperature: AxisOfTemperatures = THERMAL_TEMPERATURES,
    equation: Literal["vinet", "birch-murnaghan", "murnaghan"] = "vinet",
    pressure: float = 0.0,
    cutoff_frequency: float = 0.0,
    options: Annotated[CalculationOptions, Flat] = OPTIONS,
) -> None:
    """Compute volume, expansion, bulk modulus and C_p in the quasi-harmonic approximation.

    Parameters
    ----------
    energies
        A file of lines with a volume in Å³ and an energy in eV, of primitive cells or of
        several, in any order: the e-v.dat of phonopy.
    equation
        Equation of state.
    pressure
        Pressure in GPa.
    cutoff_frequency
        Modes at or below this frequency, THz, do not take part.
    """
    temperatures, others = sorted_temperatures(temperature), list[Crystal]()

    def load_others() -> list[Path]:
        others.extend(map(options.crystal.load, data[1:]))
        return [*(file.path for c in others for file in c.origin.files), energies]

    def volumes_asked(_: Crystal) -> dict[str, str]:
        return {"other volumes": " ".join(c.fingerprint[:12] for c in others)}

    def compute(first: Crystal, **inputs: Any) -> QhaResult:
        crystals = [first, *others]
        volumes = [crystal.primitive.volume for crystal in crystals]
        return qha_of(
            crystals,
            read_energies(energies, volumes),
            temperatures=temperatures,
            equation=equation,
            pressure=pressure,
            cutoff_frequency=cutoff_frequency,
            **inputs,
        )

    carry_out(
        Calculation(
            path=data[0],
            options=options,
            compute=compute,
            mesh=options.mesh.of(HARMONIC_MESH),
            show=_table,
            draw=plot_qha,
            identity=volumes_asked,
            more_files=load_others,
            pieces="volumes",
        )
    )


app = command(qha, EXAMPLES, {"mesh": as_fine_as(HARMONIC_MESH), "output": "qha.hdf5"})


def _table(result: QhaResult) -> Iterator[Table]:
    """Properties against temperature, some of them."""
    columns = ("T (K)", "V (Å³)", "α (1e-6/K)", "B (GPa)", "C_V", "C_p (J/K/mol)", "γ")
    title = f"Per primitive cell, at {result.pressure:g} GPa"
    table = table_of(*columns, title=title)
    rows = np.column_stack(
        [
            result.volume,
            result.thermal_expansion * 1e6,
            result.bulk_modulus,
            result.heat_capacity_v * units.MOLE,
            result.heat_capacity_p * units.MOLE,
            result.grueneisen,
        ]
    )
    step = max(1, len(rows) // ROWS)
    for t, row in zip(result.temperatures[::step], rows[::step], strict=True):
        table.add_row(f"{t:g}", *(f"{x + 0:.4f}" for x in row))
    yield table
