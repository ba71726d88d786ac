"""Pictures of what a conductivity is made of."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import Accumulation

from phonokit.plot.figure import BLUE, GREY, MUTED, figure_to
from phonokit.results.kappa_modes import KappaModes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NANOMETRE = 10.0
"""Å"""


def plot_accumulations(
    modes: KappaModes, i: int, path: Path, *, sigma: float | None = None
) -> Path:
    """Draw κ at temperature ``i`` accumulated over frequency and over mean free path."""
    with figure_to(path, 9.2, 3.9) as figure:
        left, right = figure.subplots(1, 2)
        draw_by_frequency(left, modes, i, sigma=sigma)
        draw_by_path(right, modes, i)
    return path


def draw_by_frequency(
    axes: "Axes", modes: KappaModes, i: int, *, sigma: float | None = None
) -> None:
    """How much of κ the phonons below a frequency carry, and dκ/df behind it."""
    done = modes.by_frequency(i, sigma=sigma)
    f, density = done.points, _mean(done.density)
    twin: Any = axes.twinx()
    twin.fill_between(f, 0, density, color=GREY, lw=0)
    twin.set_ylim(0, 1.08 * max(float(density.max()), 1e-12))
    twin.set_ylabel(
        r"$d\kappa/df$ (W m$^{-1}$ K$^{-1}$ THz$^{-1}$)", color=MUTED, labelpad=8
    )
    twin.tick_params(axis="y", colors=MUTED)
    twin.spines["top"].set_visible(False)
    twin.spines["right"].set(visible=True, color=MUTED)
    # The line belongs above the area.
    axes.set_zorder(twin.get_zorder() + 1)
    axes.patch.set_visible(False)
    axes.set_xlim(0, float(f[-1]) or 1)
    axes.set_xlabel("Phonon frequency (THz)")
    _cumulative(axes, f, done, modes.temperatures[i])


def draw_by_path(axes: "Axes", modes: KappaModes, i: int) -> None:
    """How much of κ phonons of shorter mean free paths carry, with the half marked."""
    axes.set_xlabel("Mean free path (nm)")
    axes.set_xscale("log")
    if not modes.paths[i].max(initial=0) > 0:
        axes.set_ylabel("no phonon scatters")
        return
    done = modes.by_path(i)
    paths, kappa = done.points / NANOMETRE, _mean(done.cumulative)
    _cumulative(axes, paths, done, modes.temperatures[i])
    shown = max(int(np.searchsorted(kappa, 2e-3 * kappa[-1])) - 1, 0)
    axes.set_xlim(float(paths[shown]), float(paths[-1]))
    half, at = kappa[-1] / 2, reached(done, 0.5, logarithmic=True) / NANOMETRE
    axes.plot([paths[shown], at, at], [half, half, 0], color=MUTED, lw=0.8, ls=":")
    axes.annotate(
        f"half below {at:.3g} nm",
        (paths[shown], half),
        xytext=(6, 5),
        textcoords="offset points",
        color=MUTED,
        fontsize=9,
    )


def reached(done: Accumulation, share: float, *, logarithmic: bool = False) -> float:
    """Below which point a share of κ is carried, between points by a straight line."""
    kappa = _mean(done.cumulative)
    points = np.log(done.points) if logarithmic else done.points
    found = np.interp(share * kappa[-1], kappa, points)
    return float(np.exp(found) if logarithmic else found)


def _cumulative(
    axes: "Axes", x: NDArray[np.float64], done: Accumulation, temperature: float
) -> None:
    """The line of an accumulation."""
    kappa = _mean(done.cumulative)
    axes.plot(x, kappa, color=BLUE, lw=1.6)
    axes.set_ylim(0, 1.05 * max(float(kappa.max()), 1e-12))
    axes.set_ylabel(rf"$\kappa$ accumulated at {temperature:g} K (W m$^{{-1}}$ K$^{{-1}}$)")
    axes.spines[["top", "right"]].set_visible(False)


def _mean(tensors: NDArray[np.float64]) -> NDArray[np.float64]:
    """A third of the trace at the only temperature."""
    return np.asarray(tensors[0, :, :3].mean(axis=-1))
