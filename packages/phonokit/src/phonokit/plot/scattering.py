"""Pictures of scattering at a few wave vectors."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from phono_grid.errors import ensure_type

from phonokit._documented import documented
from phonokit.plot.figure import BLUE, GREY, LINES, MUTED, PICTURE, SHADES, drawn
from phonokit.plot.wave_vectors import (
    Array,
    draw_bands,
    draw_labels,
    draw_temperatures,
    finish,
    frequency_panels,
    unit_of,
)
from phonokit.results.bin_means import bin_means
from phonokit.results.scattering import (
    JointDosResult,
    LinewidthsResult,
    SelfEnergyResult,
    SpectralResult,
)
from phonokit.settings.frequency_unit import FrequencyUnit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHIFT, WIDTH = r"Shift $\Delta$", r"Half linewidth $\Gamma$"


@documented(PICTURE)
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
    ax : Axes, or one for each wave vector, optional
        What is drawn on; new ones if not given.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.linewidths(silicon, [0.25, 0, 0], mesh=(4, 4, 4))
    >>> len(phonokit.plot_linewidths(result, "linewidths.png", unit="meV"))  # panels
    1
    """
    ensure_type("result", result, LinewidthsResult)
    parts = {WIDTH: result.linewidths}
    return _self_energy(result, parts, path, ax, unit_of(unit))


@documented(PICTURE)
def plot_self_energy(
    result: SelfEnergyResult,
    path: str | Path | None = None,
    *,
    ax: Any = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "list[Axes]":
    """Draw shifts, and half linewidths beside them, against the frequencies of the bands.

    Those of the loop, if there are any, have a panel of their own.

    At frequency points: over frequency, all bands added up, a row for each wave vector.

    Parameters
    ----------
    ax : two Axes, three with a loop, or two for each wave vector, optional
        What is drawn on; new ones if not given.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.self_energy(silicon, [0.25, 0, 0], mesh=(4, 4, 4))
    >>> len(phonokit.plot_self_energy(result, "self_energy.png", unit="meV"))  # panels
    2
    """
    ensure_type("result", result, SelfEnergyResult)
    parts = {SHIFT: result.shifts, WIDTH: result.linewidths}
    if result.loop_shifts is not None and result.frequency_points is None:
        parts = {
            r"Shift by the bubble $\Delta_3$": result.shifts,
            r"Shift by the loop $\Delta_4$": result.loop_shifts,
            WIDTH: result.linewidths,
        }
    return _self_energy(result, parts, path, ax, unit_of(unit))


def _self_energy(
    result: LinewidthsResult | SelfEnergyResult,
    parts: dict[str, Array],
    path: str | Path | None,
    ax: Any,
    unit: FrequencyUnit,
) -> "list[Axes]":
    """Parts of self-energies: a dot for each band, or curves over frequency points."""
    t, n = result.temperatures, len(parts)
    if result.frequency_points is None:
        size = (5.2, 3.6) if n == 1 else (4.6 * n, 3.6)
        # A legend of one temperature would look like one more phonon.
        at = f" at {t[0]:g} K" if len(t) == 1 else ""
        with drawn(path, ax, size, columns=n) as panels:
            for axes, (title, values) in zip(panels, parts.items(), strict=True):
                _zero(axes, n)
                f = result.frequencies * unit.per_thz
                draw_bands(axes, f, t, values * unit.per_thz)
                axes.set_xlabel(f"Frequency ({unit.symbol})")
                axes.set_ylabel(f"{title}{at} ({unit.symbol})")
                finish(axes, legend=axes is panels[0] and not at)
        return panels
    points = result.frequency_points * unit.per_thz
    with frequency_panels(result.qpoints, path, ax, unit, columns=n) as panels:
        for k, axes in enumerate(panels):
            title, values = list(parts.items())[k % n]
            _zero(axes, n)
            curves = (values[k // n] * unit.per_thz).sum(axis=1)
            draw_temperatures(axes, points, t, curves)
            symbol = title.split("$")[1]
            axes.set_ylabel(rf"$\sum_j {symbol}_j$ ({unit.symbol})")
            axes.set_xlim(points[0], points[-1])
    return panels


def _zero(axes: "Axes", n: int) -> None:
    """The line of zero, where shifts are drawn, which are positive or negative."""
    if n > 1:
        axes.axhline(0, color=MUTED, lw=0.6)


@documented(PICTURE)
def plot_joint_dos(
    result: JointDosResult,
    path: str | Path | None = None,
    *,
    ax: Any = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "list[Axes]":
    """Draw joint densities of states over frequency, a panel for each wave vector.

    Parameters
    ----------
    ax : one Axes for each wave vector, optional
        What is drawn on; new ones if not given.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.joint_dos(silicon, [0.25, 0, 0], mesh=(4, 4, 4))
    >>> len(phonokit.plot_joint_dos(result, "joint_dos.png", unit="meV"))  # panels
    1
    """
    ensure_type("result", result, JointDosResult)
    unit = unit_of(unit)
    points = result.frequency_points * unit.per_thz
    parts = (
        (result.differences, SHADES[0], "absorption and emission"),
        (result.sums, BLUE, "decay"),
    )
    with frequency_panels(result.qpoints, path, ax, unit) as panels:
        for i, axes in enumerate(panels):
            for values, colour, label in parts:
                for k, line in enumerate(np.atleast_2d(values[i]) / unit.per_thz):
                    t = result.temperatures
                    name = label if t is None else f"{label}, {t[k]:g} K"
                    style = LINES[k % len(LINES)]
                    axes.plot(points, line, style, color=colour, lw=1.2, label=name)
            axes.set_ylabel(f"Joint density of states ({unit.inverse})")
            axes.set_xlim(points[0], points[-1])
    return panels


@documented(PICTURE)
def plot_spectral(
    result: SpectralResult,
    path: str | Path | None = None,
    *,
    ax: Any = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "list[Axes]":
    """Draw spectral functions over frequency, all bands added up, with the harmonic bands.

    A panel for each wave vector; along a path a map for each temperature, of means over the
    steps of frequency, so that lines narrower than a step keep their weight.

    Parameters
    ----------
    ax : one Axes for each wave vector, along a path for each temperature, optional
        What is drawn on; new ones if not given.

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
    if result.labels is not None:
        return _map(result, path, ax, unit)
    total = result.spectral_functions.sum(axis=2) / unit.per_thz
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
    path: str | Path | None,
    ax: Any,
    unit: FrequencyUnit,
) -> "list[Axes]":
    """Draw what all bands have between frequency points, a panel for each temperature."""
    from matplotlib.colors import LogNorm

    widths, shifts = result.linewidths, result.shifts
    bands = np.broadcast_to(result.frequencies[:, None], widths.shape[:-1])
    each = bin_means(bands, result.frequency_points, widths, shifts)
    total = each.sum(axis=2) / unit.per_thz
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
            axes.set_title(f"{t:g} K", fontsize="medium")
        panels[0].set_ylabel(f"Frequency ({unit.symbol})")
        panels[0].figure.colorbar(
            image, ax=panels, label=f"Spectral function ({unit.inverse})"
        )
    return panels
