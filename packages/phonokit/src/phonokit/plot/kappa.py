"""The picture of a conductivity."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import ensure_type

from phonokit.plot.accumulation import draw_by_frequency, draw_by_path
from phonokit.plot.figure import BLUE, MUTED, drawn
from phonokit.results.accumulate import AccumulateResult
from phonokit.results.kappa import KappaResult
from phonokit.results.kappa_modes import ROOM, KappaModes
from phonokit.settings.mesh import mesh_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COMPONENTS = ("xx", "yy", "zz", "yz", "xz", "xy")
ISOTROPIC = 1e-3
"""Diagonal components closer than this, relatively, are drawn as one."""


def plot_kappa(
    result: KappaResult,
    path: str | Path | None = None,
    *,
    ax: "Sequence[Axes] | None" = None,
) -> "list[Axes]":
    """Draw κ against temperature, and accumulated over frequency and mean free path.

    Where there are coherences, populations and coherences are drawn beside their sum.

    Parameters
    ----------
    result : KappaResult
    path : str or Path, optional
        Where the picture is saved: PNG, PDF or SVG by suffix.
    ax : three Axes, optional
        What is drawn on; new ones if not given.

    Returns
    -------
    list of Axes

    Raises
    ------
    DomainError
        If the suffix is another one, or there are not three axes.
    FileError
        If matplotlib is missing, or the file cannot be written.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.kappa(silicon, (3, 3, 3), [300])
    >>> left, middle, right = phonokit.plot_kappa(result, "kappa.png")
    """
    ensure_type("result", result, KappaResult)
    with drawn(path, ax, (13.4, 3.9), columns=3) as (left, middle, right):
        left.spines[["top", "right"]].set_visible(False)
        _against_temperature(left, result)
        modes = KappaModes.of(result)
        carried = AccumulateResult.of(modes, modes.nearest(ROOM))
        draw_by_frequency(middle, carried)
        draw_by_path(right, carried)
        if ax is None:
            left.figure.suptitle(_title(result), fontsize=11)
    return [left, middle, right]


def _title(result: KappaResult) -> str:
    """Title of a figure: formula, mesh and method."""
    mesh = mesh_name(result.grid)
    return f"{result.provenance.formula}, {mesh} mesh, {result.transport.description}"


def _curves(result: KappaResult) -> dict[str, NDArray[np.float64]]:
    """The components worth drawing: one of an isotropic crystal, else the diagonal."""
    diagonal = result.kappa[:, :3]
    spread = np.ptp(diagonal, axis=1)
    if (spread <= ISOTROPIC * np.abs(diagonal).max(axis=1)).all():
        return {"": diagonal.mean(axis=1)}
    if (np.abs(diagonal[:, 0] - diagonal[:, 1]) <= ISOTROPIC * diagonal[:, 0]).all():
        return {"xx, yy": diagonal[:, 0], "zz": diagonal[:, 2]}
    return {name: diagonal[:, i] for i, name in enumerate(COMPONENTS[:3])}


def _against_temperature(axes: "Axes", result: KappaResult) -> None:
    """κ(T): a line, or a marker where there is one temperature."""
    warm = result.temperatures > 0
    order = np.argsort(result.temperatures[warm])
    t = result.temperatures[warm][order]
    shades = (BLUE, "#c8553d", "#3f8f5b")
    top = max(values.max() for values in _curves(result).values())
    for colour, (name, values) in zip(shades, _curves(result).items(), strict=False):
        k = values[warm][order]
        # Numbers of the highest curve are above it, others below theirs.
        above = 5 if values.max() == top else -13
        label = name or ("sum" if result.wigner is not None else None)
        axes.plot(t, k, "o-", color=colour, ms=5, lw=1.6, label=label, clip_on=False)
        if len(t) <= 4:
            for x, y in zip(t, k, strict=True):
                axes.annotate(
                    f"{y:.4g}",
                    (x, y),
                    xytext=(7, above),
                    textcoords="offset points",
                    color=colour,
                    fontsize=9,
                )
    _parts(axes, result, warm, order)
    if len(_curves(result)) > 1 or result.wigner is not None:
        axes.legend()
    axes.set_xlabel("Temperature (K)")
    axes.set_ylabel(r"Thermal conductivity $\kappa$ (W m$^{-1}$ K$^{-1}$)")
    axes.grid(color="#e8ecf1", lw=0.8, which="both")
    if len(t) > 1 and result.kappa[warm, :3].min() > 0:
        _logarithmic(axes)
    else:
        axes.set_ylim(bottom=0)
        axes.margins(x=0.15)


def _parts(
    axes: "Axes",
    result: KappaResult,
    warm: NDArray[np.bool_],
    order: NDArray[np.int64],
) -> None:
    """Populations and coherences, a third of their traces."""
    if result.wigner is None:
        return
    coherences = result.wigner.coherences
    parts = {"populations": result.kappa - coherences, "coherences": coherences}
    for style, (name, part) in zip(("s--", "D:"), parts.items(), strict=True):
        t, k = result.temperatures[warm][order], part[warm][order, :3].mean(axis=1)
        # Below the sum, from which populations often cannot be told.
        axes.plot(t, k, style, color=MUTED, ms=4, lw=1.2, label=name, zorder=1)


def _logarithmic(axes: "Axes") -> None:
    """Both axes: κ falls roughly as 1/T. Numbers are written out, not as powers."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    axes.set(xscale="log", yscale="log")
    axes.margins(x=0.12, y=0.12)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axis.set_minor_formatter(NullFormatter())
