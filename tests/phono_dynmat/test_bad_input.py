"""What cannot be is refused: which argument, what was expected, what came, what to do."""

from dataclasses import replace

import numpy as np
import phono_dynmat
import pytest
from odd_arguments import ensure_refused_or_done, public_functions
from phono_dynmat import (
    BornCharges,
    ChargeWarning,
    EquationOfState,
    HarmonicSeries,
    IdealSites,
    Modes,
    band_path,
    commensurate_points,
    debye_frequency,
    dynamical_matrices,
    dynamical_matrix_derivatives,
    frequency_points,
    mean_square_displacements,
    phonon_frequencies,
    phonon_modes,
    separate_dipoles,
    thermal_properties,
)
from phono_fc import ForceConstants
from phono_grid import Cell, Spectrum, Supercell, Symmetry, using
from phono_grid.errors import DomainError, ShapeError
from wrong_arguments import callables, ensure_named

Z = np.array([np.eye(3), -np.eye(3)])
EPSILON = np.eye(3) * 5
F = np.array([[1.0, 2, 3, 4, 5, 6]] * 2)
MODES = Modes(np.zeros((1, 3)), [[1, 2, 3]], np.eye(3).reshape(1, 3, 1, 3))
SPECTRUM = Spectrum([1, 2, 3, 4], [1, 1, 1, 1], [1, 2, 3, 4])
POINTS = {"G": [0, 0, 0], "X": [0.5, 0]}


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (
            ShapeError,
            r"charges: expected shape \[n_a, 3, 3\]",
            lambda: BornCharges(Z[:, 0], EPSILON),
        ),
        (ShapeError, r"dielectric: expected shape \[3, 3\]", lambda: BornCharges(Z, 5.0)),
        (
            DomainError,
            "must be positive, .* is -5; give the ele",
            lambda: BornCharges(Z, -EPSILON),
        ),
        (
            DomainError,
            "eigenvalue is 0; give the elec",
            lambda: BornCharges(Z, 0 * EPSILON),
        ),
        (
            DomainError,
            r"charges must be finite, got nan",
            lambda: BornCharges(Z * np.nan, EPSILON),
        ),
        (
            DomainError,
            r"no point 'Y'; there are G, X",
            lambda: band_path(POINTS, [["G", "Y"]]),
        ),
        (ShapeError, r"points: X: expected shape \[3\]", lambda: band_path(POINTS, ["GX"])),
        (DomainError, "is the mesh empty", lambda: thermal_properties(F[:0], [300])),
        (DomainError, "is the mesh empty", lambda: frequency_points(F[:0])),
        (DomainError, "n must be positive, got 0", lambda: frequency_points(F, 0)),
        (DomainError, "frequencies must be finite", lambda: frequency_points(F * np.nan)),
        (
            DomainError,
            "frequencies must be finite",
            lambda: thermal_properties(F * np.inf, 1),
        ),
        (DomainError, "not be negative", lambda: thermal_properties(F, 1, weights=[-1, 2])),
        (DomainError, "not all zero", lambda: thermal_properties(F, 1, weights=[0, 0])),
        (
            DomainError,
            "cutoff_frequency must be a number of THz",
            lambda: thermal_properties(F, 1, cutoff_frequency=np.nan),
        ),
        (
            DomainError,
            "masses must be positive, got 0 Da",
            lambda: mean_square_displacements(MODES, [0], [300]),
        ),
        (
            DomainError,
            r"between: .* the lower one first, got \(5, 1\)",
            lambda: mean_square_displacements(MODES, [1], [300], between=(5, 1)),
        ),
        (DomainError, "n_atoms must be positive", lambda: debye_frequency(SPECTRUM, 0, 3)),
    ],
)
def test_what_cannot_be_is_refused(error, message, call):
    with pytest.raises(error, match=message):
        call()


