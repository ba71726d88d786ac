"""A command on a crystal: read it, compute, write, print, draw."""

import functools
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from phono_grid import Grid, using
from phono_grid.errors import DomainError, FileError
from phono_grid.files import ensure_writable, remove_leftovers, replacing, together
from phono_mpi import Ranks
from rich.console import Console

from phonokit.calc.harmonic_grid import harmonic_grid
from phonokit.cli.asked import MESHES
from phonokit.cli.invocation import current
from phonokit.cli.options import CalculationOptions, OutputOptions
from phonokit.cli.progress import progress_of
from phonokit.cli.replaceable import (
    RESULT,
    SETTINGS,
    ensure_own_picture,
    ensure_replaceable,
    is_finished,
    picture_name,
)
from phonokit.cli.report import Report, say
from phonokit.cli.terminal import (
    grid_row,
    header,
    logging_to_stderr,
    warnings_in_one_line,
)
from phonokit.cli.waiting import telling
from phonokit.model.crystal import Crystal
from phonokit.plot.figure import ensure_plottable, made_by
from phonokit.results.reading import read_result
from phonokit.results.result import Result
from phonokit.run.distributed import launched_ranks
from phonokit.run.key import programs
from phonokit.run.run import Run, on_first_rank
from phonokit.run.store import RunStore
from phonokit.settings.mesh import Mesh

R = TypeVar("R", bound=Result)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculation(Generic[R]):
    """Calculation of a command, and the way its result is shown.

    Parameters
    ----------
    path : Path
        The data.
    options : CalculationOptions
        Those of the command.
    compute : callable
        A calculation of the library, which takes a crystal, ``nac``, ``run`` and, where
        there is one, the mesh.
    mesh : Mesh, optional
    shift : bool
        Whether it is shifted, see `phonokit.calc.harmonic_grid`.
    show : callable
        What is printed of a result.
    draw : callable
        Draws a result to a file.
    name : callable, optional
        The file that is written if none is named, of the grid; after the command without.
    pieces : str
        What progress counts.
    order : int
        The order of force constants that are needed.
    next_step : callable
        What one would do next with the file that was written; to draw it or to learn its
        uses, if nothing.
    beside : callable, optional
        What a picture needs that is not in the result: crystal and ranks → more arguments
        of ``draw``.
    identity : callable, optional
        More that the numbers depend on than options and the crystal, by name.
    more_files : callable
        Files that are read beside those of the crystal.
    rows : mapping
        More lines of the header.
    crystal : callable, optional
        Gives the crystal, where it is not read for this calculation alone.
    """

    path: Path
    options: CalculationOptions
    compute: Callable[..., R]
    mesh: Mesh | None = None
    shift: bool = False
    show: Callable[..., Iterable[Any]]
    draw: Callable[..., Any]
    name: Callable[[Grid], str] | None = None
    pieces: str = "wave vectors"
    order: int = 2
    next_step: Callable[[R, Path], str] = lambda _, __: ""
    beside: Callable[[Crystal, Ranks], dict[str, Any]] = lambda _, __: {}
    identity: Callable[[Crystal], dict[str, str]] = lambda _: {}
    more_files: Callable[[], Iterable[Path]] = tuple[Path, ...]
    rows: Mapping[str, str] = field(default_factory=dict)
    crystal: Callable[[], Crystal] | None = None

    def load(self) -> Crystal:
        """Read the crystal, unless it is there."""
        crystal = self.crystal
        return self.options.crystal.load(self.path) if crystal is None else crystal()

    def result(self, crystal: Crystal, run: Run) -> R:
        """Compute."""
        inputs: dict[str, Any] = {} if self.mesh is None else {"mesh": self.mesh}
        if self.shift:
            inputs["shift"] = True
        return self.compute(crystal, nac=self.options.crystal.nac, run=run, **inputs)

    def grid(self, crystal: Crystal) -> Grid | None:
        """The wave vectors that are asked for."""
        if self.mesh is None:
            return None
        symmetric = not self.options.full_zone
        cell, symmetry = crystal.primitive, crystal.symmetry
        if self.shift:
            return harmonic_grid(crystal, self.mesh, shift=True)
        try:
            return Grid.of(cell, self.mesh, symmetry, use_symmetry=symmetric)
        except DomainError as error:
            if self.options.mesh.mesh_matrix is None:
                raise
            raise DomainError(f"mesh_matrix: {error}") from None


