"""The commands, once their arguments are known."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from phono_3ph import Scattering
from phono_grid import Gaussian, Grid, IrreduciblePoints, Symmetry, using
from phono_grid.errors import DomainError
from rich.console import Console

from phonokit._plot import ensure_plottable, plot_kappa
from phonokit._request import KappaRequest
from phonokit._results import default_name, ensure_writable, write_kappa
from phonokit._run import Run
from phonokit._run_store import RunStore
from phonokit._terminal import (
    header,
    kappa_table,
    logging_to_stderr,
    progress_of,
    warnings_in_one_line,
)
from phonokit._transport import Transport
from phonokit._workflow import (
    checked_temperatures,
    kappa,
    load,
    nac_name,
)


def run_kappa(request: KappaRequest, *, command: str) -> None:
    """``phono kappa``: everything that can be refused is refused before the work begins."""
    out, err = Console(highlight=False), Console(file=sys.stderr, highlight=False)
    temperatures = checked_temperatures(request.temperatures)
    transport = _transport_of(request)
    output = request.output or Path(default_name(request.mesh, request.sigma))
    ensure_writable(output)
    if request.plot is not None:
        ensure_plottable(request.plot)
    with warnings_in_one_line():
        crystal = load(request.path, lang=request.lang)
    if output.resolve() in (file.path.resolve() for file in crystal.data.files):
        raise DomainError(f"{output}: is an input file; name another file to write")
    with using(crystal.backend):
        symmetry = Symmetry.of(crystal.primitive)
        grid = Grid.of(crystal.primitive, request.mesh, symmetry)
        n_i = len(IrreduciblePoints.of(grid).points)
        head = header(
            crystal, symmetry, request.mesh, n_i, nac=nac_name(crystal, request.nac)
        )
    out.print(head, markup=False, soft_wrap=True)
    beside = output.with_name(f"{output.name}.run")
    with _stored(beside, request, lambda text: err.print(text, markup=False)) as store:
        with (
            progress_of(err, "linewidths") as progress,
            warnings_in_one_line(),
            logging_to_stderr(request.verbose),
        ):
            result = kappa(
                crystal,
                request.mesh,
                temperatures,
                nac=request.nac,
                transport=transport,
                run=Run(progress, request.memory, request.over_memory, store),
            )
        out.print(kappa_table(result))
        written = [write_kappa(result, output, command=command)]
        store.remove()
    if request.plot is not None:
        written.append(plot_kappa(result, request.plot))
    for path in written:
        out.print(f"wrote {path}", markup=False, soft_wrap=True)


@contextmanager
def _stored(
    path: Path, request: KappaRequest, tell: Callable[[str], None]
) -> Iterator[RunStore]:
    """The store of a run; who stops the run learns how to go on."""
    with RunStore(path, restart=request.restart, tell=tell) as store:
        try:
            yield store
        except KeyboardInterrupt:
            if not store.finished:
                raise
            raise KeyboardInterrupt(
                f"{store.finished} of {store.total} wave vectors are kept in {path}, and "
                "the same command goes on from there"
            ) from None


def _transport_of(request: KappaRequest) -> Transport:
    """What the options ask for."""
    smearing = None if request.sigma is None else Gaussian(request.sigma)
    return Transport(
        request.method,
        request.solver,
        Scattering(average_weights=request.average, smearing=smearing),
        request.isotopes,
        request.boundary_mfp,
    )
