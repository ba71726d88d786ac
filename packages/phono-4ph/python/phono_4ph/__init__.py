"""Four-phonon scattering."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from phono_4ph._differences4 import TripleDisplacements as TripleDisplacements
    from phono_4ph._differences4 import finite_differences4 as finite_differences4
    from phono_4ph._differences4 import triple_displacements as triple_displacements
    from phono_4ph._files import read_force_constants4 as read_force_constants4
    from phono_4ph._files import write_force_constants4 as write_force_constants4
    from phono_4ph._force_constants4 import ForceConstants4 as ForceConstants4
    from phono_4ph._gauge import conjugate_gauge as conjugate_gauge
    from phono_4ph._laws4 import asymmetry4 as asymmetry4
    from phono_4ph._laws4 import drift4 as drift4
    from phono_4ph._laws4 import symmetrize4 as symmetrize4
    from phono_4ph._least_squares4 import largest_cutoff as largest_cutoff
    from phono_4ph._least_squares4 import least_squares4 as least_squares4
    from phono_4ph._linewidths4 import KINDS as KINDS
    from phono_4ph._linewidths4 import Scattering4 as Scattering4
    from phono_4ph._linewidths4 import linewidths4 as linewidths4
    from phono_4ph._loop import loop_constants as loop_constants
    from phono_4ph._loop import loop_shift as loop_shift
    from phono_4ph._sampling import Sampling as Sampling
    from phono_4ph._sampling import linewidths4_of_pairs as linewidths4_of_pairs
    from phono_4ph._sampling import sampled_linewidths4 as sampled_linewidths4
    from phono_4ph._smearing import AdaptiveGaussian as AdaptiveGaussian
    from phono_4ph._smearing import Counting as Counting
    from phono_4ph._strengths4 import interaction_strengths4 as interaction_strengths4
    from phono_4ph._tdep import read_tdep_fourth_order as read_tdep_fourth_order

_HOME = {
    "phono_4ph._differences4": "TripleDisplacements finite_differences4 "
    "triple_displacements",
    "phono_4ph._files": "read_force_constants4 write_force_constants4",
    "phono_4ph._force_constants4": "ForceConstants4",
    "phono_4ph._gauge": "conjugate_gauge",
    "phono_4ph._laws4": "asymmetry4 drift4 symmetrize4",
    "phono_4ph._least_squares4": "largest_cutoff least_squares4",
    "phono_4ph._linewidths4": "KINDS Scattering4 linewidths4",
    "phono_4ph._loop": "loop_constants loop_shift",
    "phono_4ph._sampling": "Sampling linewidths4_of_pairs sampled_linewidths4",
    "phono_4ph._smearing": "AdaptiveGaussian Counting",
    "phono_4ph._strengths4": "interaction_strengths4",
    "phono_4ph._tdep": "read_tdep_fourth_order",
}
"""Imported when first asked for: fourth-order constants need no kernels."""

__all__ = sorted(" ".join(_HOME.values()).split())


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    for module, names in _HOME.items():
        if name in names.split():
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Public names, imported or not."""
    return __all__