def test_constants_charges_and_wave_vectors_must_fit_the_crystal(spring_constants):
    supercell = spring_constants.supercell
    for values in (spring_constants.values[:, :10], spring_constants.values[:1]):
        with pytest.raises(
            ShapeError, match=r"values: expected shape \[2, 64, 3, 3\], got"
        ):
            ForceConstants(values, supercell)
    other = BornCharges(np.zeros((3, 3, 3)), EPSILON)
    with pytest.raises(
        ShapeError, match=r"charges: expected shape \[2, 3, 3\], got \[3, 3"
    ):
        separate_dipoles(spring_constants, other)
    with pytest.raises(ShapeError, match="charges: expected an array of numbers"):
        BornCharges.of(supercell.primitive, "Z", EPSILON)
    with pytest.raises(DomainError, match=r"reach, .* some 300 are enough, give a smaller"):
        separate_dipoles(spring_constants, BornCharges(Z, EPSILON), cutoff=1e4)
    series = HarmonicSeries.of(spring_constants)
    for compute in (
        phonon_modes,
        phonon_frequencies,
        dynamical_matrices,
        dynamical_matrix_derivatives,
    ):
        wrong = r"qpoints must be finite, got (nan|-inf) at \[1, 2\]"
        for x in (np.nan, -np.inf):
            with pytest.raises(DomainError, match=wrong):
                compute(series, [[0, 0, 0], [0, 0, x]])
    with pytest.raises(ShapeError, match=r"qpoints: expected shape \[n_q, 3\], got \[3\]"):
        phonon_modes(series, [0, 0, 0])


def test_charges_that_do_not_add_up_are_a_warning_with_their_sum():
    with pytest.warns(
        ChargeWarning, match=r"add up to \(0\.500 .*; BornCharges\.of shares the sum"
    ):
        BornCharges([np.eye(3), -0.5 * np.eye(3)], EPSILON)


SHEET = ForceConstants(
    np.zeros((2, 8, 3, 3)),
    Supercell.of(
        Cell.of(np.diag([3.0, 3.0, 9.0]), [[0, 0, 0.5], [0.5, 0.5, 0.5]], ["B", "N"]),
        [2, 2, 1],
        np.eye(3),
    ),
)
"""Constants of a cell with an upright axis, in a supercell one cell high."""
MADE = {"ChargeWarning", "Dynamics", "EquationOfState", "QuasiHarmonic"}
"""A warning, a type, an enum, and a result that may hold NaN."""
ANY_SHAPE = {
    "energies",
    "frequencies",
    "matrices",
    "reciprocal_vectors",
    "self_terms",
    "zero_point_energy",
}
"""Arrays of any number of axes, for one function or another."""
ANY_NUMBER = {"cutoff_frequency", "pressure"}
"""Below 0 a cutoff is 0, as in phonopy; a pressure may be negative."""


@pytest.fixture
def good(spring_constants):
    """A good argument of each name."""
    supercell = spring_constants.supercell
    cell, series = supercell.primitive, HarmonicSeries.of(spring_constants)
    modes, polar = phonon_modes(series, [[0.1, 0.2, 0.3]] * 2), BornCharges(Z, EPSILON)
    points = {"G": [0, 0, 0], "X": [0.5, 0, 0]}
    return {
        "at_once": 8,
        "atoms": series.atoms,
        "average": True,
        "between": (0.0, 5.0),
        "axis": 2,
        "cell": cell,
        "cells": series.cells,
        "charges": Z,
        "classical": False,
        "connect": False,
        "cutoff": 1.0,
        "cutoff_frequency": 0.1,
        "dielectric": EPSILON,
        "degeneracy": 1e-4,
        "dynamics": series,
        "direction": np.array([1.0, 0, 0]),
        "factor": 14.4,
        "force_constants": spring_constants,
        "frequencies": modes.frequencies,
        "highest": 2.0,
        "ideal": IdealSites.of(cell, cell),
        "labels": ("G", "X"),
        "masses": cell.masses,
        "matrices": np.ones((supercell.n_cells, 6, 6), dtype=complex),
        "modes": modes,
        "n": 5,
        "n_supercells": 2,
        "n_atoms": 2,
        "path": [["G", "X"]],
        "points": points,
        "primitive": cell,
        "polar": polar,
        "polarizations": modes.polarizations,
        "projections": np.ones((2, 6, 1)),
        "qpoints": modes.qpoints,
        "reciprocal_vectors": np.zeros((1, 3)),
        "rotations": np.eye(3, dtype=int)[None],
        "segments": list(band_path(points, ["GX"])),
        "self_terms": np.zeros((2, 3, 3), dtype=complex),
        "series": series,
        "shares": np.ones(len(series.values)),
        "short_range": series,
        "step": 1e-4,
        "supercell": supercell,
        "symmetry": Symmetry.of(cell),
        "temperature": 300.0,
        "temperatures": np.array([0.0, 300.0]),
        "total": SPECTRUM,
        "values": series.values,
        "weights": np.ones(2),
        "width": 0.3,
    }


