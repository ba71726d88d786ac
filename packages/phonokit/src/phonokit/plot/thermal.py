"""Pictures of thermal properties and of displacements."""

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from phono_grid import units
from phono_grid.errors import ensure_type

from phonokit.plot.figure import BLUE, LINES, MUTED, SHADES, drawn
from phonokit.results.harmonic import DisplacementsResult, ThermalResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEW = 8
"""Temperatures; as few have a dot each."""


def plot_thermal(
    result: ThermalResult,
    path: str | Path | None = None,
    *,
    ax: "Sequence[Axes] | None" = None,
) -> "list[Axes]":
    """Draw heat capacity and entropy, and free energy beside them, per mole of cells.

    Parameters
    ----------
    result : ThermalResult
    path : str or Path, optional
        Where the picture is saved: PNG, PDF or SVG by suffix.
    ax : two Axes, optional
        What is drawn on; new ones if not given.

    Returns
    -------
    list of Axes

    Raises
    ------
    DomainError
        If the suffix is another one, or there are not two axes.
    FileError
        If matplotlib is missing, or the file cannot be written.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> thermal = phonokit.thermal(silicon, (6, 6, 6), range(0, 1001, 20))
    >>> left, right = phonokit.plot_thermal(thermal, "thermal.png")
    """
    ensure_type("result", result, ThermalResult)
    order = np.argsort(result.temperatures)
    t = result.temperatures[order]
    dot = "o" if len(t) < FEW else ""
    with drawn(path, ax, (7.6, 3.4), columns=2) as (left, right):
        curves = (
            ("$C_V$", BLUE, result.heat_capacity),
            ("$S$", SHADES[0], result.entropy),
        )
        for label, colour, values in curves:
            left.plot(t, values[order] * units.MOLE, dot + "-", color=colour, label=label)
        _limit(left, result.limit * units.MOLE, float(t.max()))
        left.set_ylabel(r"$C_V$, $S$ (J K$^{-1}$ mol$^{-1}$)")
        left.legend()
        free_energy = result.free_energy[order] * units.MOLE / 1e3
        right.plot(t, free_energy, dot + "-", color=BLUE)
        right.axhline(0, color=MUTED, lw=0.8)
        right.set_ylabel(r"Free energy $F$ (kJ mol$^{-1}$)")
        for axes in (left, right):
            _temperature_axis(axes, float(t.min()), float(t.max()))
        left.set_ylim(bottom=min(0.0, float(result.entropy.min()) * units.MOLE))
    return [left, right]


def plot_displacements(
    result: DisplacementsResult,
    path: str | Path | None = None,
    *,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw mean-square displacements along an axis against temperature, for each atom.

    Parameters
    ----------
    result : DisplacementsResult
    path : str or Path, optional
        Where the picture is saved: PNG, PDF or SVG by suffix.
    ax : Axes, optional
        What is drawn on; new ones if not given.

    Returns
    -------
    Axes

    Raises
    ------
    DomainError
        If the suffix is another one.
    FileError
        If matplotlib is missing, or the file cannot be written.

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
        before: list[np.ndarray] = []
        for colour, name, u in zip(cycle((BLUE, *SHADES)), result.atom_names, mean.T):
            # Equivalent atoms lie on each other and must all be seen.
            hidden = sum(np.allclose(u, other, rtol=1e-3) for other in before)
            before.append(u)
            line = dot + LINES[hidden % len(LINES)]
            panel.plot(t, u, line, color=colour, label=name)
        panel.set_ylabel(r"$\langle u^2 \rangle$ along an axis (Å$^2$)")
        panel.legend(fontsize=9, ncols=1 + len(result.atom_names) // 8)
        _temperature_axis(panel, float(t.min()), float(t.max()))
        panel.set_ylim(bottom=0)
    return panel


def _limit(axes: "Axes", limit: float, end: float) -> None:
    """The heat capacity of Dulong and Petit."""
    axes.axhline(limit, color=MUTED, lw=0.8, ls=(0, (4, 3)))
    axes.annotate(
        "$3Nk_B$",
        (end, limit),
        xytext=(0, 3),
        textcoords="offset points",
        ha="right",
        color=MUTED,
        fontsize=9,
    )


def _temperature_axis(axes: "Axes", low: float, high: float) -> None:
    """The axis that all of them have."""
    axes.set_xlabel("Temperature (K)")
    axes.set_xlim(low, high if high > low else low + 1)
    axes.spines[["top", "right"]].set_visible(False)
