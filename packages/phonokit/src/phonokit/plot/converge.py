"""Pictures of convergence."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from phono_grid.errors import DomainError, ensure_type

from phonokit._documented import documented
from phonokit.plot.figure import COLUMN, MUTED, PICTURE, colours_of, drawn
from phonokit.plot.kappa import MARKERS
from phonokit.results.converge import ConvergeResult
from phonokit.results.kappa_curve import COMPONENTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@documented(PICTURE)
def plot_converge(
    result: ConvergeResult,
    path: str | Path | None = None,
    *,
    ax: "Axes | None" = None,
    component: str = "mean",
    temperature: float | None = None,
) -> "Axes":
    """Draw κ against 1/N, with the fitted lines, their limits and uncertainties.

    Parameters
    ----------
    component : str
        ``"xx"`` to ``"xy"``, or ``"mean"`` of xx, yy, zz.
    temperature : float, optional
        Temperature in K, one of those of the result; the first if not given.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> meshes = phonokit.Convergence(meshes=((3, 3, 3), (5, 5, 5), (7, 7, 7)))
    >>> result = phonokit.converge(silicon, meshes)
    >>> axes = phonokit.plot_converge(result, "converge.png")
    """
    ensure_type("result", result, ConvergeResult)
    if component not in (*COMPONENTS, "mean"):
        raise DomainError(
            f"component must be one of {', '.join(COMPONENTS)}, mean, got {component!r}"
        )
    at = _number_of(result, temperature)
    with drawn(path, ax, (COLUMN, 2.6)) as (panel,):
        for n, colour in enumerate(colours_of(len(result.series))):
            _draw_series(panel, result, n, at, component, colour)
        panel.set_xlim(0, None)
        panel.set_xlabel(r"$1/N$, of $N^3$ wave vectors")
        what = r"Mean $\kappa$" if component == "mean" else rf"$\kappa_{{{component}}}$"
        panel.set_ylabel(rf"{what} (W m$^{{-1}}$ K$^{{-1}}$)")
        if len(result.temperatures) > 1:
            panel.set_title(f"{result.temperatures[at]:g} K", fontsize="small", color=MUTED)
        if len(result.series) > 1:
            panel.legend(fontsize="small")
        panel.spines[["top", "right"]].set_visible(False)
    return panel


def _number_of(result: ConvergeResult, temperature: float | None) -> int:
    """The place of a temperature."""
    if temperature is None:
        return 0
    same = np.isclose(result.temperatures, temperature, rtol=1e-9, atol=0)
    if not same.any():
        there = ", ".join(f"{t:g}" for t in result.temperatures)
        raise DomainError(
            f"temperature: {temperature:g} K is not in the result; take one of {there} K"
        )
    return int(np.argmax(same))


def _draw_series(
    panel: "Axes", result: ConvergeResult, n: int, at: int, component: str, colour: str
) -> None:
    """Points, the line through the finest ones, the band of the tolerance, the limit."""

    def part(values: np.ndarray) -> np.ndarray:
        if component == "mean":
            return np.asarray(values[..., :3].mean(axis=-1))
        return np.asarray(values[..., COMPONENTS.index(component)])

    m = result.n_meshes[n]
    x = 1 / result.sizes[:m]
    name = str(result.series[n]) or None
    marker = MARKERS[n % len(MARKERS)]
    kappa = part(result.kappa[n, :m, at])
    panel.plot(x, kappa, marker, color=colour, ms=3.5, label=name)
    limit, slope = part(result.limit[n, at]), part(result.slope[n, at])
    if not np.isfinite(limit):
        return
    far = x[-min(result.fitted, m)]
    panel.plot([0, far], [limit, limit + slope * far], "-", color=colour, lw=1.0)
    error = float(np.nan_to_num(part(result.uncertainty[n, at])))
    panel.errorbar(
        [0], [limit], [error], color=colour, fmt="none", capsize=3, clip_on=False
    )
    if len(result.series) == 1:
        width = result.tolerance * abs(limit)
        panel.axhspan(limit - width, limit + width, color=colour, alpha=0.12, lw=0)
