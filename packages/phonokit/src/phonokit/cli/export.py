"""``phono export``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from phono_grid.errors import FileError
from phono_grid.files import make_folder, together

from phonokit.cli.command import command
from phonokit.cli.options import REPORT, Flat, ReportOptions
from phonokit.cli.replaceable import Replacement, ensure_replaceable
from phonokit.cli.terminal import options_row, program, read_line
from phonokit.io.export import HEAD, export_names
from phonokit.io.export import export as write
from phonokit.results.reading import read_result

EXAMPLES = """
phono export bands.hdf5
phono export modes.hdf5 --output for-sumo
"""
ResultFile = Annotated[
    Path,
    Parameter(help="A file of phono bands, modes, thermal or dos (.hdf5)."),
]


def export(
    path: ResultFile,
    /,
    *,
    output: Path = Path(),
    overwrite: bool = False,
    printed: Annotated[ReportOptions, Flat] = REPORT,
) -> None:
    """Write a result in the files of phonopy, for sumo, pymatgen and the like.

    band.yaml of bands or of modes along a path, mesh.yaml of modes on a mesh, qpoints.yaml
    of others, thermal_properties.yaml, total_dos.dat and, by atom, projected_dos.dat.

    Parameters
    ----------
    output
        The folder to write to.
    overwrite
        Replace exported files that are there and are others.
    """
    report = printed.report()
    result = read_result(path)
    if output.exists() and not output.is_dir():
        raise FileError(f"{output}: is a file; name a folder as output=")
    begin = HEAD.partition(" 0")[0].encode()
    for name in export_names(result):
        ensure_replaceable(output / name, begin)
    replacement = Replacement(overwrite=overwrite)
    with together(replacement.accept):
        make_folder(output)
        written = write(result, output)
    report.say("\n".join([program(), read_line([path]), *options_row()]))
    report.replaced(written, replacement)
    report.end("sumo, pymatgen and others that read phonopy's files take them")


app = command(export, EXAMPLES)
