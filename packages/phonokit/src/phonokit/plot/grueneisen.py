"""Pictures of Grüneisen parameters."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import ensure_type

from phonokit._documented import documented
from phonokit.plot.figure import BLUE, MUTED, PICTURE, drawn
from phonokit.plot.wave_vectors import draw_labels, unit_of
from phonokit.results.grueneisen import GrueneisenResult
from phonokit.settings.frequency_unit import FrequencyUnit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEW = 0.5
"""Per cent of the parameters at each end that may be beyond the axis, or one."""
FAR = 4.0
"""A picture is cut where those make it this many times as high."""


@documented(PICTURE)
def plot_grueneisen(
    result: GrueneisenResult,
    path: str | Path | None = None,
    *,
    ax: "Axes | None" = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "Axes":
    """Draw Grüneisen parameters along a path, or against frequency.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.grueneisen(silicon, mesh=(6, 6, 6))
    >>> axes = phonokit.plot_grueneisen(result, "grueneisen.png")
    """
    ensure_type("result", result, GrueneisenResult)
    unit = unit_of(unit)
    # Modes at rest have no parameter.
    gamma = np.where(result.takes_part, result.parameters, np.nan)
    with drawn(path, ax, (6.0, 4.0)) as (panel,):
        panel.axhline(0, color=MUTED, lw=0.6)
        if result.labels is not None and result.distances is not None:
            n_s = len(result.labels)
            distances = result.distances.reshape(n_s, -1)
            for d, g in zip(
                distances, gamma.reshape(n_s, len(distances[0]), -1), strict=True
            ):
                panel.plot(d, g, ".", ms=3, color=BLUE)
            draw_labels(panel, result.labels.tolist(), list(distances))
        else:
            f = result.frequencies * unit.per_thz
            panel.plot(f.ravel(), gamma.ravel(), "o", ms=2.5, color=BLUE, alpha=0.6)
            _leave_out_few(panel, gamma)
            panel.set_xlim(left=min(0.0, float(f.min())))
            panel.set_xlabel(f"Frequency ({unit.symbol})")
            panel.spines[["top", "right"]].set_visible(False)
        panel.set_ylabel("Grüneisen parameter")
    return panel


def _leave_out_few(panel: "Axes", gamma: NDArray[np.float64]) -> None:
    """End the axis before the few largest, which soft modes have, and say so."""
    known = gamma[np.isfinite(gamma)]
    if not len(known):
        return
    low = min(np.percentile(known, FEW, method="higher"), 0.0)
    high = max(np.percentile(known, 100 - FEW, method="lower"), 0.0)
    if high <= low or np.ptp([*known, 0.0]) < FAR * (high - low):
        return
    room = 0.15 * (high - low)
    panel.set_ylim(low - room, high + room)
    beyond = int(((known < low - room) | (known > high + room)).sum())
    text = f"{beyond} of {len(known)} beyond, from {known.min():.3g} to {known.max():.3g}"
    panel.set_title(text, fontsize="small", color=MUTED, loc="right")
