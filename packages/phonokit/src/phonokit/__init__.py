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

    from phonokit._conduction import LongPathWarning, UnscatteredWarning
    from phonokit._constants import force_constants_of
    from phonokit._constants_files import (
        read_force_constants,
        read_sparse_force_constants,
        write_force_constants,
        write_sparse_force_constants,
    )
    from phonokit._displaced_supercells import DisplacedSupercells, RandomSupercells
    from phonokit._force_data import ForceData, InputFile, SecondOrderData
    from phonokit._forces import collect_forces, compute_forces
    from phonokit._kappa_modes import KappaModes, read_kappa_modes
    from phonokit._kappa_result import KappaResult, Provenance
    from phonokit._plot import plot_kappa
    from phonokit._read import read
    from phonokit._read_supercells import read_phonon_supercells, read_supercells
    from phonokit._results import write_kappa
    from phonokit._run import Run
    from phonokit._run_store import RunStore
    from phonokit._shengbte import read_shengbte, write_shengbte
    from phonokit._transport import Transport
    from phonokit._workflow import (
        Crystal,
        ImaginaryModesWarning,
        kappa,
        load,
    )
    from phonokit._write_displacements import write_displacements
    from phonokit._write_forces import write_force_sets, write_forces, write_snapshots

__all__ = [
    "ConvergenceError",
    "Crystal",
    "DisplacedSupercells",
    "DomainError",
    "FileError",
    "ForceData",
    "ImaginaryModesWarning",
    "InputFile",
    "KappaModes",
    "KappaResult",
    "LongPathWarning",
    "PhonoError",
    "Provenance",
    "RandomSupercells",
    "Run",
    "RunStore",
    "SecondOrderData",
    "ShapeError",
    "Transport",
    "UnscatteredWarning",
    "__version__",
    "collect_forces",
    "compute_forces",
    "force_constants_of",
    "kappa",
    "load",
    "plot_kappa",
    "read",
    "read_force_constants",
    "read_kappa_modes",
    "read_phonon_supercells",
    "read_shengbte",
    "read_sparse_force_constants",
    "read_supercells",
    "write_displacements",
    "write_force_constants",
    "write_force_sets",
    "write_forces",
    "write_kappa",
    "write_shengbte",
    "write_snapshots",
    "write_sparse_force_constants",
]

_HOME = {
    "phono_grid.errors": "ConvergenceError DomainError FileError PhonoError ShapeError",
    "phonokit._conduction": "LongPathWarning UnscatteredWarning",
    "phonokit._constants": "force_constants_of",
    "phonokit._constants_files": "read_force_constants read_sparse_force_constants "
    "write_force_constants write_sparse_force_constants",
    "phonokit._displaced_supercells": "DisplacedSupercells RandomSupercells",
    "phonokit._force_data": "ForceData InputFile SecondOrderData",
    "phonokit._forces": "collect_forces compute_forces",
    "phonokit._read_supercells": "read_phonon_supercells read_supercells",
    "phonokit._write_displacements": "write_displacements",
    "phonokit._write_forces": "write_force_sets write_forces write_snapshots",
    "phonokit._shengbte": "read_shengbte write_shengbte",
    "phonokit._plot": "plot_kappa",
    "phonokit._read": "read",
    "phonokit._results": "write_kappa",
    "phonokit._kappa_modes": "KappaModes read_kappa_modes",
    "phonokit._kappa_result": "KappaResult Provenance",
    "phonokit._run": "Run",
    "phonokit._run_store": "RunStore",
    "phonokit._transport": "Transport",
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
