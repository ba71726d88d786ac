"""What is no argument is refused by name, in the same words with either language."""

from dataclasses import replace

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
    ModesAround,
    PeriodicModes,
    QStars,
    RecomputedRows,
    Scattering,
    Series3,
    Storage,
    Strengths,
    StrengthsOrigin,
    SumPieces,
    ThermalFactors,
    ZoneModes,
    collision_row_products,
    conductivity_lbte,
    conductivity_rta,
    image_cells,
    interaction_strengths,
    isotope_linewidths,
    linewidths,
    read_strengths,
    storage_for,
    total_linewidths,
)
from phono_dynmat import HarmonicSeries, Modes
from phono_grid import (
    BrillouinZone,
    Cell,
    Grid,
    IrreduciblePoints,
    ShortestVectors,
    Tetrahedra,
    Triplets,
    irreducible_map,
    normal_processes,
)
from phono_grid.errors import DomainError, FileError, ShapeError
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
TYPES = {"Coherence", "Couplings", "CollisionRows", "Solver", "Storage"}
SHAPELESS = {"values", "velocities", "three_phonon", "imaginary", "frequencies", "shape"}
"""Of any number of axes, for one function or another."""

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
        "shape": (2, n_i, n_b),
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
        "SumPieces": {"bands": None},
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


def series_of_more_atoms(s):
    atoms = s.series.atoms.copy()
    atoms[0, 0] = 2
    return linewidths(
        replace(s.series, atoms=atoms), s.phonons, Q, s.occupations, Scattering()
    )


def phonons_in_another_lattice(s):
    cell = s.model.supercell.primitive
    larger = Cell(1.1 * cell.lattice, cell.positions, cell.symbols, cell.masses)
    grid = s.phonons.grid
    modes = Modes(grid.qpoints, s.phonons.frequencies, s.phonons.polarizations)
    return PeriodicModes.of(grid, modes, larger)


def broken_rows(s, solver):
    f = s.phonons.frequencies[s.irreducible.points]
    n_i, n_b = f.shape
    rows = np.zeros((n_i, 2, n_b, 3, n_i, n_b, 3))
    rows[0, 0, 0, 0, 0, 0, 0] = np.nan
    modes = IrreducibleModes(s.phonons.grid, s.irreducible, f, T)
    operator = CollisionOperator(modes, rows, np.ones((2, n_i, n_b)))
    return conductivity_lbte(operator, np.ones((n_i, n_b, 3)), 40.0, solver=solver)


def of_another_grid(s):
    points = IrreduciblePoints.of(Grid.of(s.model.supercell.primitive, [3, 3, 3]))
    widths = np.ones((1, len(points.points), 6))
    return conductivity_rta(
        s.phonons.grid, points, np.ones((*widths.shape[1:], 3)), widths, widths, 40.0
    )


def around(s, **change):
    """Modes around a wave vector, all alike."""
    n, p = 2 * s.phonons.grid.n_q + 1, s.phonons
    f, e = np.repeat(p.frequencies[:1], n, 0), np.repeat(p.polarizations[:1], n, 0)
    keys = {"grid": p.grid, "frequencies": f, "polarizations": e, "qpoint": [0.1, 0, 0]}
    return ModesAround(**keys | {"tetrahedra": p.tetrahedra} | change)


def occupied(s, value):
    n = s.occupations.copy()
    n[3, 2, 1] = value
    return linewidths(s.series, s.phonons, Q, n, Scattering())


SAID = {
    "negative occupations": (
        lambda s: occupied(s, -0.1),
        "occupations must not be negative, got -0.1",
    ),
    "occupations that are no numbers": (
        lambda s: occupied(s, np.nan),
        "occupations must not be negative, got nan",
    ),
    "infinite occupations": (
        lambda s: occupied(s, np.inf),
        "occupations must be finite, got inf",
    ),
    "more atoms": (series_of_more_atoms, "series.atoms must be in 0 to 1, got 0 to 2"),
    "another lattice": (
        phonons_in_another_lattice,
        "cell and grid: of different crystals: lattice vector 0",
    ),
    "another grid": (of_another_grid, r"stars have 27 wave vectors, the grid has 64"),
    "rows, conjugate gradients": (
        lambda s: broken_rows(s, "cg"),
        "operator: its rows are not finite",
    ),
    "rows, direct": (
        lambda s: broken_rows(s, "direct"),
        "operator: its rows are not finite",
    ),
    "negative cap": (
        lambda s: storage_for((1, 2, 3), dense=False, memory=-1.0, over_memory="disk"),
        "memory must be positive, got -1",
    ),
    "negative temperature": (
        lambda s: ThermalFactors.of(s.phonons.frequencies, [-1.0]),
        "temperatures must not be negative, got -1 K",
    ),
    "no temperature": (
        lambda s: ThermalFactors.of(s.phonons.frequencies, []),
        "temperatures: expected one or more, got none",
    ),
    "spread by name": (
        lambda s: isotope_linewidths(
            phonons=s.phonons, q=Q, mass_spread=[1.0, -1.0], scattering=Scattering()
        ),
        "mass_spread must not be negative, got -1 Da²; it is a mean square",
    ),
    "triplets of a finer grid": (
        lambda s: interaction_strengths(
            s.series, s.phonons, Triplets([[0, 64, 64]], [1]), bands=[0]
        ),
        "triplets must be in 0 to 63, got 0 to 64",
    ),
    "modes beside the grid": (
        lambda s: linewidths(s.series, around(s), Q, s.occupations, Scattering()),
        "phonons must be a PeriodicModes, got ModesAround",
    ),
}


@pytest.mark.parametrize("what", SAID)
def test_what_is_wrong_with_numbers_is_said(sample, what):
    action, message = SAID[what]
    with pytest.raises(DomainError, match=message):
        action(sample)


def test_shapes_of_widths_and_rows_are_compared(sample):
    with pytest.raises(ShapeError, match=r"others: expected the shape of three_phonon"):
        total_linewidths(np.ones((2, 3)), np.ones((2, 2, 3)))
    z = np.ones((2, 1, 6, 3))
    with pytest.raises(ShapeError, match="rows: expected shape"):
        collision_row_products([np.ones((2, 6, 3))], slice(0, 1), z)
    with pytest.raises(ShapeError, match="polarizations: expected shape"):
        around(sample, polarizations=sample.phonons.polarizations)


def test_a_file_of_strengths_that_was_changed_is_refused(sample, tmp_path):
    h5py = pytest.importorskip("h5py")
    p = sample.phonons
    origin = StrengthsOrigin.of(sample.series, p, Q)
    strengths = Strengths(Triplets([[0, 0, 0]], [1]), np.ones((1, 1, 6, 6)), [0])
    path = phono_3ph.write_strengths(tmp_path / "s.hdf5", strengths, origin)
    for name, value in (("q", "six"), ("grid_matrix", [1, 2]), ("grid_matrix", "x")):
        with h5py.File(path, "a") as file:
            file.attrs[name] = value
        with pytest.raises(FileError, match="cannot be read"):
            read_strengths(path, origin)


def test_a_series_of_flat_vectors_is_refused(sample):
    with pytest.raises(DomainError, match="lattice must have a volume"):
        replace(sample.series, lattice=np.ones((3, 3)))
    assert isinstance(replace(sample.series, lattice=None), Series3)
