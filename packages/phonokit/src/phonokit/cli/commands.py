"""The commands, once their arguments are known."""

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter

from phono_3ph import Scattering
from phono_grid import Gaussian, Grid, IrreduciblePoints, Symmetry, using
from phono_grid.errors import DomainError
from phono_mpi import Ranks
from rich.console import Console

from phonokit.calc.kappa import (
    Crystal,
    carriers_of,
    checked_temperatures,
    kappa,
    load,
    nac_name,
)
from phonokit.calc.plan import Plan, plan_of
from phonokit.calc.rates import Scatterer
from phonokit.cli.request import KappaRequest
from phonokit.cli.terminal import (
    header,
    kappa_table,
    logging_to_stderr,
    plan_table,
    progress_of,
    warnings_in_one_line,
)
from phonokit.model.constants import ensure_order
from phonokit.plot.figure import ensure_plottable
from phonokit.plot.kappa import plot_kappa
from phonokit.results.hdf5 import default_name, ensure_writable, write_kappa
from phonokit.run.distributed import launched_ranks
from phonokit.run.run import Run, on_first_rank
from phonokit.run.store import RunStore
from phonokit.settings.transport import Transport


def run_kappa(
    request: KappaRequest, *, command: str, explain: Callable[[BaseException], int]
) -> None:
    """``phono kappa``, on as many ranks as there are."""
    with launched_ranks(explain) as ranks:
        _run_kappa(request, command, ranks)


def _run_kappa(request: KappaRequest, command: str, ranks: Ranks) -> None:
    """Everything that can be refused is refused before the work begins."""
    first = ranks.rank == 0
    out = Console(highlight=False, quiet=not first)
    err = Console(file=sys.stderr, highlight=False, quiet=not first)
    temperatures = checked_temperatures(request.temperatures)
    transport = _transport_of(request)
    # The default name is known with the crystal, its folder now.
    folder = request.output or Path("kappa.hdf5")
    on_first_rank(ranks, lambda: ensure_writable(folder))
    if request.plot is not None:
        ensure_plottable(request.plot)
    with warnings_in_one_line(first):
        crystal = load(request.path, lang=request.lang, fc3_cutoff=request.fc3_cutoff)
        ensure_order(crystal.data, 3)
    grid = _grid_of(request, crystal)
    output = request.output or Path(default_name(grid.mesh.tolist(), request.sigma))
    on_first_rank(ranks, lambda: ensure_writable(output))
    if output.resolve() in (file.path.resolve() for file in crystal.data.files):
        raise DomainError(f"{output}: is an input file; name another file to write")
    out.print(_header_of(request, crystal, grid, ranks), markup=False, soft_wrap=True)
    if request.plan:
        with warnings_in_one_line(first):
            out.print(plan_table(_planned(request, crystal, ranks)))
        return
    tell = functools.partial(err.print, markup=False, soft_wrap=True)
    with _store_of(request, output, ranks, tell) as store:
        with (
            progress_of(err, "linewidths") as progress,
            warnings_in_one_line(first),
            logging_to_stderr(request.verbose and first),
        ):
            result = kappa(
                crystal,
                request.mesh,
                temperatures,
                nac=request.nac,
                transport=transport,
                run=Run(progress, request.memory, request.over_memory, store, ranks),
            )
        if store is None:
            return
        out.print(kappa_table(result))
        written = [write_kappa(result, output, command=command)]
        store.remove()
    if request.plot is not None:
        written.append(plot_kappa(result, request.plot))
    for path in written:
        out.print(f"wrote {path}", markup=False, soft_wrap=True)


def _grid_of(request: KappaRequest, crystal: Crystal) -> Grid:
    """The wave vectors that are asked for."""
    with using(crystal.backend):
        return Grid.of(crystal.primitive, request.mesh, use_symmetry=not request.full_zone)


def _header_of(request: KappaRequest, crystal: Crystal, grid: Grid, ranks: Ranks) -> str:
    """What runs, on what."""
    with using(crystal.backend):
        symmetry = Symmetry.of(crystal.primitive)
        n_i = len(IrreduciblePoints.of(grid).points)
        nac = nac_name(crystal, request.nac)
        return header(crystal, symmetry, grid, n_i, nac=nac, ranks=ranks.size)


def _planned(request: KappaRequest, crystal: Crystal, ranks: Ranks) -> Plan:
    """How long it would take."""
    t, transport = checked_temperatures(request.temperatures), _transport_of(request)
    start = perf_counter()
    with using(crystal.backend):
        _, carriers, series = carriers_of(
            crystal, request.mesh, t, nac=request.nac, ranks=ranks, transport=transport
        )
        serial = perf_counter() - start
        return plan_of(Scatterer(carriers, series, transport), serial)


@contextmanager
def _store_of(
    request: KappaRequest, output: Path, ranks: Ranks, tell: Callable[[str], None]
) -> Iterator[RunStore | None]:
    """The store of a run, on the first rank; who stops the run learns how to go on."""
    path = output.with_name(f"{output.name}.run")
    with ExitStack() as stack:

        def enter() -> None:
            store.append(
                stack.enter_context(RunStore(path, restart=request.restart, tell=tell))
            )

        store: list[RunStore] = []
        on_first_rank(ranks, enter)
        try:
            yield store[0] if store else None
        except KeyboardInterrupt:
            if not store or not store[0].finished:
                raise
            raise KeyboardInterrupt(
                f"{store[0].finished} of {store[0].total} wave vectors are kept in {path}, "
                "and the same command goes on from there"
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
        request.coherence,
        request.split,
        request.symmetrized,
        request.full_zone,
    )
