"""Pictures of linewidths, spectral functions and joint densities of states."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from phono_3ph import JointDos, SpectralFunction
from phono_dynmat import BandStructure

from phonokit.plot.figure import BLUE, GREY, MUTED, figure_to
from phonokit.plot.harmonic import LINES, SHADES, draw_labels
from phonokit.settings.frequency_unit import FrequencyUnit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]
COLOURS = (BLUE, *SHADES)


def plot_gamma(
    frequencies: Array, gamma: Array, temperatures: Array, unit: FrequencyUnit, path: Path
) -> Path:
    """Draw Γ of every band against its frequency, a colour for each temperature.

    ``frequencies[q, j]``, ``gamma[q, T, j]``, both THz.
    """
    frequencies, gamma = frequencies * unit.per_thz, gamma * unit.per_thz
    with figure_to(path, 5.2, 3.6) as figure:
        axes = figure.subplots()
        for i, t in enumerate(temperatures):
            colour, label = COLOURS[i % len(COLOURS)], f"{t:g} K"
            axes.plot(
                frequencies.ravel(),
                gamma[:, i].ravel(),
                "o",
                ms=4,
                color=colour,
                label=label,
            )
        axes.set_xlabel(f"Frequency ({unit.symbol})")
        axes.set_ylabel(rf"Half linewidth $\Gamma$ ({unit.symbol})")
        axes.set_xlim(0, frequencies.max() * 1.05)
        _finish(axes)
    return path


def plot_over_frequencies(
    points: Array,
    named: dict[str, Array],
    temperatures: Array,
    unit: FrequencyUnit,
    path: Path,
) -> Path:
    """Draw Γ over frequency, all bands added up: a panel for each wave vector by name.

    ``gamma[T, j, f]`` of each, THz.
    """
    with _panels(list(named), path, unit) as panels:
        for axes, gamma in zip(panels, named.values(), strict=True):
            lines = dict(zip(temperatures, gamma.sum(axis=1) * unit.per_thz, strict=True))
            _draw_temperatures(axes, points * unit.per_thz, lines)
            axes.set_ylabel(rf"$\sum_j \Gamma_j$ ({unit.symbol})")
            axes.set_xlim(0, points[-1] * unit.per_thz)
    return path


def plot_path(
    bands: BandStructure,
    spectra: list[SpectralFunction],
    temperatures: Array,
    unit: FrequencyUnit,
    path: Path,
) -> Path:
    """Draw spectral functions along a path, all bands added up: a panel for each T."""
    from matplotlib.colors import LogNorm

    points = spectra[0].frequency_points * unit.per_thz
    total = np.array([one.values.sum(axis=1) for one in spectra]) / unit.per_thz
    high = max(float(f.max()) for f in bands.frequencies) * unit.per_thz * 1.15
    top = float(total[..., 1:].max())
    norm = LogNorm(top * 1e-4, top)
    n_t = len(temperatures)
    with figure_to(path, 1.2 + 4.4 * n_t, 3.8) as figure:
        panels = figure.subplots(1, n_t, sharey=True, squeeze=False)[0]
        for k, (axes, t) in enumerate(zip(panels, temperatures, strict=True)):
            start = 0
            for d, f in zip(bands.distances, bands.frequencies, strict=True):
                lines = np.maximum(total[start : start + len(d), k].T, norm.vmin or 0)
                start += len(d)
                drawn = axes.pcolormesh(
                    d, points, lines, norm=norm, cmap="magma_r", rasterized=True
                )
                axes.plot(d, f * unit.per_thz, color=MUTED, lw=0.5)
            draw_labels(axes, bands)
            axes.set_ylim(0, high)
            axes.set_title(f"{t:g} K", fontsize=10)
        panels[0].set_ylabel(f"Frequency ({unit.symbol})")
        figure.colorbar(drawn, ax=panels, label=f"Spectral function ({unit.inverse})")
    return path


def plot_spectral(
    named: dict[str, SpectralFunction], temperatures: Array, unit: FrequencyUnit, path: Path
) -> Path:
    """Draw spectral functions, all bands added up: a panel for each wave vector by name."""
    top = max(float(one.values.sum(axis=1).max()) for one in named.values()) / unit.per_thz
    end = max(float(one.frequencies.max()) for one in named.values()) * unit.per_thz
    with _panels(list(named), path, unit) as panels:
        for axes, one in zip(panels, named.values(), strict=True):
            for f in one.frequencies * unit.per_thz:
                axes.axvline(f, color=GREY, lw=0.8, zorder=0)
            total = one.values.sum(axis=1) / unit.per_thz
            lines = dict(zip(temperatures, total, strict=True))
            _draw_temperatures(axes, one.frequency_points * unit.per_thz, lines)
            axes.set_ylabel(f"Spectral function ({unit.inverse})")
            axes.set_yscale("log")
            axes.set_ylim(top * 1e-5, top * 2)
            axes.set_xlim(0, end * 1.25)
    return path


def plot_jdos(
    named: dict[str, JointDos], temperatures: Array, unit: FrequencyUnit, path: Path
) -> Path:
    """Draw joint densities of states: a panel for each wave vector by name."""
    with _panels(list(named), path, unit) as panels:
        for axes, one in zip(panels, named.values(), strict=True):
            points = one.frequency_points * unit.per_thz
            parts = (
                (one.differences, SHADES[0], "absorption and emission"),
                (one.sums, BLUE, "decay"),
            )
            for values, colour, label in parts:
                for i, line in enumerate(np.atleast_2d(values) / unit.per_thz):
                    at = f", {temperatures[i]:g} K" if len(temperatures) else ""
                    style = LINES[i % len(LINES)]
                    axes.plot(points, line, style, color=colour, lw=1.2, label=label + at)
            axes.set_ylabel(f"Joint density of states ({unit.inverse})")
            axes.set_xlim(0, points[-1])
    return path


@contextmanager
def _panels(names: list[str], path: Path, unit: FrequencyUnit) -> Iterator[list["Axes"]]:
    """A panel over frequency for each wave vector, one below the other."""
    n = len(names)
    with figure_to(path, 5.8, 0.6 + (3.0 if n == 1 else 2.6 * n)) as figure:
        panels = list(figure.subplots(n, 1, sharex=True, squeeze=False)[:, 0])
        yield panels
        panels[-1].set_xlabel(f"Frequency ({unit.symbol})")
        for axes, name in zip(panels, names, strict=True):
            axes.set_title(f"q = {name}", fontsize=10)
            _finish(axes, legend=axes is panels[0])


def _draw_temperatures(axes: "Axes", points: Array, lines: dict[float, Array]) -> None:
    """A curve of each temperature."""
    for i, (t, line) in enumerate(lines.items()):
        axes.plot(points, line, color=COLOURS[i % len(COLOURS)], lw=1.2, label=f"{t:g} K")


def _finish(axes: "Axes", *, legend: bool = True) -> None:
    """What all have."""
    axes.spines[["top", "right"]].set_visible(False)
    if legend:
        axes.legend(fontsize=9, handlelength=1.8)
    if axes.get_yscale() == "linear":
        axes.set_ylim(bottom=0)
