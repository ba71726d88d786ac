"""Errors of calculations on many ranks."""

from phono_grid.errors import PhonoError


class CollectiveError(PhonoError, ValueError, TypeError, BufferError):
    """A collective call that some rank cannot take part in; raised on every rank.

    It is a ValueError, a TypeError and a BufferError at once: ranks may be wrong in
    different ways, and all raise the same.
    """


class BufferLayoutError(PhonoError, ValueError, BufferError):
    """An array that MPI would fill in another order than that of its elements."""


class RankFailedError(PhonoError, RuntimeError):
    """Another rank has failed, and this one ends with it."""
