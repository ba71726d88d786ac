"""Pictures of several harmonic results in one frame."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from phono_grid.errors import DomainError

from phonokit.plot.figure import LINES, MUTED, colours_of, drawn
from phonokit.plot.harmonic import lowest_drawn
from phonokit.plot.names import choices_in_words, legend_names
from phonokit.plot.wave_vectors import draw_labels, finish, unit_of
from phonokit.results.harmonic import BandsResult, DosResult
from phonokit.settings.frequency_unit import FrequencyUnit

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_several_bands(
    results: Sequence[BandsResult],
    path: str | Path | None = None,
    *,
    ax: Any = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "list[Axes]":
    """Draw bands over bands, along the path of the first; segments are as long as its."""
    unit, first = unit_of(unit), results[0]
    for other in results[1:]:
        if not np.array_equal(other.labels, first.labels):
            raise DomainError(
                "results: have bands along different paths; take the same one"
            )
    names = _names(results)
    with drawn(path, ax, (7.0, 4.2)) as (panel,):
        for i, (result, colour) in enumerate(
            zip(results, colours_of(len(results)), strict=True)
        ):
            line = LINES[i % len(LINES)]
            for d, target, f in zip(
                result.distances, first.distances, result.frequencies, strict=True
            ):
                x = target[0] + (d - d[0]) * np.ptp(target) / max(np.ptp(d), 1e-12)
                lines = panel.plot(x, f * unit.per_thz, line, color=colour, lw=1.1)
            lines[0].set_label(names[i])
        draw_labels(panel, first.labels.tolist(), list(first.distances))
        panel.axhline(0, color=MUTED, lw=0.6)
        panel.set_ylabel(f"Frequency ({unit.symbol})")
        low = min(float(result.frequencies.min()) for result in results) * unit.per_thz
        high = max(float(result.frequencies.max()) for result in results) * unit.per_thz
        panel.set_ylim(low * 1.05 if low < -0.05 * unit.per_thz else 0, high * 1.05)
        panel.legend(fontsize="small", loc="upper right", frameon=True, framealpha=0.85)
    return [panel]


def _names(results: Sequence[BandsResult] | Sequence[DosResult]) -> list[str]:
    """The words of the legend for each."""
    origins = [result.provenance for result in results]
    about = [
        choices_in_words(origin.settings, [file.path for file in origin.inputs])
        for origin in origins
    ]
    return legend_names([origin.formula for origin in origins], about=about)


def plot_several_dos(
    results: Sequence[DosResult],
    path: str | Path | None = None,
    *,
    ax: Any = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "Axes":
    """Draw the totals of densities of states in one frame."""
    unit = unit_of(unit)
    names = _names(results)
    with drawn(path, ax, (5.2, 3.6)) as (panel,):
        colours = colours_of(len(results))
        for result, name, colour in zip(results, names, colours, strict=True):
            f, total = result.frequency_points * unit.per_thz, result.total / unit.per_thz
            panel.plot(f, total, color=colour, lw=1.2, label=name)
        panel.set_xlim(left=min(lowest_drawn(result) for result in results) * unit.per_thz)
        panel.set_xlabel(f"Frequency ({unit.symbol})")
        panel.set_ylabel(f"States per {unit.symbol} and cell")
        finish(panel)
    return panel
