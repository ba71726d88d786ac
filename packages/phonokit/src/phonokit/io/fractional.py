"""Lattice vectors and positions as files of structures give them."""

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


def lattice_vectors(
    lengths: NDArray[np.float64], angles: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Vectors as rows from lengths a, b, c and angles α, β, γ, degrees.

    The first is along x and the second in the plane of x and y.

    Raises
    ------
    DomainError
        If there is no such cell.
    """
    alpha, beta, gamma = np.where(angles == 90.0, 0.0, np.cos(np.radians(angles)))
    squared = 1 - alpha**2 - beta**2 - gamma**2 + 2 * alpha * beta * gamma
    if squared <= 0 or abs(gamma) >= 1 or min(lengths) <= 0:
        told = ", ".join(f"{x:g}" for x in (*lengths, *angles))
        raise DomainError(f"no cell has these lengths and angles: {told}")
    sine = np.sqrt(1 - gamma**2)
    x = (alpha - beta * gamma) / sine
    shape = np.array(
        [[1, 0, 0], [gamma, sine, 0], [beta, x, np.sqrt(squared) / sine]], dtype=np.float64
    )
    return np.asarray(shape * lengths[:, None])
