"""The picture of phonon bands."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phono_grid.errors import DomainError, ensure_type

from phonokit.plot.dos import draw_densities
from phonokit.plot.figure import BLUE, MUTED, drawn
from phonokit.plot.wave_vectors import draw_labels, unit_of
from phonokit.results.harmonic import BandsResult, DosResult
from phonokit.settings.frequency_unit import FrequencyUnit

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_bands(
    result: BandsResult,
    path: str | Path | None = None,
    *,
    ax: "Axes | Sequence[Axes] | None" = None,
    dos: DosResult | None = None,
    unit: FrequencyUnit | str = FrequencyUnit.THZ,
) -> "list[Axes]":
    """Draw bands along their path, and a density of states beside them if it is given.

    Parameters
    ----------
    result : BandsResult
    path : str or Path, optional
        Where the picture is saved: PNG, PDF or SVG by suffix.
    ax : Axes, or two of them with a density, optional
        What is drawn on; new ones if not given.
    dos : DosResult, optional
        Drawn upright in a second panel.
    unit : FrequencyUnit or "THz" or "cm-1" or "meV"
        Of frequencies.

    Returns
    -------
    list of Axes

    Raises
    ------
    DomainError
        If the suffix is another one, or there are too few axes.
    FileError
        If matplotlib is missing, or the file cannot be written.

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
            _draw_bands(panel, result, unit)
        return [panel]
    ensure_type("dos", dos, DosResult)
    widths = {"width_ratios": [3.2, 1], "wspace": 0.03}
    layout: dict[str, Any] = {"sharey": True, "gridspec_kw": widths} if ax is None else {}
    with drawn(path, ax, (7.0, 4.2), columns=2, **layout) as (left, right):
        _draw_bands(left, result, unit)
        draw_densities(right, dos, unit, upright=True)
        right.set_ylim(left.get_ylim())
        right.set_xlabel(f"DOS ({unit.inverse})")
        right.tick_params(axis="y", left=False)
    return [left, right]


def _draw_bands(axes: "Axes", result: BandsResult, unit: FrequencyUnit) -> None:
    """Frequencies along the path, with a line at each label."""
    frequencies = result.frequencies * unit.per_thz
    if not frequencies.size:
        raise DomainError("result: has no bands to draw")
    for d, f in zip(result.distances, frequencies, strict=True):
        axes.plot(d, f, color=BLUE, lw=1.1, solid_capstyle="round")
    draw_labels(axes, result.labels.tolist(), list(result.distances))
    axes.axhline(0, color=MUTED, lw=0.6)
    low, high = float(frequencies.min()), float(frequencies.max())
    axes.set_ylim(low * 1.05 if low < -0.05 * unit.per_thz else 0, high * 1.05)
    axes.set_ylabel(f"Frequency ({unit.symbol})")
