"""Index exchange and the acoustic sum rule of dense constants, some of them left out."""

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import ConvergenceError

from phono_fc._force_constants import ForceConstants
from phono_fc._symmetrize import exchange_average

RELATIVE_TOLERANCE = 1e-14
"""Relative to the largest element."""
MOST_ROUNDS = 1000


def restored(force_constants: ForceConstants, kept: NDArray[np.bool_]) -> ForceConstants:
    r"""The nearest constants that are zero outside ``kept`` and obey both laws.

    .. math:: \Phi \to P \Phi - P A^T y, \qquad A P A^T y = A P \Phi

    with :math:`P` the mean over exchanges of (atom, axis) pairs and :math:`A` the sums over
    the last atom, by conjugate gradients: `symmetrize_sparse` for any order.

    Parameters
    ----------
    force_constants : ForceConstants
    kept : array of bool
        Broadcasts with ``force_constants.values``; the same for exchanged atoms.
    """
    supercell, order = force_constants.supercell, force_constants.order
    last = order - 1
    counts = np.maximum(kept.sum(axis=last, keepdims=True), 1)
    values = exchange_average(force_constants.values, supercell)
    limit = RELATIVE_TOLERANCE * np.abs(values).max(initial=0)
    residual = values.sum(axis=last, keepdims=True)
    scaled = direction = residual / counts
    size = (residual * scaled).sum()
    for _ in range(MOST_ROUNDS):
        if np.abs(residual).max(initial=0) <= limit:
            return ForceConstants(values, supercell)
        change = exchange_average(np.where(kept, direction, 0.0), supercell)
        sums = change.sum(axis=last, keepdims=True)
        step = size / (direction * sums).sum()
        values = values - step * change
        residual = residual - step * sums
        scaled = residual / counts
        size, before = (residual * scaled).sum(), size
        direction = scaled + size / before * direction
    raise ConvergenceError(
        f"the sum rule holds to {np.abs(residual).max():.1e} eV/Å^{order} after "
        f"{MOST_ROUNDS} rounds; keep more constants"
    )
