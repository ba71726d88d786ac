"""Empty arrays, huge integers, other classes: a result, or one of our errors."""

import numpy as np
import phono_fc
import pytest
from odd_arguments import ensure_refused_or_done, public_functions
from phono_fc import (
    ForceConstants,
    LatticeForceConstants,
    PairDisplacementForces,
    RandomDisplacementForces,
    SingleDisplacementForces,
    SparseForceConstants3,
    expand,
    pair_displacements,
    single_displacements,
)
from phono_grid import Symmetry
from silicon_nouns import SUPERCELL

pytestmark = pytest.mark.usefixtures("backend")

RNG = np.random.default_rng(3)
SYMMETRY = Symmetry.of(SUPERCELL.cell)
CONSTANTS = ForceConstants(RNG.normal(size=(2, 8, 3, 3)), SUPERCELL)
CUBIC = ForceConstants(RNG.normal(size=(2, 8, 8, 3, 3, 3)), SUPERCELL)
SPARSE = SparseForceConstants3.of(CUBIC, cutoff=3.0)
LATTICE = LatticeForceConstants.of(CONSTANTS)
SINGLE = single_displacements(SUPERCELL, SYMMETRY)
PAIRS = pair_displacements(SUPERCELL, SYMMETRY, SINGLE)
SINGLES = SingleDisplacementForces(
    SINGLE.atoms, SINGLE.displacements, RNG.normal(size=(len(SINGLE.atoms), 8, 3))
)
FORCES = RNG.normal(size=(len(PAIRS.atoms), 8, 3))
GOOD = {
    "at_zone_centre": False,
    "atoms": SINGLE.atoms,
    "cell": SUPERCELL.primitive,
    "cells": LATTICE.cells,
    "constants": SPARSE,
    "cutoff": 3.0,
    "cutoffs": None,
    "diagonal": True,
    "displacements": SINGLE.displacements,
    "distance": 0.03,
    "force_constants": CUBIC,
    "forces": RandomDisplacementForces.of(
        SINGLES,
        PairDisplacementForces(PAIRS.first, PAIRS.atoms, PAIRS.displacements, FORCES),
    ),
    "gaussian": False,
    "max_rounds": 1000,
    "n_atoms": 8,
    "n_supercells": 2,
    "orders": (2,),
    "pairs": PairDisplacementForces(PAIRS.first, PAIRS.atoms, PAIRS.displacements, FORCES),
    "plus_minus": False,
    "restore": True,
    "rounds": 1,
    "seed": 1,
    "singles": SINGLES,
    "sum_rule": True,
    "supercell": SUPERCELL,
    "symmetry": SYMMETRY,
    "threshold": 0.0,
    "values": CUBIC.values,
}
PAIR = {"first": PAIRS.first, "atoms": PAIRS.atoms, "displacements": PAIRS.displacements}
SPECIAL = {
    "PairDisplacementForces": PAIR | {"forces": FORCES},
    "PairDisplacements": PAIR | {"distances": PAIRS.distances, "included": PAIRS.included},
    "RandomDisplacementForces": {"displacements": FORCES / 10, "forces": FORCES},
    "SingleDisplacementForces": {"forces": SINGLES.forces},
    "SparseForceConstants3": {"blocks": SPARSE.blocks, "atoms": SPARSE.atoms},
    "LatticeForceConstants": {"values": LATTICE.values, "atoms": LATTICE.atoms},
    "lattice_drift": {"constants": LATTICE},
    "symmetrize_lattice": {"constants": LATTICE},
    "compact": {"values": expand(CONSTANTS)},
    "pair_displacements": {"singles": SINGLE},
}
OTHERS = {"ForceConstants.from_phonopy", "ForceConstants.from_phono3py"}
"""Made from objects of other libraries."""
FUNCTIONS = public_functions(phono_fc, OTHERS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_odd_argument_ends_in_a_result_or_in_one_error(name):
    ensure_refused_or_done(FUNCTIONS[name], GOOD | SPECIAL.get(name, {}))
