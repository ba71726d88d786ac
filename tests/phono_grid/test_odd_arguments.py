"""Empty arrays, huge integers, other classes: a result, or one of our errors."""

import numpy as np
import phono_grid
import pytest
from odd_arguments import ensure_refused_or_done, public_functions
from phono_grid import IrreduciblePoints, ShortestVectors
from silicon_nouns import (
    BANDS,
    GRID,
    PRIMITIVE,
    SILICON,
    SUPERCELL,
    SYMMETRY,
    TETRAHEDRA,
    TRIPLETS,
    ZONE,
    A,
    F,
    W,
)

pytestmark = pytest.mark.usefixtures("backend")

IRREDUCIBLE = IrreduciblePoints.of(GRID)
VECTORS = ShortestVectors.of(SUPERCELL)
GOOD = {
    "addresses": ZONE.addresses,
    "atom": 0,
    "atoms": np.arange(8),
    "axes": np.eye(3),
    "basis": np.eye(3),
    "bands": BANDS,
    "cell": SILICON,
    "corners": TETRAHEDRA.corners,
    "cutoff": 3.0,
    "degeneracy": 1e-4,
    "differences": W,
    "first": ZONE.first,
    "fractions": np.array([0.3, 0.7]),
    "frequencies": F,
    "frequency_points": W,
    "grid": GRID,
    "images": np.array([0, 1]),
    "lattice": SILICON.lattice,
    "length": 20.0,
    "magnetic_moments": None,
    "masses": SILICON.masses,
    "matrix": np.diag([2, 2, 3]),
    "mesh": np.array([4, 4, 4]),
    "multiplicities": VECTORS.multiplicities,
    "offsets": TETRAHEDRA.offsets,
    "origins": PRIMITIVE.positions,
    "p_matrix": GRID.p_matrix,
    "permutations": SYMMETRY.permutations,
    "points": np.array([0, 1]),
    "positions": SILICON.positions,
    "primitive": PRIMITIVE,
    "primitive_matrix": "auto",
    "primitive_to_supercell": SUPERCELL.primitive_to_supercell,
    "q": 1,
    "q_matrix": GRID.q_matrix,
    "qpoints": np.array([[0.1, 0.2, 0.3], [0.5, 0.0, 0.0]]),
    "reciprocal_lattice": GRID.reciprocal_lattice,
    "rotations": SYMMETRY.rotations,
    "rotations_cartesian": SYMMETRY.rotations_cartesian,
    "shift": np.zeros(3),
    "sigma": 0.1,
    "smearing": TETRAHEDRA,
    "species": SILICON.species,
    "supercell": SUPERCELL,
    "supercell_matrix": np.array([1, 1, 1]),
    "supercell_to_primitive": SUPERCELL.supercell_to_primitive,
    "symbol": "Si",
    "symbols": SILICON.symbols,
    "symmetrized": False,
    "symmetry": None,
    "symprec": 1e-5,
    "targets": W,
    "tetrahedra": TETRAHEDRA,
    "transform": np.eye(3, dtype=int),
    "translations": SYMMETRY.translations,
    "triplets": TRIPLETS,
    "unit_cell": SILICON,
    "use_symmetry": True,
    "vectors": VECTORS.vectors,
    "weights": A,
    "zone": ZONE,
}
SPECIAL = {
    "Bands": {
        "points": BANDS.points,
        "multiplicities": BANDS.multiplicities,
        "rows": BANDS.rows,
    },
    "Grid": {"rotations": GRID.rotations, "shift": GRID.shift},
    "Grid.of": {"cell": PRIMITIVE},
    "Grid.generalized": {"cell": PRIMITIVE},
    "IrreduciblePoints": {"points": IRREDUCIBLE.points, "weights": IRREDUCIBLE.weights},
    "JointDosChannels": {
        "decay": np.ones(4),
        "absorption": np.ones(4),
        "emission": np.ones(4),
    },
    "Spectrum": {"density": np.ones(4), "cumulative": np.ones(4)},
    "Symmetry": {"symbol": "Fd-3m"},
    "Triplets": {"points": TRIPLETS.points, "weights": TRIPLETS.weights},
    "atom_permutations": {
        "cell": PRIMITIVE,
    },
    "density_of_states": {"weights": None},
    "joint_dos": {"weights": None},
    "joint_dos_channels": {"weights": np.ones((len(TRIPLETS.weights), 2, 2, 1))},
    "mass_variance": {"masses": np.array([27.9, 28.9])},
    "zone_point_weights": {
        "rows": np.zeros(len(ZONE.addresses), dtype=int),
        "frequencies": F[:1],
        "out": np.zeros((2, len(W), F.shape[1])),
        "step": False,
    },
    "zone_triplet_weights": {
        "frequencies": F[ZONE.points],
        "points": np.zeros((1, 3), dtype=int),
        "out": np.zeros((2, 1, len(W), F.shape[1], F.shape[1])),
        "outside": np.zeros((1, len(W), F.shape[1], F.shape[1]), dtype=np.int8),
    },
}
NONE = {
    "Backend",
    "Backend.of",
    "Cell.from_ase",
    "Cell.from_phonopy",
    "Cell.from_pymatgen",
    "Reduction",
    "Supercell.from_phono3py",
    "Supercell.from_phonopy",
    "ValueNoun",
}
"""Not of numbers, or of objects of other libraries."""


FUNCTIONS = public_functions(phono_grid, NONE)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_odd_argument_ends_in_a_result_or_in_one_error(name):
    ensure_refused_or_done(FUNCTIONS[name], GOOD | SPECIAL.get(name, {}))
