"""Three-phonon scattering and lattice thermal conductivity."""

from phono_3ph._accumulation import (
    Accumulation,
    accumulate,
    accumulation_points,
    mean_free_paths,
)
from phono_3ph._boltzmann import ConductivityLbte, Solver, conductivity_lbte
from phono_3ph._collision import Thermal, collision_row, inverse_sinh
from phono_3ph._collision_operator import (
    CollisionOperator,
    Unknowns,
    row_blocks,
    row_products,
)
from phono_3ph._conductivity import ConductivityRta, conductivity_rta, unscattered
from phono_3ph._interaction import interaction_strengths
from phono_3ph._isotope import (
    boundary_linewidths,
    isotope_linewidths,
    natural_mass_spread,
    total_linewidths,
)
from phono_3ph._joint_dos import JointDos, joint_dos
from phono_3ph._linewidths import Scattering, linewidths
from phono_3ph._modes_around import ModesAround
from phono_3ph._pair_heat_capacities import Coherence, pair_heat_capacities
from phono_3ph._periodic_modes import PeriodicModes, periodic_gauge
from phono_3ph._real_self_energy import Principal, real_self_energies, real_self_energy
from phono_3ph._relaxons import Relaxons
from phono_3ph._rows import (
    RecomputedRows,
    Rows,
    Storage,
    operator_memory,
    reserve,
    scratch_array,
    storage_for,
)
from phono_3ph._self_energy import (
    Couplings,
    ImaginarySelfEnergy,
    Probe,
    detailed_linewidths,
    imaginary_self_energies,
    imaginary_self_energy,
)
from phono_3ph._series3 import Series3, series3
from phono_3ph._spectral import (
    SpectralFunction,
    default_frequency_points,
    kramers_kronig,
    spectral_function,
)
from phono_3ph._stars import Stars, reduced_row
from phono_3ph._strengths import Strengths
from phono_3ph._strengths_file import StrengthsOrigin, read_strengths, write_strengths
from phono_3ph._wigner import (
    BandPairs,
    ConductivityWigner,
    conductivity_wigner,
    pair_conductivities,
)

__all__ = [
    "Accumulation",
    "BandPairs",
    "Coherence",
    "CollisionOperator",
    "ConductivityLbte",
    "ConductivityRta",
    "ConductivityWigner",
    "Couplings",
    "ImaginarySelfEnergy",
    "JointDos",
    "ModesAround",
    "PeriodicModes",
    "Principal",
    "Probe",
    "RecomputedRows",
    "Relaxons",
    "Rows",
    "Scattering",
    "Series3",
    "Solver",
    "SpectralFunction",
    "Stars",
    "Storage",
    "Strengths",
    "StrengthsOrigin",
    "Thermal",
    "Unknowns",
    "accumulate",
    "accumulation_points",
    "boundary_linewidths",
    "collision_row",
    "conductivity_lbte",
    "conductivity_rta",
    "conductivity_wigner",
    "default_frequency_points",
    "detailed_linewidths",
    "imaginary_self_energies",
    "imaginary_self_energy",
    "interaction_strengths",
    "inverse_sinh",
    "isotope_linewidths",
    "joint_dos",
    "kramers_kronig",
    "linewidths",
    "mean_free_paths",
    "natural_mass_spread",
    "operator_memory",
    "pair_conductivities",
    "pair_heat_capacities",
    "periodic_gauge",
    "read_strengths",
    "real_self_energies",
    "real_self_energy",
    "reduced_row",
    "reserve",
    "row_blocks",
    "row_products",
    "scratch_array",
    "series3",
    "spectral_function",
    "storage_for",
    "total_linewidths",
    "unscattered",
    "write_strengths",
]
