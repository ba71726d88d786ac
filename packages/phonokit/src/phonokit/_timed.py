"""Stages of calculations: how long each took, for the log, and which one runs."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter
from typing import Protocol

log = logging.getLogger("phonokit")


class StageListener(Protocol):
    """Whoever wants to know what runs."""

    def stage(self, what: str) -> None:
        """A stage begins."""

    def pieces(self, done: int, total: int) -> None:
        """Many pieces of work begin, some of which are done."""


_listener: ContextVar[StageListener | None] = ContextVar("phonokit_stages", default=None)


@contextmanager
def listening_to_stages(listener: StageListener) -> Iterator[None]:
    """Tell ``listener`` what runs inside the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Say that a stage begins, and log how long it takes."""
    listener = _listener.get()
    if listener is not None:
        listener.stage(what)
    start = perf_counter()
    yield
    log.info("%s: %.2f s", what, perf_counter() - start)


def begin_pieces(done: int, total: int) -> None:
    """Say that many pieces of work begin, some of which are done."""
    listener = _listener.get()
    if listener is not None:
        listener.pieces(done, total)
