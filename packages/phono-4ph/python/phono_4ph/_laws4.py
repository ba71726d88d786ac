"""Exchange of indices and the acoustic sum rule of fourth-order constants."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import ConvergenceError, DomainError, ensure_integer, ensure_type

from phono_4ph._force_constants4 import EXCHANGES, ForceConstants4

RELATIVE_TOLERANCE = 1e-14
"""Relative to the largest element."""


def symmetrize4(constants: ForceConstants4, *, max_rounds: int = 1000) -> ForceConstants4:
    r"""Make fourth-order constants obey index exchange and the acoustic sum rule.

    The nearest constants with the same blocks, less those without all their exchanges, that
    obey both: with :math:`P` the mean over exchanges of (atom, axis) pairs and :math:`A`
    the sums over the last atom,

    .. math::

        \Phi \to P \Phi - P A^T y, \qquad A P A^T y = A P \Phi

    by conjugate gradients, until the sums are 1e-14 of the largest element. The space group
    commutes with both, so constants that obey it still do.

    Parameters
    ----------
    constants : ForceConstants4
    max_rounds : int
        Limit on rounds of conjugate gradients.

    Raises
    ------
    ConvergenceError
        If ``max_rounds`` do not suffice.
    """
    ensure_type("constants", constants, ForceConstants4)
    max_rounds = ensure_integer("max_rounds", max_rounds)
    if max_rounds < 1:
        raise DomainError(f"max_rounds must be at least 1, got {max_rounds}")
    constants = constants.complete()
    if not len(constants):
        return constants
    exchanged = constants.exchanged()
    groups, counts = _sum_groups(constants)
    blocks = _exchange_average(constants.values, exchanged)
    limit = RELATIVE_TOLERANCE * np.abs(blocks).max()
    residual = _sums(blocks, groups, len(counts))
    scaled = residual / counts
    direction, size = scaled, (residual * scaled).sum()
    for _ in range(max_rounds):
        if np.abs(residual).max() <= limit:
            return replace(constants, values=blocks)
        change = _exchange_average(direction[groups], exchanged)
        sums = _sums(change, groups, len(counts))
        step = size / (direction * sums).sum()
        blocks = blocks - step * change
        residual = residual - step * sums
        scaled = residual / counts
        size, before = (residual * scaled).sum(), size
        direction = scaled + size / before * direction
    raise ConvergenceError(
        f"the sum rule holds to {np.abs(residual).max():.1e} eV/Å⁴ after {max_rounds} "
        "rounds; allow more of them, or keep more blocks"
    )


def drift4(constants: ForceConstants4) -> float:
    """Largest violation of the acoustic sum rule in the last atom, eV/Å⁴."""
    ensure_type("constants", constants, ForceConstants4)
    if not len(constants):
        return 0.0
    groups, counts = _sum_groups(constants)
    return float(np.abs(_sums(constants.values, groups, len(counts))).max())


def asymmetry4(constants: ForceConstants4) -> float:
    """Largest violation of index exchange, eV/Å⁴; what is not there counts as zero."""
    ensure_type("constants", constants, ForceConstants4)
    largest = 0.0
    for exchange, source in zip(EXCHANGES, constants.exchanged(), strict=True):
        other = np.where(
            (source >= 0)[:, None, None, None, None], constants.values[source], 0.0
        ).transpose(0, *(1 + np.argsort(exchange)))
        largest = max(largest, float(np.abs(constants.values - other).max(initial=0)))
    return largest


def _sum_groups(
    constants: ForceConstants4,
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The sum over the last atom that each block belongs to, and how many blocks it has."""
    key = np.concatenate(
        [constants.atoms[:, :3], constants.cells[:, :2].reshape(-1, 6)], axis=1
    )
    _, group, counts = np.unique(key, axis=0, return_inverse=True, return_counts=True)
    return group.ravel(), counts[:, None, None, None, None].astype(float)


def _sums(
    blocks: NDArray[np.float64], groups: NDArray[np.intp], n: int
) -> NDArray[np.float64]:
    """``A``: over the last atom."""
    total = np.zeros((n, 3, 3, 3, 3))
    np.add.at(total, groups, blocks)
    return total


def _exchange_average(
    blocks: NDArray[np.float64], exchanged: NDArray[np.int64]
) -> NDArray[np.float64]:
    """``P``: the mean over all exchanges of (atom, axis) pairs."""
    total = np.zeros_like(blocks)
    for exchange, source in zip(EXCHANGES, exchanged, strict=True):
        total += blocks[source].transpose(0, *(1 + np.argsort(exchange)))
    return total / len(EXCHANGES)
