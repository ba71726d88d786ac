"""The picture of spectral functions."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from phono_grid.errors import ensure_type

from phonokit.plot.figure import GREY, MUTED, drawn
from phonokit.plot.wave_vectors import (
    Array,
    draw_labels,
    draw_temperatures,
    frequency_panels,
    unit_of,
)
from phonokit.results.scattering import SpectralResult
from phonokit.settings.frequency_unit import FrequencyUnit

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_spectral(
    result: SpectralResult,
    path: str | Path | None = None,
    *,
    ax: Any = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "list[Axes]":
    """Draw spectral functions over frequency, all bands added up, with the harmonic bands.

    A panel for each wave vector; along a path a map for each temperature.

    Parameters
    ----------
    result : SpectralResult
    path : str or Path, optional
        Where the picture is saved: PNG, PDF or SVG by suffix.
    ax : one Axes for each wave vector, along a path for each temperature, optional
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
    >>> result = phonokit.spectral(silicon, [0.25, 0, 0], mesh=(4, 4, 4))
    >>> len(phonokit.plot_spectral(result, "spectral.png", unit="meV"))  # panels
    1
    """
    ensure_type("result", result, SpectralResult)
    unit = unit_of(unit)
    total = result.spectral_functions.sum(axis=2) / unit.per_thz
    if result.labels is not None:
        return _map(result, total, path, ax, unit)
    top = float(total.max())
    points = result.frequency_points * unit.per_thz
    with frequency_panels(result.qpoints, path, ax, unit) as panels:
        for i, axes in enumerate(panels):
            for f in result.frequencies[i] * unit.per_thz:
                axes.axvline(f, color=GREY, lw=0.8, zorder=0)
            draw_temperatures(axes, points, result.temperatures, total[i])
            axes.set_ylabel(f"Spectral function ({unit.inverse})")
            axes.set_yscale("log")
            axes.set_ylim(top * 1e-5, top * 2)
            axes.set_xlim(0, result.frequencies.max() * unit.per_thz * 1.25)
    return panels


def _map(
    result: SpectralResult,
    total: Array,
    path: str | Path | None,
    ax: Any,
    unit: FrequencyUnit,
) -> "list[Axes]":
    """Draw ``total[q, T, f]`` along the path, a panel for each temperature."""
    from matplotlib.colors import LogNorm

    n_t, labels = len(result.temperatures), result.labels
    assert labels is not None
    assert result.distances is not None
    points = result.frequency_points * unit.per_thz
    frequencies = result.frequencies * unit.per_thz
    distances = [result.distances[segment] for segment in result.segments]
    top = float(total[..., 1:].max())
    norm = LogNorm(top * 1e-4, top)
    sharing = {"sharey": True} if ax is None else {}
    size = (1.2 + 4.4 * n_t, 3.8)
    with drawn(path, ax, size, columns=n_t, **sharing) as panels:
        for k, (axes, t) in enumerate(zip(panels, result.temperatures, strict=True)):
            for segment, along in zip(result.segments, distances, strict=True):
                lines = np.maximum(total[segment, k].T, top * 1e-4)
                image = axes.pcolormesh(
                    along, points, lines, norm=norm, cmap="magma_r", rasterized=True
                )
                axes.plot(along, frequencies[segment], color=MUTED, lw=0.5)
            draw_labels(axes, labels.tolist(), distances)
            axes.set_ylim(0, frequencies.max() * 1.15)
            axes.set_title(f"{t:g} K", fontsize=10)
        panels[0].set_ylabel(f"Frequency ({unit.symbol})")
        panels[0].figure.colorbar(
            image, ax=panels, label=f"Spectral function ({unit.inverse})"
        )
    return panels
