"""What is no argument is refused by name, in the same words with either language."""

import numpy as np
import phono_3ph
import pytest
from odd_arguments import ensure_refused_or_done, public_functions
from phono_3ph import (
    AtomMaps,
    BandPairs,
    Coherence,
    CollisionOperator,
    EvaluationPoints,
    GivenTriplets,
    IrreducibleModes,
    MappedForceConstants3,
    QStars,
    RecomputedRows,
    Scattering,
    Storage,
    Strengths,
    StrengthsOrigin,
    SumPieces,
    ThermalFactors,
    TripletSampling,
    ZoneModes,
    image_cells,
)
from phono_dynmat import HarmonicSeries, Modes
from phono_grid import (
    BrillouinZone,
    ShortestVectors,
    Tetrahedra,
    Triplets,
    irreducible_map,
    normal_processes,
)
from wrong_arguments import callables, ensure_named

pytestmark = pytest.mark.usefixtures("backend")

Q, T = 6, [100.0, 300.0]
RETURNED = {
    "ConductivityLbte",
    "ConductivityRta",
    "ConductivityWigner",
    "ImaginarySelfEnergy",
    "JointDos",
    "Relaxons",
    "SpectralFunction",
}
"""Made by kernels, for people to read."""
TYPES = {"Change", "Coherence", "Couplings", "CollisionRows", "Solver", "Storage"}
SHAPELESS = {"values", "velocities", "three_phonon", "imaginary", "frequencies", "shape"}
"""Arrays of any number of axes, for one function or another."""

LINEAR = {"z"}
"""What an operator multiplies, once in each step of a solver that looks at the end."""


@pytest.fixture(scope="module")
def nouns(sample):
    """A good argument of each name, and those of one function alone."""
    phonons, irreducible = sample.phonons, sample.irreducible
    grid, cell = phonons.grid, sample.model.supercell.primitive
    n_i, n_b = len(irreducible.points), 6
    f = phonons.frequencies[irreducible.points]
    widths, v = np.ones((2, n_i, n_b)), np.ones((n_i, n_b, 3))
    triplets, zone = Triplets.of(grid, Q), BrillouinZone.of(grid)
    strengths = np.ones((len(triplets.weights), 1, n_b, n_b))
    modes = IrreducibleModes(grid, irreducible, f, T)
    rows = RecomputedRows(n_i, lambda i: np.zeros((2, n_b, 3, n_i, n_b, 3)))
    numbers = np.searchsorted(irreducible.points, irreducible_map(grid))
    stars = QStars(numbers, np.ones((grid.n_q, 3, 3)), n_i)
    pairs = BandPairs(f, np.ones((n_i, n_b, n_b, 6)), grid.n_q, 40.0)
    points = np.linspace(0, 30, 4)
    plain = {"series", "irreducible", "occupations", "model", "phonons"}
    good = {name: getattr(sample, name) for name in plain}
    good |= {
        "atoms": sample.series.atoms,
        "average_origin": True,
        "average_degenerate_weights": True,
        "bands": np.array([0]),
        "block": slice(0, 1),
        "memory": 4.0,
        "cell": cell,
        "cells": sample.series.cells,
        "coherence": "smm19",
        "count": 3,
        "wanted": (0, 2),
        "pieces": SumPieces(count=3, wanted=(0, 2)),
        "constants": "x",
        "couplings": sample.series,
        "cumulative": np.ones((2, 4, 6)),
        "cutoff_frequency": 1e-4,
        "degeneracy": 1e-4,
        "dense": False,
        "density": np.ones((2, 4, 6)),
        "dynamics": HarmonicSeries.of(sample.model.fc2),
        "epsilon": 0.1,
        "force_constants": sample.model.fc3,
        "frequencies": f,
        "frequency_points": points,
        "grid": grid,
        "grid_matrix": tuple(range(9)),
        "heat_capacities": widths,
        "imaginary": np.ones((2, 4)),
        "inverse_sinh": sample.occupations,
        "lattice": sample.series.lattice,
        "linewidths": widths,
        "logarithmic": False,
        "mass_spread": np.ones(2),
        "mean": 1.0,
        "mean_free_path": 1.0,
        "mode_kappa": np.ones((2, n_i, n_b, 6)),
        "modes": Modes(grid.qpoints, phonons.frequencies, phonons.polarizations),
        "n": 10,
        "n_irreducible": n_i,
        "n_q": grid.n_q,
        "normal": normal_processes(zone, triplets),
        "numbers": numbers,
        "operator": CollisionOperator(modes, rows, widths),
        "operators": np.ones((n_i, n_b, n_b, 3), dtype=complex),
        "origin": StrengthsOrigin(tuple(range(9)), Q, "x", "x"),
        "over": f,
        "pairs": pairs,
        "path": "x",
        "pinv_cutoff": 1e-8,
        "points": points,
        "polarizations": phonons.polarizations,
        "evaluation": EvaluationPoints(Q, points),
        "products": pairs.products,
        "q": Q,
        "qpoint": np.zeros(3),
        "rotations": stars.rotations,
        "row": np.ones((2, n_b, grid.n_q, n_b)),
        "rows": rows,
        "scale": 1.0,
        "scattering": Scattering(),
        "scatterings": [Scattering()],
        "shape": (2, n_i, n_b),
        "length": 1,
        "replicates": 2,
        "sampling": TripletSampling(replicates=2, pieces=1, length=1),
        "seed": 1,
        "start": 0,
        "sigma": 0.1,
        "smearing": None,
        "solver": "cg",
        "stars": stars,
        "storage": Storage.MEMORY,
        "strengths": Strengths(triplets, strengths, [0]),
        "symmetrize": False,
        "symmetrized_tetrahedra": False,
        "temperature": 300.0,
        "temperatures": np.array(T),
        "tetrahedra": Tetrahedra.of(grid),
        "thermal": ThermalFactors(sample.occupations, sample.occupations),
        "three_phonon": widths,
        "threshold": 0.0,
        "triplets": triplets,
        "values": sample.series.values,
        "vectors": ShortestVectors.of(sample.model.supercell),
        "velocities": v,
        "volume": 40.0,
        "z": np.ones((2, n_i, n_b, 3)),
        "zone": zone,
    }
    around = np.vstack([phonons.frequencies] * 2 + [f[:1]])
    vectors_around = np.vstack([phonons.polarizations] * 2 + [phonons.polarizations[:1]])
    maps = AtomMaps(
        sample.model.supercell.primitive_to_supercell,
        sample.model.supercell.supercell_to_primitive,
    )
    mapped = MappedForceConstants3(sample.model.fc3.values, maps)
    images = {"frequencies": phonons.frequencies[zone.points]}
    images["polarizations"] = phonons.polarizations[zone.points]
    zone_modes = ZoneModes(zone, tetrahedra=phonons.tetrahedra, **images)
    vectors = ShortestVectors.of(sample.model.supercell)
    special = {
        "AtomMaps": {
            "primitive_to_supercell": maps.primitive_to_supercell,
            "supercell_to_primitive": maps.supercell_to_primitive,
        },
        "GivenTriplets": {"points": np.zeros((1, 3), dtype=int), "weights": [1]},
        "MappedForceConstants3": {"values": mapped.values, "supercell": maps},
        "Series3.of_images": {
            "force_constants": mapped,
            "multiplicities": vectors.multiplicities,
            "cells": image_cells(sample.model.supercell, vectors),
            "alike": None,
        },
        "ZoneModes": images,
        "zone_linewidths": {
            "phonons": zone_modes,
            "triplets": GivenTriplets(zone.first[triplets.points], triplets.weights),
            "occupations": sample.occupations[zone.points],
            "bands": None,
        },
        "ModesAround": {"frequencies": around, "polarizations": vectors_around},
        "PeriodicModes": {
            "frequencies": phonons.frequencies,
            "velocities": np.ones((*phonons.frequencies.shape, 3)),
        },
        "resting_acoustic_modes": {"frequencies": phonons.frequencies},
        "image_cells": {"supercell": sample.model.supercell},
        "RecomputedRows": {"row": lambda i: i},
        "Strengths": {"values": strengths, "phonons": "x"},
        "SumPieces": {"bands": None, "numbers": None},
        "TripletSampling": {"pieces": 2},
        "StrengthsOrigin": {"phonons": "x"},
        "pair_conductivities": {"linewidths": widths[0]},
        "CollisionOperator": {"modes": modes},
        "storage_for": {"over_memory": "disk"},
    }
    return good, special


