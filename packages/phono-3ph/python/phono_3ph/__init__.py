"""Three-phonon scattering and lattice thermal conductivity."""

from phono_3ph._accumulation import (
    Accumulation,
    accumulate,
    accumulation_points,
    mean_free_paths,
)
from phono_3ph._adaptive_gaussian import AdaptiveGaussian, Change
from phono_3ph._boltzmann import ConductivityLbte, Solver, conductivity_lbte
from phono_3ph._buffers import free_buffers
from phono_3ph._collision import ThermalFactors, collision_row, inverse_sinh
from phono_3ph._collision_operator import (
    CollisionOperator,
    IrreducibleModes,
    collision_row_blocks,
    collision_row_products,
)
from phono_3ph._conductivity import ConductivityRta, conductivity_rta, has_no_scattering
from phono_3ph._grueneisen import grueneisen_parameters
from phono_3ph._interaction import interaction_strengths
from phono_3ph._isotope import (
    boundary_linewidths,
    isotope_linewidths,
    natural_mass_spread,
    total_linewidths,
)
from phono_3ph._joint_dos import JointDos, joint_dos
from phono_3ph._linewidth_pieces import SumPieces, linewidth_pieces
from phono_3ph._linewidths import Scattering, linewidths
from phono_3ph._linewidths_together import linewidths_together
from phono_3ph._mapped_constants import AtomMaps, MappedForceConstants3
from phono_3ph._modes_around import ModesAround
from phono_3ph._pair_heat_capacities import Coherence, pair_heat_capacities
from phono_3ph._periodic_modes import PeriodicModes, periodic_gauge, resting_acoustic_modes
from phono_3ph._real_self_energy import PRINCIPAL_VALUE_WIDTH, real_self_energy
from phono_3ph._relaxons import Relaxons
from phono_3ph._rows import (
    CollisionRows,
    RecomputedRows,
    Storage,
    operator_memory,
    storage_for,
)
from phono_3ph._sampling import TripletSampling, sampled_linewidths
from phono_3ph._self_energy import (
    Couplings,
    EvaluationPoints,
    ImaginarySelfEnergy,
    detailed_linewidths,
    imaginary_self_energy,
)
from phono_3ph._series3 import Series3, image_cells
from phono_3ph._spectral import (
    SpectralFunction,
    default_frequency_points,
    kramers_kronig,
    spectral_function,
)
from phono_3ph._stars import QStars, reduced_row
from phono_3ph._strengths import Strengths
from phono_3ph._strengths_file import StrengthsOrigin, read_strengths, write_strengths
from phono_3ph._wigner import (
    BandPairs,
    ConductivityWigner,
    conductivity_wigner,
    pair_conductivities,
)
from phono_3ph._zone_linewidths import zone_linewidths
from phono_3ph._zone_modes import GivenTriplets, ZoneModes

__all__ = [
    "PRINCIPAL_VALUE_WIDTH",
    "Accumulation",
    "AdaptiveGaussian",
    "AtomMaps",
    "BandPairs",
    "Change",
    "Coherence",
    "CollisionOperator",
    "CollisionRows",
    "ConductivityLbte",
    "ConductivityRta",
    "ConductivityWigner",
    "Couplings",
    "EvaluationPoints",
    "GivenTriplets",
    "ImaginarySelfEnergy",
    "IrreducibleModes",
    "JointDos",
    "MappedForceConstants3",
    "ModesAround",
    "PeriodicModes",
    "QStars",
    "RecomputedRows",
    "Relaxons",
    "Scattering",
    "Series3",
    "Solver",
    "SpectralFunction",
    "Storage",
    "Strengths",
    "StrengthsOrigin",
    "SumPieces",
    "ThermalFactors",
    "TripletSampling",
    "ZoneModes",
    "accumulate",
    "accumulation_points",
    "boundary_linewidths",
    "collision_row",
    "collision_row_blocks",
    "collision_row_products",
    "conductivity_lbte",
    "conductivity_rta",
    "conductivity_wigner",
    "default_frequency_points",
    "detailed_linewidths",
    "free_buffers",
    "grueneisen_parameters",
    "has_no_scattering",
    "image_cells",
    "imaginary_self_energy",
    "interaction_strengths",
    "inverse_sinh",
    "isotope_linewidths",
    "joint_dos",
    "kramers_kronig",
    "linewidth_pieces",
    "linewidths",
    "linewidths_together",
    "mean_free_paths",
    "natural_mass_spread",
    "operator_memory",
    "pair_conductivities",
    "pair_heat_capacities",
    "periodic_gauge",
    "read_strengths",
    "real_self_energy",
    "reduced_row",
    "resting_acoustic_modes",
    "sampled_linewidths",
    "spectral_function",
    "storage_for",
    "total_linewidths",
    "write_strengths",
    "zone_linewidths",
]
