"""Every argument of every function, replaced by what cannot be meant by it."""

import inspect
from collections.abc import Collection, Iterator
from enum import Enum
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from phono_grid.errors import PhonoError


def callables(package: ModuleType, but: Collection[str]) -> list[str]:
    """Functions and classes that people call, with the makers of these."""
    names = []
    for name in sorted(set(package.__all__) - set(but)):
        thing = getattr(package, name)
        if not callable(thing):
            continue
        names.append(name)
        if isinstance(thing, type):
            names += [
                f"{name}.{made}"
                for made in ("of", "normal_umklapp")
                if hasattr(thing, made)
            ]
    return names


def wrong(value: Any, *, any_shape: bool, any_number: bool) -> Iterator[Any]:
    """What cannot be meant by an argument of which ``value`` is a good one."""
    yield object()
    match value:
        case bool() | None | Enum():
            yield "x"
        case str():
            yield 1.5
        case int():
            yield from ("x", 1.5, np.nan, None)
        case float():
            yield from ("x", 1j, np.nan, None)
            if not any_number:
                yield -1.0
        case tuple() | np.ndarray():
            yield from ("x", None)
            array = np.array(value)
            if array.dtype.kind == "U":
                return
            if array.dtype.kind != "c":
                yield array * 1j
            if not any_number:
                broken = array.astype(np.result_type(array, float))
                broken.flat[0] = np.nan
                yield broken
            if not any_shape:
                yield array[None]
        case _:
            yield from ("x", None)


def ensure_named(
    package: ModuleType,
    name: str,
    good: dict[str, Any],
    *,
    any_shape: Collection[str] = (),
    any_number: Collection[str] = (),
) -> None:
    """Require an error that names it for each argument that is wrong."""
    function: Any = package
    for part in name.split("."):
        function = getattr(function, part)
    parameters = inspect.signature(function).parameters.values()
    names = {p.name: p.default for p in parameters if p.kind is not p.VAR_POSITIONAL}
    arguments = {x: good.get(x) for x in names}
    for argument, default in names.items():
        kind = {
            "any_shape": argument in any_shape,
            "any_number": argument in any_number,
        }
        for bad in wrong(arguments[argument], **kind):
            if bad is None and default is None:
                continue
            with pytest.raises(PhonoError, match=argument):
                function(**{**arguments, argument: bad})
