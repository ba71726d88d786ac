"""The picture of the dielectric function."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from phono_grid.errors import ensure_type

from phonokit._documented import documented
from phonokit.plot.figure import COLOURS, MUTED, PICTURE, drawn
from phonokit.plot.wave_vectors import unit_of
from phonokit.results.infrared import InfraredResult
from phonokit.settings.frequency_unit import FrequencyUnit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SAME = 1e-6
"""Relative; axes whose functions differ by less are drawn as one."""


@documented(PICTURE)
def plot_infrared(
    result: InfraredResult,
    path: str | Path | None = None,
    *,
    ax: "Sequence[Axes] | None" = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "list[Axes]":
    """Draw the dielectric function, real and imaginary, and the reflectivity.

    Parameters
    ----------
    ax : three Axes, optional
        What is drawn on; new ones if not given.

    Examples
    --------
    >>> import numpy as np
    >>> import phonokit
    >>> from phono_dynmat import BornCharges
    >>> silicon = phonokit.load("examples/silicon")  # with charges of a polar crystal
    >>> z = [np.eye(3), -np.eye(3)]
    >>> charges = BornCharges(np.array(z), 12 * np.eye(3))
    >>> polar = phonokit.Crystal.from_constants(silicon.fc2, polar=charges)
    >>> panels = phonokit.plot_infrared(phonokit.infrared(polar), "infrared.png")
    """
    ensure_type("result", result, InfraredResult)
    unit = unit_of(unit)
    x = result.frequency_points * unit.per_thz
    diagonal = np.einsum("faa->af", result.dielectric)
    axes = {"x": 0, "y": 1, "z": 2}
    for name, others in (("y", "x"), ("z", "xy")):
        if any(_same(diagonal[axes[name]], diagonal["xyz".index(o)]) for o in others):
            del axes[name]
    curves = (
        (diagonal.real, "Re ε"),
        (diagonal.imag, "Im ε"),
        (result.reflectivity.T, "Reflectivity"),
    )
    with drawn(path, ax, (11.0, 3.0), columns=3) as panels:
        for panel, (y, label) in zip(panels, curves, strict=True):
            for (name, i), colour in zip(axes.items(), COLOURS, strict=False):
                panel.plot(x, y[i], color=colour, lw=1.2, label=name)
            panel.axhline(0, color=MUTED, lw=0.6)
            panel.set_xlim(x.min(), x.max())
            panel.set_xlabel(f"Frequency ({unit.symbol})")
            panel.set_ylabel(label)
            panel.spines[["top", "right"]].set_visible(False)
        if len(axes) > 1:
            panels[0].legend()
    return panels


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two functions are drawn as one."""
    return bool(np.abs(a - b).max() <= SAME * np.abs(a).max())
