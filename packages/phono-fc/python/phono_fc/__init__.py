"""Force constants of second and third order from displaced forces."""

from phono_fc._displace import pair_displacements, single_displacements
from phono_fc._displacement_forces import (
    DisplacementForces,
    PairDisplacementForces,
    RandomDisplacementForces,
    SingleDisplacementForces,
)
from phono_fc._displacements import Displacements, PairDisplacements, SingleDisplacements
from phono_fc._distances import pair_distances
from phono_fc._finite_differences import force_constants2, force_constants3
from phono_fc._force_constants import ForceConstants
from phono_fc._lattice_constants import LatticeForceConstants
from phono_fc._lattice_laws import lattice_drift, symmetrize_lattice
from phono_fc._least_squares import least_squares
from phono_fc._random import random_displacements
from phono_fc._resampled import resampled_least_squares
from phono_fc._rotations import impose_rotations, rotational_drift
from phono_fc._sparse import SparseForceConstants3
from phono_fc._sparse_laws import drift_sparse, symmetrize_sparse
from phono_fc._sparse_solver import sparse_force_constants3
from phono_fc._storage import compact, cut, expand
from phono_fc._symmetrize import drift, group_average, symmetrize

__all__ = [
    "DisplacementForces",
    "Displacements",
    "ForceConstants",
    "LatticeForceConstants",
    "PairDisplacementForces",
    "PairDisplacements",
    "RandomDisplacementForces",
    "SingleDisplacementForces",
    "SingleDisplacements",
    "SparseForceConstants3",
    "compact",
    "cut",
    "drift",
    "drift_sparse",
    "expand",
    "force_constants2",
    "force_constants3",
    "group_average",
    "impose_rotations",
    "lattice_drift",
    "least_squares",
    "pair_displacements",
    "pair_distances",
    "random_displacements",
    "resampled_least_squares",
    "rotational_drift",
    "single_displacements",
    "sparse_force_constants3",
    "symmetrize",
    "symmetrize_lattice",
    "symmetrize_sparse",
]
