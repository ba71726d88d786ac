"""One command line for several widths of Gaussians, a conductivity for each."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from phono_grid.errors import DomainError, ensure_positive

from phonokit.cli.asked import word
from phonokit.cli.calculation import Calculation, carried_out
from phonokit.cli.config import with_values
from phonokit.cli.invocation import current
from phonokit.cli.options import OutputOptions
from phonokit.cli.replaceable import ensure_own_picture, picture_name
from phonokit.plot.figure import ensure_plottable, made_by
from phonokit.run.distributed import launched_ranks

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
        for width in widths:
            its_output = replace(output, output=_file_of(output, width), plot=None)
            with _of_one(width, its_output):
                done = carried_out(calculation_of(width, its_output), ranks, report)
            finished += [] if done is None else [done]
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
