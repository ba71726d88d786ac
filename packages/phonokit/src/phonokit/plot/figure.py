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
BLUE, GREY, MUTED = "#0072B2", "#c9d3df", "#5f6b76"
SHADES = ("#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""With `BLUE` the colours of Okabe and Ito, told apart whatever one's colour vision."""
COLOURS = (BLUE, *SHADES)
LINES = ("-", "--", ":", "-.")
STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "legend.frameon": False,
    "svg.hashsalt": "phonokit",
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
}
"""Defaults of ours, where nobody has changed matplotlib's; fonts are TrueType."""
RAMP, PALE = "viridis", 0.8
"""A ramp of more colours, and the part of it that is dark enough on white."""
COLUMN, PAGE = 3.4, 7.0
"""Inches, the widths of one and of two columns of a journal."""
NARROW = 4.5
"""Inches; type is smaller in narrower figures."""
_WIDTH: ContextVar[float | None] = ContextVar("width", default=None)
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
"""Paragraphs common to the docstrings of all pictures, for `documented`."""


def colours_of(n: int) -> list[str]:
    """Colours for so many curves, no two the same: of `COLOURS`, or more of a ramp."""
    if n <= len(COLOURS):
        return list(COLOURS[:n])
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return [to_hex(colormaps[RAMP](PALE * i / (n - 1))) for i in range(n)]


def ensure_plottable(path: Path) -> None:
    """Find out before hours of work that a picture could not be drawn."""
    if path.suffix.lower() not in FORMATS:
        raise DomainError(
            f"{path}: the name of a picture must end with one of {', '.join(FORMATS)}"
        )
    ensure_matplotlib(f"{path}: pictures need")
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
    """The program that has drawn a picture, by its metadata; empty if unknown."""
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
    ensure_matplotlib("pictures need")
    import matplotlib as mpl

    panels = None if ax is None else _given(ax, rows * columns)
    if panels is None:
        size, rows, columns = _arranged(size, rows, columns, is_free=not layout)
        # Before the context, which would undo what the first figure of a notebook sets.
        figure = _figure(size, shown=target is None)
    with mpl.rc_context(_style(size[0])):
        if panels is None:
            panels = list(figure.subplots(rows, columns, squeeze=False, **layout).flat)
        yield panels
        if target is not None:
            _save(panels[0], target)


@contextmanager
def of_width(width: float | None) -> Iterator[None]:
    """Let new figures be so many inches wide."""
    token = _WIDTH.set(width)
    try:
        yield
    finally:
        _WIDTH.reset(token)


def _arranged(
    size: tuple[float, float], rows: int, columns: int, *, is_free: bool
) -> tuple[tuple[float, float], int, int]:
    """Size and panels of a new figure; in one column panels stand below each other."""
    import matplotlib as mpl

    own = mpl.rcParams["figure.figsize"]
    if _WIDTH.get() is None and list(own) != list(mpl.rcParamsDefault["figure.figsize"]):
        return (own[0], own[1]), rows, columns
    width = _WIDTH.get() or size[0]
    if width < NARROW and rows == 1 and columns > 1 and is_free:
        rows, columns, size = columns, 1, (size[0] / columns, size[1] * columns)
    return (width, size[1] * width / size[0]), rows, columns


def _style(width: float) -> dict[Any, Any]:
    """Our defaults, but for what a person has set in matplotlib."""
    import matplotlib as mpl

    ours = {"font.size": 8.0 if width < NARROW else 10.0, **STYLE}
    now, default = mpl.rcParams, mpl.rcParamsDefault
    return {name: value for name, value in ours.items() if now[name] == default[name]}


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
        "fontsize": "small",
        "ha": ha,
    }
    axes.annotate(text, point, xytext=offset, **more)


def area_behind(axes: "Axes", x: Any, heights: Any) -> "Axes":
    """Fill an area on an axis of its own, behind what is drawn on ``axes``."""
    behind: Axes = axes.twinx()
    behind.fill_between(x, 0, heights, color=GREY, lw=0)
    behind.set_ylim(bottom=0)
    axes.set_zorder(behind.get_zorder() + 1)
    axes.patch.set_visible(False)
    return behind


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
    import matplotlib as mpl

    own = mpl.rcParams["savefig.dpi"]
    dpi = 200 if own == mpl.rcParamsDefault["savefig.dpi"] else own
    figure.savefig(image, format=form, dpi=dpi, metadata=about)
    with replacing(path) as beside, image.getbuffer() as view, beside.open("wb") as written:
        # Path.write_bytes would leave a view of its own, at which Python 3.12.1 dies later.
        written.write(view)


def ensure_matplotlib(why: str) -> None:
    """Require matplotlib, which is an extra of phonokit."""
    if find_spec("matplotlib") is None:
        raise FileError(f"{why} matplotlib; install it with: pip install matplotlib")
