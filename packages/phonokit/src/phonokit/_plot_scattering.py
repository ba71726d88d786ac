"""Pictures of linewidths, spectral functions and joint densities of states."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from phonokit._figure import BLUE, GREY, figure_to
from phonokit._plot_harmonic import SHADES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]
COLOURS = (BLUE, *SHADES)


def plot_gamma(frequencies: Array, gamma: Array, temperatures: Array, path: Path) -> Path:
    """Draw Γ of every band against its frequency, a colour for each temperature.

    ``frequencies[q, j]``, ``gamma[q, T, j]``, both THz.
    """
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
        axes.set_xlabel("Frequency (THz)")
        axes.set_ylabel(r"Half linewidth $\Gamma$ (THz)")
        axes.set_xlim(0, frequencies.max() * 1.05)
        _finish(axes)
    return path


def plot_over_frequencies(
    points: Array, gamma: Array, temperatures: Array, path: Path
) -> Path:
    """Draw Γ over frequency, all bands added up; ``gamma[q, T, j, f]``."""
    with figure_to(path, 5.2, 3.6) as figure:
        axes = figure.subplots()
        for i, t in enumerate(temperatures):
            total = gamma[:, i].sum(axis=(0, 1))
            axes.plot(
                points, total, color=COLOURS[i % len(COLOURS)], lw=1.2, label=f"{t:g} K"
            )
        axes.set_xlabel("Frequency (THz)")
        axes.set_ylabel(r"$\sum_j \Gamma_j$ (THz)")
        axes.set_xlim(0, points[-1])
        _finish(axes)
    return path


def plot_spectral(
    points: Array, values: Array, harmonic: Array, temperatures: Array, path: Path
) -> Path:
    """Draw the spectral functions of one wave vector, all bands added up.

    ``values[T, j, f]`` in 1/THz, ``harmonic[j]`` in THz.
    """
    with figure_to(path, 5.8, 3.6) as figure:
        axes = figure.subplots()
        for f in harmonic:
            axes.axvline(f, color=GREY, lw=0.8, zorder=0)
        for i, t in enumerate(temperatures):
            total = values[i].sum(axis=0)
            axes.plot(
                points, total, color=COLOURS[i % len(COLOURS)], lw=1.2, label=f"{t:g} K"
            )
        axes.set_xlabel("Frequency (THz)")
        axes.set_ylabel("Spectral function (THz$^{-1}$)")
        axes.set_yscale("log")
        top = float(values.sum(axis=1).max())
        axes.set_ylim(top * 1e-5, top * 2)
        axes.set_xlim(0, harmonic.max() * 1.25)
        _finish(axes)
    return path


def plot_jdos(points: Array, classes: tuple[Array, Array], path: Path) -> Path:
    """Draw differences and sums of a joint density of states, ``(n_lines, n_f)`` each."""
    with figure_to(path, 5.2, 3.6) as figure:
        axes = figure.subplots()
        styles = ((SHADES[0], "absorption and emission"), (BLUE, "decay"))
        for lines, (colour, label) in zip(classes, styles, strict=True):
            for i, line in enumerate(lines):
                axes.plot(
                    points, line, color=colour, lw=1.2, label=label if i == 0 else None
                )
        axes.set_xlabel("Frequency (THz)")
        axes.set_ylabel("Joint density of states (THz$^{-1}$)")
        axes.set_xlim(0, points[-1])
        _finish(axes)
    return path


def _finish(axes: "Axes") -> None:
    """What all have."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=9, handlelength=1.2)
    if axes.get_yscale() == "linear":
        axes.set_ylim(bottom=0)
