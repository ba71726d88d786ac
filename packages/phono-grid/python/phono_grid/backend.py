"""Which implementation of the kernels runs: Rust, or the NumPy that defines them.

Every kernel is a Python function whose body is its definition. `accelerated_by` lets
Rust run in its place; `using` chooses for a block of code::

    with phono_grid.using("Python"):
        ...

The choice at start comes from the environment variable ``PHONO_LANG``. With
``PHONO_TRACE_LANG=1`` every dispatch is a line on stderr, through the logger
``phono.lang``. ``PHONO_NO_RUST=1`` does without the extensions altogether.
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
from enum import Enum
from types import ModuleType
from typing import Any, ParamSpec, TypeVar

from phono_grid.errors import named

P = ParamSpec("P")
R = TypeVar("R")


class Backend(Enum):
    """An implementation of every kernel."""

    RUST = "Rust"
    PYTHON = "Python"

    @classmethod
    def of(cls, lang: "Backend | str") -> "Backend":
        """The backend called ``lang``, upper or lower case."""
        return named(cls, lang, "lang")


KERNELS: dict[str, Callable[..., Any]] = {}
"""Every accelerated kernel, as ``package.name``."""

_UNCHECKED: dict[Callable[..., Any], Callable[..., Any]] = {}

log = logging.getLogger("phono.lang")


def _trace_to_stderr() -> None:
    """Send every dispatch to stderr, whatever the verbosity."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("[phono.lang] %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    log.propagate = False


def _flag(name: str) -> bool:
    """Whether an environment variable is set to something that means yes."""
    return os.environ.get(name, "0").lower() not in ("", "0", "false", "no")


if _flag("PHONO_TRACE_LANG"):
    _trace_to_stderr()

_DEFAULT = Backend.of(os.environ.get("PHONO_LANG", "Rust"))
_active: ContextVar[Backend] = ContextVar("phono_backend", default=_DEFAULT)


def active() -> Backend:
    """The backend that runs now."""
    return _active.get()


@contextmanager
def using(lang: Backend | str) -> Iterator[Backend]:
    """Run the kernels of ``lang`` (``"Rust"`` or ``"Python"``) inside the block."""
    backend = Backend.of(lang)
    token = _active.set(backend)
    try:
        yield backend
    finally:
        _active.reset(token)


class MissingExtension(ModuleType):
    """Stands in for an extension that is not there: every kernel is None."""

    def __getattr__(self, name: str) -> Any:
        """No kernel."""
        if name.startswith("__"):
            raise AttributeError(name)
        return None


@functools.cache
def _say_once(message: str) -> None:
    """Warn, once per process and message."""
    log.warning(message)


def extension(name: str) -> ModuleType:
    """Import the Rust extension ``name``, or a stand-in where there is none."""
    if _flag("PHONO_NO_RUST"):
        _say_once("PHONO_NO_RUST is set: kernels run in Python, slowly")
        return MissingExtension(name)
    try:
        return importlib.import_module(name)
    except ImportError as error:
        _say_once(
            f"the Rust kernels of {name.split('.')[0]} are missing, Python runs instead, "
            f"slowly; reinstall the package to get them back ({error})"
        )
        return MissingExtension(name)


def accelerated_by(
    rust: Callable[..., Any] | None,
    check: Callable[..., tuple[Any, ...] | None] | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let ``rust`` run in place of the decorated definition.

    ``check``, if it is given, refuses bad input before either language allocates anything.
    Both get the positional arguments that it returns, converted; what came if it is None.
    """

    def decorate(definition: Callable[P, R]) -> Callable[P, R]:
        name = f"{definition.__module__.split('.')[0]}.{definition.__name__}"
        parameters = inspect.signature(definition).parameters.values()
        options = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY}

        @functools.wraps(definition)
        def kernel(*args: P.args, **kwargs: P.kwargs) -> R:
            checked: Any = None if check is None else check(*args, **kwargs)
            if checked is None:
                return dispatch(*args, **kwargs)
            left: Any = {name: kwargs[name] for name in options & kwargs.keys()}
            return dispatch(*checked, **left)

        def dispatch(*args: P.args, **kwargs: P.kwargs) -> R:
            if rust is not None and _active.get() is Backend.RUST:
                log.debug("dispatch name=%s lang=Rust", name)
                result: R = rust(*args, **kwargs)
                return result
            log.debug("dispatch name=%s lang=Python", name)
            return definition(*args, **kwargs)

        KERNELS[name] = kernel
        _UNCHECKED[kernel] = dispatch
        return kernel

    return decorate


def unchecked(kernel: Callable[P, R]) -> Callable[P, R]:
    """``kernel`` for arguments that hold what it checks, as our dataclasses do."""
    return _UNCHECKED[kernel]


def describe() -> str:
    """What runs, for the head of a log: ``Rust kernels, rayon (2 threads)``."""
    from phono_grid import _extension

    if active() is Backend.PYTHON or _extension.rust.rayon_threads is None:
        return "Python kernels (NumPy)"
    n = _extension.rust.rayon_threads()
    return f"Rust kernels, rayon ({n} thread{'s' if n != 1 else ''})"
