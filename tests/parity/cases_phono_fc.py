"""Input for the kernels of phono_fc."""

import numpy as np
from cases_phono_grid import zincblende
from phono_fc import ForceConstants
from phono_grid import Supercell, Symmetry


def supercell_of(rng: np.random.Generator) -> Supercell:
    """Sixteen atoms, eight copies of two."""
    return Supercell.of(zincblende(rng), [2, 1, 1], "F")


def rows_by_symmetry(rng):
    cell = supercell_of(rng).cell
    symmetry = Symmetry.of(cell)
    # One field of each kind of atom, seen from atoms of both.
    atoms, targets = np.array([3, 9]), np.array([0, 3, 12])
    fields = rng.normal(size=(2, 16, 16, 3, 3, 3))
    operations = symmetry.rotations_cartesian, symmetry.permutations
    return (fields, atoms, targets, *operations), {}


def symmetrized_values(rng):
    supercell = supercell_of(rng)
    constants = ForceConstants(rng.normal(size=(2, 16, 16, 3, 3, 3)), supercell)
    return (constants,), {"rounds": 2}


def filled_by_exchange(rng):
    supercell = supercell_of(rng)
    constants = ForceConstants(rng.normal(size=(2, 16, 16, 3, 3, 3)), supercell)
    return (constants, rng.random((2, 16)) < 0.3), {}


CASES = {
    f"phono_fc.{case.__name__}": case
    for case in (filled_by_exchange, rows_by_symmetry, symmetrized_values)
}
