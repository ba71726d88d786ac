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
from phonokit.io.export import export as write
from phonokit.io.export import export_names
from phonokit.results.reading import read_result

EXAMPLES = """
phono export bands.hdf5
phono export modes.hdf5 --output for-sumo
phono export kappa-m111111.hdf5 --csv --output tables
"""
ResultFile = Annotated[
    Path,
    Parameter(
        help="A file of phono bands, modes, thermal or dos (.hdf5); of any command with "
        "--csv."
    ),
]


def export(
    path: ResultFile,
    /,
    *,
    csv: bool = False,
    output: Path = Path(),
    overwrite: bool = False,
    printed: Annotated[ReportOptions, Flat] = REPORT,
) -> None:
    """Write a result in the files of phonopy, for sumo and others, or as CSV tables.

    band.yaml of bands or of modes along a path, mesh.yaml of modes on a mesh, qpoints.yaml
    of others, thermal_properties.yaml, total_dos.dat and, by atom, projected_dos.dat; of
    kappa phono3py.yaml, which phono3py-kaccum reads beside it. With eigenvectors
    phononwebsite.json along a path and modes.ascii for v_sim elsewhere; with displacements
    of atoms a CIF for each temperature.

    Parameters
    ----------
    csv
        Comma-separated tables, for spreadsheets and pandas, in place of phonopy's files.
    output
        The folder to write to.
    overwrite
        Replace exported files that are there and are others.
    """
    report = printed.report()
    result = read_result(path)
    if output.exists() and not output.is_dir():
        raise FileError(f"{output}: is a file; name a folder as output=")
    for name, begin in () if csv else export_names(result).items():
        ensure_replaceable(output / name, begin)
    replacement = Replacement(overwrite=overwrite)
    with together(replacement.accept):
        make_folder(output)
        written = write(result, output, csv=csv)
    report.say("\n".join([program(), read_line([path]), *options_row()]))
    report.replaced(written, replacement)
    readers = "sumo, pymatgen and others that read phonopy's files take them"
    if result.kind == "kappa":
        readers = f"phono3py-kaccum {path} reads it, in the folder of both files"
    report.end("pandas.read_csv reads them" if csv else readers)


app = command(export, EXAMPLES)
