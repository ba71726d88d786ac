"""Three-phonon scattering and lattice thermal conductivity."""

from phono_3ph._conductivity import ConductivityRta, conductivity_rta
from phono_3ph._interaction import interaction_strengths
from phono_3ph._linewidths import Scattering, linewidths
from phono_3ph._periodic_modes import PeriodicModes
from phono_3ph._series3 import Series3, series3

__all__ = [
    "ConductivityRta",
    "PeriodicModes",
    "Scattering",
    "Series3",
    "conductivity_rta",
    "interaction_strengths",
    "linewidths",
    "series3",
]