@pytest.mark.parametrize("name", callables(phono_3ph, RETURNED | TYPES))
def test_whatever_is_no_argument_is_named(nouns, name):
    everything, special = nouns
    good = everything | special.get(name, {})
    ensure_named(phono_3ph, name, good, any_shape=SHAPELESS, any_number=LINEAR)


FUNCTIONS = public_functions(phono_3ph, TYPES)
TENSOR, OF_MODES, CURVE = np.ones((2, 6)), np.ones((2, 3, 6, 6)), np.ones((2, 6, 4))
MADE = {
    "ConductivityLbte": {
        "kappa": TENSOR,
        "mode_kappa": OF_MODES,
        "residuals": np.ones(2),
        "iterations": np.ones(2, dtype=int),
        "relaxons": (),
    },
    "ConductivityRta": {
        "kappa": TENSOR,
        "mode_kappa": OF_MODES,
        "gv_by_gv": OF_MODES[0],
        "factor": 1.0,
    },
    "ConductivityWigner": {
        "populations": TENSOR,
        "coherences": TENSOR,
        "degenerate": TENSOR,
        "mode_populations": OF_MODES,
        "mode_coherences": OF_MODES,
        "coherence": Coherence.SMM19,
    },
    "ImaginarySelfEnergy": {"total": CURVE, "normal": CURVE, "umklapp": CURVE},
    "JointDos": {
        "frequency_points": np.ones(4),
        "differences": np.ones(4),
        "sums": np.ones(4),
    },
    "Relaxons": {"eigenvalues": np.ones(3), "kappa": np.ones((3, 6))},
    "SpectralFunction": {
        "frequency_points": np.ones(4),
        "frequencies": np.ones(6),
        "imaginary": CURVE,
        "real": CURVE,
        "values": CURVE,
    },
}
"""Arguments of what kernels return."""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_odd_argument_ends_in_a_result_or_in_one_error(
    nouns, name, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)  # some write files, also of odd names
    everything, special = nouns
    good = everything | special.get(name, {}) | MADE.get(name, {})
    ensure_refused_or_done(FUNCTIONS[name], good)


@pytest.mark.parametrize("name", MADE)
def test_results_made_of_lists_hold_arrays(name):
    as_list = {k: getattr(v, "tolist", lambda v=v: v)() for k, v in MADE[name].items()}
    made = FUNCTIONS[name](**as_list)
    assert made == FUNCTIONS[name](**MADE[name])
    for argument, value in MADE[name].items():
        assert type(getattr(made, argument)) is type(value)
