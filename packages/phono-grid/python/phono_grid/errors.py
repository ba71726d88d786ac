"""Exceptions of every package, and the checks that raise them."""

import operator
from collections.abc import Sequence
from enum import Enum
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

E = TypeVar("E", bound=Enum)

MOST_POINTS = 10**8
"""Points of a curve; a larger number is a mistake."""


LONGEST_MESSAGE = 2000
"""Characters; a longer message repeats what is in a file, or what came as an argument."""


def _one_line(message: str) -> str:
    """A message without ends of lines, which arrays have, and not a long one."""
    line = " ".join(message.split("\n"))
    if len(line) <= LONGEST_MESSAGE:
        return line
    half = LONGEST_MESSAGE // 2 - 10
    return f"{line[:half]} ... {line[-half:]}"


class PhonoError(Exception):
    """Anything phonokit refuses; its message says what to do."""

    def __init__(self, *args: object) -> None:
        super().__init__(*(_one_line(arg) if isinstance(arg, str) else arg for arg in args))


class PhonoWarning(UserWarning):
    """A number that may be wrong; the message says why, and what to do."""


class DomainError(PhonoError, ValueError):
    """A value outside the domain of a function."""


class ShapeError(PhonoError, ValueError):
    """An array of the wrong shape."""


class FileError(PhonoError, ValueError):
    """A file that is missing or does not hold what it should."""


class ConvergenceError(PhonoError, RuntimeError):
    """An iteration that did not converge."""


def ensure_shape(name: str, array: NDArray[Any], expected: Sequence[int | str]) -> None:
    """Require ``array.shape == expected``; a letter stands for any number."""
    if array.shape == tuple(expected):
        return
    fits = len(array.shape) == len(expected) and all(
        isinstance(e, str) or n == e for n, e in zip(array.shape, expected, strict=True)
    )
    if not fits:
        wanted = ", ".join(map(str, expected))
        raise ShapeError(f"{name}: expected shape [{wanted}], got {list(array.shape)}")


def ensure_positive(name: str, value: float) -> None:
    """Require a finite ``value > 0``."""
    try:
        if np.ndim(value):
            raise TypeError
        positive = bool(value > 0 and np.isfinite(value))
    except (TypeError, ValueError):
        raise DomainError(f"{name} must be a positive number, got {value!r}") from None
    if not positive:
        raise DomainError(f"{name} must be positive, got {value:g}")


def ensure_not_negative(name: str, value: float, unit: str = "") -> None:
    """Require a finite ``value >= 0``."""
    try:
        if np.ndim(value):
            raise TypeError
        good = bool(value >= 0 and np.isfinite(value))
    except (TypeError, ValueError):
        raise DomainError(f"{name} must be a number, got {value!r}") from None
    if not good:
        raise _negative(name, value, unit)


def _negative(name: str, value: float, unit: str) -> DomainError:
    """The error for a number that is below 0, infinite or undefined."""
    rule = "be finite" if value > 0 else "not be negative"
    return DomainError(f"{name} must {rule}, got {value:g}{unit and ' '}{unit}")


def ensure_type(name: str, value: Any, *kinds: type) -> None:
    """Require an instance of one of ``kinds``."""
    if not isinstance(value, kinds):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        raise DomainError(f"{name} must be a {wanted}, got {type(value).__name__}")


def ensure_flag(name: str, value: Any) -> None:
    """Require ``True`` or ``False``."""
    if not isinstance(value, bool | np.bool_):
        raise DomainError(f"{name} must be True or False, got {value!r}")


def ensure_callable(name: str, value: Any) -> None:
    """Require a function, or None."""
    if not (value is None or callable(value)):
        raise DomainError(f"{name} must be a function, got {type(value).__name__}")


def ensure_integer(
    name: str, value: Any, least: int | None = None, most: int | None = None
) -> int:
    """Require an integer from ``least`` to ``most``, and return it."""
    try:
        number = operator.index(value)
    except TypeError:
        raise DomainError(f"{name} must be an integer, got {value!r}") from None
    if least is not None and number < least:
        rule = "positive" if least == 1 else f"{least} or more"
        raise DomainError(f"{name} must be {rule}, got {number}")
    if most is not None and number > most:
        raise DomainError(f"{name} must be {most} at most, got {number}")
    return number


def hold_numbers(noun: Any, **shapes: Sequence[int | str] | None) -> None:
    """Let a frozen dataclass hold arrays of these shapes, whatever it was given."""
    for name, shape in shapes.items():
        value = as_numbers(getattr(noun, name), name, shape=shape)
        object.__setattr__(noun, name, value)


def ensure_index(name: str, value: Any, end: int) -> int:
    """Require an integer ``0 <= value < end``, and return it."""
    index = ensure_integer(name, value)
    if not 0 <= index < end:
        raise DomainError(f"{name}: {index} is out of range, expected 0 to {end - 1}")
    return index


