"""Force constants in other storage: all first atoms, other primitive cells, cut off."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from phono_grid import Supercell
from phono_grid.errors import DomainError, ensure_finite, ensure_shape

from phono_fc._distances import pair_distances, within
from phono_fc._force_constants import ForceConstants
from phono_fc._symmetrize import atoms_of_elements, full_index

TRANSLATION = 1e-6
"""Of the largest; text files of the field have 8 to 15 decimals."""


def expand(force_constants: ForceConstants) -> NDArray[np.float64]:
    r"""Force constants with every supercell atom as the first one.

    .. math:: \Phi(i, j, \dots) = \Phi(T_i i, T_i j, \dots)

    with :math:`T_i` the lattice translation that takes atom :math:`i` to its
    representative.

    Returns
    -------
    (n_s, n_s, …, 3, 3, …) array
        In the unit of the constants.
    """
    every = [np.arange(force_constants.supercell.cell.n_atoms)] * force_constants.order
    index = full_index(force_constants.supercell, np.ix_(*every))
    full: NDArray[np.float64] = force_constants.values[index]
    return full


def compact(values: NDArray[np.float64], supercell: Supercell) -> ForceConstants:
    """Force constants from an array with every supercell atom as the first one.

    Parameters
    ----------
    values : (n_s, n_s, …, 3, 3, …) array
        Invariant under the lattice translations of ``supercell``.
    supercell : Supercell

    Raises
    ------
    DomainError
        If the constants of some atom are not those of its copy, to 1e-6 of the largest:
        the primitive cell is too small or the atoms are in another order.
    """
    n_s, order = supercell.cell.n_atoms, np.ndim(values) // 2
    ensure_shape("values", values, (*[n_s] * order, *[3] * order))
    ensure_finite("values", values)
    constants = ForceConstants(values[supercell.primitive_to_supercell], supercell)
    limit = TRANSLATION * np.abs(values).max()
    every = [np.arange(n_s)] * (order - 1)
    for i in range(n_s):
        index = full_index(supercell, np.ix_(np.array([i]), *every))
        if not (np.abs(constants.values[index][0] - values[i]) <= limit).all():
            home = supercell.primitive_to_supercell[supercell.supercell_to_primitive[i]]
            raise DomainError(
                f"values: the constants of atom {i} are not those of atom {home}, its copy "
                "by a lattice translation; take a larger primitive cell, or the order of "
                "atoms of this supercell"
            )
    return constants


def cut(force_constants: ForceConstants, cutoff: float) -> ForceConstants:
    r"""Set to zero what connects distant atoms.

    :math:`\Phi(i, j, \dots) = 0` where two of the atoms are :math:`r_c` or more apart
    (nearest images, less 1e-5 Å). This breaks the acoustic sum rule: symmetrise before, and
    see `drift`.

    Parameters
    ----------
    force_constants : ForceConstants
        Of any order.
    cutoff : float
        ``r_c``, Å.
    """
    if not (cutoff > 0 and np.isfinite(cutoff)):
        raise DomainError(f"cutoff must be positive, got {cutoff:g}")
    supercell, order = force_constants.supercell, force_constants.order
    near = within(pair_distances(supercell), cutoff)
    atoms = atoms_of_elements(supercell, order)
    kept = np.ones((1,) * order, dtype=np.bool_)
    for one, other in combinations(range(order), 2):
        kept = kept & near[full_index(supercell, [atoms[one], atoms[other]])]
    blocks = kept.reshape(*kept.shape, *[1] * order)
    return ForceConstants(np.where(blocks, force_constants.values, 0.0), supercell)