def carry_out(calculation: Calculation[R]) -> None:
    """Compute, write and show, on as many ranks as there are."""
    options = calculation.options.output
    with launched_ranks(current.get().explain) as ranks:
        report = options.report(ranks.rank == 0)
        done = carried_out(calculation, ranks, report)
        if done is None:
            return
        result, target = done
        next_step = calculation.next_step(result, target)
        if not next_step:
            next_step = _draw_it(target) if options.plot is None else _use_it(target)
        report.end(next_step)


@contextmanager
def begun(
    calculation: Calculation[R], ranks: Ranks, report: Report
) -> Iterator[tuple[Crystal, Path]]:
    """Refuse what can be refused, read the crystal, and say what runs."""
    options, first = calculation.options, ranks.rank == 0
    output = options.output
    target = output.file(f"{current.get().tokens[0]}.hdf5")
    on_first_rank(ranks, lambda: ensure_writable(target))
    if output.plot is not None:
        ensure_plottable(output.plot)
        ensure_own_picture(output.plot, overwrite=output.overwrite)
    shown = first and not output.quiet
    with (
        warnings_in_one_line(first),
        telling(f"phono: reading {calculation.path} ...", shown=shown),
    ):
        crystal = calculation.load()
        if calculation.order == 3:
            crystal.ensure_third_order()
    with using(crystal.backend):
        grid, rows = calculation.grid(crystal), {**options.rows, **calculation.rows}
        if grid is not None:
            rows = {"mesh": grid_row(grid), **rows}
            if grid.n_q == 1 and first:
                sys.stderr.write(
                    "phono: warning: --mesh 1 1 1 has Γ alone, and nothing converges with "
                    "it; take more wave vectors\n"
                )
            if calculation.name is not None:
                target = output.file(calculation.name(grid))
        if target.resolve() in (f.path.resolve() for f in crystal.origin.files):
            raise DomainError(f"{target}: is an input file; name another file to write")
        on_first_rank(ranks, lambda: _ensure_can_be_written(target))
        text = header(
            crystal,
            rows,
            nac=options.crystal.nac,
            ranks=ranks.size,
            more=calculation.more_files(),
        )
        report.say(text)
        loaded = [crystal]
        del crystal
        # Nothing of it stays here: who has computed may let it go.
        yield loaded.pop(), target


def carried_out(
    calculation: Calculation[R], ranks: Ranks, report: Report
) -> tuple[R, Path] | None:
    """Compute, write and show; the result and its file, on the first rank. Collective."""
    first = ranks.rank == 0
    options = calculation.options.output
    err = Console(
        file=sys.stderr, highlight=False, emoji=False, quiet=options.quiet or not first
    )
    with begun(calculation, ranks, report) as (crystal, target):
        asked = _asked(calculation, crystal)
        there = on_first_rank(
            ranks, lambda: is_finished(target, asked, overwrite=options.overwrite)
        )
        if there:
            more = _beside(calculation, crystal, ranks)
            del crystal
            if not first:
                return None
            result: R = read_result(target)
            _tidy(target, calculation.mesh)
        else:
            with run_store(options, target, ranks, functools.partial(say, err)) as store:
                with (
                    progress_of(err, calculation.pieces) as progress,
                    warnings_in_one_line(first),
                    logging_to_stderr(options.verbose and first),
                ):
                    how = calculation.options.run_of(
                        ranks=ranks, store=store, progress=progress
                    )
                    result = calculation.result(crystal, how)
                    more = _beside(calculation, crystal, ranks)
                # HDF5 takes the memory that the crystal and its series took.
                del crystal
                if store is None:
                    return None
                # Nothing that was computed may be lost because it could not be printed.
                with together():
                    result.write(target, command=current.get().command, asked=asked)
                    _write_settings(target, calculation.mesh)
                store.remove()
        _show(calculation, result, report, more)
        (report.is_there if there else report.wrote)(target)
        if options.plot is not None:
            report.wrote(options.plot)
    return result, target


