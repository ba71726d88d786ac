"""Empty arrays, huge integers, other classes: a result, or one of our errors."""

import numpy as np
import phono_4ph
import pytest
from odd_arguments import ensure_refused_or_done, public_functions
from phono_4ph import Sampling, Scattering4, TripleDisplacements
from phono_dynmat import bose_einstein
from phono_fc import RandomDisplacementForces
from phono_grid import BrillouinZone, Cell, Gaussian, Supercell, Symmetry
from quartic_models import closed_under_exchange, phonons_on

pytestmark = pytest.mark.usefixtures("backend")


@pytest.fixture(scope="module")
def good():
    """A good argument of each name."""
    rng = np.random.default_rng(1)
    cell, phonons = phonons_on([2, 1, 1], use_symmetry=False)
    pair = (np.array([0, 0, 1, 1]), np.array([[0, 0, 0], [0, 0, 1], [0, 0, 1]]))
    constants = closed_under_exchange(cell, [pair], rng)
    # Of few operations: clusters are quickly made.
    lattice = [[3, 0, 0], [0.2, 3.1, 0], [0.1, 0.3, 3.3]]
    supercell = Supercell.of(Cell.of(lattice, [[0, 0, 0]], ["Ne"]), [1, 1, 2])
    u = 0.01 * rng.normal(size=(3, 2, 3))
    return {
        "atoms": constants.atoms,
        "axes": np.zeros((1, 3), dtype=int),
        "cell": cell,
        "cells": constants.cells,
        "constants": constants,
        "cutoff": 1.0,
        "cutoff2": 1.0,
        "cutoff3": 1.0,
        "cutoff_frequency": 1e-3,
        "cutoff_width": 2.0,
        "degeneracy": 1e-4,
        "distance": 0.03,
        "forces": RandomDisplacementForces(u, -u),
        "keys": constants.keys,
        "lattice": constants.lattice,
        "occupations": bose_einstein(phonons.frequencies, [300.0]),
        "pairs": (0, [[0, 0]]),
        "path": "missing",
        "phonons": phonons,
        "points": np.zeros((2, 4), dtype=int),
        "q": 0,
        "replicates": 4,
        "rounds": 1,
        "sampling": Sampling(replicates=2, first=1, second=1),
        "scattering": Scattering4(smearing=Gaussian(1.0, 3.0)),
        "seed": 1,
        "smearing": Gaussian(1.0, 3.0),
        "start": 0,
        "supercell": supercell,
        "symmetry": Symmetry.of(supercell.primitive),
        "triples": TripleDisplacements(
            supercell, 1.0, 0.03, np.zeros((1, 3), dtype=int), np.zeros((1, 3), dtype=int)
        ),
        "values": constants.values,
        "velocities": np.ones((*phonons.frequencies.shape, 3)),
        "width": 1.0,
        "zone": BrillouinZone.of(phonons.grid),
    }


SPECIAL = {
    "TripleDisplacements": {"atoms": np.zeros((1, 3), dtype=int)},
    "finite_differences4": {"forces": [np.zeros((2, 3))] * 4},
    "loop_shift": {"q": [[0.1, 0.2, 0.3]]},
}
TYPES = {"AdaptiveGaussian", "Counting"}
"""That of phono-3ph, and an enum."""
FUNCTIONS = public_functions(phono_4ph, TYPES)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_odd_argument_ends_in_a_result_or_in_one_error(
    good, name, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    ensure_refused_or_done(FUNCTIONS[name], good | SPECIAL.get(name, {}))
