"""Exchange of indices and the acoustic sum rule among the blocks that were kept."""

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError, ensure_integer, ensure_type

from phono_fc._block_laws import BlockLaws, lawful_blocks
from phono_fc._compact_storage import full_index
from phono_fc._sparse import SparseForceConstants3


def symmetrize_sparse(
    constants: SparseForceConstants3, *, max_rounds: int = 1000
) -> SparseForceConstants3:
    r"""Make sparse constants obey index exchange and the acoustic sum rule.

    The nearest constants with the same blocks that obey both: with :math:`P` the mean over
    exchanges of (atom, axis) pairs and :math:`A` the sums :math:`\sum_t \Phi(k, s, t)`,

    .. math::

        \Phi \to P \Phi - P A^T y, \qquad A P A^T y = A P \Phi

    by conjugate gradients, until the sums are 1e-14 of the largest element. The space group
    commutes with both, so constants that obey it still do.

    Parameters
    ----------
    constants : SparseForceConstants3
    max_rounds : int
        Limit on rounds of conjugate gradients.

    Raises
    ------
    ConvergenceError
        If ``max_rounds`` do not suffice.
    """
    ensure_type("constants", constants, SparseForceConstants3)
    max_rounds = ensure_integer("max_rounds", max_rounds)
    if max_rounds < 1:
        raise DomainError(f"max_rounds must be at least 1, got {max_rounds}")
    if not len(constants):
        return constants
    laws = BlockLaws.of(constants.atoms[:, :2], constants.exchanged())
    blocks = lawful_blocks(constants.blocks, laws, max_rounds)
    return SparseForceConstants3(blocks, constants.atoms, constants.supercell)


def drift_sparse(constants: SparseForceConstants3) -> NDArray[np.float64]:
    """Violation of the acoustic sum rule by sparse constants, as `drift` measures it.

    Returns
    -------
    (3,) array
        eV/Å³, one number for each index.
    """
    ensure_type("constants", constants, SparseForceConstants3)
    if not len(constants):
        return np.zeros(3)
    supercell, n_s = constants.supercell, constants.supercell.cell.n_atoms
    k, s, t = constants.atoms.T
    # A sum over the first atom is compact in the second.
    k_s, t_s = full_index(supercell, [s, t])
    sums = []
    for key in (k_s * n_s + t_s, k * n_s + t, k * n_s + s):
        _, group = np.unique(key, return_inverse=True)
        total = np.zeros((group.max() + 1, 3, 3, 3))
        np.add.at(total, group.ravel(), constants.blocks)
        sums.append(np.abs(total).max())
    return np.array(sums)
