"""Timing of calculations, for the log."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

log = logging.getLogger("phonokit")


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Log how long a stage takes."""
    start = perf_counter()
    yield
    log.info("%s: %.2f s", what, perf_counter() - start)
