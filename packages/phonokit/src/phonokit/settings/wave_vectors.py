"""Wave vectors and directions, as they are written: three numbers or fractions."""

import math
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.errors import DomainError


def wave_vector(text: str, name: str = "q") -> NDArray[np.float64]:
    """Three components as people write them: ``0.5,0,0`` or ``1/3,1/3,0``.

    Parameters
    ----------
    text : str
    name : str
        What an error calls it.

    Returns
    -------
    (3,) array

    Raises
    ------
    DomainError
        If these are not three finite numbers or fractions.
    """
    words = text.split(",") if isinstance(text, str) else []
    try:
        q = [_number(word) for word in words]
    except (ValueError, ZeroDivisionError):
        q = []
    if len(q) != 3 or not all(map(math.isfinite, q)):
        raise DomainError(
            f"{name}: expected three numbers or fractions, as in 0.5,0,0 or 1/3,1/3,0, got "
            f"{text!r}"
        )
    return np.array(q)


ROUNDING = 1e-12
"""Components nearer to 0 are 0: products of axes leave 4e-17."""


def wave_vector_name(q: ArrayLike) -> str:
    """A wave vector as people write it, ``0.25,0,0`` or ``1/3,1/3,0``."""
    return ",".join(_written(float(x)) for x in np.asarray(q))


def _written(x: float) -> str:
    """A component in six digits, or as a fraction where digits do not end."""
    x = 0.0 if abs(x) < ROUNDING else x
    digits = f"{x:g}"
    fraction = Fraction(x).limit_denominator(64)
    # Rounding leaves -0.30000000000000004, which nobody wants as -3/10.
    ends = abs(float(digits) - x) < 1e-12
    return digits if ends or abs(fraction - x) > 1e-9 else str(fraction)


def _number(word: str) -> float:
    """A number or a fraction."""
    above, slash, below = word.partition("/")
    return float(above) / float(below) if slash else float(above)
