"""Shared code of plots over wave vectors: panels over frequency, and labels of a path."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import named

from phonokit.plot.figure import MUTED, colours_of, drawn
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.wave_vectors import wave_vector_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]
WIDTH, HEIGHT = 5.8, 2.6
"""Inches, of a panel over frequency."""


def unit_of(unit: FrequencyUnit | str) -> FrequencyUnit:
    """The unit called so."""
    return named(FrequencyUnit, unit, "unit")


@contextmanager
def frequency_panels(
    qpoints: Array,
    path: str | Path | None,
    ax: Any,
    unit: FrequencyUnit,
    *,
    columns: int = 1,
) -> Iterator[list["Axes"]]:
    """Panels over frequency: a row for each wave vector."""
    n = len(qpoints)
    size = (WIDTH * columns, 0.6 + (3.0 if n == 1 else HEIGHT * n))
    sharing = {"sharex": True} if ax is None else {}
    with drawn(path, ax, size, rows=n, columns=columns, **sharing) as panels:
        yield panels
        for axes in panels[-columns:] if ax is None else panels:
            axes.set_xlabel(f"Frequency ({unit.symbol})")
        for q, axes in zip(np.repeat(qpoints, columns, axis=0), panels, strict=True):
            axes.set_title(f"q = {wave_vector_name(q)}", fontsize="medium")
            finish(axes, legend=axes is panels[0])


def draw_temperatures(
    axes: "Axes", points: Array, temperatures: Array, lines: Array
) -> None:
    """A curve of each temperature."""
    colours = colours_of(len(temperatures))
    for t, line, colour in zip(temperatures, lines, colours, strict=True):
        axes.plot(points, line, color=colour, lw=1.2, label=f"{t:g} K")


def draw_bands(
    axes: "Axes", frequencies: Array, temperatures: Array, values: Array
) -> None:
    """A dot for each band and temperature: ``values[q, T, j]``."""
    colours = colours_of(len(temperatures))
    for i, t in enumerate(temperatures):
        axes.plot(
            frequencies.ravel(),
            values[:, i].ravel(),
            "o",
            ms=4,
            color=colours[i],
            label=f"{t:g} K",
        )
    axes.set_xlim(min(0.0, frequencies.min() * 1.05), frequencies.max() * 1.05)


def draw_labels(
    axes: "Axes", labels: Sequence[Sequence[str]], distances: Sequence[Array]
) -> None:
    """A line at the ends of each segment; both labels where another line begins."""
    ticks, names = [float(distances[0][0])], [str(labels[0][0])]
    previous = names[0]
    for (first, last), along in zip(labels, distances, strict=True):
        if first != previous:
            names[-1] = f"{names[-1]}|{first}"
        ticks.append(float(along[-1]))
        names.append(str(last))
        previous = str(last)
    for x in ticks:
        axes.axvline(x, color=MUTED, lw=0.6)
    axes.set_xticks(ticks, names)
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(ticks[0], ticks[-1])


def finish(axes: "Axes", *, legend: bool = True) -> None:
    """Finish a panel: spines, legend, and a y axis from zero if nothing is negative."""
    axes.spines[["top", "right"]].set_visible(False)
    if legend:
        axes.legend(fontsize="small", handlelength=1.8)
    if axes.get_yscale() == "linear" and axes.dataLim.y0 >= 0:
        axes.set_ylim(bottom=0)
