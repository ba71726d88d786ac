"""``phono plot``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from phono_grid.errors import DomainError

from phonokit.cli.command import command
from phonokit.cli.derive import options_of, settings_from
from phonokit.cli.options import REPORT, Flat, ReportOptions
from phonokit.cli.replaceable import ensure_own_picture, picture_name
from phonokit.cli.terminal import options_row, program, read_line
from phonokit.plot.figure import ensure_plottable, made_by
from phonokit.plot.results import plot_results
from phonokit.settings.picture import Picture

if TYPE_CHECKING:
    PictureOptions = Picture
else:
    PictureOptions = options_of(Picture)

EXAMPLES = """
phono plot kappa-m111111.hdf5 kappa-lbte-m111111.hdf5 --output methods.pdf
phono plot bands.hdf5 --unit cm-1 --size column --output bands.png
phono plot kappa-lbte-m111111.hdf5 --relaxons --output relaxons.png
phono plot bands.hdf5 dos.hdf5 --output bands-and-dos.png
"""
PICTURE = PictureOptions()
ResultFiles = Annotated[
    Path,
    Parameter(
        help="Results (.hdf5); several kappa, bands or dos in one frame, bands and dos "
        "beside each other."
    ),
]


def plot(
    *files: ResultFiles,
    output: Path = Path("plot.png"),
    picture: Annotated[PictureOptions, Flat] = PICTURE,
    overwrite: bool = False,
    printed: Annotated[ReportOptions, Flat] = REPORT,
) -> None:
    """Draw results again; kappa, bands or densities of states together in one frame.

    Parameters
    ----------
    output
        The picture to draw (.png .pdf .svg).
    overwrite
        Replace a picture that is there and is another one.
    """
    if not files:
        raise DomainError("name a result to draw, as in phono plot kappa-m111111.hdf5")
    ensure_plottable(output)
    ensure_own_picture(output, overwrite=overwrite)
    report = printed.report()
    with made_by(picture_name()):
        plot_results(list(files), output, picture=settings_from(Picture, picture))
    report.say("\n".join([program(), read_line(files), *options_row()]))
    report.wrote(output)
    report.end()


app = command(plot, EXAMPLES, {"unit": "THz"})
