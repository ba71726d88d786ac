"""What can go wrong between ranks."""

from phono_grid.errors import PhonoError


class CollectiveError(PhonoError, ValueError):
    """A collective call that some rank cannot take part in; raised on every rank."""
