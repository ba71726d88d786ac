"""The check that a symmetry and forces are of the same supercell."""

from typing import get_args

from phono_grid import Supercell, Symmetry
from phono_grid.errors import DomainError, ensure_type

from phono_fc._displacement_forces import DisplacementForces


def ensure_same_supercell(
    supercell: Supercell, symmetry: Symmetry | None = None, **data: DisplacementForces
) -> None:
    """Require a symmetry and forces of as many atoms as the supercell has."""
    ensure_type("supercell", supercell, Supercell)
    if symmetry is not None:
        ensure_type("symmetry", symmetry, Symmetry)
    for name, forces in data.items():
        ensure_type(name, forces, *get_args(DisplacementForces))
    n_s = supercell.cell.n_atoms
    n = n_s if symmetry is None else symmetry.permutations.shape[1]
    if n != n_s:
        raise DomainError(
            f"symmetry: expected that of the supercell, {n_s} atoms, got that of {n} "
            "atoms; use Symmetry.of(supercell.cell)"
        )
    for name, forces in data.items():
        if not len(forces):
            raise DomainError(f"{name}: no displacement at all")
        if forces.forces.shape[1] != n_s:
            raise DomainError(
                f"{name}: expected forces on {n_s} atoms, as many as the supercell has, "
                f"got {forces.forces.shape[1]}"
            )
