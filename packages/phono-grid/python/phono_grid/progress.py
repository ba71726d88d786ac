"""Progress of a long kernel while it runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[int, int], None]
"""Called with the pieces that are done, and how many there are."""
_listener: ContextVar[Listener | None] = ContextVar("phono_progress", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call ``listener`` some times per second while kernels run inside the block.

    Parameters
    ----------
    listener : callable
        Called with the pieces of a kernel that are done, and how many there are, in the
        thread that has called the kernel; what it raises ends the kernel. Kernels that are
        ready in less than 50 ms tell nothing, nor do the NumPy definitions.

    Examples
    --------
    >>> from phono_grid.progress import listening, tell
    >>> with listening(print):
    ...     tell(1, 2)
    1 2
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(done: int, total: int) -> None:
    """Tell who listens, if anybody does; kernels call it.

    Parameters
    ----------
    done : int
    total : int
    """
    listener = _listener.get()
    if listener is not None:
        listener(done, total)
