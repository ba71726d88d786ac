"""The zone of the reciprocal lattice that a wave vector lies in."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

EQUAL = 1e-5
"""Relative to the square of the shortest reciprocal lattice vector: squared lengths closer
than this are equal."""
DIGITS = 9
"""Coordinates are rounded before their zone is looked for: rounding errors must not decide
which of equally short images is taken."""
PIECE = 4096
"""Wave vectors treated at a time."""
AROUND = np.array(list(product((0, 1, 2, -2, -1), repeat=3)))


SAME_Q = 1e-5
"""Fractional; wave vectors closer than this in every component are the same."""


def zone_centers(
    q: NDArray[np.float64],
    reciprocal_lattice: NDArray[np.float64],
    basis: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The reciprocal lattice points ``G`` that take ``q - G`` to the first Brillouin zone.

    Of equally short images, on its surface, the same one is taken for all ``q + G``: that
    of `phono_grid.first_brillouin_zone` for ``q`` in [0, 1). ``basis`` is a reduced one of
    the lattice. Shape (n_q, 3), fractional.
    """
    pieces = np.array_split(q, len(q) // PIECE + 1)
    return np.concatenate([_centers(x, reciprocal_lattice, basis) for x in pieces])


def _centers(
    q: NDArray[np.float64],
    reciprocal_lattice: NDArray[np.float64],
    basis: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The zones of some wave vectors, with memory for 125 images of each."""
    to_basis = np.rint(reciprocal_lattice @ np.linalg.inv(basis))
    x = np.round((q - np.floor(np.round(q, DIGITS))) @ to_basis, DIGITS)
    x -= np.trunc(x + np.copysign(0.5, x))
    images = x[:, None] + AROUND
    squares = ((images @ basis) ** 2).sum(axis=-1)
    tolerance = EQUAL * (basis**2).sum(axis=1).min()
    shortest = squares < squares.min(axis=1, keepdims=True) + tolerance
    first = images[np.arange(len(q)), shortest.argmax(axis=1)]
    return np.asarray(np.rint(q - first @ np.linalg.inv(to_basis)))


def half_open_image(q: NDArray[np.float64]) -> NDArray[np.float64]:
    """The images of wave vectors whose coordinates are in (-1/2, 1/2], up to `SAME_Q`."""
    return np.asarray(q - np.ceil(q - 0.5 - SAME_Q))
