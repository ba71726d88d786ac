"""Force constants by least squares from any displacements, through symfc."""

from importlib import import_module
from typing import Any

import numpy as np
from phono_grid import SYMPREC, Supercell, Symmetry
from phono_grid.errors import DomainError, ensure_integer, ensure_positive, ensure_type

from phono_fc._displacement_forces import RandomDisplacementForces
from phono_fc._force_constants import ForceConstants
from phono_fc._same_supercell import ensure_same_supercell
from phono_fc._storage import compact


def least_squares(
    supercell: Supercell,
    forces: RandomDisplacementForces,
    *,
    orders: tuple[int, ...] = (2, 3),
    cutoffs: dict[int, float] | None = None,
    symmetry: Symmetry | None = None,
    symprec: float = SYMPREC,
) -> dict[int, ForceConstants]:
    r"""Force constants that describe the forces best [1]_.

    .. math::

        \min_\Phi \sum_n \sum_{j\beta} \Bigl( F^n_{j\beta}
            + \sum_{i\alpha} \Phi_{\alpha\beta}(i, j) u^n_{i\alpha}
            + \tfrac{1}{2} \sum_{i\alpha, k\gamma}
              \Phi_{\alpha\beta\gamma}(i, j, k) u^n_{i\alpha} u^n_{k\gamma}
        \Bigr)^2

    over constants that obey the space group, index exchange and the sum rule, which need no
    symmetrising afterwards. Needs the package symfc.

    Parameters
    ----------
    supercell : Supercell
    forces : RandomDisplacementForces
        Forces for `random_displacements`, or of displaced pairs by
        `RandomDisplacementForces.of`.
    orders : tuple of int
        From 2 without a gap.
    cutoffs : dict, optional
        Å, by order.
    symmetry : Symmetry, optional
        Of the supercell, its translations included; found if not given.
    symprec : float
        Å; atoms this close are at one place.

    Returns
    -------
    dict
        `ForceConstants` by order.

    Raises
    ------
    DomainError
        If symfc is missing, or the forces are of another supercell.

    References
    ----------
    .. [1] A. Seko and A. Togo, Phys. Rev. B 110, 214302 (2024).
    """
    solver = prepared(supercell, forces, orders, cutoffs, symmetry, symprec)
    return solved(solver, supercell, forces, orders)


def prepared(
    supercell: Supercell,
    forces: RandomDisplacementForces,
    orders: tuple[int, ...],
    cutoffs: dict[int, float] | None,
    symmetry: Symmetry | None = None,
    symprec: float = SYMPREC,
) -> Any:
    """A solver for a supercell, what it is asked for being checked."""
    ensure_type("orders", orders, tuple, list)
    if not orders or tuple(orders) != tuple(range(2, 2 + len(orders))):
        raise DomainError(
            f"orders: expected (2,), (2, 3) or (2, 3, 4), got {tuple(orders)}"
        )
    ensure_type("forces", forces, RandomDisplacementForces)
    ensure_same_supercell(supercell, symmetry, forces=forces)
    ensure_cutoffs(cutoffs)
    ensure_positive("symprec", symprec)
    return _solver(supercell, cutoffs, symmetry, symprec)


def solved(
    solver: Any,
    supercell: Supercell,
    forces: RandomDisplacementForces,
    orders: tuple[int, ...],
) -> dict[int, ForceConstants]:
    """Constants by order; the symmetry of a solver is worked out at its first use."""
    solver.displacements, solver.forces = forces.displacements, forces.forces
    try:
        if not solver.basis_set:
            solver.compute_basis_set(orders=list(orders), apply_sum_rule=False)
        solver.solve(orders=list(orders), is_compact_fc=True)
        same_rows = np.array_equal(solver.p2s_map, supercell.primitive_to_supercell)
        if not same_rows:
            # Its primitive cell is another one: only the full arrays can be compared.
            solver.solve(orders=list(orders), is_compact_fc=False)
    except Exception as error:  # it raises what it meets
        raise DomainError(
            f"forces: symfc cannot solve for orders {tuple(orders)} from {len(forces)} "
            f"supercells of {supercell.cell.n_atoms} atoms ({type(error).__name__}: "
            f"{error}); are there enough displacements, and does symmetry leave constants "
            "of every order?"
        ) from error
    return {
        order: ForceConstants(values, supercell)
        if same_rows
        else compact(values, supercell)
        for order, values in solver.force_constants.items()
    }


def ensure_cutoffs(cutoffs: Any) -> None:
    """Require positive lengths by order, or nothing."""
    if cutoffs is None:
        return
    ensure_type("cutoffs", cutoffs, dict)
    for order, cutoff in cutoffs.items():
        ensure_integer("cutoffs: an order", order, 2)
        ensure_positive(f"cutoffs: that of order {order}", cutoff)


def _solver(
    supercell: Supercell,
    cutoffs: dict[int, float] | None,
    symmetry: Symmetry | None,
    symprec: float,
) -> Any:
    """A solver of symfc, which knows atoms by number only."""
    try:
        symfc = import_module("symfc")
        utilities = import_module("symfc.utils.utils")
    except ModuleNotFoundError:
        raise DomainError(
            "least squares need symfc, which is not installed; "
            "pip install symfc, or use displaced pairs of atoms"
        ) from None
    cell = supercell.cell
    atoms = utilities.SymfcAtoms(cell.species, cell.positions, cell.lattice)
    operations = None
    if symmetry is not None:
        operations = {
            "rotations": symmetry.rotations,
            "translations": symmetry.translations,
        }
    return symfc.Symfc(
        atoms, cutoff=cutoffs, spacegroup_operations=operations, symprec=symprec
    )
