"""Dynamical matrices, phonon modes, band structures, densities, thermal properties."""

from phono_dynmat._band_path import (
    BandStructure,
    Segment,
    band_path,
    band_structure,
    connect_bands,
    standard_points,
)
from phono_dynmat._born_charges import BornCharges, ChargeWarning
from phono_dynmat._commensurate import (
    commensurate_points,
    force_constants_from_dynamical_matrices,
)
from phono_dynmat._degenerate import degenerate_average
from phono_dynmat._densities import (
    atom_projections,
    debye_frequency,
    direction_projections,
    frequency_moments,
    frequency_points,
)
from phono_dynmat._dynamical_matrix import (
    dynamical_matrices,
    dynamical_matrix_derivatives,
    phonon_frequencies,
    phonon_modes,
    stream_modes,
)
from phono_dynmat._elasticity import (
    Elasticity,
    debye_temperature_of_sound,
    elasticity,
    sound_velocities,
)
from phono_dynmat._equation_of_state import EquationOfState
from phono_dynmat._fourier import Dynamics
from phono_dynmat._gonze_lee_correction import GonzeLeeCorrection
from phono_dynmat._group_velocities import (
    directional_velocities,
    finite_difference_velocities,
    group_velocities,
    resolve_degenerate_modes,
)
from phono_dynmat._harmonic_series import HarmonicSeries
from phono_dynmat._infrared import dielectric_function, oscillator_strengths
from phono_dynmat._mode_symmetry import ModeSymmetry, mode_symmetry
from phono_dynmat._modes import Modes
from phono_dynmat._motion import (
    mode_patterns,
    participation_ratios,
    thermal_random_displacements,
)
from phono_dynmat._neutrons import (
    coherent_intensities,
    debye_waller_factors,
    incoherent_spectra,
    one_phonon_spectra,
    resolution_matrix,
    sphere_directions,
)
from phono_dynmat._quasi_harmonic import QuasiHarmonic, quasi_harmonic
from phono_dynmat._rigid_translations import rigid_translations
from phono_dynmat._separate_dipoles import add_dipoles, separate_dipoles
from phono_dynmat._separate_sheet_dipoles import separate_sheet_dipoles
from phono_dynmat._sheet_correction import SheetCorrection
from phono_dynmat._statistics import bose_einstein, heat_capacities
from phono_dynmat._thermal import (
    ThermalProperties,
    band_projections,
    cif_displacements,
    mean_square_displacements,
    thermal_properties,
)
from phono_dynmat._unfolding import IdealSites, unfolding_weights
from phono_dynmat._velocity_operators import velocity_operators
from phono_dynmat._volume_grueneisen import volume_grueneisen_parameters
from phono_dynmat._wang_correction import WangCorrection

__all__ = [
    "BandStructure",
    "BornCharges",
    "ChargeWarning",
    "Dynamics",
    "Elasticity",
    "EquationOfState",
    "GonzeLeeCorrection",
    "HarmonicSeries",
    "IdealSites",
    "ModeSymmetry",
    "Modes",
    "QuasiHarmonic",
    "Segment",
    "SheetCorrection",
    "ThermalProperties",
    "WangCorrection",
    "add_dipoles",
    "atom_projections",
    "band_path",
    "band_projections",
    "band_structure",
    "bose_einstein",
    "cif_displacements",
    "coherent_intensities",
    "commensurate_points",
    "connect_bands",
    "debye_frequency",
    "debye_temperature_of_sound",
    "debye_waller_factors",
    "degenerate_average",
    "dielectric_function",
    "direction_projections",
    "directional_velocities",
    "dynamical_matrices",
    "dynamical_matrix_derivatives",
    "elasticity",
    "finite_difference_velocities",
    "force_constants_from_dynamical_matrices",
    "frequency_moments",
    "frequency_points",
    "group_velocities",
    "heat_capacities",
    "incoherent_spectra",
    "mean_square_displacements",
    "mode_patterns",
    "mode_symmetry",
    "one_phonon_spectra",
    "oscillator_strengths",
    "participation_ratios",
    "phonon_frequencies",
    "phonon_modes",
    "quasi_harmonic",
    "resolution_matrix",
    "resolve_degenerate_modes",
    "rigid_translations",
    "separate_dipoles",
    "separate_sheet_dipoles",
    "sound_velocities",
    "sphere_directions",
    "standard_points",
    "stream_modes",
    "thermal_properties",
    "thermal_random_displacements",
    "unfolding_weights",
    "velocity_operators",
    "volume_grueneisen_parameters",
]
