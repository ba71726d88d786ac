"""Progress of a calculation: a bar on a terminal, and now and then a line elsewhere."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import perf_counter

from phono_grid.progress import listening
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from phonokit._timed import listening_to_stages
from phonokit.cli.terminal import duration

LINES = 10
"""Lines of progress where there is no terminal to draw a bar on."""
PAUSE = 1.0
"""Seconds between such lines at least, but for the last one."""
SILENCE = 5.0
"""Seconds after which a stage that has said nothing is told, then twice as many."""
QUICK, SURE = 0.2, 2.0
"""Seconds of work from which the rest can be estimated, and be announced."""
LONG = 60.0
"""Seconds of work that are announced."""


class Display:
    """The running step, the part of it that is done, and an estimate of the time left.

    Parameters
    ----------
    console : Console
    what : str
        What the pieces of work are.
    """

    def __init__(self, console: Console, what: str) -> None:
        self._console, self._what, self._stage = console, what, "reading"
        self._done = self._at_start = self._total = 0
        self._part = 0.0
        self._first: tuple[float, float] | None = None
        self._start = self._begin = self._last = perf_counter()
        self._is_announced = False
        self._silence = SILENCE

    def stage(self, what: str) -> None:
        """A stage of unknown length begins."""
        self._stage, self._begin, self._silence = what, perf_counter(), SILENCE
        self._part, self._first = 0.0, None
        self._changed()

    def pieces(self, done: int, total: int) -> None:
        """Pieces of work begin, of which some are done."""
        self.stage(self._what)
        self._done, self._at_start, self._total, self._part = done, done, total, 0.0
        self._changed()

    def report(self, done: int, total: int) -> None:
        """Pieces of work are done, of so many."""
        if self._stage != self._what:
            self._stage = self._what
        before = self._done
        self._done, self._total, self._part = done, total, 0.0
        self._changed()
        self._announce()
        is_tenth = done * LINES // total != before * LINES // total
        is_due = perf_counter() - self._last >= PAUSE or done == total
        if is_due and (is_tenth or before == self._at_start):
            self._line()

    def part(self, done: int, total: int) -> None:
        """Parts of a piece are done, of so many in it."""
        self._part = min(done / total, 1.0)
        self._changed()
        self._announce()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear of stages and of parts of pieces inside the block."""
        with listening_to_stages(self), listening(self.part):
            yield

    @property
    def fraction(self) -> float:
        """The fraction done of all work of this run; 0 if it is not known."""
        if self._total == self._at_start:
            return 0.0
        done = self._done + self._part - self._at_start
        return min(done / (self._total - self._at_start), 1.0)

    @property
    def left(self) -> float | None:
        """Seconds that are left, if they can be estimated."""
        now, fraction = perf_counter(), self.fraction
        if fraction == 0:
            return None
        if self._first is None:
            self._first = now, fraction
        # What comes before the first piece is not of its kind.
        begin, before = self._first
        if fraction == before or now - begin < QUICK:
            begin, before = self._begin, 0.0
        return (now - begin) * (1 - fraction) / (fraction - before)

    def text(self) -> str:
        """A line on all of it."""
        elapsed, left = perf_counter() - self._start, self.left
        if not self._total or self._stage != self._what:
            part = f" {self._part:.0%}" if self._part else ""
            return f"{self._stage}{part}, {elapsed:.1f} s elapsed"
        part = f" and {self._part:.0%} of the next" if 0 < self._part < 1 else ""
        rest = "" if left is None else f", {duration(left)} left"
        return (
            f"{self._what} {self._done}/{self._total}{part}, {elapsed:.1f} s elapsed{rest}"
        )

    def breathe(self) -> None:
        """Say a line if nothing has been said for long."""
        if perf_counter() - self._last > self._silence:
            self._silence *= 2
            self._line()

    def _announce(self) -> None:
        """Say before it goes on that the work is long."""
        left, now = self.left, perf_counter()
        if self._is_announced or self._first is None or left is None:
            return
        if now - self._first[0] < SURE:
            return
        self._is_announced = True
        total = left + now - self._begin
        if total > LONG:
            self._say(
                f"about {duration(total)} of work; if it is stopped, the same "
                "command goes on from the last piece that was finished"
            )

    def _line(self) -> None:
        """Say how far it is."""
        self._say(self.text())

    def _say(self, text: str) -> None:
        """Print a line."""
        self._last = perf_counter()
        self._console.print(text, highlight=False, soft_wrap=True, markup=False)

    def _changed(self) -> None:
        """Something changed."""


class BarDisplay(Display):
    """The same as a bar."""

    def __init__(self, console: Console, what: str) -> None:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
        )
        self.bar = Progress(*columns, console=console, transient=True)
        self._task: TaskID = self.bar.add_task("reading", total=None, left="")
        super().__init__(console, what)

    def _changed(self) -> None:
        """Draw the bar anew."""
        is_counted = self._total > 0 and self._stage == self._what
        left = self.left if is_counted else None
        number = f" {self._done}/{self._total}" if is_counted else ""
        self.bar.update(
            self._task,
            description=f"{self._stage}{number}",
            completed=self._done + self._part if is_counted else 0,
            total=self._total if is_counted else None,
            left="" if left is None else f"{duration(left)} left",
        )

    def _line(self) -> None:
        """The bar says it."""


@contextmanager
def progress_of(console: Console, what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar with the time left, or now and then a line where there is no terminal.

    Nothing where a terminal is not to be animated, as in a cell of a notebook that is
    printed.

    Parameters
    ----------
    console : Console
    what : str
        What the pieces of work are.

    Yields
    ------
    callable
        Called with the pieces of work that are done, and how many there are.
    """
    if not console.is_terminal or console.is_dumb_terminal:
        display = Display(console, what)
        around: AbstractContextManager[object] = _breathing(display)
    elif console.is_interactive:
        display = bar_display = BarDisplay(console, what)
        around = bar_display.bar
    else:
        yield lambda done, total: None
        return
    with around, display.listening():
        yield display.report


@contextmanager
def _breathing(display: Display) -> Iterator[None]:
    """Let long stages say from time to time that they run."""
    ended = threading.Event()

    def breathe() -> None:
        while not ended.wait(SILENCE / 5):
            display.breathe()

    thread = threading.Thread(target=breathe, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
