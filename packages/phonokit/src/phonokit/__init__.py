"""Phonons and lattice thermal conductivity, composed of the five phono packages.

::

    import phonokit

    silicon = phonokit.load("examples/silicon")
    result = phonokit.kappa(silicon, mesh=(11, 11, 11), temperatures=[100, 300, 800])
    print(result.kappa)  # W/(m K), one row per temperature: xx yy zz yz xz xy
    result.write("kappa.hdf5")
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

    from phonokit.calc.accumulate import accumulate
    from phonokit.calc.bands import bands
    from phonokit.calc.conduction import LongPathWarning, UnscatteredWarning
    from phonokit.calc.displace import displace
    from phonokit.calc.displacements import displacements
    from phonokit.calc.dos import dos
    from phonokit.calc.fit import fit
    from phonokit.calc.forces import collect_forces, compute_forces
    from phonokit.calc.from_calculator import from_calculator
    from phonokit.calc.joint_dos import joint_dos
    from phonokit.calc.kappa import kappa
    from phonokit.calc.linewidths import linewidths
    from phonokit.calc.modes import modes
    from phonokit.calc.plan import plan
    from phonokit.calc.scattering_problem import IdleRanksWarning
    from phonokit.calc.self_energy import self_energy
    from phonokit.calc.spectral import spectral
    from phonokit.calc.stability import ImaginaryModesWarning
    from phonokit.calc.thermal import thermal
    from phonokit.io.constants_files import (
        read_force_constants,
        read_sparse_force_constants,
    )
    from phonokit.io.load import load
    from phonokit.io.read import read
    from phonokit.io.shengbte import read_shengbte, write_shengbte
    from phonokit.io.supercells import read_supercells
    from phonokit.io.write_displacements import write_displacements
    from phonokit.io.write_forces import write_force_sets, write_forces, write_snapshots
    from phonokit.model.crystal import Crystal
    from phonokit.model.dipoles import Dipoles
    from phonokit.model.displaced_supercells import DisplacedSupercells, RandomSupercells
    from phonokit.model.force_data import ForceData, SecondOrderData
    from phonokit.model.provenance import InputFile
    from phonokit.plot.accumulation import plot_accumulate
    from phonokit.plot.bands import plot_bands
    from phonokit.plot.dos import plot_dos
    from phonokit.plot.joint_dos import plot_joint_dos
    from phonokit.plot.kappa import plot_kappa
    from phonokit.plot.linewidths import plot_linewidths
    from phonokit.plot.modes import plot_modes
    from phonokit.plot.self_energy import plot_self_energy
    from phonokit.plot.spectral import plot_spectral
    from phonokit.plot.thermal import plot_displacements, plot_thermal
    from phonokit.results.accumulate import AccumulateResult
    from phonokit.results.bands import BandsResult
    from phonokit.results.displacements import DisplacementsResult
    from phonokit.results.dos import DosResult
    from phonokit.results.force_constants import (
        FitResult,
        write_force_constants,
        write_sparse_force_constants,
    )
    from phonokit.results.joint_dos import JointDosResult
    from phonokit.results.kappa import KappaResult
    from phonokit.results.kappa_modes import KappaModes, read_kappa_modes
    from phonokit.results.linewidths import LinewidthsResult
    from phonokit.results.modes import ModesResult
    from phonokit.results.plan import Plan
    from phonokit.results.provenance import Provenance
    from phonokit.results.reading import read_result
    from phonokit.results.self_energy import SelfEnergyResult
    from phonokit.results.spectral import SpectralResult
    from phonokit.results.thermal import ThermalResult
    from phonokit.run.run import Run
    from phonokit.run.store import RunStore
    from phonokit.settings.displace import Displace
    from phonokit.settings.fit import Fit
    from phonokit.settings.projection import Part, Projection
    from phonokit.settings.transport import Transport

__all__ = [
    "AccumulateResult",
    "BandsResult",
    "ConvergenceError",
    "Crystal",
    "Dipoles",
    "Displace",
    "DisplacedSupercells",
    "DisplacementsResult",
    "DomainError",
    "DosResult",
    "FileError",
    "Fit",
    "FitResult",
    "ForceData",
    "IdleRanksWarning",
    "ImaginaryModesWarning",
    "InputFile",
    "JointDosResult",
    "KappaModes",
    "KappaResult",
    "LinewidthsResult",
    "LongPathWarning",
    "ModesResult",
    "Part",
    "PhonoError",
    "Plan",
    "Projection",
    "Provenance",
    "RandomSupercells",
    "Run",
    "RunStore",
    "SecondOrderData",
    "SelfEnergyResult",
    "ShapeError",
    "SpectralResult",
    "ThermalResult",
    "Transport",
    "UnscatteredWarning",
    "__version__",
    "accumulate",
    "bands",
    "collect_forces",
    "compute_forces",
    "displace",
    "displacements",
    "dos",
    "fit",
    "from_calculator",
    "joint_dos",
    "kappa",
    "linewidths",
    "load",
    "modes",
    "plan",
    "plot_accumulate",
    "plot_bands",
    "plot_displacements",
    "plot_dos",
    "plot_joint_dos",
    "plot_kappa",
    "plot_linewidths",
    "plot_modes",
    "plot_self_energy",
    "plot_spectral",
    "plot_thermal",
    "read",
    "read_force_constants",
    "read_kappa_modes",
    "read_result",
    "read_shengbte",
    "read_sparse_force_constants",
    "read_supercells",
    "self_energy",
    "spectral",
    "thermal",
    "write_displacements",
    "write_force_constants",
    "write_force_sets",
    "write_forces",
    "write_shengbte",
    "write_snapshots",
    "write_sparse_force_constants",
]

_HOME = {
    "phonokit.calc.bands": "bands",
    "phonokit.calc.displacements": "displacements",
    "phonokit.calc.dos": "dos",
    "phonokit.calc.modes": "modes",
    "phonokit.calc.thermal": "thermal",
    "phonokit.plot.bands": "plot_bands",
    "phonokit.plot.dos": "plot_dos",
    "phonokit.plot.modes": "plot_modes",
    "phonokit.plot.thermal": "plot_displacements plot_thermal",
    "phonokit.results.bands": "BandsResult",
    "phonokit.results.displacements": "DisplacementsResult",
    "phonokit.results.dos": "DosResult",
    "phonokit.results.modes": "ModesResult",
    "phonokit.results.thermal": "ThermalResult",
    "phonokit.settings.projection": "Part Projection",
    "phonokit.results.spectral": "SpectralResult",
    "phonokit.results.self_energy": "SelfEnergyResult",
    "phonokit.results.linewidths": "LinewidthsResult",
    "phonokit.results.joint_dos": "JointDosResult",
    "phonokit.plot.spectral": "plot_spectral",
    "phonokit.plot.self_energy": "plot_self_energy",
    "phonokit.plot.linewidths": "plot_linewidths",
    "phonokit.plot.joint_dos": "plot_joint_dos",
    "phonokit.calc.scattering_problem": "IdleRanksWarning",
    "phonokit.calc.spectral": "spectral",
    "phonokit.calc.self_energy": "self_energy",
    "phonokit.calc.linewidths": "linewidths",
    "phonokit.calc.joint_dos": "joint_dos",
    "phono_grid.errors": "ConvergenceError DomainError FileError PhonoError ShapeError",
    "phonokit.calc.conduction": "LongPathWarning UnscatteredWarning",
    "phonokit.io.constants_files": "read_force_constants read_sparse_force_constants",
    "phonokit.model.displaced_supercells": "DisplacedSupercells RandomSupercells",
    "phonokit.model.force_data": "ForceData SecondOrderData",
    "phonokit.model.provenance": "InputFile",
    "phonokit.calc.forces": "collect_forces compute_forces",
    "phonokit.io.supercells": "read_supercells",
    "phonokit.io.write_displacements": "write_displacements",
    "phonokit.io.write_forces": "write_force_sets write_forces write_snapshots",
    "phonokit.io.shengbte": "read_shengbte write_shengbte",
    "phonokit.plot.kappa": "plot_kappa",
    "phonokit.io.read": "read",
    "phonokit.results.kappa_modes": "KappaModes read_kappa_modes",
    "phonokit.results.kappa": "KappaResult",
    "phonokit.results.provenance": "Provenance",
    "phonokit.results.reading": "read_result",
    "phonokit.run.run": "Run",
    "phonokit.run.store": "RunStore",
    "phonokit.settings.transport": "Transport",
    "phonokit.calc.kappa": "kappa",
    "phonokit.calc.accumulate": "accumulate",
    "phonokit.calc.plan": "plan",
    "phonokit.plot.accumulation": "plot_accumulate",
    "phonokit.results.accumulate": "AccumulateResult",
    "phonokit.results.plan": "Plan",
    "phonokit.calc.stability": "ImaginaryModesWarning",
    "phonokit.calc.displace": "displace",
    "phonokit.calc.fit": "fit",
    "phonokit.calc.from_calculator": "from_calculator",
    "phonokit.model.dipoles": "Dipoles",
    "phonokit.results.force_constants": "FitResult write_force_constants "
    "write_sparse_force_constants",
    "phonokit.settings.displace": "Displace",
    "phonokit.settings.fit": "Fit",
    "phonokit.io.load": "load",
    "phonokit.model.crystal": "Crystal",
}
"""Imported when first asked for: ``phono --help`` needs neither NumPy nor the kernels."""


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    for module, names in _HOME.items():
        if name in names.split():
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Public names, imported or not."""
    return sorted(__all__)
