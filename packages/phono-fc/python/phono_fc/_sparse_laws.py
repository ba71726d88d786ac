"""Exchange of indices and the acoustic sum rule among the blocks that were kept."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import ConvergenceError, DomainError, ensure_integer, ensure_type

from phono_fc._compact_storage import full_index
from phono_fc._sparse import EXCHANGES, SparseForceConstants3

RELATIVE_TOLERANCE = 1e-14
"""Relative to the largest element."""


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
    laws = _Laws.of(constants)
    blocks = laws.exchange_average(constants.blocks)
    limit = RELATIVE_TOLERANCE * np.abs(blocks).max()
    residual = laws.sums(blocks)
    scaled = laws.divided(residual)
    direction, size = scaled, (residual * scaled).sum()
    for _ in range(max_rounds):
        if np.abs(residual).max() <= limit:
            return SparseForceConstants3(blocks, constants.atoms, constants.supercell)
        change = laws.exchange_average(laws.spread(direction))
        sums = laws.sums(change)
        step = size / (direction * sums).sum()
        blocks = blocks - step * change
        residual = residual - step * sums
        scaled = laws.divided(residual)
        size, before = (residual * scaled).sum(), size
        direction = scaled + size / before * direction
    raise ConvergenceError(
        f"the sum rule holds to {np.abs(residual).max():.1e} eV/Å³ after {max_rounds} "
        "rounds; allow more of them, or keep more blocks"
    )


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


@dataclass(frozen=True, slots=True)
class _Laws:
    """The sums and the exchanges of some blocks.

    Parameters
    ----------
    starts, counts : (n_ks,) arrays of int
        Where the blocks of every pair of first atoms begin, and how many there are.
    exchanged : (6, n_e) array of int
    """

    starts: NDArray[np.intp]
    counts: NDArray[np.intp]
    exchanged: NDArray[np.int64]

    @classmethod
    def of(cls, constants: SparseForceConstants3) -> "_Laws":
        """The sums and exchanges of the blocks that were kept."""
        pairs = constants.atoms[:, :2]
        changes = (pairs[1:] != pairs[:-1]).any(axis=1)
        starts = np.concatenate([[0], np.flatnonzero(changes) + 1])
        counts = np.diff(np.append(starts, len(constants)))
        return cls(starts, counts, constants.exchanged())

    def sums(self, blocks: NDArray[np.float64]) -> NDArray[np.float64]:
        """``A``: over the third atom."""
        sums: NDArray[np.float64] = np.add.reduceat(blocks, self.starts)
        return sums

    def spread(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """``Aᵀ``."""
        return np.repeat(sums, self.counts, axis=0)

    def divided(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """``(A Aᵀ)⁻¹``, the preconditioner."""
        return sums / self.counts[:, None, None, None]

    def exchange_average(self, blocks: NDArray[np.float64]) -> NDArray[np.float64]:
        """``P``: the mean over all exchanges of (atom, axis) pairs."""
        total = np.zeros_like(blocks)
        for exchange, source in zip(EXCHANGES, self.exchanged, strict=True):
            axes = 1 + np.argsort(exchange)
            total += blocks[source].transpose(0, *axes)
        return total / len(EXCHANGES)
