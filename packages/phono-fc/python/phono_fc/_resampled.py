"""Force constants by least squares, and what they become without some of the forces."""

import numpy as np
from phono_grid import Supercell
from phono_grid.errors import DomainError, ensure_integer

from phono_fc._displacement_forces import RandomDisplacementForces
from phono_fc._force_constants import ForceConstants
from phono_fc._least_squares import prepared, solved


def resampled_least_squares(
    supercell: Supercell,
    forces: RandomDisplacementForces,
    *,
    orders: tuple[int, ...] = (2, 3),
    cutoffs: dict[int, float] | None = None,
    blocks: int = 10,
) -> tuple[dict[int, ForceConstants], list[dict[int, ForceConstants]]]:
    r"""Force constants of `least_squares`, and the same without each block of supercells.

    Successive supercells, the frames of molecular dynamics, are alike; a block of them,
    longer than they are, is left out at a time. The standard error of any number
    :math:`x` that follows from the constants is then (the jackknife [1]_)

    .. math::

        \sigma_x^2 = \frac{n_b - 1}{n_b} \sum_b (x_b - \bar x)^2

    Parameters
    ----------
    supercell : Supercell
    forces : RandomDisplacementForces
        In the order of time.
    orders : tuple of int
        From 2 without a gap.
    cutoffs : dict, optional
        Å, by order.
    blocks : int
        ``n_b``, 2 at least.

    Returns
    -------
    whole : dict
        `ForceConstants` by order, of all forces.
    without : list of dict
        Those without each block.

    Raises
    ------
    DomainError
        If there are fewer supercells than blocks, or too few for the constants.

    References
    ----------
    .. [1] B. Efron, The Jackknife, the Bootstrap and Other Resampling Plans (1982).
    """
    blocks = ensure_integer("blocks", blocks, 2)
    solver = prepared(supercell, forces, orders, cutoffs)
    if blocks > len(forces):
        raise DomainError(
            f"blocks: {blocks} of {len(forces)} supercells; take fewer blocks, or more "
            "supercells"
        )
    whole = solved(solver, supercell, forces, orders)
    without = []
    for block in np.array_split(np.arange(len(forces)), blocks):
        kept = np.delete(np.arange(len(forces)), block)
        part = RandomDisplacementForces(forces.displacements[kept], forces.forces[kept])
        without.append(solved(solver, supercell, part, orders))
    return whole, without
