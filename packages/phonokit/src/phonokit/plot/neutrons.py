"""Pictures of neutron scattering."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from phono_grid.errors import ensure_type

from phonokit._documented import documented
from phonokit.plot.figure import PICTURE, colours_of, drawn
from phonokit.plot.wave_vectors import Array, draw_labels, finish, unit_of
from phonokit.results.neutrons import NeutronsResult, PowderResult
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.wave_vectors import wave_vector_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WORDS = "Neutron energy loss"
HEADROOM = 1.1
"""Where maps end, in units of the highest frequency."""
BRIGHT, DARK = 0.995, 1e-3
"""The share of the map that is not saturated, and the lowest level, of the highest."""


@documented(PICTURE)
def plot_neutrons(
    result: NeutronsResult,
    path: str | Path | None = None,
    *,
    ax: "Sequence[Axes] | None" = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "list[Axes]":
    """Draw S(Q, f): a map for each temperature along a path, else curves of each Q.

    Parameters
    ----------
    ax : one Axes for each temperature or, without a path, for each Q, optional
        What is drawn on; new ones if not given.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> b = {"Si": 4.1491}
    >>> result = phonokit.neutrons(
    ...     silicon, [3, 0.2, 0], (4, 4, 4), scattering_lengths=b, resolution=0.3
    ... )
    >>> len(phonokit.plot_neutrons(result, "neutrons.png", unit="meV"))  # panels
    1
    """
    ensure_type("result", result, NeutronsResult)
    unit = unit_of(unit)
    if result.labels is None or result.distances is None:
        return _curves(result, path, ax, unit)
    n_s = len(result.labels)
    x = list(result.distances.reshape(n_s, -1))
    pieces = np.split(result.spectra, n_s)
    with _maps(result, path, ax) as panels:
        for i, panel in enumerate(panels):
            for along, piece in zip(x, pieces, strict=True):
                _draw_map(panel, along, piece[:, i], result, unit)
            draw_labels(panel, result.labels.tolist(), x)
            _finish_map(panel, result, i, unit)
    return panels


@documented(PICTURE)
def plot_powder(
    result: PowderResult,
    path: str | Path | None = None,
    *,
    ax: "Sequence[Axes] | None" = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "list[Axes]":
    """Draw coherent and incoherent scattering of a powder, a map for each temperature.

    Parameters
    ----------
    ax : one Axes for each temperature, optional
        What is drawn on; new ones if not given.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> b = {"Si": 4.1491}
    >>> result = phonokit.powder(silicon, [2, 4], (4, 4, 4), scattering_lengths=b)
    >>> len(phonokit.plot_powder(result, "powder.png", unit="meV"))  # panels
    1
    """
    ensure_type("result", result, PowderResult)
    unit = unit_of(unit)
    with _maps(result, path, ax) as panels:
        for i, panel in enumerate(panels):
            _draw_map(panel, result.momenta, result.total[:, i], result, unit)
            panel.set_xlabel("|Q| (1/Å)")
            _finish_map(panel, result, i, unit)
    return panels


def _curves(
    result: NeutronsResult, path: str | Path | None, ax: Any, unit: FrequencyUnit
) -> "list[Axes]":
    """Draw a panel for each momentum transfer."""
    f = result.frequency_points * unit.per_thz
    n = len(result.momenta)
    with drawn(path, ax, (5.0, 0.8 + 2.4 * n), rows=n) as panels:
        colours = colours_of(len(result.temperatures))
        for q, lines, panel in zip(result.momenta, result.spectra, panels, strict=True):
            for i, (t, line) in enumerate(zip(result.temperatures, lines, strict=True)):
                panel.plot(
                    f, line / unit.per_thz, color=colours[i], lw=1.2, label=f"{t:g} K"
                )
            panel.set_title(f"Q = {wave_vector_name(q)}", fontsize="medium")
            panel.set_ylabel(f"S (mbarn/sr/{unit.symbol})")
            panel.set_xlim(f[0], f[-1])
            finish(panel, legend=panel is panels[0])
        panels[-1].set_xlabel(f"{WORDS} ({unit.symbol})")
    return panels


def _maps(
    result: Any, path: str | Path | None, ax: Any
) -> "AbstractContextManager[list[Axes]]":
    """A panel for each temperature."""
    n = len(result.temperatures)
    sharing = {"sharey": True} if ax is None else {}
    return drawn(path, ax, (1.0 + 4.4 * n, 3.8), columns=n, **sharing)


def _draw_map(
    panel: "Axes", x: Array, values: Array, result: Any, unit: FrequencyUnit
) -> None:
    """Draw a map over momentum and energy, on a logarithmic scale."""
    from matplotlib.colors import LogNorm

    spectra = result.spectra if isinstance(result, NeutronsResult) else result.total
    level = spectra[spectra > 0] / unit.per_thz
    # What is nearest to a Bragg peak outshines everything.
    top = float(np.quantile(level, BRIGHT)) if level.size else 1.0
    norm = LogNorm(top * DARK, top)
    f = result.frequency_points * unit.per_thz
    drawn_values = np.maximum(values.T / unit.per_thz, top * DARK)
    if len(x) == 1:
        x, drawn_values = np.array([x[0] - 0.05, x[0] + 0.05]), drawn_values.repeat(2, 1)
    panel.pcolormesh(x, f, drawn_values, norm=norm, cmap="magma_r", rasterized=True)


def _finish_map(panel: "Axes", result: Any, i: int, unit: FrequencyUnit) -> None:
    """Titles and limits; energy gain only where there is some."""
    f = result.frequency_points * unit.per_thz
    low, high = f[0], f[-1]
    if isinstance(result, NeutronsResult):
        end = HEADROOM * float(np.abs(result.frequencies).max()) * unit.per_thz
        low, high = max(low, -end), min(high, end)
    if not np.any(result.temperatures > 0):
        low = max(0.0, low)
    panel.set_ylim(low, high)
    panel.set_title(f"{result.temperatures[i]:g} K", fontsize="medium")
    if i == 0:
        panel.set_ylabel(f"{WORDS} ({unit.symbol})")
    if i == len(result.temperatures) - 1:
        bar = panel.figure.colorbar(panel.collections[0], ax=panel)
        bar.set_label(f"S (mbarn/sr/{unit.symbol})")
