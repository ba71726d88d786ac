"""Three-phonon scattering and lattice thermal conductivity."""

from phono_3ph._boltzmann import (
    CollisionOperator,
    ConductivityLbte,
    Solver,
    conductivity_lbte,
)
from phono_3ph._collision import collision_row, inverse_sinh, reduced_row
from phono_3ph._conductivity import ConductivityRta, conductivity_rta
from phono_3ph._interaction import interaction_strengths
from phono_3ph._isotope import (
    boundary_linewidths,
    isotope_linewidths,
    natural_mass_spread,
    total_linewidths,
)
from phono_3ph._linewidths import Scattering, linewidths
from phono_3ph._periodic_modes import PeriodicModes
from phono_3ph._series3 import Series3, series3

__all__ = [
    "CollisionOperator",
    "ConductivityLbte",
    "ConductivityRta",
    "PeriodicModes",
    "Scattering",
    "Series3",
    "Solver",
    "boundary_linewidths",
    "collision_row",
    "conductivity_lbte",
    "conductivity_rta",
    "interaction_strengths",
    "inverse_sinh",
    "isotope_linewidths",
    "linewidths",
    "natural_mass_spread",
    "reduced_row",
    "series3",
    "total_linewidths",
]
