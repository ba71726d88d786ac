"""Shared code of all plots. Matplotlib is imported only when one is drawn."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phono_grid.errors import DomainError, FileError
from phono_grid.files import ensure_writable, path_of, replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = (".png", ".pdf", ".svg")
KEYS = {"png": "Description", "pdf": "Subject", "svg": "Description"}
"""Where pictures say what has drawn them, by format."""
MADE_BY = "phonokit: drawn by "
_MAKER: ContextVar[str] = ContextVar("maker", default="Python")
BLUE, GREY, MUTED = "#1f5fa8", "#c9d3df", "#7b8794"
SHADES = ("#c8553d", "#3f8f5b", "#8a5fb0", "#c99a2e", "#4aa3a3")
LINES = ("-", "--", ":", "-.")
STYLE: dict[Any, Any] = {
    "font.size": 10,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "svg.hashsalt": "phonokit",
}
PICTURE = {
    "path": "str or Path, optional\n    Where it is saved: PNG, PDF or SVG by suffix.",
    "ax": "Axes, optional\n    What is drawn on; new ones if not given.",
    "unit": 'FrequencyUnit or "THz" or "cm-1" or "meV"\n    Of frequencies.',
    "Raises": """\
DomainError
    If the suffix is another one, or the number of axes.
FileError
    If matplotlib is missing, or the file cannot be written.""",
}
"""What the docstrings of all pictures say, for `documented`."""


def ensure_plottable(path: Path) -> None:
    """Find out before hours of work that a picture could not be drawn."""
    if path.suffix.lower() not in FORMATS:
        raise DomainError(
            f"{path}: the name of a picture must end with one of {', '.join(FORMATS)}"
        )
    _ensure_matplotlib(f"{path}: pictures need")
    ensure_writable(path)


@contextmanager
def made_by(name: str) -> Iterator[None]:
    """Let pictures say what has drawn them."""
    token = _MAKER.set(name)
    try:
        yield
    finally:
        _MAKER.reset(token)


def maker_of(path: Path) -> str:
    """What has drawn a picture, by its own words; empty if it does not say."""
    _, found, after = path.read_bytes().partition(MADE_BY.encode())
    return after.partition(b";")[0].decode("ascii", "replace") if found else ""


@contextmanager
def drawn(
    path: str | Path | None,
    ax: Any,
    size: tuple[float, float],
    *,
    rows: int = 1,
    columns: int = 1,
    **layout: Any,
) -> Iterator[list["Axes"]]:
    """The panels of a picture: those that are given, or those of a new figure.

    ::

        with drawn(path, ax, (7.0, 4.2)) as (panel,):
            panel.plot(x, y)
        return panel

    Parameters
    ----------
    path : str or Path, optional
        Where the picture is saved when all went well, as PNG, PDF or SVG by suffix.
        Without a path and without ``ax`` the figure is one of `matplotlib.pyplot`, to be
        shown.
    ax : Axes, or sequence of them, optional
        What is drawn on.
    size : (float, float)
        Of a new figure, width and height in inches.
    rows, columns : int
        How many panels there are.
    **layout
        More for `matplotlib.figure.Figure.subplots`.

    Raises
    ------
    DomainError
        If the suffix is another one, or as many ``ax`` are not given as there are panels.
    FileError
        If matplotlib is missing, or the file cannot be written.
    """
    target = None if path is None else path_of(path)
    if target is not None:
        ensure_plottable(target)
    _ensure_matplotlib("pictures need")
    import matplotlib as mpl

    panels = None if ax is None else _given(ax, rows * columns)
    with mpl.rc_context(STYLE):
        if panels is None:
            figure = _figure(size, shown=target is None)
            panels = list(figure.subplots(rows, columns, squeeze=False, **layout).flat)
        yield panels
        if target is not None:
            _save(panels[0], target)


def note(
    axes: "Axes",
    text: str,
    point: tuple[float, float],
    *,
    offset: tuple[int, int],
    color: str = MUTED,
    ha: str = "left",
) -> None:
    """A small text beside a point, ``offset`` in points of type."""
    more: dict[str, Any] = {
        "textcoords": "offset points",
        "color": color,
        "fontsize": 9,
        "ha": ha,
    }
    axes.annotate(text, point, xytext=offset, **more)


def _given(ax: Any, number: int) -> list["Axes"]:
    """The panels that somebody wants to be drawn on."""
    panels = list(getattr(ax, "flat", ax if isinstance(ax, Sequence) else [ax]))
    if len(panels) != number or not all(hasattr(panel, "plot") for panel in panels):
        expected = "Axes of matplotlib" if number == 1 else f"{number} Axes of matplotlib"
        raise DomainError(f"ax must be {expected}, got {ax!r}")
    return panels


def _figure(size: tuple[float, float], *, shown: bool) -> "Figure":
    """A figure for a file, or one that pyplot shows."""
    if shown:
        from matplotlib import pyplot as plt

        return plt.figure(figsize=size, layout="constrained")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _save(panel: "Axes", path: Path) -> None:
    """Save the figure of a panel; readers see the whole picture or none."""
    figure: Any = panel.figure
    if not hasattr(figure, "savefig"):
        # A part of a figure, whose figure is the whole.
        figure = figure.figure
    # Made in memory: writers of some formats do not survive a disk that fills up.
    image, form = io.BytesIO(), path.suffix[1:].lower()
    about = {KEYS[form]: f"{MADE_BY}{_MAKER.get()};"}
    figure.savefig(image, format=form, dpi=200, metadata=about)
    with replacing(path) as beside:
        beside.write_bytes(image.getbuffer())


def _ensure_matplotlib(why: str) -> None:
    """Require matplotlib, which is an extra of phonokit."""
    if find_spec("matplotlib") is None:
        raise FileError(f"{why} matplotlib; install it with: pip install matplotlib")
