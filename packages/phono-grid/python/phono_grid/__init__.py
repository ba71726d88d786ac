"""Crystals and their grids: cells, symmetry, supercells, Brillouin zones, tetrahedra."""

from phono_grid import errors, units
from phono_grid._bands import Bands
from phono_grid._cell import Cell
from phono_grid._content_hash import content_hash
from phono_grid._degenerate_sets import degenerate_sets
from phono_grid._grid import Grid, IrreduciblePoints, irreducible_map
from phono_grid._isotopes import (
    ISOTOPES,
    STANDARD_MASSES,
    mass_variance,
    mass_variances,
    natural_isotopes,
    standard_masses,
)
from phono_grid._joint_dos import (
    JointDosChannels,
    joint_dos,
    joint_dos_channels,
)
from phono_grid._reduction import minkowski_reduction
from phono_grid._shortest_vectors import ShortestVectors, shortest_vectors
from phono_grid._smith import smith_normal_form
from phono_grid._spectra import (
    Gaussian,
    Spectrum,
    density_of_states,
    spectra,
)
from phono_grid._spglib import SYMPREC, Reduction, reduced_basis
from phono_grid._supercell import Supercell
from phono_grid._symmetry import Symmetry, atom_permutations
from phono_grid._tetrahedra import Tetrahedra
from phono_grid._tetrahedron_weights import tetrahedron_weights
from phono_grid._tolerances import CUTOFF_FREQUENCY, DEGENERACY
from phono_grid._triplet_weights import triplet_weights
from phono_grid._triplets import Triplets, triplets_at
from phono_grid._zone import (
    BrillouinZone,
    brillouin_zone_images,
    first_brillouin_zone,
    normal_processes,
    triplet_images,
    zone_images,
)
from phono_grid._zone_weights import zone_point_weights, zone_triplet_weights
from phono_grid.backend import Backend, running, using
from phono_grid.nouns import ValueNoun

__all__ = [
    "CUTOFF_FREQUENCY",
    "DEGENERACY",
    "ISOTOPES",
    "STANDARD_MASSES",
    "SYMPREC",
    "Backend",
    "Bands",
    "BrillouinZone",
    "Cell",
    "Gaussian",
    "Grid",
    "IrreduciblePoints",
    "JointDosChannels",
    "Reduction",
    "ShortestVectors",
    "Spectrum",
    "Supercell",
    "Symmetry",
    "Tetrahedra",
    "Triplets",
    "ValueNoun",
    "atom_permutations",
    "brillouin_zone_images",
    "content_hash",
    "degenerate_sets",
    "density_of_states",
    "errors",
    "first_brillouin_zone",
    "irreducible_map",
    "joint_dos",
    "joint_dos_channels",
    "mass_variance",
    "mass_variances",
    "minkowski_reduction",
    "natural_isotopes",
    "normal_processes",
    "reduced_basis",
    "running",
    "shortest_vectors",
    "smith_normal_form",
    "spectra",
    "standard_masses",
    "tetrahedron_weights",
    "triplet_images",
    "triplet_weights",
    "triplets_at",
    "units",
    "using",
    "zone_images",
    "zone_point_weights",
    "zone_triplet_weights",
]
