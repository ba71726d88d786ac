"""Cartesian positions of files in units of their lattice vectors."""

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError


def fractional(
    positions: NDArray[np.float64], lattice: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Positions in units of the lattice vectors, which are rows.

    Raises
    ------
    DomainError
        If the lattice vectors lie in a plane.
    """
    try:
        return np.asarray(positions @ np.linalg.inv(lattice))
    except np.linalg.LinAlgError:
        raise DomainError("the lattice vectors have no volume") from None
