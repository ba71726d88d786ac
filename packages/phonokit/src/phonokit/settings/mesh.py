"""Grids of wave vectors, as they are asked for."""

from phono_grid import Grid

Triple = tuple[int, int, int]
Nine = tuple[int, int, int, int, int, int, int, int, int]
Mesh = Triple | float | tuple[Triple, Triple, Triple]
"""Three numbers, a length in Å, or the rows of a matrix; see `phono_grid.Grid.of`."""

KAPPA_MESH: Triple = (11, 11, 11)
"""The mesh of a conductivity, if none is given."""
HARMONIC_MESH: Triple = (20, 20, 20)
"""The mesh of harmonic phonons."""
SCATTERING_MESH: Triple = (10, 10, 10)
"""The mesh that the phonons of single wave vectors scatter with."""


def mesh_name(grid: Grid) -> str:
    """For people: its numbers, or the rows of the matrix of a generalised grid."""
    if grid.is_plain:
        return " × ".join(str(n) for n in grid.mesh)
    rows = ", ".join(" ".join(str(n) for n in row) for row in grid.matrix)
    return f"({rows})"
