"""The picture of a density of states."""

from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import ensure_type

from phonokit.plot.figure import GREY, LINES, MUTED, SHADES, drawn
from phonokit.plot.wave_vectors import unit_of
from phonokit.results.harmonic import DosResult
from phonokit.settings.frequency_unit import FrequencyUnit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]
UNSTABLE = -0.01
"""THz; lower frequencies are imaginary modes, not noise."""
FAINT = 1e-6
"""Fraction of the highest density; less is a tail of Gaussians."""


def plot_dos(
    result: DosResult,
    path: str | Path | None = None,
    *,
    ax: "Axes | None" = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "Axes":
    """Draw a density of states, and the share of each part.

    The axis begins at zero, or at the lowest frequency if there are imaginary modes.

    Parameters
    ----------
    result : DosResult
    path : str or Path, optional
        Where the picture is saved: PNG, PDF or SVG by suffix.
    ax : Axes, optional
        What is drawn on; new ones if not given.
    unit : FrequencyUnit or "THz" or "cm-1" or "meV"
        Of frequencies.

    Returns
    -------
    Axes

    Raises
    ------
    DomainError
        If the suffix is another one.
    FileError
        If matplotlib is missing, or the file cannot be written.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> axes = phonokit.plot_dos(phonokit.dos(silicon, (6, 6, 6)), "dos.png")
    """
    ensure_type("result", result, DosResult)
    unit = unit_of(unit)
    with drawn(path, ax, (5.2, 3.6)) as (panel,):
        draw_densities(panel, result, unit)
        panel.set_xlabel(f"Frequency ({unit.symbol})")
        panel.set_ylabel(f"Density of states ({unit.inverse} per cell)")
        panel.spines[["top", "right"]].set_visible(False)
    return panel


def draw_densities(
    axes: "Axes", result: DosResult, unit: FrequencyUnit, *, upright: bool = False
) -> None:
    """The total as an area, parts as lines; upright has frequencies along y."""
    f, total = result.frequency_points * unit.per_thz, result.total / unit.per_thz
    fill = axes.fill_betweenx if upright else axes.fill_between
    fill(f, 0, total, color=GREY, lw=0, label="total")
    if len(result.parts) > 1:
        drawn_before: list[Array] = []
        for colour, (name, density) in zip(cycle(SHADES), result.parts.items()):
            g = density / unit.per_thz
            # Curves that lie on each other, of equivalent atoms, must all be seen.
            close = 1e-3 * g.max()
            hidden = sum(np.allclose(g, other, atol=close) for other in drawn_before)
            drawn_before.append(g)
            pair = (g, f) if upright else (f, g)
            line = LINES[hidden % len(LINES)]
            axes.plot(*pair, line, color=colour, lw=1.2, label=name)
        axes.legend(fontsize=9, handlelength=1.4, ncols=1 + len(result.parts) // 6)
    top = float(total.max()) * 1.08 or 1.0
    if upright:
        axes.set_xlim(0, top)
    else:
        axes.set_ylim(0, top)
        low = _lowest(result) * unit.per_thz
        axes.set_xlim(low, f[-1])
        if low < 0:
            axes.axvline(0, color=MUTED, lw=0.6)


def _lowest(result: DosResult) -> float:
    """Where an axis begins, THz: at the imaginary modes if there are any, else at zero."""
    f, density = result.frequency_points, result.total
    if result.lowest_frequency > UNSTABLE:
        return max(0.0, float(f[0]))
    return float(f[max(int(np.argmax(density > FAINT * density.max())) - 1, 0)])
