"""SHA-256 of what is small without OpenSSL, which `hashlib` loads: 4 MB of memory.

The standard library's `random` does the same. For much data OpenSSL is six times as fast.
"""

from collections.abc import Callable
from typing import Protocol


class Digest(Protocol):
    """Common interface of hash objects."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Take some more bytes."""

    def hexdigest(self) -> str:
        """Digest of all bytes so far, in hexadecimal."""


SMALL = 16 * 1024**2
"""Bytes that are hashed in less time than OpenSSL is worth."""


def sha256_for(size: int) -> Digest:
    """An empty SHA-256 for about ``size`` bytes."""
    return (_small() if size < SMALL else _large())()


def _small() -> Callable[[], Digest]:
    """From Python itself, where it has one; mypy knows nothing of these private modules."""
    try:
        # From Python 3.12 on; both are private, without types.
        from _sha2 import sha256  # type: ignore[import-not-found]
    except ImportError:
        try:
            from _sha256 import sha256  # type: ignore[import-not-found]
        except ImportError:
            return _large()
    made: Callable[[], Digest] = sha256
    return made


def _large() -> Callable[[], Digest]:
    """From OpenSSL, where Python has it."""
    from hashlib import sha256

    return sha256
