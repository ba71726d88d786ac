"""The picture of self-energies."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from phono_grid.errors import ensure_type

from phonokit.plot.figure import MUTED, drawn
from phonokit.plot.wave_vectors import (
    draw_bands,
    draw_temperatures,
    finish,
    frequency_panels,
    unit_of,
)
from phonokit.results.scattering import SelfEnergyResult
from phonokit.settings.frequency_unit import FrequencyUnit

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_self_energy(
    result: SelfEnergyResult,
    path: str | Path | None = None,
    *,
    ax: Any = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "list[Axes]":
    """Draw shifts, and half linewidths beside them, against the frequencies of the bands.

    At frequency points: over frequency, all bands added up, a row for each wave vector.

    Parameters
    ----------
    result : SelfEnergyResult
    path : str or Path, optional
        Where the picture is saved: PNG, PDF or SVG by suffix.
    ax : two Axes, or two for each wave vector, optional
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
    >>> result = phonokit.self_energy(silicon, [0.25, 0, 0], mesh=(4, 4, 4))
    >>> len(phonokit.plot_self_energy(result, "self_energy.png", unit="meV"))  # panels
    2
    """
    ensure_type("result", result, SelfEnergyResult)
    unit = unit_of(unit)
    parts = (result.shifts * unit.per_thz, result.linewidths * unit.per_thz)
    t, names = result.temperatures, (r"\Delta", r"\Gamma")
    if result.frequency_points is None:
        titles = (r"Shift $\Delta$", r"Half linewidth $\Gamma$")
        with drawn(path, ax, (9.2, 3.6), columns=2) as panels:
            for axes, part, title in zip(panels, parts, titles, strict=True):
                axes.axhline(0, color=MUTED, lw=0.6)
                draw_bands(axes, result.frequencies * unit.per_thz, t, part)
                axes.set_xlabel(f"Frequency ({unit.symbol})")
                axes.set_ylabel(f"{title} ({unit.symbol})")
                finish(axes, legend=axes is panels[0])
        return panels
    points = result.frequency_points * unit.per_thz
    with frequency_panels(result.qpoints, path, ax, unit, columns=2) as panels:
        for k, axes in enumerate(panels):
            i, column = divmod(k, 2)
            axes.axhline(0, color=MUTED, lw=0.6)
            draw_temperatures(axes, points, t, parts[column][i].sum(axis=1))
            axes.set_ylabel(rf"$\sum_j {names[column]}_j$ ({unit.symbol})")
            axes.set_xlim(points[0], points[-1])
    return panels
