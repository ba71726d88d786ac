"""Output on the terminal while ``phono`` runs."""

import logging
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from phono_grid import Cell, Grid, IrreduciblePoints, Symmetry, backend
from phono_grid.errors import PhonoWarning
from rich import box
from rich.table import Table

from phonokit._version import __version__
from phonokit.cli.invocation import current
from phonokit.cli.words import in_options
from phonokit.model.crystal import Crystal
from phonokit.model.formula import formula_of
from phonokit.settings.mesh import mesh_name

MOST_FILES = 12
"""Files that are named one by one."""
WIDTH = 11
"""Letters of the names of rows in a header."""


def header(
    crystal: Crystal,
    rows: Mapping[str, str],
    *,
    nac: bool,
    ranks: int = 1,
    more: Iterable[Path] = (),
) -> str:
    """Header of a command: the program, the crystal, files that were read, the settings."""
    origin = crystal.origin
    files = names_of([*(file.path for file in origin.files), *more])
    constants = ", ".join(filter(None, [origin.method, f"from {origin.source}"]))
    dipoles = {} if crystal.polar is None else {"dipoles": crystal.nac_name(nac)}
    lines = {
        "crystal": crystal_name(crystal.primitive, crystal.symmetry),
        "supercell": crystal.description,
        "constants": constants,
        "read": files,
        **dipoles,
        **rows,
    }
    return "\n".join([program(ranks), *map(row, lines, lines.values()), *options_row()])


def program(ranks: int = 1) -> str:
    """The first line of what a command prints: version, backend and threads."""
    each = f", on each of {ranks} ranks" if ranks > 1 else ""
    return f"phonokit {__version__}: {backend.describe()}{each}"


def row(name: str, text: str) -> str:
    """A line of a header."""
    return f"  {name:<{WIDTH}}{text}"


def options_row() -> list[str]:
    """The line of a header on the options that were given, if any were."""
    given = current.get().given
    return [row("options", given)] if given else []


def crystal_name(cell: Cell, symmetry: Symmetry) -> str:
    """Formula, atoms of the primitive cell, space group and volume."""
    name, atoms = formula_of(cell), counted(cell.n_atoms, "atom")
    return f"{name}, {symmetry.symbol}, {atoms} in {cell.volume:.3f} Å³"


def names_of(paths: Iterable[Path]) -> str:
    """Names of files, the first and the last of very many."""
    names = list(dict.fromkeys(map(str, paths)))
    if len(names) > MOST_FILES:
        names = [*names[:2], "...", f"{names[-1]} ({len(names)} files)"]
    return ", ".join(names)


def read_line(paths: Iterable[Path]) -> str:
    """The line of a header on files that were read."""
    return row("read", names_of(paths))


def grid_row(grid: Grid) -> str:
    """The line of the header on a grid of wave vectors."""
    n = len(IrreduciblePoints.of(grid).points)
    return f"{mesh_name(grid)}, {counted(grid.n_q, 'wave vector')}, {n} irreducible"


def counted(n: int, noun: str) -> str:
    """A number of things, one or more of them."""
    return f"{n} {noun}{'s' * (n != 1)}"


def table_of(*columns: str, title: str | None = None) -> Table:
    """A table of numbers, with its title at the left."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def duration(seconds: float) -> str:
    """A time with the unit that fits."""
    for limit, unit, scale in ((1, "ms", 1e-3), (120, "s", 1), (7200, "min", 60)):
        if seconds < limit:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 3600:.3g} h"


@contextmanager
def warnings_in_one_line(shown: bool = True) -> Iterator[None]:
    """Show warnings the way errors are shown, or not at all."""

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        *_: Any,
        **__: Any,
    ) -> None:
        if not shown:
            return
        if issubclass(category, PhonoWarning):
            sys.stderr.write(f"phono: warning: {in_options(str(message))}\n")
        else:
            # Of a calculator or a library: it speaks for itself.
            text = " ".join(str(message).split())
            sys.stderr.write(f"{Path(filename).name}: {category.__name__}: {text}\n")

    with warnings.catch_warnings():
        warnings.filterwarnings("always", category=PhonoWarning)
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
