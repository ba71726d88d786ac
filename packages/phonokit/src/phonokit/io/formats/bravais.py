"""Lattices by the number and lengths that Quantum ESPRESSO gives them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError


def bravais_lattice(ibrav: int, celldm: Sequence[float]) -> NDArray[np.float64]:
    """Lattice vectors in rows, in units of ``celldm(1)``.

    Parameters
    ----------
    ibrav : int
        As the input of pw.x defines it; 0, where the vectors are given, is not among them.
    celldm : six numbers
        ``a``, ``b/a``, ``c/a`` and cosines of angles.
    """
    _, b, c, p, q, r = celldm
    h = 0.5
    cubic: dict[int, list[list[float]]] = {
        1: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        2: [[-h, 0, h], [0, h, h], [-h, h, 0]],
        3: [[h, h, h], [-h, h, h], [-h, -h, h]],
        -3: [[-h, h, h], [h, -h, h], [h, h, -h]],
        4: [[1, 0, 0], [-h, np.sqrt(3) / 2, 0], [0, 0, c]],
        6: [[1, 0, 0], [0, 1, 0], [0, 0, c]],
        7: [[h, -h, c / 2], [h, h, c / 2], [-h, -h, c / 2]],
        8: [[1, 0, 0], [0, b, 0], [0, 0, c]],
        9: [[h, b / 2, 0], [-h, b / 2, 0], [0, 0, c]],
        -9: [[h, -b / 2, 0], [h, b / 2, 0], [0, 0, c]],
        91: [[1, 0, 0], [0, b / 2, -c / 2], [0, b / 2, c / 2]],
        10: [[h, 0, c / 2], [h, b / 2, 0], [0, b / 2, c / 2]],
        11: [[h, b / 2, c / 2], [-h, b / 2, c / 2], [-h, -b / 2, c / 2]],
    }
    if ibrav in cubic:
        return np.array(cubic[ibrav], dtype=np.float64)
    if ibrav in (5, -5) and -h < p < 1:
        return _rhombohedral(ibrav, p)
    if ibrav in (12, 13) and abs(p) < 1:
        sine = np.sqrt(1 - p**2)
        if ibrav == 12:
            return np.array([[1, 0, 0], [b * p, b * sine, 0], [0, 0, c]])
        return np.array([[h, 0, -c / 2], [b * p, b * sine, 0], [h, 0, c / 2]])
    if ibrav in (-12, -13) and abs(q) < 1:
        third = [c * q, 0, c * np.sqrt(1 - q**2)]
        if ibrav == -12:
            return np.array([[1, 0, 0], [0, b, 0], third])
        return np.array([[h, b / 2, 0], [-h, b / 2, 0], third])
    if ibrav == 14 and abs(r) < 1:
        return _triclinic(b, c, (p, q, r))
    raise DomainError(f"ibrav: {ibrav} with these celldm is not a lattice of pw.x")


def _rhombohedral(ibrav: int, cosine: float) -> NDArray[np.float64]:
    """The two orientations of a rhombohedral lattice."""
    tx, ty, tz = (
        np.sqrt((1 - cosine) / 2),
        np.sqrt((1 - cosine) / 6),
        np.sqrt((1 + 2 * cosine) / 3),
    )
    if ibrav == 5:
        return np.array([[tx, -ty, tz], [0, 2 * ty, tz], [-tx, -ty, tz]])
    u, v = tz - 2 * np.sqrt(2) * ty, tz + np.sqrt(2) * ty
    return np.asarray(np.array([[u, v, v], [v, u, v], [v, v, u]]) / np.sqrt(3))


def _triclinic(
    b: float, c: float, cosines: tuple[float, float, float]
) -> NDArray[np.float64]:
    """A triclinic lattice from the cosines of its angles."""
    alpha, beta, gamma = cosines
    sine = np.sqrt(1 - gamma**2)
    square = 1 + 2 * alpha * beta * gamma - alpha**2 - beta**2 - gamma**2
    if not square > 0:
        raise DomainError("celldm: its angles are not those of a cell")
    third = [c * beta, c * (alpha - beta * gamma) / sine, c * np.sqrt(square) / sine]
    return np.array([[1, 0, 0], [b * gamma, b * sine, 0], third])
