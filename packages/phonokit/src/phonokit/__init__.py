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

from phonokit._version import __version__ as __version__

if TYPE_CHECKING:
    from phono_grid.errors import ConvergenceError as ConvergenceError
    from phono_grid.errors import DomainError as DomainError
    from phono_grid.errors import FileError as FileError
    from phono_grid.errors import PhonoError as PhonoError
    from phono_grid.errors import ShapeError as ShapeError

    from phonokit.calc.accumulate import accumulate as accumulate
    from phonokit.calc.at_volumes import at_volumes as at_volumes
    from phonokit.calc.bands import bands as bands
    from phonokit.calc.conduction import LongPathWarning as LongPathWarning
    from phonokit.calc.conduction import UnscatteredWarning as UnscatteredWarning
    from phonokit.calc.converge import converge as converge
    from phonokit.calc.displace import displace as displace
    from phonokit.calc.displace import displace_fourth_order as displace_fourth_order
    from phonokit.calc.displacements import displacements as displacements
    from phonokit.calc.dos import dos as dos
    from phonokit.calc.elasticity import elasticity as elasticity
    from phonokit.calc.fit import fit as fit
    from phonokit.calc.fit_fourth_order import fit_fourth_order as fit_fourth_order
    from phonokit.calc.fit_trajectory import TemperatureWarning as TemperatureWarning
    from phonokit.calc.fit_trajectory import fit_trajectory as fit_trajectory
    from phonokit.calc.forces import collect_forces as collect_forces
    from phonokit.calc.forces import compute_forces as compute_forces
    from phonokit.calc.from_calculator import from_calculator as from_calculator
    from phonokit.calc.grueneisen import grueneisen as grueneisen
    from phonokit.calc.grueneisen_from_volumes import (
        grueneisen_from_volumes as grueneisen_from_volumes,
    )
    from phonokit.calc.infrared import infrared as infrared
    from phonokit.calc.joint_dos import joint_dos as joint_dos
    from phonokit.calc.kappa import kappa as kappa
    from phonokit.calc.kappa_folder import KappaFolder as KappaFolder
    from phonokit.calc.kappa_for_widths import kappa_for_widths as kappa_for_widths
    from phonokit.calc.mode_quantity import accumulate_quantity as accumulate_quantity
    from phonokit.calc.mode_symmetry import mode_symmetry as mode_symmetry
    from phonokit.calc.modes import modes as modes
    from phonokit.calc.modulate import modulate as modulate
    from phonokit.calc.neutrons import neutrons as neutrons
    from phonokit.calc.plan import plan as plan
    from phonokit.calc.powder import powder as powder
    from phonokit.calc.qha import MisfitWarning as MisfitWarning
    from phonokit.calc.qha import VolumeRangeWarning as VolumeRangeWarning
    from phonokit.calc.qha import qha as qha
    from phonokit.calc.relax import relax as relax
    from phonokit.calc.sampling import SamplingWarning as SamplingWarning
    from phonokit.calc.scattering_problem import IdleRanksWarning as IdleRanksWarning
    from phonokit.calc.self_energy import linewidths as linewidths
    from phonokit.calc.self_energy import self_energy as self_energy
    from phonokit.calc.spectral import spectral as spectral
    from phonokit.calc.stability import ImaginaryModesWarning as ImaginaryModesWarning
    from phonokit.calc.strains import strain_elasticity as strain_elasticity
    from phonokit.calc.thermal import thermal as thermal
    from phonokit.calc.unfold import unfold as unfold
    from phonokit.io.charges import ComputedCharges as ComputedCharges
    from phonokit.io.charges import read_charges as read_charges
    from phonokit.io.charges import write_born as write_born
    from phonokit.io.constants_files import read_force_constants as read_force_constants
    from phonokit.io.constants_files import (
        read_sparse_force_constants as read_sparse_force_constants,
    )
    from phonokit.io.export import export as export
    from phonokit.io.formats.constants import read_constants as read_constants
    from phonokit.io.formats.constants import write_constants as write_constants
    from phonokit.io.formats.shengbte import read_shengbte as read_shengbte
    from phonokit.io.formats.shengbte import write_shengbte as write_shengbte
    from phonokit.io.fourth_order import read_fourth_order as read_fourth_order
    from phonokit.io.fourth_order import (
        read_fourth_order_supercells as read_fourth_order_supercells,
    )
    from phonokit.io.fourth_order import (
        write_fourth_order_supercells as write_fourth_order_supercells,
    )
    from phonokit.io.load import load as load
    from phonokit.io.objects import from_object as from_object
    from phonokit.io.read import read as read
    from phonokit.io.supercells import read_supercells as read_supercells
    from phonokit.io.trajectory import read_trajectory as read_trajectory
    from phonokit.io.write_displacements import write_displacements as write_displacements
    from phonokit.io.write_forces import write_force_sets as write_force_sets
    from phonokit.io.write_forces import write_forces as write_forces
    from phonokit.io.write_forces import write_snapshots as write_snapshots
    from phonokit.io.write_modulation import write_modulation as write_modulation
    from phonokit.model.crystal import Crystal as Crystal
    from phonokit.model.dipoles import Dipoles as Dipoles
    from phonokit.model.displaced_supercells import (
        DisplacedSupercells as DisplacedSupercells,
    )
    from phonokit.model.displaced_supercells import RandomSupercells as RandomSupercells
    from phonokit.model.force_data import ForceData as ForceData
    from phonokit.model.force_data import SecondOrderData as SecondOrderData
    from phonokit.model.fourth_order import FourthOrderData as FourthOrderData
    from phonokit.model.fourth_order import FourthOrderSupercells as FourthOrderSupercells
    from phonokit.model.modulation import Modulation as Modulation
    from phonokit.model.neutron_data import NeutronData as NeutronData
    from phonokit.model.provenance import InputFile as InputFile
    from phonokit.model.trajectory import TrajectoryData as TrajectoryData
    from phonokit.model.volume_series import VolumeSeries as VolumeSeries
    from phonokit.plot.accumulate import plot_accumulate as plot_accumulate
    from phonokit.plot.converge import plot_converge as plot_converge
    from phonokit.plot.elasticity import plot_elasticity as plot_elasticity
    from phonokit.plot.four_phonon import plot_four_phonon as plot_four_phonon
    from phonokit.plot.grueneisen import plot_grueneisen as plot_grueneisen
    from phonokit.plot.harmonic import plot_bands as plot_bands
    from phonokit.plot.harmonic import plot_displacements as plot_displacements
    from phonokit.plot.harmonic import plot_dos as plot_dos
    from phonokit.plot.harmonic import plot_modes as plot_modes
    from phonokit.plot.harmonic import plot_thermal as plot_thermal
    from phonokit.plot.infrared import plot_infrared as plot_infrared
    from phonokit.plot.kappa import plot_kappa as plot_kappa
    from phonokit.plot.mode_quantity import plot_mode_quantity as plot_mode_quantity
    from phonokit.plot.neutrons import plot_neutrons as plot_neutrons
    from phonokit.plot.neutrons import plot_powder as plot_powder
    from phonokit.plot.qha import plot_qha as plot_qha
    from phonokit.plot.relaxons import plot_relaxons as plot_relaxons
    from phonokit.plot.results import plot_results as plot_results
    from phonokit.plot.scattering import plot_joint_dos as plot_joint_dos
    from phonokit.plot.scattering import plot_linewidths as plot_linewidths
    from phonokit.plot.scattering import plot_self_energy as plot_self_energy
    from phonokit.plot.scattering import plot_spectral as plot_spectral
    from phonokit.plot.unfold import plot_unfold as plot_unfold
    from phonokit.results.accumulate import AccumulateResult as AccumulateResult
    from phonokit.results.converge import ConvergeResult as ConvergeResult
    from phonokit.results.elasticity import ElasticityResult as ElasticityResult
    from phonokit.results.force_constants import FitResult as FitResult
    from phonokit.results.force_constants import (
        write_force_constants as write_force_constants,
    )
    from phonokit.results.force_constants import (
        write_sparse_force_constants as write_sparse_force_constants,
    )
    from phonokit.results.grueneisen import GrueneisenResult as GrueneisenResult
    from phonokit.results.harmonic import BandsResult as BandsResult
    from phonokit.results.harmonic import DisplacementsResult as DisplacementsResult
    from phonokit.results.harmonic import DosResult as DosResult
    from phonokit.results.harmonic import ModesResult as ModesResult
    from phonokit.results.harmonic import ThermalResult as ThermalResult
    from phonokit.results.infrared import InfraredResult as InfraredResult
    from phonokit.results.kappa import KappaResult as KappaResult
    from phonokit.results.kappa_curve import KappaCurve as KappaCurve
    from phonokit.results.kappa_curve import read_kappa_curve as read_kappa_curve
    from phonokit.results.kappa_modes import KappaModes as KappaModes
    from phonokit.results.kappa_modes import read_kappa_modes as read_kappa_modes
    from phonokit.results.mode_quantity import ModeQuantityResult as ModeQuantityResult
    from phonokit.results.mode_symmetry import ModeSymmetryResult as ModeSymmetryResult
    from phonokit.results.neutrons import NeutronsResult as NeutronsResult
    from phonokit.results.neutrons import PowderResult as PowderResult
    from phonokit.results.plan import Plan as Plan
    from phonokit.results.provenance import Provenance as Provenance
    from phonokit.results.qha import QhaResult as QhaResult
    from phonokit.results.reading import read_result as read_result
    from phonokit.results.scattering import JointDosResult as JointDosResult
    from phonokit.results.scattering import LinewidthsResult as LinewidthsResult
    from phonokit.results.scattering import SelfEnergyResult as SelfEnergyResult
    from phonokit.results.scattering import SpectralResult as SpectralResult
    from phonokit.results.trajectory import TrajectoryFitResult as TrajectoryFitResult
    from phonokit.results.unfold import UnfoldResult as UnfoldResult
    from phonokit.run.run import Run as Run
    from phonokit.run.store import RunStore as RunStore
    from phonokit.settings.convergence import Convergence as Convergence
    from phonokit.settings.displace import Displace as Displace
    from phonokit.settings.fit import Fit as Fit
    from phonokit.settings.four_phonon import FourPhonon as FourPhonon
    from phonokit.settings.mode_quantity import ModeQuantity as ModeQuantity
    from phonokit.settings.picture import Picture as Picture
    from phonokit.settings.projection import Part as Part
    from phonokit.settings.projection import Projection as Projection
    from phonokit.settings.sample import Sample as Sample
    from phonokit.settings.symmetry_search import SymmetrySearch as SymmetrySearch
    from phonokit.settings.trajectory import TrajectoryFit as TrajectoryFit
    from phonokit.settings.transport import Transport as Transport

