"""Our kernels in the place of functions of phonors.

Nothing heavy is imported here: phono3py imports this whenever it is imported itself.
"""

import functools
import importlib
import inspect
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import ModuleType
from typing import Any

from phono_inside._signatures import FEW, KNOWN, LISTS, METHODS, MODULES, OVERRIDES
from phono_inside._status import FunctionStatus, Status

log = logging.getLogger("phono.lang")
MARK = "_phono_inside"
"""Attribute of the functions that stand in place of the originals."""

PLACES = {**OVERRIDES, **METHODS}
_status = {name: FunctionStatus(name=name) for name in PLACES}
_originals_wanted: ContextVar[bool] = ContextVar("phono_inside_original", default=False)


class PassedOn(Exception):  # noqa: N818 - it is no error
    """Says why a call is left to the original."""


def register() -> None:
    """Put our kernels in the place of the functions of phonors that they can serve.

    phono3py calls it when it is imported, through the entry-point group
    ``phono3py.conductivity``. Called again it does nothing more than replace methods of
    phonopy, if that has been imported meanwhile. Without phonors, or with one whose
    functions have other arguments, these stay as they are, and a line of the logger
    ``phono.lang`` says so.
    """
    # phono3py swallows what is raised here: it would never be seen.
    try:
        _register()
    except Exception:
        log.exception("phono-inside: nothing is replaced")


def _register() -> None:
    """`register`, with its errors."""
    wanted = _wanted(os.environ.get("PHONO_INSIDE", "on"))
    if not wanted:
        return
    try:
        phonors = importlib.import_module("phonors")
    except ImportError:
        log.info("phono-inside: phonors is not installed, nothing to replace")
        return
    for name in wanted:
        if name in OVERRIDES:
            _replace(phonors, phonors, name, name)
            continue
        owner, _, method = name.partition(".")
        if MODULES[owner] in sys.modules:  # to import phonopy takes long
            module = sys.modules[MODULES[owner]]
            _replace(module, getattr(module, owner, None), method, name)


def _replace(module: ModuleType, owner: Any, attribute: str, name: str) -> None:
    """Put ours in the place of an attribute of a module, or of a class in it."""
    function = getattr(owner, attribute, None)
    if function is None or hasattr(function, MARK):
        return
    signature = _signature(function)
    if signature not in KNOWN[name]:
        _status[name].passed_on["signature unknown"] = 0
        log.warning(
            "phono-inside: %s%s has arguments that are not known here; it stays as it is",
            _full(name),
            getattr(function, "__text_signature__", None) or "",
        )
        return
    setattr(owner, attribute, _wrapper(module, name, function, signature))
    _status[name].replaced = True


def _full(name: str) -> str:
    """``phonors.interaction``."""
    return f"{'phonors' if name in OVERRIDES else 'phonopy'}.{name}"


def _wanted(setting: str) -> list[str]:
    """The functions that ``PHONO_INSIDE`` asks for."""
    words = setting.replace(",", " ").split()
    if not words or setting.strip().lower() in ("on", "1", "true", "yes", "all"):
        return list(PLACES)
    if setting.strip().lower() in ("off", "0", "false", "no", "none"):
        return []
    for word in words:
        if word not in PLACES:
            log.warning(
                "PHONO_INSIDE: there is no %r here, only %s; or on, off",
                word,
                ", ".join(PLACES),
            )
    return [name for name in PLACES if name in words]


def _signature(function: Callable[..., Any]) -> tuple[str, ...]:
    """Names of the arguments of a function, those with a default marked ``=``."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    return tuple(p.name + ("" if p.default is p.empty else "=") for p in parameters)


def _wrapper(
    module: ModuleType,
    name: str,
    function: Callable[..., Any],
    signature: tuple[str, ...],
) -> Callable[..., Any]:
    """The function that stands in the place of one of ``module``."""
    names = [argument.rstrip("=") for argument in signature]
    parameters = inspect.signature(function).parameters
    defaults = {n: p.default for n, p in parameters.items() if p.default is not p.empty}
    state, place = _status[name], LISTS.get(name, 99)

    @functools.wraps(function)
    def inside(*args: Any, **kwargs: Any) -> Any:
        if _originals_wanted.get():
            return function(*args, **kwargs)
        if len(args) > place and len(args[place]) < FEW:  # they are many: no more than this
            state.passed_on["few wave vectors"] += 1
            return function(*args, **kwargs)
        try:
            if len(args) + len(kwargs) < len(names) - len(defaults):
                raise PassedOn("arguments missing")
            arguments = {**defaults, **dict(zip(names, args, strict=False)), **kwargs}
            if len(arguments) != len(names) or len(args) > len(names):
                raise PassedOn("arguments unknown")
            serve = _serving(PLACES[name])
            result = serve(module, **arguments)
        except PassedOn as why:
            state.passed_on[str(why)] += 1
            log.debug("inside name=%s passed on: %s", name, why)
            return function(*args, **kwargs)
        except Exception as error:
            _say_fault(name, error)
            state.passed_on[type(error).__name__] += 1
            return function(*args, **kwargs)
        state.served += 1
        if state.served == 1:
            log.info("phono-inside: %s runs on phonokit's kernels", _full(name))
        log.debug("inside name=%s served", name)
        return result

    setattr(inside, MARK, True)
    return inside


def _say_fault(name: str, error: Exception) -> None:
    """Say why ours could not do what it took, once for each kind of reason."""
    known = _status[name].passed_on[type(error).__name__]
    log.log(
        logging.DEBUG if known else logging.WARNING,
        "phono-inside: %s is left to the original (%s: %s)",
        *(_full(name), type(error).__name__, error),
    )


@functools.cache
def _serving(place: str) -> Callable[..., Any]:
    """The function at ``module:name``, imported at its first use."""
    module, _, name = place.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


@contextmanager
def original() -> Iterator[None]:
    """Let the original functions run inside the block, to compare.

    ``with phono_inside.original(): ph3.run_thermal_conductivity()``. It is the choice of
    the thread that enters the block.
    """
    token = _originals_wanted.set(True)
    try:
        yield
    finally:
        _originals_wanted.reset(token)


def forget() -> None:
    """Free the memory of what is kept from one call to the next.

    Series, eigenvectors and tetrahedra of the last few runs are kept, by the content of the
    arrays they are made of, and so are the arrays that kernels work in. To forget them
    costs nothing but making them again.
    """
    caches = sys.modules.get("phono_inside._cache")  # nothing is kept before it is there
    for cache in caches.ALL if caches else ():
        cache.clear()
    phono_3ph = sys.modules.get("phono_3ph")
    if phono_3ph:
        phono_3ph.free_buffers()


def status() -> Status:
    """Which functions are replaced, and how many calls ours served or passed on."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        phonors = version("phonors")
    except PackageNotFoundError:
        phonors = ""
    return Status(functions=tuple(_status.values()), phonors=phonors)
