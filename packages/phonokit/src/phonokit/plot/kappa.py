"""Pictures of a conductivity, and of which phonons carry it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import ensure_type

from phonokit._documented import documented
from phonokit.plot.figure import BLUE, GREY, MUTED, PICTURE, drawn, note
from phonokit.plot.four_phonon import draw_widths
from phonokit.results.accumulate import AccumulateResult
from phonokit.results.kappa import KappaResult
from phonokit.results.kappa_modes import ROOM, KappaModes
from phonokit.settings.mesh import mesh_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COMPONENTS = ("xx", "yy", "zz", "yz", "xz", "xy")
ISOTROPIC = 1e-3
"""Diagonal components closer than this, relatively, are drawn as one."""
NANOMETRE = 10.0
"""Å"""


@documented(PICTURE)
def plot_kappa(
    result: KappaResult,
    path: str | Path | None = None,
    *,
    ax: "Sequence[Axes] | None" = None,
) -> "list[Axes]":
    """Draw κ against temperature, and accumulated over frequency and mean free path.

    Where there are coherences, populations and coherences are drawn beside their sum. A new
    picture of four-phonon scattering has a fourth panel, see `plot_four_phonon`.

    Parameters
    ----------
    ax : three Axes, optional
        What is drawn on; new ones if not given.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.kappa(silicon, (3, 3, 3), [300])
    >>> left, middle, right = phonokit.plot_kappa(result, "kappa.png")
    """
    ensure_type("result", result, KappaResult)
    has_four = result.rates.four_phonon is not None and ax is None
    columns = 3 + has_four
    with drawn(path, ax, (4.47 * columns, 3.9), columns=columns) as panels:
        left, middle, right = panels[:3]
        left.spines[["top", "right"]].set_visible(False)
        _against_temperature(left, result)
        modes = KappaModes.of(result)
        carried = AccumulateResult.of(modes, modes.nearest(ROOM))
        draw_by_frequency(middle, carried)
        draw_by_path(right, carried)
        if has_four:
            draw_widths(panels[3], result)
        if ax is None:
            left.figure.suptitle(_title(result), fontsize=11)
    return list(panels)


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
                note(axes, f"{y:.4g}", (x, y), offset=(7, above), color=colour)
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
    with drawn(path, ax, (9.2, 3.9), columns=2) as (left, right):
        draw_by_frequency(left, result)
        draw_by_path(right, result)
    return [left, right]


def draw_by_frequency(axes: "Axes", result: AccumulateResult) -> None:
    """Plot the part of κ that phonons below a frequency carry, and dκ/df behind it."""
    f, density = result.frequency_point, _mean(result.kappa_spectrum)
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
    axes.set_ylabel(rf"$\kappa$ accumulated at {temperature:g} K (W m$^{{-1}}$ K$^{{-1}}$)")
    axes.spines[["top", "right"]].set_visible(False)


def _mean(tensors: NDArray[np.float64]) -> NDArray[np.float64]:
    """A third of the trace."""
    return np.asarray(tensors[:, :3].mean(axis=-1))
