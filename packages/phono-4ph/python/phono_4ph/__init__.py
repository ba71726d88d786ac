"""Four-phonon scattering."""

from phono_4ph._differences4 import (
    TripleDisplacements,
    finite_differences4,
    triple_displacements,
)
from phono_4ph._files import read_force_constants4, write_force_constants4
from phono_4ph._force_constants4 import ForceConstants4
from phono_4ph._gauge import conjugate_gauge
from phono_4ph._laws4 import asymmetry4, drift4, symmetrize4
from phono_4ph._least_squares4 import largest_cutoff, least_squares4
from phono_4ph._linewidths4 import KINDS, Scattering4, linewidths4
from phono_4ph._loop import loop_constants, loop_shift
from phono_4ph._sampling import Sampling, linewidths4_of_pairs, sampled_linewidths4
from phono_4ph._smearing import AdaptiveGaussian, Counting
from phono_4ph._strengths4 import interaction_strengths4
from phono_4ph._tdep import read_tdep_fourth_order

__all__ = [
    "KINDS",
    "AdaptiveGaussian",
    "Counting",
    "ForceConstants4",
    "Sampling",
    "Scattering4",
    "TripleDisplacements",
    "asymmetry4",
    "conjugate_gauge",
    "drift4",
    "finite_differences4",
    "interaction_strengths4",
    "largest_cutoff",
    "least_squares4",
    "linewidths4",
    "linewidths4_of_pairs",
    "loop_constants",
    "loop_shift",
    "read_force_constants4",
    "read_tdep_fourth_order",
    "sampled_linewidths4",
    "symmetrize4",
    "triple_displacements",
    "write_force_constants4",
]
