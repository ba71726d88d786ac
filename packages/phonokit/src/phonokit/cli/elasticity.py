"""``phono elasticity``."""

from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np
from rich.table import Table

from phonokit.calc.elasticity import elasticity as elasticity_of
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.options import CalculationOptions, Data, Flat
from phonokit.cli.terminal import table_of
from phonokit.model.crystal import Crystal
from phonokit.plot.elasticity import plot_elasticity
from phonokit.results.elasticity import ElasticityResult

EXAMPLES = """
phono elasticity examples/silicon
phono elasticity examples/silicon --plot sound.png
"""
OPTIONS = CalculationOptions()
VOIGT = ("xx", "yy", "zz", "yz", "xz", "xy")


def elasticity(
    data: Data, /, *, options: Annotated[CalculationOptions, Flat] = OPTIONS
) -> None:
    """Compute elastic constants, velocities of sound and the Debye temperature.

    From second-order constants, by long waves, for crystals without stress. With Born
    charges they are the constants without a macroscopic field.
    """

    def compute(crystal: Crystal, *, nac: bool, **_: Any) -> ElasticityResult:
        return elasticity_of(crystal, nac=nac)

    carry_out(
        Calculation(
            path=data,
            options=options,
            compute=compute,
            show=_tables,
            draw=plot_elasticity,
        )
    )


app = command(elasticity, EXAMPLES, {"output": "elasticity.hdf5"})


def _tables(result: ElasticityResult) -> Iterator[Table | str]:
    """Constants, moduli and sound."""
    table = table_of("", *VOIGT, title="Elastic constants, GPa")
    for name, row in zip(VOIGT, result.constants, strict=True):
        table.add_row(name, *(f"{float(x):z.3f}" for x in row))
    yield table
    table = table_of("direction", "v1", "v2", "v3", title="Velocities of sound, km/s")
    for n, v in zip(result.directions, result.velocities, strict=True):
        speeds = ("imaginary" if np.isnan(x) else f"{x:.4f}" for x in v)
        table.add_row(" ".join(f"{x:.3f}" for x in n), *speeds)
    yield table
    if result.is_stable:
        yield (
            f"bulk modulus {result.bulk_modulus:.2f} GPa, shear modulus "
            f"{result.shear_modulus:.2f} GPa (Hill)\nDebye temperature "
            f"{result.debye_temperature:.1f} K\n"
        )
    else:
        lowest = float(np.min(result.eigenvalues))
        yield f"not stable: an eigenvalue of the constants is {lowest:.3f} GPa\n"
