"""What all pictures share. Matplotlib is imported only when one is drawn."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phono_grid.errors import DomainError, FileError

from phonokit._atomic import ensure_writable, replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".png", ".pdf", ".svg")
BLUE, GREY, MUTED = "#1f5fa8", "#c9d3df", "#7b8794"


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


@contextmanager
def figure_to(path: Path, width: float, height: float) -> Iterator["Figure"]:
    """A figure that is saved when all went well."""
    ensure_plottable(path)
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    style: dict[Any, Any] = {
        "font.size": 10,
        "axes.axisbelow": True,
        "legend.frameon": False,
        "svg.hashsalt": "phonokit",
    }
    with mpl.rc_context(style):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        yield figure
        with replacing(path) as beside:
            figure.savefig(beside, format=path.suffix[1:].lower(), dpi=200)
