"""The picture of linewidths."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from phono_grid.errors import ensure_type

from phonokit.plot.figure import drawn
from phonokit.plot.wave_vectors import (
    draw_bands,
    draw_temperatures,
    finish,
    frequency_panels,
    unit_of,
)
from phonokit.results.scattering import LinewidthsResult
from phonokit.settings.frequency_unit import FrequencyUnit

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_linewidths(
    result: LinewidthsResult,
    path: str | Path | None = None,
    *,
    ax: Any = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "list[Axes]":
    """Draw half linewidths of all bands against their frequencies.

    At frequency points: over frequency, all bands added up, a panel for each wave vector.

    Parameters
    ----------
    result : LinewidthsResult
    path : str or Path, optional
        Where the picture is saved: PNG, PDF or SVG by suffix.
    ax : Axes, or one for each wave vector, optional
        What is drawn on; new ones if not given.
    unit : FrequencyUnit or "THz" or "cm-1" or "meV"

    Returns
    -------
    list of Axes

    Raises
    ------
    DomainError
        If the suffix is another one, or the number of axes.
    FileError
        If matplotlib is missing, or the file cannot be written.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.linewidths(silicon, [0.25, 0, 0], mesh=(4, 4, 4))
    >>> len(phonokit.plot_linewidths(result, "linewidths.png", unit="meV"))  # panels
    1
    """
    ensure_type("result", result, LinewidthsResult)
    unit = unit_of(unit)
    gamma, t = result.linewidths * unit.per_thz, result.temperatures
    if result.frequency_points is None:
        with drawn(path, ax, (5.2, 3.6)) as panels:
            (axes,) = panels
            draw_bands(axes, result.frequencies * unit.per_thz, t, gamma)
            axes.set_xlabel(f"Frequency ({unit.symbol})")
            axes.set_ylabel(rf"Half linewidth $\Gamma$ ({unit.symbol})")
            finish(axes)
        return panels
    points = result.frequency_points * unit.per_thz
    with frequency_panels(result.qpoints, path, ax, unit) as panels:
        for axes, lines in zip(panels, gamma.sum(axis=2), strict=True):
            draw_temperatures(axes, points, t, lines)
            axes.set_ylabel(rf"$\sum_j \Gamma_j$ ({unit.symbol})")
            axes.set_xlim(points[0], points[-1])
    return panels
