"""Pictures of bands, densities and thermal properties."""

from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import BandStructure, ThermalProperties
from phono_grid import units

from phonokit.calc.harmonic import Densities
from phonokit.plot.figure import BLUE, GREY, LINES, SHADES, figure_to
from phonokit.settings.frequency_unit import FrequencyUnit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]
MOLE = 96485.3905398362
"""J/mol in an eV."""


def plot_bands(
    bands: BandStructure,
    densities: Densities | None,
    path: Path,
    unit: FrequencyUnit = FrequencyUnit.THZ,
) -> Path:
    """Draw bands, and the density of states beside them if it is given."""
    with figure_to(path, 7.0, 4.2) as figure:
        if densities is None:
            _bands(figure.subplots(), bands, unit)
        else:
            left, right = figure.subplots(
                1, 2, sharey=True, gridspec_kw={"width_ratios": [3.2, 1], "wspace": 0.03}
            )
            _bands(left, bands, unit)
            _densities(right, densities, unit, upright=True)
            right.set_xlabel(f"DOS ({unit.inverse})")
            right.tick_params(axis="y", left=False)
    return path


def plot_densities(
    densities: Densities, path: Path, unit: FrequencyUnit = FrequencyUnit.THZ
) -> Path:
    """Draw a density of states, and the share of each part."""
    with figure_to(path, 5.2, 3.6) as figure:
        axes = figure.subplots()
        _densities(axes, densities, unit, upright=False)
        axes.set_xlabel(f"Frequency ({unit.symbol})")
        axes.set_ylabel(f"Density of states ({unit.inverse} per cell)")
        axes.spines[["top", "right"]].set_visible(False)
    return path


def plot_thermal(thermal: ThermalProperties, n_atoms: int, path: Path) -> Path:
    """Draw entropy and heat capacity, and free energy beside them."""
    t = thermal.temperatures
    with figure_to(path, 7.6, 3.4) as figure:
        left, right = figure.subplots(1, 2)
        dot = "o" if len(t) < 8 else ""
        left.plot(t, thermal.heat_capacity * MOLE, dot + "-", color=BLUE, label="$C_V$")
        left.plot(t, thermal.entropy * MOLE, dot + "-", color=SHADES[0], label="$S$")
        limit = 3 * n_atoms * units.BOLTZMANN * MOLE
        left.axhline(limit, color="#7b8794", lw=0.8, ls=(0, (4, 3)))
        left.annotate(
            "$3Nk_B$",
            (t.max(), limit),
            xytext=(0, 3),
            textcoords="offset points",
            ha="right",
            color="#7b8794",
            fontsize=9,
        )
        left.set_ylabel(r"$C_V$, $S$ (J K$^{-1}$ mol$^{-1}$)")
        left.legend(loc="center right")
        right.plot(t, thermal.free_energy * MOLE / 1e3, dot + "-", color=BLUE)
        right.axhline(0, color="#7b8794", lw=0.8)
        right.set_ylabel(r"Free energy $F$ (kJ mol$^{-1}$)")
        for axes in (left, right):
            axes.set_xlabel("Temperature (K)")
            axes.set_xlim(t.min(), t.max() or 1)
            axes.spines[["top", "right"]].set_visible(False)
        left.set_ylim(bottom=0)
    return path


def _bands(axes: "Axes", bands: BandStructure, unit: FrequencyUnit) -> None:
    """Frequencies along the path, with a line at each label."""
    frequencies = [f * unit.per_thz for f in bands.frequencies]
    for d, f in zip(bands.distances, frequencies, strict=True):
        axes.plot(d, f, color=BLUE, lw=1.1, solid_capstyle="round")
    draw_labels(axes, bands)
    axes.axhline(0, color="#7b8794", lw=0.6)
    low = min(float(f.min()) for f in frequencies)
    high = max(float(f.max()) for f in frequencies)
    axes.set_ylim(low * 1.05 if low < -0.05 * unit.per_thz else 0, high * 1.05)
    axes.set_ylabel(f"Frequency ({unit.symbol})")


def draw_labels(axes: "Axes", bands: BandStructure) -> None:
    """A line at each label."""
    ticks, names = _labels(bands)
    for x in ticks:
        axes.axvline(x, color="#7b8794", lw=0.6)
    axes.set_xticks(ticks, names)
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(ticks[0], ticks[-1])


def _labels(bands: BandStructure) -> tuple[list[float], list[str]]:
    """Where labels stand; where a line ends and another begins, both of them."""
    ticks, names = [0.0], [bands.segments[0].labels[0]]
    previous = names[0]
    for segment, d in zip(bands.segments, bands.distances, strict=True):
        first, last = segment.labels
        if first != previous:
            names[-1] = f"{names[-1]}|{first}"
        ticks.append(float(d[-1]))
        names.append(last)
        previous = last
    return ticks, names


def _densities(
    axes: "Axes", densities: Densities, unit: FrequencyUnit, *, upright: bool
) -> None:
    """The total as an area, parts as lines; upright has frequencies along y."""
    f = densities.total.frequency_points * unit.per_thz
    total = densities.total.density / unit.per_thz
    shape = (axes.fill_betweenx if upright else axes.fill_between)(f, 0, total, color=GREY)
    shape.set_label("total")
    shape.set_linewidth(0)
    if len(densities.parts) > 1:
        drawn: list[Array] = []
        for colour, (name, g) in zip(cycle(SHADES), densities.parts.items()):
            # Curves that lie on each other, of equivalent atoms, must all be seen.
            hidden = sum(np.allclose(g, other, atol=1e-3 * g.max()) for other in drawn)
            line = LINES[hidden % len(LINES)]
            drawn.append(g)
            pair = (g / unit.per_thz, f) if upright else (f, g / unit.per_thz)
            axes.plot(*pair, line, color=colour, lw=1.2, label=name)
        axes.legend(fontsize=9, handlelength=1.4, ncols=1 + len(densities.parts) // 6)
    top = float(np.max(total)) * 1.08
    if upright:
        axes.set_xlim(0, top)
    else:
        axes.set_ylim(0, top)
        axes.set_xlim(min(0.0, f[0]) if densities.total.cumulative[0] else 0, f[-1])
