"""What a person sees while ``phono`` runs."""

import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import numpy as np
from phono_dynmat import ChargeWarning
from phono_grid import Grid, Symmetry, backend
from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from phonokit._version import __version__
from phonokit.calc.conduction import LongPathWarning, UnscatteredWarning
from phonokit.calc.kappa import Crystal, ImaginaryModesWarning
from phonokit.calc.plan import DISTRIBUTIONS, RANKS, Plan
from phonokit.results.kappa import KappaResult, mesh_name

COMPONENTS = ("xx", "yy", "zz", "yz", "xz", "xy")
WORTH_TELLING = 1e-3
"""Of κ: what different degenerate bands would add, and a finer mesh will."""
LINES = 10
"""Lines of progress where there is no terminal to draw a bar on."""


def header(
    crystal: Crystal,
    symmetry: Symmetry,
    grid: Grid,
    n_i: int,
    *,
    nac: str,
    ranks: int = 1,
) -> str:
    """What runs, on what."""
    data, cell = crystal.data, crystal.primitive
    rows = {
        "crystal": f"{cell.formula}, {symmetry.symbol}, {cell.volume:.3f} Å³",
        "supercell": data.description,
        "forces": ", ".join(str(f.path) for f in data.files),
        **({} if data.born is None else {"dipoles": nac}),
        "mesh": f"{mesh_name(grid)}, {grid.n_q} wave vectors, {n_i} irreducible",
    }
    each = f", on each of {ranks} ranks" if ranks > 1 else ""
    lines = [f"phonokit {__version__}: {backend.describe()}{each}"]
    return "\n".join([*lines, *(f"  {key:<10}{value}" for key, value in rows.items())])


def kappa_table(result: KappaResult) -> Table:
    """κ, one row per temperature."""
    table = Table(
        title="Lattice thermal conductivity, W/(m K)", title_justify="left", box=box.SIMPLE
    )
    table.add_column("T (K)", justify="right")
    for component in COMPONENTS:
        table.add_column(component, justify="right")
    parts = {"": result.kappa}
    if result.wigner is not None:
        coherences = result.wigner.coherences
        parts = {"populations": result.kappa - coherences, "coherences": coherences}
        parts = {"sum": result.kappa, **parts}
        degenerate = result.wigner.degenerate
        if np.abs(degenerate).max() > WORTH_TELLING * np.abs(result.kappa).max():
            parts["degenerate"] = degenerate
            table.caption = "different bands of one degenerate set, not in the sum"
            table.caption_justify = "left"
        table.add_column("", no_wrap=True)
    for i, t in enumerate(result.temperatures):
        for part, kappa in parts.items():
            # Adding zero turns -0 into 0.
            numbers = (f"{round(float(x), 3) + 0:.3f}" for x in kappa[i])
            first = f"{t:g}" if kappa is result.kappa else ""
            table.add_row(first, *numbers, *([part] if part else []))
    return table


def plan_table(plan: Plan) -> Table:
    """What a run takes on more and more ranks, one row for each number."""
    table = Table(
        title=f"{len(plan.costs)} wave vectors of {duration(plan.costs.min())} to "
        f"{duration(plan.costs.max())} each, after {duration(plan.serial)} of preparation",
        title_justify="left",
        box=box.SIMPLE,
        caption_justify="left",
    )
    for name in ("ranks", "time", *DISTRIBUTIONS):
        table.add_column(name, justify="right", no_wrap=True)
    for n in RANKS:
        gains = [plan.speed_up(n, name) for name in DISTRIBUTIONS]
        each = (f"{gain:.3g} {100 * gain / n:3.0f} %" for gain in gains)
        table.add_row(f"{n}", duration(plan.seconds(n, "largest first")), *each)
    sizes = [f"{name} {n / 1e6:.3g} MB" for name, n in plan.memory.items() if n]
    table.caption = (
        "Times, and speed-ups with their efficiency, for ranks like this one and four ways "
        "to share out wave vectors; phono kappa goes largest first. The solution of the "
        f"full equation is not counted.\nMemory: {', '.join(sizes)}."
    )
    return table


def duration(seconds: float) -> str:
    """With the unit that fits."""
    for limit, unit, scale in ((1, "ms", 1e-3), (120, "s", 1), (7200, "min", 60)):
        if seconds < limit:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 3600:.3g} h"


@contextmanager
def progress_of(console: Console, what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar with the time left, or now and then a line where there is no terminal."""
    if not console.is_terminal:
        yield _line_by_line(console, what)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("elapsed,"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("force constants and phonons", total=None)

        def report(done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield report


def _line_by_line(console: Console, what: str) -> Callable[[int, int], None]:
    """Progress for a log."""
    start = perf_counter()

    def report(done: int, total: int) -> None:
        if done * LINES // total == (done - 1) * LINES // total:
            return
        elapsed = perf_counter() - start
        left = elapsed / done * (total - done)
        console.print(
            f"{what} {done}/{total}, {elapsed:.1f} s elapsed, {left:.1f} s left",
            highlight=False,
            soft_wrap=True,
        )

    return report


@contextmanager
def warnings_in_one_line(shown: bool = True) -> Iterator[None]:
    """Show warnings the way errors are shown, or not at all."""

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        if shown:
            sys.stderr.write(f"phono: warning: {message}\n")

    with warnings.catch_warnings():
        warnings.filterwarnings("always", category=ImaginaryModesWarning)
        warnings.filterwarnings("always", category=ChargeWarning)
        warnings.filterwarnings("always", category=UnscatteredWarning)
        warnings.filterwarnings("always", category=LongPathWarning)
        warnings.showwarning = show
        yield


@contextmanager
def logging_to_stderr(verbose: bool) -> Iterator[None]:
    """Let the steps tell how long they take."""
    log = logging.getLogger("phonokit")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    level = log.level
    if verbose:
        log.addHandler(handler)
        log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
