"""Third-order constants that are zero, and why."""

import numpy as np
from phono_fc import SparseForceConstants3
from phono_grid import Supercell, Symmetry

from phonokit.model.constants import SupercellConstants3

NOTHING = 1e-8
"""eV/Å³; constants below are rounding."""


def vanishes_by_symmetry(supercell: Supercell) -> bool:
    r"""Whether symmetry leaves no third-order constants in a supercell at all.

    Operations that take every atom of the supercell to itself, such as an inversion where
    all distances are half a period, leave :math:`n` independent tensors of third order,

    .. math:: n = \frac{1}{\lvert G \rvert} \sum_{R \in G} (\operatorname{tr} R)^3

    and there are no constants if that is 0.
    """
    symmetry = Symmetry.of(supercell.cell, masses=False)
    same = (symmetry.permutations == np.arange(supercell.cell.n_atoms)).all(axis=1)
    traces = np.trace(symmetry.rotations_cartesian[same], axis1=1, axis2=2)
    return bool(abs((traces**3).mean()) < 1e-6)


def why_third_order_is_zero(constants: SupercellConstants3) -> str:
    """Why all of the constants are zero, for a person; empty if they are not."""
    if isinstance(constants, SparseForceConstants3):
        values = constants.blocks
    else:
        values = constants.values
    if values.size and np.abs(values).max() > NOTHING:
        return ""
    if vanishes_by_symmetry(constants.supercell):
        return (
            "vanishes by symmetry in this supercell, in which every atom is a centre of "
            "inversion for all others; take a larger one, 3 cells along an axis or more"
        )
    if isinstance(constants, SparseForceConstants3):
        return "is zero: no atoms are within the cutoff of each other; take a larger one"
    return "is zero throughout: the forces of pairs are those of single atoms added up"
