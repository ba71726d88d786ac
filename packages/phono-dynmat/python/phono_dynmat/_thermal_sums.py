"""Sums of thermal functions over many modes."""

import numpy as np
from numpy.typing import NDArray
from phono_grid.backend import accelerated_by
from phono_grid.errors import DomainError, finite

from phono_dynmat._extension import rust

TOGETHER = 2**15
"""Modes times temperatures that are computed at once, which a cache holds."""
LARGEST = 700.0
"""``h f / k T`` beyond which a mode is frozen: 1e-304 is left of its functions."""
Array = NDArray[np.float64]


def _checked(
    frequencies: Array, shares: Array, thermal: Array
) -> tuple[Array, Array, Array]:
    """Arguments of `thermal_sums`."""
    f = finite(frequencies, "frequencies", ("n",))
    t = finite(thermal, "thermal", ("n_T",))
    for name, values in (("frequencies", f), ("thermal", t)):
        if not (values > 0).all():
            raise DomainError(f"{name} must be positive, got {values.min():g} THz")
    return f, finite(shares, "shares", ("n_p", len(f))), t


@accelerated_by(rust.thermal_sums, _checked)
def thermal_sums(frequencies: Array, shares: Array, thermal: Array) -> Array:
    r"""Logarithms, energies and heat capacities of phonons, summed with their shares.

    .. math::

        \sum_\lambda s_{p\lambda} \{ \ln(1 - e^{-x}),\; x n,\; x^2 n (n + 1) \}, \qquad
        x = f_\lambda / t, \quad n = \frac{1}{e^x - 1}

    In Rust modes are first condensed to some fourteen frequencies for each quarter of an
    octave, with shares that give smooth functions the same sums to all digits of the sum
    over all parts: the time is no longer that of modes times temperatures. Of a part that
    is frozen where another is not, what is left is known to 1e-13 of the other.

    Parameters
    ----------
    frequencies : (n,) array
        THz, positive.
    shares : (n_p, n) array
        Of each mode in each part.
    thermal : (n_T,) array
        ``k_B T / h`` in THz, positive.

    Returns
    -------
    (n_T, 3, n_p) array of float
    """
    rows = np.empty((len(thermal), 3, len(shares)))
    size = max(1, TOGETHER // max(shares.size, 1))
    for some in (slice(i, i + size) for i in range(0, len(thermal), size)):
        with np.errstate(over="ignore"):
            x = np.minimum(frequencies / thermal[some, None, None], LARGEST)
        # expm1 keeps the digits of soft modes, e^-x does not overflow for stiff ones, whose
        # logarithms log1p keeps.
        decay = np.exp(-x)
        rest = -np.expm1(-x)
        log = np.where(decay < 0.5, np.log1p(-np.minimum(decay, 0.5)), np.log(rest))
        energy = x * decay / rest
        values = log, energy, energy * x / rest
        rows[some] = np.stack([_sum(shares, y) for y in values], axis=1)
    return rows


def _sum(shares: Array, y: Array) -> Array:
    """Sum over modes, in an order that no library's threads change."""
    return np.asarray((shares * y).sum(axis=-1))
