"""Which implementation of the kernels runs: Rust, or the NumPy that defines them.

Every kernel is a Python function whose body is its definition. `accelerated_by` lets
Rust run in its place; `using` chooses for a block of code::

    with phono_grid.using("Python"):
        ...

The choice at start comes from the environment variable ``PHONO_LANG``. With
``PHONO_TRACE_LANG=1`` every dispatch is a line on stderr, through the logger
``phono.lang``. ``PHONO_NO_RUST=1`` does without the extensions altogether. `running` says
what really runs, and `register` makes other implementations known.
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
from typing import Any, ClassVar, ParamSpec, TypeVar

from phono_grid.errors import DomainError

P = ParamSpec("P")
R = TypeVar("R")


class Backend:
    """An implementation of the kernels.

    There are ``Backend.RUST``, ``Backend.PYTHON``, and those that `register` makes known.

    Parameters
    ----------
    value : str
        Its name.
    """

    RUST: ClassVar["Backend"]
    PYTHON: ClassVar["Backend"]

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    @classmethod
    def of(cls, lang: "Backend | str") -> "Backend":
        """The backend called ``lang``, upper or lower case."""
        if isinstance(lang, Backend):
            return lang
        if str(lang).lower() not in _BACKENDS:
            names = " or ".join(repr(backend.value) for backend in _BACKENDS.values())
            raise DomainError(f"lang must be {names}, got {lang!r}")
        return _BACKENDS[str(lang).lower()]

    def __repr__(self) -> str:
        """The call that returns it."""
        return f"Backend.of({self.value!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Stay the same object in copies and in other processes."""
        return Backend.of, (self.value,)


Backend.RUST, Backend.PYTHON = Backend("Rust"), Backend("Python")
_BACKENDS = {"rust": Backend.RUST, "python": Backend.PYTHON}

Implementations = dict[Backend, Callable[..., Any]]

KERNELS: dict[str, Callable[..., Any]] = {}
"""Every accelerated kernel, as ``package.name``."""
IMPLEMENTATIONS: dict[str, Implementations] = {}
"""The implementations of every kernel; that of Python is its definition."""

_UNCHECKED: dict[Callable[..., Any], Callable[..., Any]] = {}
_EXTENSIONS: dict[str, ModuleType | None] = {}

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
    """The backend that is chosen; `running` says what really runs."""
    return _active.get()


def running(package: str | None = None) -> Backend:
    """The backend whose kernels really run: Python where Rust is chosen but missing.

    Parameters
    ----------
    package : str, optional
        Such as ``"phono_3ph"``. If it is not given, Rust means that no package which is
        imported lacks its extension.
    """
    backend = active()
    if backend is not Backend.RUST:
        return backend
    if not (package is None or isinstance(package, str)):
        raise DomainError(f"package must be the name of a package, got {package!r}")
    packages = list(_EXTENSIONS) if package is None else [package]
    loaded = [_EXTENSIONS.get(name) is not None for name in packages]
    return Backend.RUST if loaded and all(loaded) else Backend.PYTHON


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
    package = name.split(".")[0]
    _EXTENSIONS[package] = None
    if _flag("PHONO_NO_RUST"):
        _say_once("PHONO_NO_RUST is set: kernels run in Python, slowly")
        return MissingExtension(name)
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        _say_once(
            f"the Rust kernels of {package} are missing, Python runs instead, "
            f"slowly; reinstall the package to get them back ({error})"
        )
        return MissingExtension(name)
    _EXTENSIONS[package] = module
    return module


def accelerated_by(
    rust: Callable[..., Any] | None,
    check: Callable[..., tuple[Any, ...] | None] | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let ``rust`` run in place of the decorated definition.

    ``check``, if it is given, refuses bad input before either language allocates anything.
    Both get the positional arguments that it returns, converted; what came if it is None.
    An argument that is ``only_python`` has the definition run.
    """

    def decorate(definition: Callable[P, R]) -> Callable[P, R]:
        name = f"{definition.__module__.split('.')[0]}.{definition.__name__}"
        parameters = inspect.signature(definition).parameters.values()
        options = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY}
        # A default stands in the definition and nowhere else: Rust is given it too.
        defaults = {
            p.name: p.default
            for p in parameters
            if p.kind is p.KEYWORD_ONLY and p.default is not p.empty
        }

        @functools.wraps(definition)
        def kernel(*args: P.args, **kwargs: P.kwargs) -> R:
            checked: Any = None if check is None else check(*args, **kwargs)
            if checked is None:
                return dispatch(*args, **kwargs)
            given = {name: kwargs[name] for name in options & kwargs.keys()}
            keywords: Any = defaults | given
            return dispatch(*checked, **keywords)

        implementations: Implementations = {Backend.PYTHON: definition}
        if rust is not None:
            implementations[Backend.RUST] = rust

        def dispatch(*args: P.args, **kwargs: P.kwargs) -> R:
            backend = _active.get()
            if any(getattr(arg, "only_python", False) for arg in args):
                backend = Backend.PYTHON
            implementation = implementations.get(backend)
            if implementation is None:
                backend = _nearest(implementations, backend)
                implementation = implementations[backend]
            log.debug("dispatch name=%s lang=%s", name, backend.value)
            result: R = implementation(*args, **kwargs)
            return result

        KERNELS[name] = kernel
        IMPLEMENTATIONS[name] = implementations
        _UNCHECKED[kernel] = dispatch
        return kernel

    return decorate


def unchecked(kernel: Callable[P, R]) -> Callable[P, R]:
    """``kernel`` for arguments that hold what it checks, as our dataclasses do."""
    return _UNCHECKED[kernel]


def _nearest(implementations: Implementations, backend: Backend) -> Backend:
    """The backend that runs in place of one without an implementation: Rust if it can."""
    is_rust = backend is not Backend.RUST and Backend.RUST in implementations
    return Backend.RUST if is_rust else Backend.PYTHON


def register(kernel: str, backend: str, implementation: Callable[..., Any]) -> Backend:
    """Make another implementation of a kernel known, ``with using("CUDA"):`` runs it.

    Kernels without an implementation of a backend run in Rust, or in Python where there is
    none. The parity tests compare all that is registered with the definition.

    Parameters
    ----------
    kernel : str
        A name in `KERNELS`, such as ``"phono_3ph.linewidths"``.
    backend : str
        The name of the implementation, such as ``"CUDA"``.
    implementation : callable
        A function of the kernel's arguments, checked and converted.

    Raises
    ------
    DomainError
        If there is no such kernel, or the implementation cannot be called.
    """
    if kernel not in IMPLEMENTATIONS:
        raise DomainError(
            f"kernel: there is no {kernel!r} among those of the imported packages; see "
            "phono_grid.backend.KERNELS"
        )
    if not callable(implementation):
        raise DomainError(f"implementation must be a function, got {implementation!r}")
    chosen = _BACKENDS.setdefault(backend.lower(), Backend(backend))
    IMPLEMENTATIONS[kernel][chosen] = implementation
    return chosen


def describe() -> str:
    """The backend that really runs, in words: ``Rust kernels, rayon (2 threads)``."""
    backend = active()
    loaded = [module for module in _EXTENSIONS.values() if module is not None]
    if backend is Backend.PYTHON or not loaded:
        return "Python kernels (NumPy)"
    n = loaded[0].rayon_threads()
    text = f"{backend.value} kernels, rayon ({n} thread{'s' if n != 1 else ''})"
    missing = [package for package, module in _EXTENSIONS.items() if module is None]
    return (
        f"{text}, but Python kernels (NumPy) in {', '.join(missing)}" if missing else text
    )
