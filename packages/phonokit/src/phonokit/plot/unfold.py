"""The picture of unfolded bands."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from phono_grid.errors import ensure_type

from phonokit._documented import documented
from phonokit.plot.figure import PICTURE, drawn
from phonokit.plot.wave_vectors import draw_labels, unit_of
from phonokit.results.unfold import UnfoldResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.wave_vectors import wave_vector_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FAINT = 0.01
"""Weights below this are not drawn."""
AREA = 14.0
"""Points², of a dot whose weight is 1."""


@documented(PICTURE)
def plot_unfold(
    result: UnfoldResult,
    path: str | Path | None = None,
    *,
    ax: "Axes | None" = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "Axes":
    """Draw a dot for each mode, as large and dark as its weight.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.unfold(silicon, path="G X", points={"X": (0.5, 0, 0.5)})
    >>> axes = phonokit.plot_unfold(result, "unfold.png")
    """
    ensure_type("result", result, UnfoldResult)
    unit = unit_of(unit)
    x = result.distances
    if x is None:
        x = np.arange(float(len(result.qpoints)))
    f = result.frequencies * unit.per_thz
    w = result.weights
    with drawn(path, ax, (6.4, 4.2)) as (panel,):
        order = np.argsort(w, axis=None, kind="stable")
        order = order[w.ravel()[order] > FAINT]
        dots = panel.scatter(
            np.broadcast_to(x[:, None], f.shape).ravel()[order],
            f.ravel()[order],
            s=AREA * w.ravel()[order],
            c=w.ravel()[order],
            cmap="Blues",
            vmin=-0.4,
            vmax=1,
            linewidths=0,
            rasterized=True,
        )
        if result.labels is not None:
            lines = list(x.reshape(len(result.labels), -1))
            draw_labels(panel, result.labels.tolist(), lines)
        else:
            names = [wave_vector_name(q) for q in result.qpoints]
            panel.set_xticks(x, names, rotation=90 if len(names) > 4 else 0)
        panel.set_ylabel(f"Frequency ({unit.symbol})")
        bar = panel.figure.colorbar(dots, ax=panel, label="Weight")
        bar.ax.set_ylim(0, 1)
    return panel
