"""Four-phonon scattering."""

from phono_4ph._files import read_force_constants4, write_force_constants4
from phono_4ph._force_constants4 import ForceConstants4
from phono_4ph._gauge import conjugate_gauge
from phono_4ph._laws4 import asymmetry4, drift4, symmetrize4
from phono_4ph._linewidths4 import KINDS, Scattering4, linewidths4
from phono_4ph._smearing import AdaptiveGaussian, Counting
from phono_4ph._strengths4 import interaction_strengths4

__all__ = [
    "KINDS",
    "AdaptiveGaussian",
    "Counting",
    "ForceConstants4",
    "Scattering4",
    "asymmetry4",
    "conjugate_gauge",
    "drift4",
    "interaction_strengths4",
    "linewidths4",
    "read_force_constants4",
    "symmetrize4",
    "write_force_constants4",
]
