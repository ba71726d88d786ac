"""Pictures of conductivities against temperature."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError, ensure_type

from phonokit._documented import documented
from phonokit.plot.figure import COLOURS, COLUMN, LINES, PICTURE, colours_of, drawn
from phonokit.plot.names import choices_in_words, legend_names
from phonokit.results.kappa import KappaResult
from phonokit.results.kappa_curve import KappaCurve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]
MARKERS = "osD^v<>"
FEW = 12
"""Temperatures; as few have a marker each."""


@documented(PICTURE)
def plot_kappa(
    result: KappaResult | KappaCurve | Sequence[KappaResult | KappaCurve],
    path: str | Path | None = None,
    *,
    ax: Axes | Sequence[Axes] | None = None,
    component: str | None = None,
) -> list[Axes]:
    """Draw κ against temperature, of one result or of several in one frame.

    An isotropic crystal has one curve, others a curve for each component that differs.
    Where there are coherences a panel below has their share of κ. At one temperature there
    is no curve: a result alone is accumulated, as `plot_accumulate` draws it, several are
    bars beside each other.

    Parameters
    ----------
    result : KappaResult or KappaCurve, or a sequence of them
        `read_kappa_curve` makes curves of phono3py's files.
    ax : Axes, or two of them with coherences, optional
        What is drawn on; new ones if not given.
    component : str, optional
        ``"xx"`` to ``"xy"``, or ``"mean"`` of xx, yy, zz.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.kappa(silicon, (3, 3, 3), [100, 200, 300])
    >>> (axes,) = phonokit.plot_kappa(result, "kappa.png")
    """
    curves = _curves(result)
    if ax is None and component is None and _is_of_one_temperature(result):
        return _plot_accumulated(result, path)
    if len({t for curve in curves for t in curve.temperatures.tolist()}) == 1:
        bars = sum(len(curve.component(component)) for curve in curves)
        with drawn(path, ax, (COLUMN, 1.0 + 0.32 * bars)) as (panel,):
            _bars(panel, curves, component)
        return [panel]
    rows = 2 if any(curve.coherences is not None for curve in curves) else 1
    layout: dict[str, Any] = {}
    if rows == 2 and ax is None:
        layout = {"sharex": True, "gridspec_kw": {"height_ratios": [3, 1.2]}}
    size = (COLUMN, 2.6 if rows == 1 else 3.6)
    with drawn(path, ax, size, rows=rows, **layout) as panels:
        _against_temperature(panels[0], curves, component)
        if rows == 2:
            _shares(panels[1], curves, component)
        panels[-1].set_xlabel("Temperature (K)")
    return list(panels)


def _curves(result: Any) -> list[KappaCurve]:
    """The curves to be drawn, in a sequence."""
    given = [result] if isinstance(result, KappaResult | KappaCurve) else result
    ensure_type("result", given, list, tuple)
    for one in given:
        ensure_type("result", one, KappaResult, KappaCurve)
    if not given:
        raise DomainError("result: has no conductivity to draw")
    return [KappaCurve.of(one) if isinstance(one, KappaResult) else one for one in given]


def _against_temperature(
    axes: Axes, curves: Sequence[KappaCurve], component: str | None
) -> None:
    """κ(T): a colour for each result, a style for each component; of few both differ."""
    parts = [(curve, curve.component(component)) for curve in curves]
    names = dict.fromkeys(name for _, part in parts for name in part)
    titles, number = _titles(curves), 0
    for colour, title, (curve, part) in zip(
        colours_of(len(curves)), titles, parts, strict=True
    ):
        for i, (name, values) in enumerate(part.items()):
            shade = COLOURS[i] if len(curves) == 1 else colour
            t, k = _sorted(curve.temperatures, values)
            words = [title] * (len(curves) > 1) + [_symbol(name)] * (len(names) > 1)
            marker = MARKERS[number % len(MARKERS)] if len(t) <= FEW else ""
            line, number = LINES[i if len(curves) > 1 else 0], number + 1
            label = ", ".join(words)
            # Larger and hollow: a curve on top of another lets it be seen.
            place = number - 1 if len(curves) > 1 else 0
            style: dict[str, Any] = {
                "color": shade,
                "ms": 3.5 + 1.2 * min(place, 3),
                "mfc": "none" if place else shade,
                "lw": 1.3,
                "label": label or None,
            }
            axes.plot(t, k, marker + line, **style)
    only = next(iter(names)) if len(names) == 1 else ""
    axes.set_ylabel(rf"{_symbol(only)} (W m$^{{-1}}$ K$^{{-1}}$)")
    if len(curves) > 1 or len(names) > 1:
        axes.legend(fontsize="small", handlelength=1.8)
    _scales(axes)


def _titles(curves: Sequence[KappaCurve]) -> list[str]:
    """A name for each, that tells it from the others."""
    about = [
        choices_in_words(c.provenance.settings, [f.path for f in c.provenance.inputs])
        if c.provenance is not None
        else {}
        for c in curves
    ]
    return legend_names([c.formula for c in curves], [c.name for c in curves], about)


def _is_of_one_temperature(result: object) -> TypeGuard[KappaResult]:
    """Whether this is one conductivity, at one temperature, that is not 0."""
    return (
        isinstance(result, KappaResult)
        and len(result.temperatures) == 1
        and bool(result.kappa.any())
    )


def _plot_accumulated(result: KappaResult, path: str | Path | None) -> list[Axes]:
    """Draw which phonons carry heat at the only temperature."""
    from phonokit.plot.accumulate import plot_accumulate
    from phonokit.results.accumulate import AccumulateResult
    from phonokit.results.kappa_modes import KappaModes  # few runs draw

    return plot_accumulate(AccumulateResult.of(KappaModes.of(result), 0), path)


def _bars(axes: Axes, curves: Sequence[KappaCurve], component: str | None) -> None:
    """κ at the only temperature: a bar for each result and each component that differs."""
    names, values, colours = [], [], []
    for colour, title, curve in zip(
        colours_of(len(curves)), _titles(curves), curves, strict=True
    ):
        part = curve.component(component)
        for name, kappa in part.items():
            words = [title] * (len(curves) > 1) + [_symbol(name)] * (len(part) > 1)
            names.append(", ".join(words))
            values.append(float(kappa[0]))
            colours.append(colour)
    places = np.arange(len(names))
    bars = axes.barh(places, values, color=colours, height=0.7)
    axes.bar_label(bars, fmt="{:.4g}", padding=3, fontsize="small")
    axes.set_yticks(places, names, fontsize="small")
    axes.invert_yaxis()
    axes.margins(x=0.18)
    symbol = _symbol(component or "")
    at = f"at {curves[0].temperatures[0]:g} K"
    axes.set_xlabel(rf"{symbol} {at} (W m$^{{-1}}$ K$^{{-1}}$)")
    axes.spines[["top", "right"]].set_visible(False)


def _symbol(component: str) -> str:
    """κ, with its components."""
    if component == "mean":
        return r"Mean of $\kappa_{xx}, \kappa_{yy}, \kappa_{zz}$"
    if not component:
        return r"$\kappa$"
    return " = ".join(rf"$\kappa_{{{name}}}$" for name in component.split(" = "))


def _sorted(temperatures: Array, values: Array) -> tuple[Array, Array]:
    """Both by temperature, without 0 K, which has no place on a logarithmic axis."""
    order = np.argsort(temperatures)
    order = order[temperatures[order] > 0]
    return temperatures[order], values[order]


def _shares(axes: Axes, curves: Sequence[KappaCurve], component: str | None) -> None:
    """Per cent of κ that coherences carry, of the mean or of one component."""
    for colour, curve in zip(colours_of(len(curves)), curves, strict=True):
        if curve.coherences is None:
            continue
        part = KappaCurve(
            name=curve.name, temperatures=curve.temperatures, kappa=curve.coherences
        )
        name = component or "mean"
        whole, between = curve.component(name)[name], part.component(name)[name]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = 100 * between / whole
        t, y = _sorted(curve.temperatures, share)
        axes.plot(t, y, "o-" if len(t) <= FEW else "-", color=colour, ms=3.5, lw=1.3)
    axes.set_ylabel("Coherences (%)")
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.spines[["top", "right"]].set_visible(False)


def _scales(axes: Axes) -> None:
    """Both logarithmic where κ is known over a range: it falls roughly as 1/T."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    axes.spines[["top", "right"]].set_visible(False)
    points = [np.asarray(line.get_xydata(), dtype=float) for line in axes.lines]
    xy = np.concatenate(points)
    xy = xy[np.isfinite(xy).all(axis=1)]
    if not len(xy) or np.ptp(xy[:, 0]) == 0 or xy[:, 1].min() <= 0:
        axes.margins(x=0.15, y=0.1)
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
        return
    axes.set(xscale="log", yscale="log")
    axes.margins(x=0.06, y=0.08)
    for axis, values in ((axes.xaxis, xy[:, 0]), (axes.yaxis, xy[:, 1])):
        wide = values.max() > 50 * values.min()
        axis.set_major_locator(LogLocator(subs=(1,) if wide else (1, 2, 5)))
        axis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axis.set_minor_formatter(NullFormatter())
