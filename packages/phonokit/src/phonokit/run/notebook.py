"""Progress in a notebook, where nobody has asked for another one."""

import sys
from importlib import import_module
from time import perf_counter
from typing import Any

QUIET = 1.0
"""Seconds of work that nothing is shown of."""


class NotebookProgress:
    """A line below the cell that runs, which goes when the work is done.

    Parameters
    ----------
    display : module
        IPython.display.
    """

    def __init__(self, display: Any) -> None:
        self._display, self._handle = display, None
        self._start = perf_counter()

    def __call__(self, done: int, total: int) -> None:
        """Show how far it is."""
        elapsed = perf_counter() - self._start
        if elapsed < QUIET and self._handle is None:
            return
        left = elapsed / done * (total - done)
        text = f"{done}/{total}, {elapsed:.0f} s elapsed, about {left:.0f} s left"
        shown = self._display.HTML("" if done == total else f"<small>{text}</small>")
        if self._handle is not None:
            self._handle.update(shown)
        elif done < total:
            self._handle = self._display.display(shown, display_id=True)


def notebook_progress() -> NotebookProgress | None:
    """Progress for a notebook; None where Python does not run in one."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return None
    return NotebookProgress(import_module("IPython.display"))
