"""``phono infrared``."""

from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np
from rich.table import Table

from phonokit.calc.infrared import DAMPING, POINTS
from phonokit.calc.infrared import infrared as infrared_of
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.options import Data, Flat, FrequencyOptions
from phonokit.cli.terminal import table_of
from phonokit.model.crystal import Crystal
from phonokit.plot.infrared import plot_infrared
from phonokit.results.infrared import InfraredResult
from phonokit.settings.frequency_unit import FrequencyUnit

EXAMPLES = """
phono infrared NaCl --born BORN
phono infrared NaCl --born BORN --damping 0.2 --unit cm-1 --plot infrared.png
"""
OPTIONS = FrequencyOptions()


def infrared(
    data: Data,
    /,
    *,
    damping: float = DAMPING,
    frequency_points: int = POINTS,
    options: Annotated[FrequencyOptions, Flat] = OPTIONS,
) -> None:
    """Compute infrared intensities and the dielectric function from Born charges.

    Parameters
    ----------
    damping
        Full width at half maximum of each mode in THz.
    frequency_points
        Number of frequency points from 0 to above the highest frequency.
    """

    def compute(crystal: Crystal, **_: Any) -> InfraredResult:
        return infrared_of(crystal, frequency_points, damping=damping)

    carry_out(
        Calculation(
            path=data,
            options=options,
            compute=compute,
            show=_tables,
            draw=plot_infrared,
        )
    )


app = command(infrared, EXAMPLES, {"output": "infrared.hdf5"})


def _tables(result: InfraredResult, unit: FrequencyUnit) -> Iterator[Table | str]:
    """Modes with their strengths, and the static dielectric tensor."""
    names = (f"f ({unit.value})", "intensity (e²/Da)", "xx", "yy", "zz")
    table = table_of("band", *names, title="Oscillator strengths at Γ")
    rows = zip(result.frequencies, result.intensities, result.strengths, strict=True)
    for band, (f, intensity, strength) in enumerate(rows, start=1):
        value = round(float(f) * unit.per_thz, unit.digits) + 0
        numbers = (intensity, *np.diagonal(strength))
        table.add_row(
            str(band), f"{value:.{unit.digits}f}", *(f"{x:z.5f}" for x in numbers)
        )
    yield table
    table = table_of("", "x", "y", "z", title="Static dielectric tensor")
    for name, row in zip("xyz", result.static, strict=True):
        table.add_row(name, *(f"{x:z.4f}" for x in row))
    yield table
