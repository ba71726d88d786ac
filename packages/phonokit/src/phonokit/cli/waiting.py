"""A word on a terminal while nothing else can be said yet."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

ERASE = "\r\x1b[K"
"""Back to the beginning of the line, and nothing on it."""


def tell(text: str) -> None:
    """Show a text that the next one replaces, where somebody sits at a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{ERASE}{text}\r")
        sys.stderr.flush()


def erase() -> None:
    """Remove the text of `tell`."""
    tell("")


@contextmanager
def telling(text: str, *, shown: bool = True) -> Iterator[None]:
    """Show a text until something is done."""
    if not shown:
        yield
        return
    tell(text)
    try:
        yield
    finally:
        erase()
