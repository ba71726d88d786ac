"""``phono accumulate``."""

from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from phono_grid.errors import DomainError, FileError, ensure_positive
from phono_grid.files import ensure_writable

from phonokit.calc.accumulate import accumulate as compute
from phonokit.calc.mode_quantity import accumulate_quantity
from phonokit.cli.asked import file_hash
from phonokit.cli.command import command
from phonokit.cli.invocation import current
from phonokit.cli.kappa_tables import accumulate_table, quantity_table
from phonokit.cli.options import REPORT, Flat, ReportOptions
from phonokit.cli.replaceable import (
    RESULT,
    ensure_own_picture,
    ensure_replaceable,
    is_finished,
    picture_name,
)
from phonokit.cli.report import Report
from phonokit.cli.terminal import options_row, program, read_line, row
from phonokit.io.load import load
from phonokit.plot.accumulate import plot_accumulate
from phonokit.plot.figure import ensure_plottable, made_by
from phonokit.plot.mode_quantity import plot_mode_quantity
from phonokit.results.accumulate import AccumulateResult
from phonokit.results.mode_quantity import ModeQuantityResult
from phonokit.results.reading import read_result
from phonokit.run.distributed import launched_ranks
from phonokit.run.key import programs
from phonokit.run.run import on_first_rank

EXAMPLES = """
phono accumulate kappa-m111111.hdf5 --plot accumulation.png
phono accumulate kappa-m111111.hdf5 --quantity lifetime --plot lifetimes.png
phono accumulate kappa-m191919.hdf5 --crystal phono3py_params.yaml.xz --temperature 600
"""

KappaFile = Annotated[
    Path,
    Parameter(help="A kappa file of phono kappa or of phono3py, or a folder with one."),
]


def accumulate(
    path: KappaFile,
    /,
    *,
    crystal: Path | None = None,
    temperature: float | None = None,
    quantity: Literal["kappa", "heat-capacity", "lifetime", "linewidth", "velocity"] = (
        "kappa"
    ),
    sigma: float | None = None,
    output: Path | None = None,
    plot: Path | None = None,
    overwrite: bool = False,
    printed: Annotated[ReportOptions, Flat] = REPORT,
) -> None:
    """Resolve the conductivity by frequency and mean free path of the phonons.

    Parameters
    ----------
    crystal
        The data that a file of phono3py was made from, as phono kappa takes them.
    temperature
        Temperature in K, one of those in the file.
    quantity
        What is summed over phonons below a frequency; for all but kappa the picture has the
        value of each phonon, too.
    sigma
        Spectra over frequency by Gaussians of this width in THz instead of tetrahedra.
    output
        An HDF5 file to write, with 200 steps over each.
    plot
        Draw both (.png .pdf .svg).
    overwrite
        Replace a finished file or picture that is there and is another one.
    """
    if sigma is not None:
        ensure_positive("sigma", sigma)
    path = _file_in(path)

    def all_of_it() -> None:
        report = printed.report()
        _ensure_files(path, output, plot, overwrite=overwrite)
        its_crystal = None if crystal is None else load(crystal)
        origin = () if its_crystal is None else its_crystal.origin.files
        files = (path, *(file.path for file in origin))
        asked = {**current.get().asked, "kappa": file_hash(path), **programs()}
        if its_crystal is not None:
            asked["crystal"] = its_crystal.fingerprint[:12]
        if output is not None and is_finished(output, asked, overwrite=overwrite):
            _finish(read_result(output), files, output, plot, report, is_there=True)
            return
        how: dict[str, Any] = {
            "temperature": temperature,
            "sigma": sigma,
            "crystal": its_crystal,
        }
        result: Any
        if quantity == "kappa":
            result = compute(path, **how)
        else:
            cell = None if its_crystal is None else its_crystal.primitive
            how = {"temperature": temperature, "sigma": sigma, "cell": cell}
            result = accumulate_quantity(path, quantity.replace("-", "_"), **how)
        if output is not None:
            result.write(output, command=current.get().command, asked=asked)
        _finish(result, files, output, plot, report)

    with launched_ranks(current.get().explain) as ranks:
        on_first_rank(ranks, all_of_it)


app = command(
    accumulate,
    EXAMPLES,
    {"temperature": "the only one of the file, or 300", "output": "no file"},
)


def _file_in(path: Path) -> Path:
    """The only conductivity in a folder; a file as it is."""
    if not path.is_dir():
        return path
    found = sorted(path.glob("kappa*.hdf5"))
    if len(found) == 1:
        return found[0]
    if not found:
        raise FileError(f"{path}: holds no kappa*.hdf5; phono kappa makes one")
    names = ", ".join(file.name for file in found)
    raise FileError(f"{path}: holds several conductivities; name one of {names}")


def _ensure_files(
    path: Path, output: Path | None, plot: Path | None, *, overwrite: bool
) -> None:
    """Refuse what can be refused before anything is computed."""
    if output is not None:
        if output.resolve() == path.resolve():
            raise DomainError(f"{output}: is the input file; name another to write")
        ensure_writable(output)
        ensure_replaceable(output, RESULT)
    if plot is not None:
        ensure_plottable(plot)
        ensure_own_picture(plot, overwrite=overwrite)


def _finish(
    result: AccumulateResult | ModeQuantityResult,
    files: tuple[Path, ...],
    output: Path | None,
    plot: Path | None,
    report: Report,
    *,
    is_there: bool = False,
) -> None:
    """Draw and print what has been written, and say so."""
    if plot is not None:
        with made_by(picture_name()):
            if isinstance(result, AccumulateResult):
                plot_accumulate(result, plot)
            else:
                plot_mode_quantity(result, plot)
    about = result.provenance
    report.say(f"{program()}, on one rank")
    report.say(row("crystal", about.formula or "unknown"))
    choices = about.settings
    mesh = choices["accumulate"].get("mesh")
    if mesh is not None:
        report.say(row("mesh", mesh))
    if "transport" in choices:
        report.say(row("scattering", choices["transport"]))
    report.say("\n".join([read_line(files), *options_row()]))
    if isinstance(result, AccumulateResult):
        total = result.kappa[:3].mean()
        report.say(
            f"κ = {total:.3f} W/(m K) at {result.temperature:g} K, mean of xx, yy, zz",
        )
        report.show(accumulate_table(result))
    else:
        kind = result.quantity
        report.say(f"{kind.meaning} at {result.temperature:g} K, {kind.unit}")
        report.show(quantity_table(result))
    if output is not None:
        (report.is_there if is_there else report.wrote)(output)
    if plot is not None:
        report.wrote(plot)
    report.end(_next_step(files[0], output, plot))


def _next_step(path: Path, output: Path | None, plot: Path | None) -> str:
    """The picture, or the curves, if they were not asked for."""
    if plot is None:
        return f"phono accumulate {path} --plot accumulation.png draws it"
    if output is None:
        return f"phono accumulate {path} --output accumulation.hdf5 writes the curves"
    return f"phono plot {output} draws it again"
