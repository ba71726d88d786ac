"""Pictures of harmonic phonons."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import units
from phono_grid.errors import DomainError, ensure_type

from phonokit._documented import documented
from phonokit.plot.figure import (
    BLUE,
    COLOURS,
    GREY,
    LINES,
    MUTED,
    NARROW,
    PICTURE,
    SHADES,
    drawn,
    note,
)
from phonokit.plot.wave_vectors import draw_labels, unit_of
from phonokit.results.harmonic import (
    AXES,
    BandsResult,
    DisplacementsResult,
    DosResult,
    ModesResult,
    ThermalResult,
)
from phonokit.results.result import Parts
from phonokit.settings.frequency_unit import FrequencyUnit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]
UNSTABLE = -0.01
"""THz; lower frequencies are imaginary modes, not noise."""
FAINT = 1e-6
"""Fraction of the highest density; less is a tail of Gaussians."""
MANY = 100
"""Modes; dots of as many are small."""
KM_PER_S = 0.1
"""One Å THz."""
FEW = 8
"""Temperatures; as few have a dot each."""
ALIKE = 1e-2
"""Part of the largest density; curves nearer than this look alike. Tetrahedra, less
symmetric than the crystal, leave 4e-3 between axes that are equal."""


@documented(PICTURE)
def plot_bands(
    result: BandsResult,
    path: str | Path | None = None,
    *,
    ax: "Axes | Sequence[Axes] | None" = None,
    dos: DosResult | None = None,
    character: str | None = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "list[Axes]":
    """Draw bands along their path, and a density of states beside them if it is given.

    Parameters
    ----------
    character : str, optional
        Colour bands by the share of an element, ``"Na"``, or of a Cartesian axis, ``"x"``;
        the result needs eigenvectors.
    ax : Axes, or two of them with a density, optional
        What is drawn on; new ones if not given.
    dos : DosResult, optional
        Drawn upright in a second panel.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> bands = phonokit.bands(silicon, path="G X", points={"X": (0.5, 0, 0.5)})
    >>> (axes,) = phonokit.plot_bands(bands, "bands.png", unit="meV")
    """
    ensure_type("result", result, BandsResult)
    unit = unit_of(unit)
    if dos is None:
        with drawn(path, ax, (7.0, 4.2)) as (panel,):
            _draw_bands(panel, result, unit, character)
        return [panel]
    ensure_type("dos", dos, DosResult)
    widths = {"width_ratios": [3.2, 1], "wspace": 0.03}
    layout: dict[str, Any] = {"sharey": True, "gridspec_kw": widths} if ax is None else {}
    with drawn(path, ax, (7.0, 4.2), columns=2, **layout) as (left, right):
        _draw_bands(left, result, unit, character)
        draw_densities(right, dos, unit, upright=True)
        right.set_ylim(left.get_ylim())
        figure: Any = right.figure
        between = "\n" if figure.get_figwidth() < NARROW else " "
        right.set_xlabel(f"States{between}per {unit.symbol}\nand cell")
        right.tick_params(axis="y", left=False)
    return [left, right]


def _draw_bands(
    axes: "Axes", result: BandsResult, unit: FrequencyUnit, character: str | None = None
) -> None:
    """Frequencies along the path, with a line at each label."""
    frequencies = result.frequencies * unit.per_thz
    if not frequencies.size:
        raise DomainError("result: has no bands to draw")
    if character is not None:
        _draw_character(axes, result, frequencies, character)
    else:
        for d, f in zip(result.distances, frequencies, strict=True):
            axes.plot(d, f, color=BLUE, lw=1.1, solid_capstyle="round")
    draw_labels(axes, result.labels.tolist(), list(result.distances))
    axes.axhline(0, color=MUTED, lw=0.6)
    low, high = float(frequencies.min()), float(frequencies.max())
    axes.set_ylim(low * 1.05 if low < -0.05 * unit.per_thz else 0, high * 1.05)
    axes.set_ylabel(f"Frequency ({unit.symbol})")


def _draw_character(
    axes: "Axes", result: BandsResult, frequencies: Array, character: str
) -> None:
    """Bands in the colours of a share, whose scale stands above them."""
    from matplotlib.collections import LineCollection

    shares = result.character(character)
    pieces, values = [], []
    for d, f, w in zip(result.distances, frequencies, shares, strict=True):
        points = np.stack([np.broadcast_to(d[:, None], f.shape), f], axis=-1)
        pieces.append(np.stack([points[:-1], points[1:]], axis=2).reshape(-1, 2, 2))
        values.append((0.5 * (w[:-1] + w[1:])).ravel())
    lines = LineCollection(
        list(np.concatenate(pieces)), cmap="cividis", lw=1.8, capstyle="round"
    )
    lines.set_array(np.concatenate(values))
    lines.set_clim(0, 1)
    axes.add_collection(lines)
    scale = axes.figure.colorbar(lines, ax=axes, location="top", shrink=0.4, aspect=30)
    what = f"along {character}" if character in AXES else f"of {character}"
    scale.set_label(f"Share {what}", fontsize="small")
    scale.ax.tick_params(labelsize="small")


@documented(PICTURE)
def plot_dos(
    result: DosResult,
    path: str | Path | None = None,
    *,
    ax: "Axes | None" = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "Axes":
    """Draw a density of states, and the share of each part.

    The axis begins at zero, or at the lowest frequency if there are imaginary modes.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> axes = phonokit.plot_dos(phonokit.dos(silicon, (6, 6, 6)), "dos.png")
    """
    ensure_type("result", result, DosResult)
    unit = unit_of(unit)
    with drawn(path, ax, (5.2, 3.6)) as (panel,):
        draw_densities(panel, result, unit)
        panel.set_xlabel(f"Frequency ({unit.symbol})")
        panel.set_ylabel(f"States per {unit.symbol} and cell")
        panel.spines[["top", "right"]].set_visible(False)
    return panel


def draw_densities(
    axes: "Axes", result: DosResult, unit: FrequencyUnit, *, upright: bool = False
) -> None:
    """The total as an area, parts as lines; upright has frequencies along y."""
    f, total = result.frequency_points * unit.per_thz, result.total / unit.per_thz
    fill = axes.fill_betweenx if upright else axes.fill_between
    fill(f, 0, total, color=GREY, lw=0, label="total")
    axes.plot(*((total, f) if upright else (f, total)), color=MUTED, lw=0.8)
    if len(result.parts) > 1:
        parts = _merged(result.parts)
        curves = [density / unit.per_thz for density in parts.values()]
        styles = zip(cycle(COLOURS), _lines(curves), parts, curves)
        for colour, line, name, g in styles:
            pair = (g, f) if upright else (f, g)
            axes.plot(*pair, line, color=colour, lw=1.2, label=name)
        axes.legend(fontsize="small", handlelength=1.4, ncols=1 + len(parts) // 6)
    top = float(total.max()) * 1.08 or 1.0
    if upright:
        axes.set_xlim(0, top)
    else:
        axes.set_ylim(0, top)
        low = lowest_drawn(result) * unit.per_thz
        axes.set_xlim(low, f[-1])
        if low < 0:
            axes.axvline(0, color=MUTED, lw=0.6)


def _merged(parts: Parts) -> dict[str, Array]:
    """Parts of which equal axes of an atom are one: ``Si1`` of ``Si1 x, y, z``."""
    merged: list[tuple[str, list[str], Array]] = []
    for name, density in parts.items():
        atom, _, axis = name.partition(" ")
        for other, axes, first in merged:
            close = ALIKE * float(first.max())
            if axis and axes and other == atom and np.allclose(density, first, atol=close):
                axes.append(axis)
                break
        else:
            merged.append((atom, [axis] if axis else [], density))
    return {
        atom if len(axes) == 3 or not axes else f"{atom} {', '.join(axes)}": density
        for atom, axes, density in merged
    }


def _lines(curves: Iterable[Array]) -> Iterator[str]:
    """A style for each curve: those that lie on each other must all be seen."""
    before: list[Array] = []
    for curve in curves:
        close = ALIKE * curve.max()
        hidden = sum(np.allclose(curve, other, atol=close) for other in before)
        before.append(curve)
        yield LINES[hidden % len(LINES)]


def lowest_drawn(result: DosResult) -> float:
    """Where an axis begins, THz: at the imaginary modes if there are any, else at zero."""
    f, density = result.frequency_points, result.total
    if result.lowest_frequency > UNSTABLE:
        return max(0.0, float(f[0]))
    return float(f[max(int(np.argmax(density > FAINT * density.max())) - 1, 0)])


@documented(PICTURE)
def plot_modes(
    result: ModesResult,
    path: str | Path | None = None,
    *,
    ax: "Axes | None" = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "Axes":
    """Draw the group velocity of every mode against its frequency.

    Parameters
    ----------
    result : ModesResult
        With velocities.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.modes(silicon, mesh=(8, 8, 8))
    >>> axes = phonokit.plot_modes(result, "velocities.png")
    """
    ensure_type("result", result, ModesResult)
    unit = unit_of(unit)
    if result.velocities is None:
        raise DomainError("result: has no velocities to draw; compute it with them")
    speeds = np.linalg.norm(result.velocities, axis=2) * KM_PER_S
    frequencies = result.frequencies * unit.per_thz
    with drawn(path, ax, (5.2, 3.6)) as (panel,):
        # Of a few modes each must be seen, those that do not move too.
        size, top = (2.5, None) if frequencies.size > MANY else (6, speeds.max() * 1.1 or 1)
        dots = frequencies.ravel(), speeds.ravel()
        panel.plot(*dots, "o", ms=size, color=BLUE, alpha=0.6, clip_on=top is None)
        high = frequencies.max() * 1.05
        panel.set_xlim(min(0.0, frequencies.min() * 1.05), high if high > 0 else 1)
        panel.set_ylim(0, top)
        panel.set_xlabel(f"Frequency ({unit.symbol})")
        panel.set_ylabel("Group velocity (km/s)")
        panel.spines[["top", "right"]].set_visible(False)
    return panel


@documented(PICTURE)
def plot_thermal(
    result: ThermalResult,
    path: str | Path | None = None,
    *,
    ax: "Sequence[Axes] | None" = None,
) -> "list[Axes]":
    """Draw heat capacity and entropy, and free energy beside them, per mole of cells.

    Parameters
    ----------
    ax : two Axes, optional
        What is drawn on; new ones if not given.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> thermal = phonokit.thermal(silicon, (6, 6, 6), range(0, 1001, 20))
    >>> left, right = phonokit.plot_thermal(thermal, "thermal.png")
    """
    ensure_type("result", result, ThermalResult)
    t, free_energy, entropy, heat_capacity = _thermal_curve(result)
    with drawn(path, ax, (7.6, 3.4), columns=2) as (left, right):
        curves = ("$C_V$", BLUE, heat_capacity), ("$S$", SHADES[0], entropy)
        for label, colour, values in curves:
            left.plot(t, values * units.MOLE, color=colour, label=label)
        limit = result.limit * units.MOLE
        left.axhline(limit, color=MUTED, lw=0.8, ls=(0, (4, 3)))
        note(left, "$3NR$", (float(t.max()), limit), offset=(0, 3), ha="right")
        left.set_ylabel(r"$C_V$, $S$ (J K$^{-1}$ mol$^{-1}$)")
        left.legend()
        right.plot(t, free_energy * units.MOLE / 1e3, color=BLUE)
        right.axhline(0, color=MUTED, lw=0.8)
        right.set_ylabel(r"Free energy $F$ (kJ mol$^{-1}$)")
        for axes in (left, right):
            _temperature_axis(axes, float(t.min()), float(t.max()))
        left.set_ylim(bottom=min(0.0, float(entropy.min()) * units.MOLE))
    return [left, right]


def _thermal_curve(result: ThermalResult) -> NDArray[np.float64]:
    """Temperatures, free energy, entropy and heat capacity, however few were asked for."""
    names = ("free_energy", "entropy", "heat_capacity")
    if result.curve is not None:
        return np.array([result.curve[name] for name in ("temperature", *names)])
    order = np.argsort(result.temperatures)
    parts = [getattr(result, name)[order] for name in names]
    return np.array([result.temperatures[order], *parts])


@documented(PICTURE)
def plot_displacements(
    result: DisplacementsResult,
    path: str | Path | None = None,
    *,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw mean-square displacements along an axis against temperature, for each atom.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.displacements(silicon, (6, 6, 6), range(0, 1001, 50))
    >>> axes = phonokit.plot_displacements(result, "displacements.png")
    """
    ensure_type("result", result, DisplacementsResult)
    order = np.argsort(result.temperatures)
    t, mean = result.temperatures[order], result.mean[order]
    dot = "o" if len(t) < FEW else ""
    with drawn(path, ax, (5.2, 3.6)) as (panel,):
        styles = zip(cycle(COLOURS), _lines(mean.T), result.atom_names, mean.T)
        for colour, line, name, u in styles:
            panel.plot(t, u, dot + line, color=colour, label=name)
        panel.set_ylabel(r"$\langle u^2 \rangle$ along an axis (Å$^2$)")
        panel.legend(fontsize="small", ncols=1 + len(result.atom_names) // 8)
        _temperature_axis(panel, float(t.min()), float(t.max()))
        panel.set_ylim(bottom=0)
    return panel


def _temperature_axis(axes: "Axes", low: float, high: float) -> None:
    """The axis that all of them have."""
    axes.set_xlabel("Temperature (K)")
    axes.set_xlim(low, high if high > low else low + 1)
    axes.spines[["top", "right"]].set_visible(False)
