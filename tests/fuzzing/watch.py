"""Rounds of mutations: a child reads, and what it does wrong or dies of is written down."""

import selectors
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from fuzzing.originals import READERS

PATIENCE = 60
"""Seconds that a child may be silent: it may work for 5, but others work too."""


def make_originals(folder: Path, names: list[str]) -> None:
    """The good files of some readers."""
    for name in names:
        (folder / name).mkdir(parents=True)
        READERS[name].make(folder / name)


class Child:
    """The process that reads."""

    def __init__(self, originals: Path) -> None:
        self._originals = originals
        self._begin()

    def _begin(self) -> None:
        """Start it anew."""
        work = self._originals.parent / "work"
        shutil.rmtree(work, ignore_errors=True)
        worker = Path(__file__).with_name("worker.py")
        self._process = subprocess.Popen(
            [sys.executable, str(worker), str(self._originals), str(work)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        if self._answer(5 * PATIENCE) != "ready":
            raise RuntimeError("the worker does not start")

    def _answer(self, patience: float = PATIENCE) -> str:
        """The next line; what the process died of if it did."""
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(patience):
                return f"fault silent for {patience:g} s"
        line = self._process.stdout.readline()
        if line:
            return line.rstrip("\n")
        code = self._process.wait()
        return "fault works for more than 5 s" if code == -24 else f"fault dies of {-code}"

    def ask(self, name: str, number: int) -> str:
        """What comes of one mutation."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{name}:{number}\n")
        self._process.stdin.flush()
        answer = self._answer()
        if answer.startswith(("fault silent", "fault works", "fault dies")):
            self.close()
            self._begin()
        return answer

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


def in_turn(names: list[str], numbers: range) -> Iterator[tuple[str, int]]:
    """All readers once with each number."""
    return ((name, number) for number in numbers for name in names)


def run(
    folder: Path, names: list[str], cases: Iterable[tuple[str, int]], seconds: float = 1e9
) -> Iterator[tuple[str, int, str]]:
    """Mutations of some readers: reader, number, what came of it.

    As many as there are readers at least, whatever time they take.
    """
    originals = folder / "originals"
    make_originals(originals, names)
    child = Child(originals)
    begin = time.monotonic()
    try:
        for done, (name, number) in enumerate(cases):
            if done >= len(names) and time.monotonic() - begin > seconds:
                return
            yield name, number, child.ask(name, number)
    finally:
        child.close()


def summary(counts: Counter[str]) -> str:
    """What came of a round, in a line."""
    return ", ".join(f"{n} {what}" for what, n in counts.most_common())
