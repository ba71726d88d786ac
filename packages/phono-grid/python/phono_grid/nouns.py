"""Equality by value, a hash and a short `repr` for every noun of the packages.

A noun is a frozen dataclass, its own ``__eq__`` and ``__repr__`` left out::

    @dataclass(frozen=True, slots=True, eq=False, repr=False)
    class Bands(ValueNoun):
        grid: Grid
        frequencies: NDArray[np.float64]
"""

from collections.abc import Mapping, Sequence
from dataclasses import Field, fields
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHOWN = 6
"""Numbers of a list that a `repr` shows; longer ones are shown by their shape."""
SAMPLED = 16
"""Numbers of an array, or items of a list, that enter a hash: at most twice as many."""
WIDTH = 72
"""Characters of one field in a `repr`."""


class ValueNoun:
    """Base class of frozen dataclasses with arrays.

    Two nouns are equal if they are of one class and all their fields are equal, arrays
    element by element (undefined numbers count as equal). Equal nouns have equal
    hashes; a hash reads a few numbers of every array only. The `repr` shows large arrays by
    their shape. Fields with ``compare=False`` or ``repr=False`` are left out, as in any
    dataclass.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        """Whether all fields are equal."""
        if self is other:
            return True
        if type(self) is not type(other):
            return NotImplemented
        return all(
            same_value(getattr(self, f.name), getattr(other, f.name))
            for f in _fields(self)
            if f.compare
        )

    def __hash__(self) -> int:
        """Hash of the class and of a few numbers of every field."""
        values = (_key(getattr(self, f.name)) for f in _fields(self) if f.compare)
        return hash((type(self), *values))

    def __repr__(self) -> str:
        """Class and fields, large arrays by their shape."""
        shown = ((f.name, getattr(self, f.name)) for f in _fields(self) if f.repr)
        parts = [f"{name}={short(value)}" for name, value in shown if value is not None]
        return f"{type(self).__name__}({', '.join(parts)})"


def same_value(one: Any, other: Any) -> bool:
    """Whether two fields are equal: arrays, and arrays within lists, element by element."""
    if one is other:
        return True
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return _same_array(np.asarray(one), np.asarray(other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same_value(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple) and type(one) is type(other):
        return len(one) == len(other) and all(map(same_value, one, other))
    if isinstance(one, float) and isinstance(other, float) and one != one:
        return other != other  # not a number in both, as in arrays
    return bool(one == other)


def short(value: Any) -> str:
    """A value in a few characters: short lists as they are, large arrays by their shape."""
    if isinstance(value, np.ndarray):
        if value.ndim == 1 and value.size <= SHOWN:
            return f"[{', '.join(_item(x) for x in value.tolist())}]"
        return f"array{list(value.shape)}"
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, list | tuple):
        items = [short(item) for item in value[:SHOWN]]
        rest = [f"… {len(value)} in all"] if len(value) > SHOWN else []
        return f"({', '.join(items + rest)})"
    text = _item(value)
    is_long = len(text) > WIDTH and not isinstance(value, ValueNoun)
    return f"{text[: WIDTH - 1]}…" if is_long else text


def _item(value: Any) -> str:
    """One number with at most six digits, anything else by its `repr`."""
    return f"{value:g}" if isinstance(value, float) else repr(value)


def _fields(noun: Any) -> Sequence[Field[Any]]:
    """The fields of a dataclass."""
    return fields(noun)


def _same_array(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether two arrays have one shape and equal elements."""
    if one.shape != other.shape:
        return False
    same = one == other
    if one.dtype.kind in "fc" and other.dtype.kind in "fc":
        same = same | ((one != one) & (other != other))
    return bool(np.all(same))


def _key(value: Any) -> Any:
    """Something hashable, equal for equal values."""
    if isinstance(value, np.ndarray):
        sample = value.reshape(-1)[:: max(1, value.size // SAMPLED)]
        return value.shape, tuple(_number_key(x) for x in sample.tolist())
    if isinstance(value, Mapping):
        return frozenset(map(str, value))
    if isinstance(value, list | tuple):
        items = value[:: max(1, len(value) // SAMPLED)]
        return len(value), tuple(map(_key, items))
    try:
        hash(value)
    except TypeError:
        return None
    return _number_key(value)


def _number_key(value: Any) -> Any:
    """The value; None for what is not a number, which would hash by identity."""
    return value if value == value else None
