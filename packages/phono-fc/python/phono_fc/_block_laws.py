"""Index exchange and the acoustic sum rule of third-order blocks, as arrays."""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import ConvergenceError

RELATIVE_TOLERANCE = 1e-14
"""Relative to the largest element."""
MOST_ROUNDS = 1000
EXCHANGES = tuple(permutations(range(3)))
"""Exchanges of the three (atom, axis) pairs, the identity first."""


@dataclass(frozen=True, slots=True)
class BlockLaws:
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
    def of(cls, pairs: NDArray[np.int64], exchanged: NDArray[np.int64]) -> "BlockLaws":
        """The sums and exchanges of blocks, the first two atoms of each in ``pairs``."""
        changes = (pairs[1:] != pairs[:-1]).any(axis=1)
        starts = np.concatenate([[0], np.flatnonzero(changes) + 1])
        counts = np.diff(np.append(starts, len(pairs)))
        return cls(starts, counts, exchanged)

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


def lawful_blocks(
    blocks: NDArray[np.float64], laws: BlockLaws, max_rounds: int = MOST_ROUNDS
) -> NDArray[np.float64]:
    """The nearest blocks that obey both laws, see `symmetrize_sparse`."""
    blocks = laws.exchange_average(blocks)
    limit = RELATIVE_TOLERANCE * np.abs(blocks).max()
    residual = laws.sums(blocks)
    scaled = laws.divided(residual)
    direction, size = scaled, (residual * scaled).sum()
    for _ in range(max_rounds):
        if np.abs(residual).max() <= limit:
            return blocks
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
