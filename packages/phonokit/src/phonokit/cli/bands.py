"""``phono bands``."""

import functools
from collections.abc import Iterator
from pathlib import Path

from phonokit.calc.bands import bands as compute
from phonokit.calc.dos import dos
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.options import (
    CRYSTAL,
    MESH,
    OUTPUT,
    Data,
    FlatCrystal,
    FlatMesh,
    FlatOutput,
    Unit,
)
from phonokit.cli.wave_vectors import labelled_points
from phonokit.model.crystal import Crystal
from phonokit.plot.harmonic import plot_bands
from phonokit.results.harmonic import BandsResult, DosResult
from phonokit.run.run import Run
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mesh import HARMONIC_MESH

EXAMPLES = """\
Examples:

  phono bands examples/silicon --plot bands.png

  phono bands examples/silicon --path "G X, G L" --point X=0.5,0,0.5 --point L=0.5,0.5,0.5
"""


def bands(
    data: Data,
    /,
    *,
    path: str = "",
    point: tuple[str, ...] = (),
    points_per_segment: int = 51,
    connect: bool = False,
    unit: Unit = "THz",
    mesh: FlatMesh = MESH,
    crystal: FlatCrystal = CRYSTAL,
    output: FlatOutput = OUTPUT,
) -> None:
    """Compute phonon bands along lines; --plot draws a density of states beside them.

    Parameters
    ----------
    path
        Labels along each line, lines separated by commas or bars: "G X U, K G L"; G is Γ.
        The standard path of the crystal if not given (needs seekpath).
    point
        LABEL=x,y,z, fractional; repeat the option for more points. The standard points if
        none is given (needs seekpath).
    points_per_segment
        Wave vectors between two labels, both included; 51 if not given.
    connect
        Follow bands through crossings.
    """
    points = labelled_points(point, path)
    grid, units = mesh.of(HARMONIC_MESH), FrequencyUnit(unit)
    densities: list[DosResult] = []

    def work(c: Crystal, run: Run) -> BandsResult:
        result = compute(
            c,
            path=path or None,
            points=points,
            points_per_segment=points_per_segment,
            connect=connect,
            nac=crystal.nac,
            run=run,
        )
        if output.plot is not None:
            # A store holds one calculation, that of the bands.
            densities.append(dos(c, grid, nac=crystal.nac, run=Run(ranks=run.ranks)))
        return result

    def draw(result: BandsResult, file: Path) -> None:
        plot_bands(result, file, dos=densities[0], unit=units)

    carry_out(
        Calculation(
            path=data,
            crystal=crystal,
            output=output,
            name="bands.hdf5",
            pieces="segments",
            compute=work,
            show=functools.partial(_rows, unit=units),
            draw=draw,
        )
    )


app = command(bands, EXAMPLES)


def _rows(result: BandsResult, unit: FrequencyUnit) -> Iterator[str]:
    """Frequencies at the labelled points, a line each."""
    digits = unit.digits
    yield f"Frequencies, {unit.value}\n"
    for labels, f in zip(result.labels.tolist(), result.frequencies, strict=True):
        for end in (0, -1):
            # Rounded before 0 is added, which has no effect on -0.0001.
            rounded = (f[end] * unit.per_thz).round(digits) + 0
            numbers = " ".join(f"{x:8.{digits}f}" for x in rounded)
            yield f"  {labels[end]:<3} {f'to {labels[-1 - end]}':<6}{numbers}"
    yield ""
