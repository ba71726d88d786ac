"""Temperatures of a calculation."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError

TEMPERATURES = (300.0,)
"""Temperatures if none are given, K."""
THERMAL_TEMPERATURES = tuple(10.0 * i for i in range(101))
"""Temperatures of thermal properties if none are given, K."""


def checked_temperatures(
    temperatures: float | Sequence[float] | NDArray[np.float64],
) -> NDArray[np.float64]:
    """Temperatures in K, none of them negative."""
    try:
        t = np.atleast_1d(np.asarray(temperatures, dtype=np.float64))
    except (TypeError, ValueError):
        raise DomainError(
            f"temperature: expected numbers in K, got {temperatures!r}"
        ) from None
    if t.ndim != 1 or len(t) == 0:
        raise DomainError("temperature: expected one or more numbers")
    wrong = ~(np.isfinite(t) & (t >= 0))
    if wrong.any():
        raise DomainError(
            f"temperature must be 0 K or above, got {t[wrong][0]:g} K; correct it"
        )
    return t
