"""Distributing work and arrays over MPI ranks. MPI itself is optional, and loaded late."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from phono_mpi._exports import *  # noqa: F403  # the names are listed there, once
    from phono_mpi._exports import __all__ as __all__


def __getattr__(name: str) -> Any:
    """Import the package when a name is first used: `launch` is needed before NumPy."""
    exports = import_module("phono_mpi._exports")
    if name == "__all__" or name in exports.__all__:
        return getattr(exports, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """All public names, imported or not."""
    return sorted({*globals(), *import_module("phono_mpi._exports").__all__})
