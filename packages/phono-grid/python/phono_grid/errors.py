"""What can go wrong, for every package: one tree of exceptions."""

from collections.abc import Sequence
from enum import Enum
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

E = TypeVar("E", bound=Enum)


class PhonoError(Exception):
    """Anything phonokit refuses; its message says what to do."""


class DomainError(PhonoError, ValueError):
    """A value outside the domain of a function."""


class ShapeError(PhonoError, ValueError):
    """An array of the wrong shape."""


class FileError(PhonoError, ValueError):
    """A file that is missing or does not hold what it should."""


class ConvergenceError(PhonoError, RuntimeError):
    """An iteration that did not converge."""


def ensure_shape(name: str, array: NDArray[Any], expected: Sequence[int]) -> None:
    """Require ``array.shape == expected``."""
    if array.shape != tuple(expected):
        raise ShapeError(
            f"{name}: expected shape {list(expected)}, got {list(array.shape)}"
        )


def ensure_positive(name: str, value: float) -> None:
    """Require a finite ``value > 0``."""
    if not (value > 0 and np.isfinite(value)):
        raise DomainError(f"{name} must be positive, got {value:g}")


def ensure_finite(name: str, array: NDArray[np.float64]) -> None:
    """Require finite numbers."""
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise DomainError(f"{name} must be finite, got {array[where]} at {list(where)}")


def named(kind: type[E], name: E | str, argument: str) -> E:
    """The member of ``kind`` called ``name``, upper or lower case."""
    if isinstance(name, kind):
        return name
    for member in kind:
        if str(name).lower() == str(member.value).lower():
            return member
    names = " or ".join(repr(member.value) for member in kind)
    raise DomainError(f"{argument} must be {names}, got {name!r}")


def frozen(
    array: Any, name: str, dtype: Any = np.float64, shape: Sequence[int] | None = None
) -> NDArray[Any]:
    """Return a read-only array, C order, of the type and shape a kernel reads.

    A copy, unless it is such an array already.
    """
    is_frozen = isinstance(array, np.ndarray) and not array.flags.writeable
    try:
        result = np.array(array, dtype=dtype, order="C", copy=not is_frozen or None)
    except (TypeError, ValueError) as error:
        raise ShapeError(f"{name}: expected an array of numbers ({error})") from None
    if shape is not None:
        ensure_shape(name, result, shape)
    result.flags.writeable = False
    return result
