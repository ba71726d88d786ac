"""Pictures of lifetimes, linewidths, velocities and heat capacities over frequency."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from phono_grid import units
from phono_grid.errors import ensure_type

from phonokit._documented import documented
from phonokit.plot.figure import BLUE, PAGE, PICTURE, area_behind, drawn
from phonokit.plot.wave_vectors import unit_of
from phonokit.results.mode_quantity import ModeQuantityResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.mode_quantity import ModeQuantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMES = {
    ModeQuantity.HEAT_CAPACITY: ("Heat capacity", r"$k_\mathrm{B}$"),
    ModeQuantity.LIFETIME: ("Lifetime", "ps"),
    ModeQuantity.LINEWIDTH: ("Half linewidth", "THz"),
    ModeQuantity.VELOCITY: ("Group velocity", "km/s"),
}
LOGARITHMIC = (ModeQuantity.LIFETIME, ModeQuantity.LINEWIDTH)
DECADES = 6
"""Powers of ten below the largest that are shown."""


@documented(PICTURE)
def plot_mode_quantity(
    result: ModeQuantityResult,
    path: str | Path | None = None,
    *,
    ax: Any = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "list[Axes]":
    """Draw a quantity of every phonon over frequency, and beside it the sum below one.

    Parameters
    ----------
    ax : two Axes, optional
        What is drawn on; new ones if not given.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.kappa(silicon, (3, 3, 3), [300])
    >>> lifetimes = phonokit.accumulate_quantity(result, "lifetime")
    >>> left, right = phonokit.plot_mode_quantity(lifetimes, "lifetimes.png")
    """
    ensure_type("result", result, ModeQuantityResult)
    unit, kind = unit_of(unit), result.quantity
    name, words = NAMES[kind]
    scale = 1 / units.BOLTZMANN if kind is ModeQuantity.HEAT_CAPACITY else 1.0
    values, f = result.values.ravel() * scale, result.frequency.ravel() * unit.per_thz
    there = values > 0
    with drawn(path, ax, (PAGE, 2.9), columns=2) as (left, right):
        size = float(np.clip(6000 / max(len(f), 1), 2, 14))
        left.scatter(f[there], values[there], s=size, color=BLUE, alpha=0.6, lw=0)
        if kind in LOGARITHMIC and there.any():
            left.set_yscale("log")
            low, high = values[there].min(), values[there].max()
            left.set_ylim(0.6 * max(low, high / 10**DECADES), 1.6 * high)
        else:
            left.set_ylim(0, 1.08 * float(values.max(initial=1e-12)))
        left.set_ylabel(f"{name} ({words})")
        points = result.frequency_point * unit.per_thz
        density = result.density[kind.value] * scale / unit.per_thz
        behind = area_behind(right, points, density)
        behind.set_ylabel(f"Per {unit.symbol} ({words}/{unit.symbol})")
        right.plot(points, result.below[kind.value] * scale, color=BLUE, lw=1.6)
        right.set_ylim(bottom=0)
        right.set_ylabel(f"Sum below ({words})")
        for axes in (left, right):
            axes.set_xlim(min(0.0, float(f.min(initial=0))), 1.03 * float(points[-1]) or 1)
            axes.set_xlabel(f"Phonon frequency ({unit.symbol})")
        left.spines[["top", "right"]].set_visible(False)
    return [left, right]
