"""Pictures of which phonons carry the heat."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import ensure_type

from phonokit._documented import documented
from phonokit.plot.figure import BLUE, MUTED, PAGE, PICTURE, area_behind, drawn, note
from phonokit.results.accumulate import AccumulateResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NANOMETRE = 10.0
"""Å"""


@documented(PICTURE)
def plot_accumulate(
    result: AccumulateResult,
    path: str | Path | None = None,
    *,
    ax: "Sequence[Axes] | None" = None,
) -> "list[Axes]":
    """Draw κ accumulated over frequency and over mean free path.

    Parameters
    ----------
    ax : two Axes, optional
        What is drawn on; new ones if not given.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.kappa(silicon, (3, 3, 3), [300])
    >>> left, right = phonokit.plot_accumulate(phonokit.accumulate(result), "share.png")
    """
    ensure_type("result", result, AccumulateResult)
    with drawn(path, ax, (PAGE, 2.9), columns=2) as (left, right):
        draw_by_frequency(left, result)
        draw_by_path(right, result)
    return [left, right]


def draw_by_frequency(axes: "Axes", result: AccumulateResult) -> None:
    """Plot the part of κ that phonons below a frequency carry, and dκ/df behind it."""
    f, density = result.frequency_point, _mean(result.kappa_spectrum)
    twin: Any = area_behind(axes, f, density)
    twin.set_ylim(0, 1.08 * max(float(density.max()), 1e-12))
    twin.set_ylabel(
        r"$d\kappa/df$ (W m$^{-1}$ K$^{-1}$ THz$^{-1}$)", color=MUTED, labelpad=8
    )
    twin.tick_params(axis="y", colors=MUTED)
    twin.spines["top"].set_visible(False)
    twin.spines["right"].set(visible=True, color=MUTED)
    axes.set_xlim(0, float(f[-1]) or 1)
    axes.set_xlabel("Phonon frequency (THz)")
    _cumulative(axes, f, _mean(result.kappa_below_frequency), result.temperature)


def draw_by_path(axes: "Axes", result: AccumulateResult) -> None:
    """Plot the part of κ that phonons of shorter mean free paths carry, the half marked."""
    axes.set_xlabel("Mean free path (nm)")
    axes.set_xscale("log")
    if result.path_point is None or result.kappa_below_path is None:
        axes.set_ylabel("no phonon scatters")
        return
    paths, kappa = result.path_point / NANOMETRE, _mean(result.kappa_below_path)
    _cumulative(axes, paths, kappa, result.temperature)
    shown = max(int(np.searchsorted(kappa, 2e-3 * kappa[-1])) - 1, 0)
    axes.set_xlim(float(paths[shown]), float(paths[-1]))
    half, middle = kappa[-1] / 2, result.path_below(0.5) / NANOMETRE
    axes.plot([paths[shown], middle, middle], [half, half, 0], color=MUTED, lw=0.8, ls=":")
    note(axes, f"half below {middle:.3g} nm", (paths[shown], half), offset=(6, 5))


def _cumulative(
    axes: "Axes", x: NDArray[np.float64], kappa: NDArray[np.float64], temperature: float
) -> None:
    """The line of an accumulation."""
    axes.plot(x, kappa, color=BLUE, lw=1.6)
    axes.set_ylim(0, 1.05 * max(float(kappa.max()), 1e-12))
    label = rf"$\kappa$ accumulated at {temperature:g} K"
    axes.set_ylabel(f"{label}\n(W m$^{{-1}}$ K$^{{-1}}$)")
    axes.spines[["top", "right"]].set_visible(False)


def _mean(tensors: NDArray[np.float64]) -> NDArray[np.float64]:
    """A third of the trace."""
    return np.asarray(tensors[:, :3].mean(axis=-1))
