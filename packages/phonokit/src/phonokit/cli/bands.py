"""``phono bands``."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from phono_mpi import Ranks

from phonokit.calc.bands import bands as bands_of
from phonokit.calc.dos import dos
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.options import Data, Flat, FrequencyOptions, as_fine_as
from phonokit.cli.wave_vectors import frequencies_line, labelled_points
from phonokit.model.crystal import Crystal
from phonokit.plot.harmonic import plot_bands
from phonokit.results.harmonic import BandsResult
from phonokit.run.run import Run
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mesh import HARMONIC_MESH

EXAMPLES = """
phono bands examples/silicon --plot bands.png
phono bands examples/silicon --character x --connect --plot bands.png
phono bands examples/silicon --path "G X, G L" --point X=0.5,0,0.5 --point L=0.5,0.5,0.5
"""
OPTIONS = FrequencyOptions()
SAME = 1e-6
"""THz; frequencies of one wave vector at the ends of two segments."""
STANDARD = "the standard path of the crystal, of seekpath"


def bands(
    data: Data,
    /,
    *,
    path: str = "",
    point: tuple[str, ...] = (),
    points_per_segment: int = 51,
    connect: bool = False,
    eigenvectors: bool = False,
    character: str | None = None,
    options: Annotated[FrequencyOptions, Flat] = OPTIONS,
) -> None:
    """Compute phonon bands along lines; --plot draws a density of states beside them.

    Parameters
    ----------
    path
        Labels along each line, lines separated by commas or bars: "G X U, K G L"; G is Γ.
    point
        Coordinates of a label, LABEL=x,y,z, fractional; repeat the option for more.
    points_per_segment
        Wave vectors between two labels, both included.
    connect
        Follow bands through crossings.
    eigenvectors
        Write eigenvectors to the file too.
    character
        Colour bands in the picture by the share of an element, or of x, y or z; writes
        eigenvectors.
    """
    inputs: dict[str, Any] = {
        "path": path or None,
        "points": labelled_points(point, path),
        "points_per_segment": points_per_segment,
        "connect": connect,
        "eigenvectors": eigenvectors or character is not None,
    }
    grid = options.mesh.of(HARMONIC_MESH)

    def density(crystal: Crystal, ranks: Ranks) -> dict[str, Any]:
        # A store holds one calculation, that of the bands.
        run = Run(ranks=ranks)
        return {"dos": dos(crystal, grid, nac=options.crystal.nac, run=run)}

    carry_out(
        Calculation(
            path=data,
            options=options,
            compute=partial(bands_of, **inputs),
            show=_rows,
            draw=partial(plot_bands, character=character),
            beside=density,
            pieces="segments",
        )
    )


app = command(
    bands,
    EXAMPLES,
    {
        "mesh": as_fine_as(HARMONIC_MESH),
        "output": "bands.hdf5",
        "path": STANDARD,
        "point": "the standard points, of seekpath",
    },
)


def _rows(result: BandsResult, unit: FrequencyUnit) -> Iterator[str]:
    """Frequencies at the labelled points, a line each."""
    yield f"Frequencies, {unit.value}\n"
    last: tuple[str, NDArray[np.float64]] | None = None
    for (begin, end), f in zip(result.labels.tolist(), result.frequencies, strict=True):
        # Where a line goes on the point is the same, unless dipoles split it by direction.
        if last is None or last[0] != begin or not np.allclose(last[1], f[0], atol=SAME):
            yield f"  {begin:<3} {f'to {end}':<8}{frequencies_line(f[0], unit)}"
        yield f"  {end:<3} {f'from {begin}':<8}{frequencies_line(f[-1], unit)}"
        last = end, f[-1]
    yield ""
