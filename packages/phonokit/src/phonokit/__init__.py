"""Phonons and lattice thermal conductivity, composed of the five phono packages.

::

    import phonokit

    silicon = phonokit.load("examples/silicon")
    result = phonokit.kappa(silicon, mesh=(11, 11, 11), temperatures=[100, 300, 800])
    print(result.kappa)  # W/(m K), one row per temperature: xx yy zz yz xz xy
    phonokit.write_kappa(result, "kappa.hdf5")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from phonokit._version import __version__

if TYPE_CHECKING:
    from phono_grid.errors import (
        ConvergenceError,
        DomainError,
        FileError,
        PhonoError,
        ShapeError,
    )

    from phonokit._kappa_result import KappaResult, Provenance
    from phonokit._plot import plot_kappa
    from phonokit._read import ForceData, InputFile, read
    from phonokit._results import write_kappa
    from phonokit._workflow import (
        Crystal,
        ImaginaryModesWarning,
        kappa,
        load,
    )

__all__ = [
    "ConvergenceError",
    "Crystal",
    "DomainError",
    "FileError",
    "ForceData",
    "ImaginaryModesWarning",
    "InputFile",
    "KappaResult",
    "PhonoError",
    "Provenance",
    "ShapeError",
    "__version__",
    "kappa",
    "load",
    "plot_kappa",
    "read",
    "write_kappa",
]

_HOME = {
    "phono_grid.errors": "ConvergenceError DomainError FileError PhonoError ShapeError",
    "phonokit._plot": "plot_kappa",
    "phonokit._read": "ForceData InputFile read",
    "phonokit._results": "write_kappa",
    "phonokit._kappa_result": "KappaResult Provenance",
    "phonokit._workflow": "Crystal ImaginaryModesWarning kappa load",
}
"""Imported when first asked for: ``phono --help`` needs neither NumPy nor the kernels."""


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    for module, names in _HOME.items():
        if name in names.split():
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """What there is, imported or not."""
    return sorted({*globals(), *__all__})
