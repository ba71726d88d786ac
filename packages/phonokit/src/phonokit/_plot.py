"""Pictures of results. Matplotlib is imported only when one is drawn."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError, FileError

from phonokit._kappa_result import KappaResult
from phonokit._results import ensure_writable, replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = (".png", ".pdf", ".svg")
BLUE, GREY = "#1f5fa8", "#c9d3df"
COMPONENTS = ("xx", "yy", "zz", "yz", "xz", "xy")
BINS = 40
ISOTROPIC = 1e-3
"""Diagonal components closer than this, relatively, are drawn as one."""


def ensure_plottable(path: Path) -> None:
    """Find out before hours of work that a picture could not be drawn."""
    if path.suffix.lower() not in FORMATS:
        raise DomainError(
            f"{path}: the name of a picture must end with one of {', '.join(FORMATS)}"
        )
    if find_spec("matplotlib") is None:
        raise FileError(
            f"{path}: pictures need matplotlib; install it with: pip install phonokit[plot]"
        )
    ensure_writable(path)


def plot_kappa(result: KappaResult, path: str | Path) -> Path:
    """Draw κ against temperature, and κ accumulated over frequency.

    Parameters
    ----------
    result : KappaResult
    path : str or Path
        PNG, PDF or SVG by suffix.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    DomainError
        If the suffix is another one.
    FileError
        If matplotlib is missing, or the file cannot be written.
    """
    path = Path(path)
    ensure_plottable(path)
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    style: dict[Any, Any] = {
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "legend.frameon": False,
        "svg.hashsalt": "phonokit",
    }
    with mpl.rc_context(style):
        figure = Figure(figsize=(9.2, 3.9), layout="constrained")
        FigureCanvasAgg(figure)
        left, right = figure.subplots(1, 2)
        _against_temperature(left, result)
        _over_frequency(right, result)
        figure.suptitle(_title(result), fontsize=11)
        with replacing(path) as beside:
            figure.savefig(beside, format=path.suffix[1:].lower(), dpi=160)
    return path


def _title(result: KappaResult) -> str:
    """What was computed."""
    mesh = " × ".join(str(n) for n in result.mesh)
    return f"{result.provenance.formula}, {mesh} mesh, relaxation time approximation"


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
    for colour, (name, values) in zip(shades, _curves(result).items(), strict=False):
        k = values[warm][order]
        axes.plot(t, k, "o-", color=colour, ms=5, lw=1.6, label=name, clip_on=False)
        if len(t) <= 4:
            for x, y in zip(t, k, strict=True):
                axes.annotate(
                    f"{y:.4g}",
                    (x, y),
                    xytext=(7, 5),
                    textcoords="offset points",
                    color=colour,
                    fontsize=9,
                )
    if len(_curves(result)) > 1:
        axes.legend()
    axes.set_xlabel("Temperature (K)")
    axes.set_ylabel(r"Thermal conductivity $\kappa$ (W m$^{-1}$ K$^{-1}$)")
    axes.grid(color="#e8ecf1", lw=0.8, which="both")
    if len(t) > 1 and result.kappa[warm, :3].min() > 0:
        _logarithmic(axes)
    else:
        axes.set_ylim(bottom=0)
        axes.margins(x=0.15)


def _logarithmic(axes: "Axes") -> None:
    """Both axes: κ falls roughly as 1/T. Numbers are written out, not as powers."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    axes.set(xscale="log", yscale="log")
    axes.margins(x=0.12, y=0.12)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axis.set_minor_formatter(NullFormatter())


def _over_frequency(axes: "Axes", result: KappaResult) -> None:
    """How much of κ the modes below a frequency carry, at the temperature nearest 300 K."""
    i = int(np.argmin(np.abs(result.temperatures - 300)))
    order = np.argsort(result.frequencies, axis=None)
    f = result.frequencies.ravel()[order]
    share = result.mode_kappa[i, ..., :3].mean(axis=-1).ravel()[order]
    share = share / np.prod(result.mesh)
    edges = np.linspace(0, max(float(f.max()), 1e-3) * 1.02, BINS + 1)
    density, _ = np.histogram(f, edges, weights=share)
    twin: Any = axes.twinx()
    twin.stairs(density / np.diff(edges), edges, fill=True, color=GREY)
    twin.set_ylim(bottom=0)
    twin.set_ylabel(
        r"$d\kappa/df$ (W m$^{-1}$ K$^{-1}$ THz$^{-1}$)", color="#7b8794", labelpad=8
    )
    twin.tick_params(axis="y", colors="#7b8794")
    twin.spines["right"].set(visible=True, color="#7b8794")
    # The line belongs above the bars.
    axes.set_zorder(twin.get_zorder() + 1)
    axes.patch.set_visible(False)
    axes.step(f, np.cumsum(share), where="post", color=BLUE, lw=1.6)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("Phonon frequency (THz)")
    axes.set_ylabel(
        rf"$\kappa$ accumulated at {result.temperatures[i]:g} K (W m$^{{-1}}$ K$^{{-1}}$)"
    )