TWO = np.ones(2)
VOLUMES = np.array([38.0, 39, 40, 41, 42])
ENERGIES = EquationOfState.VINET.energy([-3.2, 40.0, 0.6, 4.5], VOLUMES)
SPECIAL = {
    "Elasticity": {
        "clamped": np.eye(6),
        "constants": np.eye(6),
        "internal_strain": np.zeros((2, 3, 3, 3)),
    },
    "debye_temperature_of_sound": {"constants": np.eye(6), "n_polar": 4},
    "sound_velocities": {"constants": np.eye(6), "directions": np.eye(3)},
    "quasi_harmonic": {
        "volumes": VOLUMES,
        "energies": ENERGIES,
        "free_energies": np.zeros((2, 5)),
        "entropies": np.zeros((2, 5)),
        "heat_capacities": np.zeros((2, 5)),
        "equation": "vinet",
        "pressure": 0.0,
    },
    "ModeSymmetry": {
        "qpoint": np.zeros(3),
        "frequencies": np.ones(3),
        "sets": np.zeros(3, dtype=int),
        "operations": np.zeros(1, dtype=int),
        "names": ("A",),
        "characters": np.ones((1, 1), dtype=complex),
        "multiplicities": np.full((1, 1), 3),
        "infrared": np.ones(1, dtype=bool),
        "raman": np.ones(1, dtype=bool),
    },
    "mode_symmetry": {"qpoint": np.zeros(3)},
    "BandStructure": {
        "distances": (np.arange(51.0),),
        "frequencies": (np.ones((51, 6)),),
    },
    "ThermalProperties": {
        "temperatures": TWO,
        "free_energy": TWO,
        "entropy": TWO,
        "heat_capacity": TWO,
        "zero_point_energy": np.array(0.1),
    },
    "coherent_intensities": {
        "scattering_lengths": TWO,
        "displacements": np.ones((2, 2, 3, 3)),
    },
    "debye_waller_factors": {
        "momenta": np.ones((2, 3)),
        "displacements": np.ones((2, 2, 3, 3)),
    },
    "frequency_moments": {"orders": np.array([1, -2]), "projections": np.ones((2, 6))},
    "IdealSites": {
        "matrix": np.eye(3, dtype=int),
        "sites": np.arange(2),
        "positions": np.ones((2, 3)),
    },
    "incoherent_spectra": {"frequency_points": np.linspace(-5, 5, 11)},
    "one_phonon_spectra": {
        "frequency_points": np.linspace(-5, 5, 11),
        "intensities": np.ones((2, 2, 6)),
    },
    "resolution_matrix": {
        "frequency_points": np.linspace(-5, 5, 11),
        "resolution": np.array([0.3, 0.01]),
    },
    "dielectric_function": {
        "frequencies": np.ones(6),
        "strengths": np.ones((6, 3, 3)),
        "frequency_points": np.linspace(2, 5, 3),
        "damping": 0.1,
    },
    "SheetCorrection": {"short_range": HarmonicSeries.of(SHEET)},
    "separate_sheet_dipoles": {"force_constants": SHEET},
    "cif_displacements": {"matrices": np.ones((1, 3, 3))},
    "degenerate_average": {"values": np.ones((2, 6))},
}


def at_three_volumes(series):
    """The same spring constants in a smaller and in a larger cell."""
    cell = series.cell
    lattices = [cell.lattice * scale for scale in (0.99, 1, 1.01)]
    return [replace(series, cell=replace(cell, lattice=lattice)) for lattice in lattices]


@pytest.mark.parametrize("lang", ["Rust", "Python"])
@pytest.mark.parametrize("name", callables(phono_dynmat, MADE))
def test_whatever_is_no_argument_is_named(good, name, lang):
    arguments = good | SPECIAL.get(name, {})
    if name == "force_constants_from_dynamical_matrices":
        arguments["qpoints"] = commensurate_points(good["supercell"])
    if name == "volume_grueneisen_parameters":
        arguments["dynamics"] = at_three_volumes(good["dynamics"])
    with using(lang):
        ensure_named(
            phono_dynmat, name, arguments, any_shape=ANY_SHAPE, any_number=ANY_NUMBER
        )


FUNCTIONS = public_functions(phono_dynmat, MADE)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_odd_argument_ends_in_a_result_or_in_one_error(good, name, backend):
    arguments = good | SPECIAL.get(name, {})
    if name == "force_constants_from_dynamical_matrices":
        arguments["qpoints"] = commensurate_points(good["supercell"])
    if name == "volume_grueneisen_parameters":
        arguments["dynamics"] = at_three_volumes(good["dynamics"])
    ensure_refused_or_done(FUNCTIONS[name], arguments)