_HOME = {
    "phono_grid.errors": "ConvergenceError DomainError FileError PhonoError ShapeError",
    "phonokit.calc.accumulate": "accumulate",
    "phonokit.calc.at_volumes": "at_volumes",
    "phonokit.calc.bands": "bands",
    "phonokit.calc.conduction": "LongPathWarning UnscatteredWarning",
    "phonokit.calc.converge": "converge",
    "phonokit.calc.displace": "displace displace_fourth_order",
    "phonokit.calc.displacements": "displacements",
    "phonokit.calc.dos": "dos",
    "phonokit.calc.elasticity": "elasticity",
    "phonokit.calc.fit": "fit",
    "phonokit.calc.fit_fourth_order": "fit_fourth_order",
    "phonokit.calc.fit_trajectory": "TemperatureWarning fit_trajectory",
    "phonokit.calc.forces": "collect_forces compute_forces",
    "phonokit.calc.from_calculator": "from_calculator",
    "phonokit.calc.grueneisen": "grueneisen",
    "phonokit.calc.grueneisen_from_volumes": "grueneisen_from_volumes",
    "phonokit.calc.infrared": "infrared",
    "phonokit.calc.joint_dos": "joint_dos",
    "phonokit.calc.kappa": "kappa",
    "phonokit.calc.kappa_for_widths": "kappa_for_widths",
    "phonokit.calc.kappa_folder": "KappaFolder",
    "phonokit.calc.mode_symmetry": "mode_symmetry",
    "phonokit.calc.mode_quantity": "accumulate_quantity",
    "phonokit.calc.modes": "modes",
    "phonokit.calc.modulate": "modulate",
    "phonokit.calc.neutrons": "neutrons",
    "phonokit.calc.plan": "plan",
    "phonokit.calc.powder": "powder",
    "phonokit.calc.qha": "MisfitWarning VolumeRangeWarning qha",
    "phonokit.calc.relax": "relax",
    "phonokit.calc.sampling": "SamplingWarning",
    "phonokit.calc.scattering_problem": "IdleRanksWarning",
    "phonokit.calc.self_energy": "linewidths self_energy",
    "phonokit.calc.spectral": "spectral",
    "phonokit.calc.stability": "ImaginaryModesWarning",
    "phonokit.calc.strains": "strain_elasticity",
    "phonokit.calc.thermal": "thermal",
    "phonokit.calc.unfold": "unfold",
    "phonokit.io.charges": "ComputedCharges read_charges write_born",
    "phonokit.io.constants_files": "read_force_constants read_sparse_force_constants",
    "phonokit.io.export": "export",
    "phonokit.io.formats.constants": "read_constants write_constants",
    "phonokit.io.formats.shengbte": "read_shengbte write_shengbte",
    "phonokit.io.fourth_order": "read_fourth_order read_fourth_order_supercells "
    "write_fourth_order_supercells",
    "phonokit.io.load": "load",
    "phonokit.io.objects": "from_object",
    "phonokit.io.read": "read",
    "phonokit.io.supercells": "read_supercells",
    "phonokit.io.trajectory": "read_trajectory",
    "phonokit.io.write_displacements": "write_displacements",
    "phonokit.io.write_forces": "write_force_sets write_forces write_snapshots",
    "phonokit.io.write_modulation": "write_modulation",
    "phonokit.model.crystal": "Crystal",
    "phonokit.model.dipoles": "Dipoles",
    "phonokit.model.displaced_supercells": "DisplacedSupercells RandomSupercells",
    "phonokit.model.force_data": "ForceData SecondOrderData",
    "phonokit.model.fourth_order": "FourthOrderData FourthOrderSupercells",
    "phonokit.model.modulation": "Modulation",
    "phonokit.model.neutron_data": "NeutronData",
    "phonokit.model.provenance": "InputFile",
    "phonokit.model.trajectory": "TrajectoryData",
    "phonokit.model.volume_series": "VolumeSeries",
    "phonokit.plot.accumulate": "plot_accumulate",
    "phonokit.plot.converge": "plot_converge",
    "phonokit.plot.elasticity": "plot_elasticity",
    "phonokit.plot.four_phonon": "plot_four_phonon",
    "phonokit.plot.grueneisen": "plot_grueneisen",
    "phonokit.plot.harmonic": "plot_bands plot_displacements plot_dos plot_modes "
    "plot_thermal",
    "phonokit.plot.infrared": "plot_infrared",
    "phonokit.plot.kappa": "plot_kappa",
    "phonokit.plot.mode_quantity": "plot_mode_quantity",
    "phonokit.plot.neutrons": "plot_neutrons plot_powder",
    "phonokit.plot.qha": "plot_qha",
    "phonokit.plot.relaxons": "plot_relaxons",
    "phonokit.plot.results": "plot_results",
    "phonokit.plot.scattering": "plot_joint_dos plot_linewidths plot_self_energy "
    "plot_spectral",
    "phonokit.plot.unfold": "plot_unfold",
    "phonokit.results.accumulate": "AccumulateResult",
    "phonokit.results.converge": "ConvergeResult",
    "phonokit.results.elasticity": "ElasticityResult",
    "phonokit.results.force_constants": "FitResult write_force_constants "
    "write_sparse_force_constants",
    "phonokit.results.grueneisen": "GrueneisenResult",
    "phonokit.results.harmonic": "BandsResult DisplacementsResult DosResult ModesResult "
    "ThermalResult",
    "phonokit.results.infrared": "InfraredResult",
    "phonokit.results.kappa": "KappaResult",
    "phonokit.results.kappa_curve": "KappaCurve read_kappa_curve",
    "phonokit.results.kappa_modes": "KappaModes read_kappa_modes",
    "phonokit.results.mode_quantity": "ModeQuantityResult",
    "phonokit.results.mode_symmetry": "ModeSymmetryResult",
    "phonokit.results.neutrons": "NeutronsResult PowderResult",
    "phonokit.results.plan": "Plan",
    "phonokit.results.provenance": "Provenance",
    "phonokit.results.qha": "QhaResult",
    "phonokit.results.reading": "read_result",
    "phonokit.results.scattering": "JointDosResult LinewidthsResult SelfEnergyResult "
    "SpectralResult",
    "phonokit.results.trajectory": "TrajectoryFitResult",
    "phonokit.results.unfold": "UnfoldResult",
    "phonokit.run.run": "Run",
    "phonokit.run.store": "RunStore",
    "phonokit.settings.convergence": "Convergence",
    "phonokit.settings.displace": "Displace",
    "phonokit.settings.fit": "Fit",
    "phonokit.settings.four_phonon": "FourPhonon",
    "phonokit.settings.mode_quantity": "ModeQuantity",
    "phonokit.settings.picture": "Picture",
    "phonokit.settings.projection": "Part Projection",
    "phonokit.settings.sample": "Sample",
    "phonokit.settings.symmetry_search": "SymmetrySearch",
    "phonokit.settings.trajectory": "TrajectoryFit",
    "phonokit.settings.transport": "Transport",
}
"""Imported when first asked for: ``phono --help`` needs neither NumPy nor the kernels."""

__all__ = sorted(["__version__", *" ".join(_HOME.values()).split()])


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    for module, names in _HOME.items():
        if name in names.split():
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Public names, imported or not."""
    return __all__