def _draw_it(file: Path) -> str:
    """The command that draws a result later."""
    return f"phono plot {file} --output {file.with_suffix('.png')} draws it"


def _use_it(file: Path) -> str:
    """The command that tells the other uses of a result."""
    return f"phono info {file} tells what else can be done with it"


def _tidy(target: Path, mesh: Mesh | None) -> None:
    """Do what a run that was killed when its result was in place had still to do."""
    settings, run = target.with_suffix(".toml"), run_file(target)
    for file in (target, settings):
        remove_leftovers(file)
    if not settings.exists():
        _write_settings(target, mesh)
    if not run.exists() and not run.with_name(f".{run.name}.lock").exists():
        return
    with suppress(FileError), RunStore(run) as store:
        # A newer one is that of another calculation, which is to replace this.
        if run.exists() and run.stat().st_mtime_ns <= target.stat().st_mtime_ns:
            store.remove()


def run_file(target: Path) -> Path:
    """Where a run is kept until its result is written."""
    return target.with_name(f"{target.name}.run")


def _show(
    calculation: Calculation[R], result: R, report: Report, more: dict[str, Any]
) -> None:
    """Draw and print a result."""
    units, plot = calculation.options.units, calculation.options.output.plot
    if plot is not None:
        with made_by(picture_name()):
            calculation.draw(result, plot, **units, **more)
    for part in calculation.show(result, **units):
        report.show(part)


def _beside(
    calculation: Calculation[Any], crystal: Crystal, ranks: Ranks
) -> dict[str, Any]:
    """Data that the picture needs beside the result, if there is one."""
    if calculation.options.output.plot is None:
        return {}
    return calculation.beside(crystal, ranks)


def _asked(calculation: Calculation[Any], crystal: Crystal) -> dict[str, str]:
    """Everything that the numbers depend on, by name."""
    grid = calculation.grid(crystal)
    options = {k: v for k, v in current.get().asked.items() if k not in MESHES}
    if grid is not None:
        options["mesh"] = " ".join(str(n) for n in grid.matrix.ravel())
    return {
        "command": current.get().tokens[0],
        **options,
        "data": crystal.fingerprint[:12],
        **calculation.identity(crystal),
        **programs(),
    }


def _ensure_can_be_written(target: Path) -> None:
    """Require a place for the result, and one for its settings file beside it."""
    ensure_writable(target)
    ensure_replaceable(target, RESULT)
    ensure_replaceable(target.with_suffix(".toml"), SETTINGS)


def _write_settings(target: Path, mesh: Mesh | None) -> None:
    """The settings file of a result, beside it; it says the mesh even if that is ours."""
    text = current.get().settings
    if mesh is not None and "\nmesh" not in text:
        name = "mesh-length" if isinstance(mesh, float) else "mesh"
        text += f"{name} = {json.dumps(mesh)}\n"
    with replacing(target.with_suffix(".toml")) as beside:
        beside.write_text(text, encoding="utf-8")


@contextmanager
def run_store(
    options: OutputOptions, output: Path, ranks: Ranks, tell: Callable[[str], None]
) -> Iterator[RunStore | None]:
    """The store of a run, on the first rank; who stops the run learns how to go on."""
    path = run_file(output)
    with ExitStack() as stack:

        def enter() -> None:
            store.append(
                stack.enter_context(RunStore(path, restart=options.restart, tell=tell))
            )

        store: list[RunStore] = []
        on_first_rank(ranks, enter)
        try:
            yield store[0] if store else None
        except KeyboardInterrupt:
            if not store or not store[0].finished:
                raise
            raise KeyboardInterrupt(
                f"{store[0].finished} of {store[0].total} pieces of work are kept in "
                f"{path}, and the same command goes on from there"
            ) from None
