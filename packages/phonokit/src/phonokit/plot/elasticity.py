"""The picture of elasticity: the velocity of sound in all directions of three planes."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from phono_dynmat import sound_velocities
from phono_grid.errors import ensure_type

from phonokit._documented import documented
from phonokit.plot.figure import BLUE, PAGE, PICTURE, drawn
from phonokit.results.elasticity import ElasticityResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLANES = ((0, 1), (1, 2), (2, 0))


@documented(PICTURE)
def plot_elasticity(
    result: ElasticityResult,
    path: str | Path | None = None,
    *,
    ax: "Sequence[Axes] | None" = None,
) -> "list[Axes]":
    """Draw velocities of sound, by direction in the planes xy, yz and zx.

    Parameters
    ----------
    ax : three Axes, optional
        What is drawn on; new ones if not given.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> panels = phonokit.plot_elasticity(phonokit.elasticity(silicon), "sound.png")
    """
    ensure_type("result", result, ElasticityResult)
    angle = np.linspace(0, 2 * np.pi, 361)
    with drawn(path, ax, (PAGE, 2.6), columns=3) as panels:
        for panel, axes in zip(panels, PLANES, strict=True):
            n = np.zeros((len(angle), 3))
            n[:, axes[0]], n[:, axes[1]] = np.cos(angle), np.sin(angle)
            v = sound_velocities(result.constants, result.cell, n) / 10
            for branch in v.T:
                x, y = branch * np.cos(angle), branch * np.sin(angle)
                panel.plot(x, y, color=BLUE, lw=1.2)
            panel.set_aspect("equal")
            panel.set_xlabel(f"v$_{'xyz'[axes[0]]}$ (km/s)")
            panel.set_ylabel(f"v$_{'xyz'[axes[1]]}$ (km/s)")
    return panels