def ensure_indices(name: str, array: NDArray[np.int64], end: int) -> None:
    """Require integers in ``0 <= i < end``."""
    if array.size and not (array.min() >= 0 and array.max() < end):
        raise DomainError(
            f"{name} must be in 0 to {end - 1}, got {array.min()} to {array.max()}"
        )


def ensure_volume(name: str, lattice: NDArray[np.float64]) -> None:
    """Require three vectors in rows that are not in one plane."""
    size = max(map(abs, lattice.ravel().tolist()))
    if not (size and abs(volume_of(lattice / size)) > 1e-12):
        raise DomainError(f"{name} must have a volume: its vectors are in one plane")


def ensure_finite(name: str, array: NDArray[np.float64]) -> None:
    """Require finite numbers."""
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise DomainError(f"{name} must be finite, got {array[where]} at {list(where)}")


def volume_of(lattice: NDArray[np.float64]) -> float:
    """The determinant, in Python's numbers: NumPy takes ten times as long for nine."""
    (a, b, c), (d, e, f), (g, h, i) = lattice.tolist()
    return float(a * (e * i - f * h) + b * (f * g - d * i) + c * (d * h - e * g))


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
    array: Any, name: str, dtype: Any = np.float64, shape: Sequence[int | str] | None = None
) -> NDArray[Any]:
    """Return a read-only array, C order, of the type and shape a kernel reads.

    A copy, unless it is such an array already.
    """
    is_frozen = isinstance(array, np.ndarray) and not array.flags.writeable
    numbers = as_numbers(array, name, dtype, shape)
    result = np.array(numbers, order="C", copy=not is_frozen or None)
    result.flags.writeable = False
    return result


def as_numbers(
    array: Any, name: str, dtype: Any = np.float64, shape: Sequence[int | str] | None = None
) -> NDArray[Any]:
    """Return an array in C order of the type and shape a kernel reads, copied if it must.

    A conversion that changes the numbers is refused: complex ones as real, fractions as
    integers.
    """
    if type(array) is np.ndarray and array.dtype == dtype and array.flags.c_contiguous:
        if shape is not None:
            ensure_shape(name, array, shape)
        return array
    wanted = np.dtype(dtype).kind
    if array is None:
        raise ShapeError(f"{name}: expected an array of numbers, got None")
    try:
        given = np.asarray(array)
        if given.dtype.kind == "c" and wanted != "c":
            raise DomainError(f"{name} must be real, got {given.dtype}")
        if wanted == "i" and given.dtype.kind not in "biu":
            given = given.astype(np.float64)
            whole = (given == np.rint(given)) & (np.abs(given) < 2**63)
            if not whole.all():
                raise DomainError(f"{name} must hold integers, got {given[~whole][0]:g}")
        if wanted == "b" and given.dtype.kind != "b" and not np.isin(given, (0, 1)).all():
            raise DomainError(f"{name} must hold True and False, got {given.dtype}")
        result = np.asarray(given, dtype=dtype, order="C")
    except DomainError:
        raise
    except (TypeError, ValueError) as error:
        raise ShapeError(f"{name}: expected an array of numbers ({error})") from None
    if shape is not None:
        ensure_shape(name, result, shape)
    return result


def finite(array: Any, name: str, shape: Sequence[int | str]) -> NDArray[np.float64]:
    """`as_numbers`, all of them finite."""
    result = as_numbers(array, name, shape=shape)
    ensure_finite(name, result)
    return result


def ascending(array: Any, name: str) -> NDArray[np.float64]:
    """`finite` numbers in a row and in ascending order, one or more."""
    points = finite(array, name, ("n_f",))
    if not len(points) or not (np.diff(points) >= 0).all():
        raise DomainError(
            f"{name} must be a list of numbers in ascending order, at least one"
        )
    return points


def ensure_temperatures(temperatures: Any) -> NDArray[np.float64]:
    """Require one or more temperatures, K, none of them negative; return them in a row."""
    t = np.atleast_1d(as_numbers(temperatures, "temperatures"))
    if not t.size:
        raise DomainError("temperatures: expected one or more, got none")
    return not_negative(t, "temperatures", ("n_T",), "K")


def not_negative(
    array: Any, name: str, shape: Sequence[int | str], unit: str = ""
) -> NDArray[np.float64]:
    """`as_numbers`, all of them finite and none below 0."""
    result = as_numbers(array, name, shape=shape)
    # Two passes without an array of answers; both fail for what is not a number.
    if result.size and not (result.min() >= 0 and result.max() < np.inf):
        raise _negative(name, result[~((result >= 0) & (result < np.inf))][0], unit)
    return result
