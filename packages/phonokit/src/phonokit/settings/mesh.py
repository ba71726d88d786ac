"""Grids of wave vectors, as they are asked for."""

import numpy as np
from phono_grid import Grid

Triple = tuple[int, int, int]
Nine = tuple[int, int, int, int, int, int, int, int, int]
Mesh = Triple | float | tuple[Triple, Triple, Triple]
"""Three numbers, a length in Å, or the rows of a matrix; see `phono_grid.Grid.of`."""

KAPPA_MESH: float = 35.0
"""Å, the mesh of a conductivity, if none is given: 11 × 11 × 11 for silicon."""
HARMONIC_MESH: float = 63.0
"""Å, the mesh of harmonic phonons: 20 × 20 × 20 for silicon."""
DOS_MESH: float = 95.0
"""Å, the mesh of a density of states: 30 × 30 × 30 for silicon."""
SCATTERING_MESH: float = 32.0
"""Å, the mesh that the phonons of single wave vectors scatter with: 10 × 10 × 10 for
silicon."""


def mesh_name(grid: Grid) -> str:
    """For people: its numbers, or the rows of the matrix of a generalised grid."""
    is_diagonal = not np.any(grid.q_matrix - np.eye(3))
    if is_diagonal:
        shifted = ", shifted" if grid.shift.any() else ""
        return " × ".join(str(n) for n in grid.mesh) + shifted
    rows = ", ".join(" ".join(str(n) for n in row) for row in grid.matrix)
    return f"({rows})"
