"""Pictures of linewidths, spectral functions and joint densities of states."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from phono_3ph import SpectralFunction
from phono_dynmat import BandStructure

from phonokit._figure import BLUE, GREY, MUTED, figure_to
from phonokit._frequency_unit import FrequencyUnit
from phonokit._plot_harmonic import SHADES, draw_labels

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
    points: Array, gamma: Array, temperatures: Array, unit: FrequencyUnit, path: Path
) -> Path:
    """Draw Γ over frequency, all bands added up; ``gamma[q, T, j, f]``."""
    points, gamma = points * unit.per_thz, gamma * unit.per_thz
    with figure_to(path, 5.2, 3.6) as figure:
        axes = figure.subplots()
        for i, t in enumerate(temperatures):
            total = gamma[:, i].sum(axis=(0, 1))
            axes.plot(
                points, total, color=COLOURS[i % len(COLOURS)], lw=1.2, label=f"{t:g} K"
            )
        axes.set_xlabel(f"Frequency ({unit.symbol})")
        axes.set_ylabel(rf"$\sum_j \Gamma_j$ ({unit.symbol})")
        axes.set_xlim(0, points[-1])
        _finish(axes)
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
    spectrum: SpectralFunction, temperatures: Array, unit: FrequencyUnit, path: Path
) -> Path:
    """Draw the spectral functions of one wave vector, all bands added up."""
    points = spectrum.frequency_points * unit.per_thz
    values = spectrum.values / unit.per_thz
    harmonic = spectrum.frequencies * unit.per_thz
    with figure_to(path, 5.8, 3.6) as figure:
        axes = figure.subplots()
        for f in harmonic:
            axes.axvline(f, color=GREY, lw=0.8, zorder=0)
        for i, t in enumerate(temperatures):
            total = values[i].sum(axis=0)
            axes.plot(
                points, total, color=COLOURS[i % len(COLOURS)], lw=1.2, label=f"{t:g} K"
            )
        axes.set_xlabel(f"Frequency ({unit.symbol})")
        axes.set_ylabel(f"Spectral function ({unit.inverse})")
        axes.set_yscale("log")
        top = float(values.sum(axis=1).max())
        axes.set_ylim(top * 1e-5, top * 2)
        axes.set_xlim(0, harmonic.max() * 1.25)
        _finish(axes)
    return path


def plot_jdos(
    points: Array, classes: tuple[Array, Array], unit: FrequencyUnit, path: Path
) -> Path:
    """Draw differences and sums of a joint density of states, ``(n_lines, n_f)`` each."""
    points = points * unit.per_thz
    classes = classes[0] / unit.per_thz, classes[1] / unit.per_thz
    with figure_to(path, 5.2, 3.6) as figure:
        axes = figure.subplots()
        styles = ((SHADES[0], "absorption and emission"), (BLUE, "decay"))
        for lines, (colour, label) in zip(classes, styles, strict=True):
            for i, line in enumerate(lines):
                axes.plot(
                    points, line, color=colour, lw=1.2, label=label if i == 0 else None
                )
        axes.set_xlabel(f"Frequency ({unit.symbol})")
        axes.set_ylabel(f"Joint density of states ({unit.inverse})")
        axes.set_xlim(0, points[-1])
        _finish(axes)
    return path


def _finish(axes: "Axes") -> None:
    """What all have."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=9, handlelength=1.2)
    if axes.get_yscale() == "linear":
        axes.set_ylim(bottom=0)
