"""A picture of three- and four-phonon linewidths over frequency."""

from pathlib import Path
from typing import TYPE_CHECKING

from phono_grid.errors import DomainError, ensure_type

from phonokit._documented import documented
from phonokit.plot.figure import BLUE, PICTURE, SHADES, drawn
from phonokit.results.kappa import KappaResult
from phonokit.results.kappa_modes import KappaModes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROOM = 300.0
"""K"""


@documented(PICTURE)
def plot_four_phonon(
    result: KappaResult,
    path: str | Path | None = None,
    *,
    temperature: float = ROOM,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the linewidths of three and of four phonons against frequency.

    Parameters
    ----------
    temperature : float
        K, one of those of the result.

    Examples
    --------
    >>> import numpy as np
    >>> import phonokit
    >>> from phono_4ph import ForceConstants4
    >>> silicon = phonokit.load("examples/silicon")
    >>> atoms, cells = [[0] * 4, [1] * 4], np.zeros((2, 3, 3), int)
    >>> lattice = silicon.primitive.lattice
    >>> fc4 = ForceConstants4(np.ones((2, 3, 3, 3, 3)), atoms, cells, lattice)
    >>> four = phonokit.FourPhonon()
    >>> result = phonokit.kappa(silicon.with_fc4(fc4), (3, 3, 3), [300], four_phonon=four)
    >>> axes = phonokit.plot_four_phonon(result, "widths.png")
    """
    ensure_type("result", result, KappaResult)
    with drawn(path, None if ax is None else [ax], (4.6, 3.9)) as (axes,):
        draw_widths(axes, result, temperature)
    return axes


def draw_widths(axes: "Axes", result: KappaResult, temperature: float = ROOM) -> None:
    """Γ of three and of four phonons, each mode a point."""
    four = result.rates.four_phonon
    if four is None:
        raise DomainError("result: has no four-phonon linewidths")
    i = KappaModes.of(result).number_of(temperature)
    f = result.frequencies.ravel()
    axes.spines[["top", "right"]].set_visible(False)
    series = (
        ("three phonons", result.linewidths[i], BLUE),
        ("four phonons", four.sum(axis=(0, 1))[i], SHADES[0]),
    )
    for name, widths, colour in series:
        widths = widths.ravel()
        drawn_modes = widths > 0
        axes.scatter(
            f[drawn_modes], widths[drawn_modes], s=7, color=colour, alpha=0.7, label=name
        )
    axes.set_yscale("log")
    axes.set_xlabel("frequency (THz)")
    axes.set_ylabel(f"Γ at {result.temperatures[i]:g} K (THz)")
    axes.set_xlim(left=0)
    axes.legend(loc="lower right")
