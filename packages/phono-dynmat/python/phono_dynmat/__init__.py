"""Dynamical matrices, phonon modes and group velocities."""

from phono_dynmat._commensurate import commensurate_points, constants_of
from phono_dynmat._dynamical_matrix import (
    dynamical_matrices,
    eigenmodes,
    frequencies,
    phonon_modes,
)
from phono_dynmat._fourier import Dynamics
from phono_dynmat._gonze_lee import GonzeLee
from phono_dynmat._group_velocities import group_velocities
from phono_dynmat._harmonic_series import HarmonicSeries
from phono_dynmat._modes import Modes
from phono_dynmat._polar import ChargeWarning, Polar
from phono_dynmat._statistics import bose_einstein, heat_capacities
from phono_dynmat._wang import Wang

__all__ = [
    "ChargeWarning",
    "Dynamics",
    "GonzeLee",
    "HarmonicSeries",
    "Modes",
    "Polar",
    "Wang",
    "bose_einstein",
    "commensurate_points",
    "constants_of",
    "dynamical_matrices",
    "eigenmodes",
    "frequencies",
    "group_velocities",
    "heat_capacities",
    "phonon_modes",
]
