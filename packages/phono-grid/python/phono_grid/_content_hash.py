"""A hash of what is in an array."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phono_grid._extension import rust
from phono_grid.backend import accelerated_by
from phono_grid.errors import DomainError, ensure_type

_STEP = 0x9E3779B97F4A7C15


def content_hash(array: NDArray[Any]) -> int:
    """A number of 64 bits that tells whether an array is still the same.

    Made of its bytes at the speed of memory, to notice that it was changed in place; not
    made to withstand somebody who wants a change not to be noticed. Shape and type do not
    enter.

    Parameters
    ----------
    array : array
        Of numbers, in C order.
    """
    ensure_type("array", array, np.ndarray)
    if not array.flags.c_contiguous or array.dtype.hasobject:
        raise DomainError("array must hold numbers in C order")
    content = array.reshape(-1).view(np.uint8)
    whole = len(content) // 8 * 8
    number = hash_of_words(content[:whole].view(np.uint64))
    if whole < len(content):
        rest = int.from_bytes(content[whole:].tobytes(), "little")
        number ^= (rest + 1) * _STEP % 2**64
    return number


def _checked(words: NDArray[np.uint64]) -> tuple[NDArray[np.uint64]]:
    """Arguments of `hash_of_words`."""
    ensure_type("words", words, np.ndarray)
    if words.dtype != np.uint64 or words.ndim != 1 or not words.flags.c_contiguous:
        raise DomainError("words must be one axis of uint64 in C order")
    return (words,)


@accelerated_by(rust.hash_of_words, _checked)
def hash_of_words(words: NDArray[np.uint64]) -> int:
    r"""Hash of 64-bit words [1]_.

    .. math:: \sum_i \mathrm{mix}(w_i + (i + 1) \varphi) \bmod 2^{64}

    Parameters
    ----------
    words : (n,) array of uint64

    Returns
    -------
    int

    References
    ----------
    .. [1] G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014, 453, for the function mix.
    """
    x = words + np.arange(1, len(words) + 1, dtype=np.uint64) * np.uint64(_STEP)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return int((x ^ (x >> np.uint64(31))).sum(dtype=np.uint64))
