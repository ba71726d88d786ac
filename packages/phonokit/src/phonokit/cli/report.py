"""Output of a command: text for people, JSON for programs, or nothing."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from phonokit.cli.invocation import current
from phonokit.cli.replaceable import Replacement
from phonokit.cli.terminal import duration


class Report:
    """Text, tables and names of files, printed at once or, as JSON, at the end.

    Parameters
    ----------
    quiet : bool
        Print nothing.
    json : bool
        Print one JSON object at the end: ``command``, ``text`` (a list of lines),
        ``tables`` (each with ``title``, ``columns`` and ``rows``) and ``files``.
    """

    def __init__(self, *, quiet: bool = False, json: bool = False) -> None:
        self._console = Console(highlight=False, emoji=False, quiet=quiet or json)
        self.errors = Console(file=sys.stderr, highlight=False, emoji=False, quiet=quiet)
        self._is_json = json and not quiet
        self._start = perf_counter()
        self._texts: list[str] = []
        self._tables: list[dict[str, Any]] = []
        self._files: list[str] = []

    def say(self, text: str) -> None:
        """Print a text as it is."""
        self._texts += [line for line in text.splitlines() if line]
        say(self._console, text)

    def show(self, part: Any) -> None:
        """Print a text or a table."""
        if isinstance(part, str):
            self.say(part)
            return
        self._tables.append(table_as_json(part))
        self._console.print(part)

    def wrote(self, path: Path) -> None:
        """Say that a file was written."""
        self._files.append(str(path))
        say(self._console, f"wrote {path}")

    def is_there(self, path: Path) -> None:
        """Say that a file of the same settings was there, and was kept."""
        self._files.append(str(path))
        say(self._console, f"{path} is there already, of the same settings")

    def replaced(self, paths: Sequence[Path], replacement: Replacement) -> None:
        """Say which files were written, and which were there."""
        self._files += map(str, paths)
        for line in replacement.told(paths):
            say(self._console, line)

    def end(self, next_step: str = "") -> None:
        """Say how long it took and what one would do next; print what was kept."""
        self.say(f"done in {duration(perf_counter() - self._start)}")
        if next_step:
            self.say(next_step)
        if self._is_json:
            whole = {
                "command": current.get().command,
                "text": self._texts,
                "tables": self._tables,
                "files": self._files,
            }
            sys.stdout.write(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def say(console: Console, text: str) -> None:
    """Print a text as it is."""
    console.print(text, markup=False, soft_wrap=True)


def table_as_json(table: Table) -> dict[str, Any]:
    """Title, columns and rows of a table, with numbers as numbers."""
    columns = [list(column.cells) for column in table.columns]
    return {
        "title": None if table.title is None else str(table.title),
        "columns": [str(column.header) for column in table.columns],
        "rows": [[_value(cell) for cell in row] for row in zip(*columns, strict=True)],
    }


def _value(cell: Any) -> float | str:
    """A number where a cell is one."""
    try:
        return float(str(cell))
    except ValueError:
        return str(cell)
