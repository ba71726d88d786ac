"""Objects made once and kept as long as the arrays they are made of stay the same."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from phono_grid import content_hash

T = TypeVar("T")

ALL: list["Cache"] = []
"""Every cache of this process."""


def key_of(*values: Any) -> Hashable:
    """A key of the content of arrays, and of other values.

    Content, not identity: callers change arrays in place, and give their memory to others.
    """
    return tuple(
        (content_hash(value), value.shape, value.dtype.str)
        if isinstance(value, np.ndarray)
        else value
        for value in values
    )


class Cache:
    """The last few results, by key."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._results: OrderedDict[Hashable, Any] = OrderedDict()
        ALL.append(self)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The result of ``key``, made if it is not there."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                kept: T = self._results[key]
                return kept
        result = make()
        with self._lock:
            self._results[key] = result
            while len(self._results) > self._size:
                self._results.popitem(last=False)
        return result

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._results.clear()
