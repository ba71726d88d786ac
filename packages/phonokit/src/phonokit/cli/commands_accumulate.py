"""``phono accumulate``, once its arguments are known."""

from pathlib import Path

from phono_3ph import Accumulation
from phono_grid.errors import DomainError, ensure_positive
from rich import box
from rich.console import Console
from rich.table import Table

from phonokit._version import __version__
from phonokit.cli.request_accumulate import AccumulateRequest
from phonokit.io.read import read
from phonokit.plot.accumulation import NANOMETRE, plot_accumulations, reached
from phonokit.plot.figure import ensure_plottable
from phonokit.results.hdf5 import Dataset, ensure_writable, write_datasets
from phonokit.results.kappa_modes import read_kappa_modes

SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Of κ, in the table that is printed."""
VOIGT = "components xx yy zz yz xz xy"


def run_accumulate(request: AccumulateRequest, *, command: str) -> None:
    """Print, write and draw accumulations."""
    if request.sigma is not None:
        ensure_positive("sigma", request.sigma)
    if request.output is not None:
        ensure_writable(request.output)
        if request.output.resolve() == request.path.resolve():
            raise DomainError(f"{request.output}: is the input file; name another to write")
    if request.plot is not None:
        ensure_plottable(request.plot)
    cell = None if request.crystal is None else read(request.crystal).supercell.primitive
    modes = read_kappa_modes(request.path, cell)
    i = modes.nearest(request.temperature)
    if not (modes.mode_kappa[i].any() and modes.paths[i].any()):
        raise DomainError(
            f"{request.path}: no phonon carries heat at {modes.temperatures[i]:g} K; take "
            "another --temperature"
        )
    out = Console(highlight=False)
    by_frequency, by_path = modes.by_frequency(i, sigma=request.sigma), modes.by_path(i)
    total = by_frequency.cumulative[0, -1, :3].mean()
    out.print(f"κ = {total:.3f} W/(m K) at {modes.temperatures[i]:g} K, mean of xx, yy, zz")
    out.print(_table(by_frequency, by_path))
    written = []
    if request.output is not None:
        both = by_frequency, by_path
        written.append(_write(request, float(modes.temperatures[i]), both, command))
    if request.plot is not None:
        written.append(plot_accumulations(modes, i, request.plot, sigma=request.sigma))
    for path in written:
        out.print(f"wrote {path}", markup=False, soft_wrap=True)


def _table(by_frequency: Accumulation, by_path: Accumulation) -> Table:
    """Below which frequency and which mean free path shares of κ are carried."""
    table = Table(box=box.SIMPLE)
    for column in ("share", "below THz", "below nm"):
        table.add_column(column, justify="right")
    for share in SHARES:
        f = reached(by_frequency, share)
        path = reached(by_path, share, logarithmic=True) / NANOMETRE
        table.add_row(f"{share:.0%}", f"{f:.3f}", f"{path:.4g}")
    return table


def _write(
    request: AccumulateRequest,
    temperature: float,
    accumulations: tuple[Accumulation, Accumulation],
    command: str,
) -> Path:
    """Write both accumulations with units."""
    by_frequency, by_path = accumulations
    datasets = {
        "temperature": Dataset(temperature, "K", "of both"),
        "frequency_point": Dataset(by_frequency.points, "THz", "frequencies"),
        "kappa_below_frequency": Dataset(
            by_frequency.cumulative[0], "W/(m K)", f"kappa of the phonons below, {VOIGT}"
        ),
        "kappa_spectrum": Dataset(
            by_frequency.density[0], "W/(m K THz)", f"d kappa / d f, {VOIGT}"
        ),
        "path_point": Dataset(by_path.points, "angstrom", "mean free paths"),
        "kappa_below_path": Dataset(
            by_path.cumulative[0], "W/(m K)", f"kappa of the phonons below, {VOIGT}"
        ),
        "kappa_path_spectrum": Dataset(
            by_path.density[0], "W/(m K angstrom)", f"d kappa / d path, {VOIGT}"
        ),
    }
    attributes = {
        "program": "phonokit",
        "version": __version__,
        "command": command,
        "inputs": [str(request.path)],
    }
    assert request.output is not None  # or nobody would ask
    return write_datasets(request.output, datasets, attributes)
