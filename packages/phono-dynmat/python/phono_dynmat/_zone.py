"""The reciprocal lattice points nearest to wave vectors."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray
from phono_grid import reduced_basis

EQUAL = 1e-5
"""Relative to the square of the shortest reciprocal lattice vector: squared lengths closer
than this are equal."""
AROUND = np.array(list(product(range(-2, 3), repeat=3)))

Points = Sequence[NDArray[np.float64]]
"""Reciprocal lattice points, (n, 3) fractional, for each of many wave vectors."""


def nearest_lattice_points(
    q: NDArray[np.float64], reciprocal_lattice: NDArray[np.float64]
) -> Points:
    """The points ``G`` nearest to each ``q``: more than one on the surface of a zone.

    The origin comes first where it is one of them, the others are sorted by coordinates.
    """
    basis = reduced_basis(reciprocal_lattice)
    to_basis = np.rint(reciprocal_lattice @ np.linalg.inv(basis))
    to_fractional = np.rint(np.linalg.inv(to_basis))
    tolerance = EQUAL * (basis**2).sum(axis=1).min()
    nearest = []
    for x in q @ to_basis:
        points = np.rint(x) + AROUND
        squares = (((x - points) @ basis) ** 2).sum(axis=1)
        chosen = points[squares < squares.min() + tolerance] @ to_fractional
        nearest.append(chosen[np.lexsort((*chosen.T[::-1], chosen.any(axis=1)))])
    return nearest
