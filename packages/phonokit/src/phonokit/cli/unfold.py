"""``phono unfold``."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from phono_grid import Cell
from phono_grid.arrays import distinct
from phono_grid.fingerprints import fingerprint

from phonokit.calc.unfold import unfold as unfold_of
from phonokit.cli.calculation import Calculation, carry_out
from phonokit.cli.command import command
from phonokit.cli.options import Data, Flat, FrequencyOptions
from phonokit.cli.wave_vectors import labelled_points, wave_vectors_from
from phonokit.io.structures import read_structure
from phonokit.model.crystal import Crystal
from phonokit.plot.unfold import plot_unfold
from phonokit.results.unfold import UnfoldResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.wave_vectors import wave_vector_name

EXAMPLES = """
phono unfold alloy --ideal POSCAR-primitive --plot unfolded.png
phono unfold alloy --ideal POSCAR-primitive --path "G X, G L" --point X=0.5,0,0.5 \\
  --point L=0.5,0.5,0.5
"""
OPTIONS = FrequencyOptions()
WORTH = 0.05
"""Weights below this are not printed."""
MOST = 20
"""Wave vectors that are printed."""


def unfold(
    data: Data,
    /,
    *,
    ideal: Path | None = None,
    q: tuple[str, ...] = (),
    path: str = "",
    point: tuple[str, ...] = (),
    points_per_segment: int = 51,
    options: Annotated[FrequencyOptions, Flat] = OPTIONS,
) -> None:
    """Unfold bands of a crystal with defects or disorder on the zone of the ideal crystal.

    The primitive cell of the data is a supercell of the ideal one; phono displace keeps all
    of it with --primitive P.

    Parameters
    ----------
    ideal
        A structure file of the primitive cell of the ideal crystal, in one orientation with
        the supercell. That of the crystal as it is if not given.
    q
        Fractional x,y,z, of the ideal crystal, or more of them.
    path
        In place of --q: labels along each line, as phono bands takes them.
    point
        LABEL=x,y,z, fractional; repeat the option for more points of the path.
    points_per_segment
        Wave vectors between two labels, both included.
    """
    cells: list[Cell] = []

    def read_ideal() -> Iterable[Path]:
        if ideal is None:
            return []
        cells.append(read_structure(ideal))
        return [ideal]

    def asked(_: Crystal) -> dict[str, str]:
        return {"ideal": fingerprint(cells[0]) if cells else "not given"}

    def compute(crystal: Crystal, **inputs: Any) -> UnfoldResult:
        return unfold_of(
            crystal,
            cells[0] if cells else None,
            q=wave_vectors_from(q) if q else None,
            path=path or None,
            points=labelled_points(point, path),
            points_per_segment=points_per_segment,
            **inputs,
        )

    carry_out(
        Calculation(
            path=data,
            options=options,
            compute=compute,
            show=_rows,
            draw=plot_unfold,
            identity=asked,
            more_files=read_ideal,
            pieces="segments" if not q else "slabs of wave vectors",
        )
    )


app = command(
    unfold,
    EXAMPLES,
    {
        "output": "unfold.hdf5",
        "path": "the standard path of the ideal crystal, of seekpath",
        "point": "the standard points, of seekpath",
    },
)


def _rows(result: UnfoldResult, unit: FrequencyUnit) -> Iterator[str]:
    """Frequencies and weights at the ends of segments, or at the first wave vectors."""
    yield f"Frequencies, {unit.value}, and weights; {result.n_cells} ideal cells\n"
    rows = np.arange(min(len(result.qpoints), MOST))
    if result.labels is not None:
        n = len(result.qpoints) // len(result.labels)
        ends = n * np.arange(len(result.labels))
        rows = distinct([ends, ends + n - 1])
    for i in rows:
        yield f"  {wave_vector_name(result.qpoints[i])}"
        pairs = [
            f"{f * unit.per_thz:.{unit.digits}f} ({w:.2f})"
            for f, w in zip(result.frequencies[i], result.weights[i], strict=True)
            if w > WORTH
        ]
        for start in range(0, len(pairs), 6):
            yield f"    {'  '.join(pairs[start : start + 6])}"
    yield ""
