"""Meshes of harmonic phonons, which need not hold Γ."""

import numpy as np
from numpy.typing import ArrayLike
from phono_grid import Grid, Symmetry
from phono_grid.errors import DomainError, ensure_flag

from phonokit.model.crystal import Crystal


def harmonic_grid(crystal: Crystal, mesh: ArrayLike, *, shift: bool = False) -> Grid:
    r"""The mesh of wave vectors of a crystal, with its symmetry.

    With ``shift`` that of Monkhorst and Pack [1]_,

    .. math:: q_i = \frac{a_i + s_i / 2}{D_i}, \qquad s_i = 1 \text{ where } D_i
        \text{ is even, else } 0

    and of the point group what the shift leaves: a shift along axes that symmetry mixes
    breaks it.

    Parameters
    ----------
    crystal : Crystal
    mesh : three int, float, or (3, 3) array of int
    shift : bool
        Shift axes with even numbers by half a step; for three numbers only.

    References
    ----------
    .. [1] H. J. Monkhorst and J. D. Pack, Phys. Rev. B 13, 5188 (1976).
    """
    ensure_flag("shift", shift)
    cell, symmetry = crystal.primitive, crystal.symmetry
    grid = Grid.of(cell, mesh, symmetry)
    if not shift:
        return grid
    if np.shape(mesh) != (3,):
        raise DomainError(
            "shift: is along axes with even numbers; give the mesh as three numbers"
        )
    half_steps = (grid.mesh + 1) % 2
    w = symmetry.rotations.transpose(0, 2, 1)
    on_addresses = w * grid.mesh[:, None] // grid.mesh
    kept = ((on_addresses @ half_steps - half_steps) % 2 == 0).all(axis=1)
    part = Symmetry(
        symmetry.rotations[kept],
        symmetry.translations[kept],
        symmetry.rotations_cartesian[kept],
        symmetry.permutations[kept],
        symmetry.symbol,
    )
    return Grid.of(cell, mesh, part, shift=half_steps / 2)


def mesh_record(grid: Grid) -> dict[str, object]:
    """The mesh of a calculation for its record, with its shift if it has one."""
    shift = {"shift": (grid.shift / 2).tolist()} if grid.shift.any() else {}
    return {"mesh": grid.matrix.tolist(), **shift}
