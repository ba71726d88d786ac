"""Wave vectors and directions, as they are written: three numbers or fractions."""

import math

import numpy as np
from numpy.typing import NDArray
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


def _number(word: str) -> float:
    """A number or a fraction."""
    above, slash, below = word.partition("/")
    return float(above) / float(below) if slash else float(above)
