"""Dynamical matrices, phonon modes and group velocities."""

from phono_dynmat._dynamical_matrix import dynamical_matrices, eigenmodes, phonon_modes
from phono_dynmat._group_velocities import group_velocities
from phono_dynmat._harmonic_series import HarmonicSeries
from phono_dynmat._modes import Modes
from phono_dynmat._statistics import bose_einstein, heat_capacities

__all__ = [
    "HarmonicSeries",
    "Modes",
    "bose_einstein",
    "dynamical_matrices",
    "eigenmodes",
    "group_velocities",
    "heat_capacities",
    "phonon_modes",
]
