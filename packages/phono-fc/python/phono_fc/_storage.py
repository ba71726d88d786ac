"""Force constants in other storage: all first atoms, other primitive cells, cut off."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from phono_grid import Supercell
from phono_grid.errors import as_numbers, ensure_flag, ensure_positive, ensure_type

from phono_fc._compact_storage import (
    atoms_of_elements,
    compact_values,
    full_index,
    full_values,
)
from phono_fc._distances import pair_distances, within
from phono_fc._force_constants import ForceConstants
from phono_fc._laws_among_kept import restored
from phono_fc._sparse import SparseForceConstants3
from phono_fc._sparse_laws import symmetrize_sparse


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
    ensure_type("force_constants", force_constants, ForceConstants)
    return full_values(force_constants.values, force_constants.supercell)


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
    ensure_type("supercell", supercell, Supercell)
    return ForceConstants(
        compact_values(as_numbers(values, "values"), supercell), supercell
    )


def cut(
    force_constants: ForceConstants, cutoff: float, *, restore: bool = True
) -> ForceConstants:
    r"""Leave out what connects distant atoms.

    :math:`\Phi(i, j, \dots) = 0` where two of the atoms are :math:`r_c` or more apart
    (nearest images, less 1e-5 Å). That alone breaks the acoustic sum rule, by tens of
    eV/Å³ for a short cutoff, so the nearest constants of the atoms that are kept which obey
    index exchange and sum rule are returned, see `symmetrize_sparse`.

    Parameters
    ----------
    force_constants : ForceConstants
        Constants of any order. Where nothing is left out they are returned as they are.
    cutoff : float
        ``r_c``, Å.
    restore : bool
        Whether index exchange and sum rule are restored among what is kept.
    """
    ensure_type("force_constants", force_constants, ForceConstants)
    ensure_positive("cutoff", cutoff)
    ensure_flag("restore", restore)
    supercell, order = force_constants.supercell, force_constants.order
    near = within(pair_distances(supercell), cutoff)
    atoms = atoms_of_elements(supercell, order)
    is_near = np.ones((1,) * order, dtype=np.bool_)
    for i, j in combinations(range(order), 2):
        is_near = is_near & near[full_index(supercell, [atoms[i], atoms[j]])]
    blocks = is_near.reshape(*is_near.shape, *[1] * order)
    kept = ForceConstants(np.where(blocks, force_constants.values, 0.0), supercell)
    if not restore or np.array_equal(kept.values, force_constants.values):
        return kept
    if order == 3:
        sparse = SparseForceConstants3.of(kept, cutoff=cutoff, restore=False)
        return symmetrize_sparse(sparse).dense()
    return restored(kept, blocks)
