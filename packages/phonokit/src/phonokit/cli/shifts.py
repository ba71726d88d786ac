"""``phono shifts``."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from phono_grid.errors import DomainError
from rich.table import Table

from phonokit.calc.self_energy import self_energy
from phonokit.cli.asked import file_hash
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.four_phonon import fourth_order_file, read_fourth_order_constants
from phonokit.cli.options import Data, Flat, Q, WaveVectorOptions, as_fine_as
from phonokit.cli.temperatures import Temperatures
from phonokit.cli.terminal import table_of
from phonokit.cli.wave_vectors import at_wave_vectors, sorted_temperatures
from phonokit.model.crystal import Crystal
from phonokit.plot.scattering import plot_self_energy
from phonokit.results.scattering import SelfEnergyResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mesh import SCATTERING_MESH
from phonokit.settings.temperatures import TEMPERATURES

EXAMPLES = """
phono shifts examples/silicon --q 0,0,0 --temperature 100 300 600 --plot shifts.png
phono shifts examples/silicon --q G X --loop --fc4 FORCE_CONSTANTS_4TH
"""
OPTIONS = WaveVectorOptions()


def shifts(
    path: Data,
    /,
    *,
    temperature: Temperatures = TEMPERATURES,
    loop: bool = False,
    fc4: Path | None = None,
    q: Q = ("0,0,0",),
    options: Annotated[WaveVectorOptions, Flat] = OPTIONS,
) -> None:
    """Compute how frequencies shift with temperature, by three and by four phonons.

    At a fixed cell: expansion shifts them too, see phono grueneisen and phono qha. Wave
    vectors need not be points of the mesh.

    Parameters
    ----------
    loop
        Add the shift of fourth order, which is of the size of that of third order.
    fc4
        Fourth-order force constants in FourPhonon's format, or in TDEP's by its name;
        FORCE_CONSTANTS_4TH or infile.forceconstant_fourthorder beside the data without it.
    """
    if fc4 is not None and not loop:
        raise DomainError("fc4: is for the shift of fourth order; add loop=True")

    def compute(crystal: Crystal, **inputs: Any) -> SelfEnergyResult:
        if loop:
            file = fourth_order_file(path, fc4)
            crystal = crystal.with_fc4(read_fourth_order_constants(file, crystal.primitive))
        return self_energy(
            crystal,
            temperatures=sorted_temperatures(temperature),
            scattering=options.settings,
            loop=loop,
            **inputs,
        )

    carry_out(
        Calculation(
            path=path,
            options=options,
            compute=at_wave_vectors(compute, q),
            mesh=options.mesh.of(SCATTERING_MESH),
            show=partial(_tables, names=q),
            draw=plot_self_energy,
            order=3,
            more_files=lambda: [fourth_order_file(path, fc4)] if loop else [],
            identity=lambda _: (
                {"fc4": file_hash(fourth_order_file(path, fc4))} if loop else {}
            ),
        )
    )


app = command(
    shifts,
    EXAMPLES,
    {"mesh": as_fine_as(SCATTERING_MESH), "output": "shifts.hdf5"},
)


def _tables(
    result: SelfEnergyResult, names: Sequence[str], unit: FrequencyUnit
) -> Iterator[Table]:
    """The harmonic frequency of each band, its shifts, and where it is with them."""
    for i, name in enumerate(names):
        for k, t in enumerate(result.temperatures):
            parts = {"bubble": result.shifts[i, k]}
            if result.loop_shifts is not None:
                parts["loop"] = result.loop_shifts[i, k]
            f = result.frequencies[i]
            columns = {"f": f, **parts, "shifted": f + np.sum([*parts.values()], axis=0)}
            title = f"Shifts at q = {name}, {t:g} K, {unit.value}"
            table = table_of("band", *columns, title=title)
            for j in range(len(f)):
                # Rounded before 0 is added, which has no effect on -0.00001.
                numbers = (
                    round(float(x[j] * unit.per_thz), 4) + 0 for x in columns.values()
                )
                table.add_row(str(j + 1), *(f"{x:.4f}" for x in numbers))
            yield table
