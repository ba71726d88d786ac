"""What people pass by mistake, by accident, or because another library gave it to them."""

import inspect
import warnings
from collections.abc import Callable, Collection, Iterator
from enum import Enum
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from phono_grid.errors import PhonoError


class Labelled(np.ndarray):
    """A sub-class of an array, as libraries of units make."""


def odd_arrays(array: np.ndarray) -> Iterator[Any]:
    """Other forms of an array, and arrays with nothing or one thing along an axis."""
    for axis in range(array.ndim):
        yield np.take(array, [], axis)
        if array.shape[axis] > 1:
            yield np.take(array, [0], axis)
    yield array[..., None]
    if array.dtype.kind not in "OU":
        yield array.view(Labelled)
        yield array.astype(array.dtype.newbyteorder(">"))
        yield np.asfortranarray(array)
        yield array.tolist()


def odd(value: Any) -> Iterator[Any]:
    """What may come in place of ``value``."""
    yield from (object(), None, True, "", "x", -1, 0, 1, 2**70, -(2**70), 1.5, np.nan, 1j)
    yield from (np.int8(1), np.uint8(2), np.float32(1), np.float64(0.5), np.array(1))
    yield from ([], (), {}, [None], ["x"], [[]], [[], [1]], [2**70], slice(None), int)
    yield from (np.zeros(0), np.zeros((0, 3)), np.zeros((1, 0)), np.zeros((3, 3)))
    yield from (np.zeros((1, 1, 1, 1)), np.array([object()]), np.array(["x"]))
    if isinstance(value, int) and not isinstance(value, bool):
        yield from (np.int8(value % 100), np.int16(value), np.uint64(value))
    if isinstance(value, np.ndarray):
        yield from odd_arrays(value)


def public_functions(
    package: ModuleType, but: Collection[str]
) -> dict[str, Callable[..., Any]]:
    """Functions, classes and other makers of a package, by name."""
    functions = {}
    for name in sorted(package.__all__):
        thing = getattr(package, name)
        if not callable(thing) or (isinstance(thing, type) and issubclass(thing, Enum)):
            continue
        functions[name] = thing
        if isinstance(thing, type):
            own = vars(thing)
            makers = [m for m in own if isinstance(own[m], classmethod) and m[0] != "_"]
            functions |= {f"{name}.{maker}": getattr(thing, maker) for maker in makers}
    return {name: function for name, function in functions.items() if name not in but}


def named_parameters(function: Callable[..., Any]) -> list[str]:
    """Parameters that have a name of their own."""
    own = inspect.signature(function).parameters.values()
    return [p.name for p in own if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]


def ensure_refused_or_done(function: Callable[..., Any], good: dict[str, Any]) -> None:
    """Require a result or a `PhonoError` for every odd value of every argument."""
    names = named_parameters(function)
    arguments = {name: good[name] for name in names if name in good}
    wrong = []
    for name in names:
        for value in odd(good.get(name)):
            problem = outcome(function, arguments | {name: value})
            if problem is not None:
                wrong.append(f"{name}={described(value)}: {problem}")
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def outcome(function: Callable[..., Any], arguments: dict[str, Any]) -> str | None:
    """How a call went wrong; None if it did not."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            result = function(**arguments)
            if inspect.isgenerator(result):
                next(result, None)
    except PhonoError:
        return None
    except BaseException as error:  # a panic of Rust is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return f"{type(error).__name__}: {str(error)[:100]}"
    return None


def described(value: Any) -> str:
    """A value in a few words."""
    if isinstance(value, np.ndarray):
        return f"{type(value).__name__}{list(value.shape)} of {value.dtype}"
    return f"{type(value).__name__} {str(value)[:40]}"
