"""One command line for several widths of Gaussians, a conductivity for each."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from phono_grid.errors import DomainError, FileError, ensure_positive
from phono_mpi import Ranks
from rich.console import Console

from phonokit.cli.asked import word
from phonokit.cli.calculation import Calculation, carried_out, run_file, run_store
from phonokit.cli.config import with_values
from phonokit.cli.invocation import current
from phonokit.cli.options import OutputOptions
from phonokit.cli.replaceable import ensure_own_picture, picture_name
from phonokit.cli.report import say
from phonokit.model.crystal import Crystal
from phonokit.plot.figure import ensure_plottable, made_by
from phonokit.run.distributed import launched_ranks
from phonokit.run.run import Run, on_first_rank
from phonokit.run.store import RunStore

Widths = Annotated[
    tuple[float, ...],
    Parameter(
        help="Width in THz of Gaussians that conserve energy, in place of tetrahedra; of "
        "several each has a result of its own, in a file of its own.",
    ),
]


def carry_out_each(
    widths: Sequence[float],
    calculation_of: Callable[[float, OutputOptions], Calculation[Any]],
    output: OutputOptions,
    draw: Callable[[list[Any], Path], Any],
    compute_all: Callable[..., list[Any]] | None = None,
) -> None:
    """Compute, write and show the result of each width, and draw all in one frame.

    Each is kept when it is finished: who stops the command and gives it again finds it.

    Parameters
    ----------
    widths : sequence of float
        THz
    calculation_of : callable
        The calculation of a width, with its options of output.
    output : OutputOptions
        Those that were given.
    draw : callable
        Draws the results to a file.
    compute_all : callable, optional
        Computes the results of all widths at once, from what each would take.
    """
    for width in widths:
        ensure_positive("sigma", width)
    if len(set(widths)) < len(widths):
        raise DomainError(f"sigma: give each width once, got {list(widths)}")
    with launched_ranks(current.get().explain) as ranks:
        report = output.report(ranks.rank == 0)
        if output.plot is not None:
            ensure_plottable(output.plot)
            ensure_own_picture(output.plot, overwrite=output.overwrite)
        finished: list[tuple[Any, Path]] = []
        with ExitStack() as stack:
            together = None
            if compute_all is not None:
                together = _Together(widths, compute_all, output, ranks, stack)
            for width in widths:
                its_output = replace(output, output=_file_of(output, width), plot=None)
                with _of_one(width, its_output):
                    calculation = calculation_of(width, its_output)
                    if together is not None:
                        compute = together.of(width, calculation.compute)
                        calculation = replace(calculation, compute=compute)
                    done = carried_out(calculation, ranks, report)
                finished += [] if done is None else [done]
            if together is not None and finished:
                together.remove(finished[-1][1], widths[-1])
        if not finished:
            return
        files = " ".join(str(file) for _, file in finished)
        if output.plot is None:
            report.end(f"phono plot {files} --output widths.png draws them together")
            return
        with made_by(picture_name()):
            draw([result for result, _ in finished], output.plot)
        report.wrote(output.plot)
        report.end(f"phono plot {files} draws them again")


@dataclass(eq=False)
class _Together:
    """Results that are computed when the first of them is needed.

    What is finished of them is kept until all are written.
    """

    widths: Sequence[float]
    compute_all: Callable[..., list[Any]]
    output: OutputOptions
    ranks: Ranks
    stack: ExitStack
    results: dict[float, Any] = field(default_factory=dict)

    def of(self, width: float, compute: Callable[..., Any]) -> Callable[..., Any]:
        """In place of what computes one width alone."""

        def computed(crystal: Crystal, *, run: Run, **inputs: Any) -> Any:
            if width not in self.results:
                own = run.store.path if isinstance(run.store, RunStore) else None

                def started() -> bool:
                    return own is not None and self._beside(own, width).exists()

                alone = width == self.widths[-1]
                if alone and not on_first_rank(self.ranks, started):
                    return compute(crystal, run=run, **inputs)
                self._compute(crystal, width, run, inputs)
            return self.results[width]

        return computed

    def remove(self, target: Path, width: float) -> None:
        """Remove what was kept, now that all is written."""
        self.stack.close()
        path = self._beside(run_file(target), width)
        with suppress(FileError):
            if path.exists():
                with RunStore(path) as store:
                    store.remove()

    def _compute(
        self, crystal: Crystal, width: float, run: Run, inputs: dict[str, Any]
    ) -> None:
        own = run.store.path if isinstance(run.store, RunStore) else run_file(Path("none"))
        path = self._beside(own, width)
        err = Console(
            file=sys.stderr, highlight=False, emoji=False, quiet=self.output.quiet
        )
        target, tell = path.with_suffix(""), partial(say, err)
        store = self.stack.enter_context(run_store(self.output, target, self.ranks, tell))
        made = self.compute_all(crystal, run=replace(run, store=store), **inputs)
        self.results = dict(zip(self.widths, made, strict=True))

    @staticmethod
    def _beside(file: Path, width: float) -> Path:
        """The file of the unfinished run of all widths, by that of one."""
        before, _, after = file.name.rpartition(f"-s{width:g}")
        return file.with_name(f"{before}-widths{after}")


def _file_of(output: OutputOptions, width: float) -> Path | None:
    """The file of one width, if a file was named; its folder, or None, if not."""
    file = output.output
    if file is None or file.is_dir():
        return file
    return file.with_name(f"{file.stem}-s{width:g}{file.suffix}")


@contextmanager
def _of_one(width: float, output: OutputOptions) -> Iterator[None]:
    """Let files say what a command of this width alone would let them say."""
    whole = current.get()
    values: dict[str, Any] = {"sigma": width}
    if output.output is not None:
        values["output"] = str(output.output)
    one = replace(
        whole,
        asked={**whole.asked, "sigma": word((width,))},
        settings=with_values(whole.settings, values),
    )
    token = current.set(one)
    try:
        yield
    finally:
        current.reset(token)
