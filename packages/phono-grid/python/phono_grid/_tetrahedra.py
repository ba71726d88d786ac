"""The linear tetrahedron method around a grid point."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from phono_grid._grid import Grid
from phono_grid.errors import DomainError, frozen

# The main diagonal of a cell with corners numbered by bits joins i and 7 - i. A walk from
# one end to the other along three different edges is a tetrahedron; there are six.
_WALKS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))


@dataclass(frozen=True, slots=True, eq=False)
class Tetrahedra:
    """The 24 tetrahedra that meet at a grid point.

    Parameters
    ----------
    offsets : (15, 3) array_like of int
        Addresses of the distinct vertices relative to the point; the point itself first.
    corners : (24, 3) array_like of int
        The three other vertices of each tetrahedron, as rows of ``offsets``.
    """

    offsets: NDArray[np.int64]
    corners: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Hold the arrays the way the kernels read them."""
        offsets = frozen(self.offsets, "offsets", np.int64, (15, 3))
        corners = frozen(self.corners, "corners", np.int64, (24, 3))
        if offsets[0].any() or not ((corners > 0) & (corners < 15)).all():
            raise DomainError("offsets[0] must be the point itself and corners the others")
        object.__setattr__(self, "offsets", offsets)
        object.__setattr__(self, "corners", corners)

    @classmethod
    def of(cls, grid: Grid) -> "Tetrahedra":
        """Cut the cells of ``grid`` along their shortest main diagonal.

        The first of equally short diagonals, among a+b+c, -a+b+c, a-b+c, a+b-c, is taken.
        The edges of a cell are the vectors ``M⁻¹`` of a generalised grid.
        """
        to_addresses = grid.p_matrix
        steps = to_addresses.T @ grid.steps
        signs = np.array([[1, 1, 1], [-1, 1, 1], [1, -1, 1], [1, 1, -1]])
        lengths = ((signs @ steps) ** 2).sum(axis=1)
        # Lengths that differ by rounding are equal: the first is taken.
        sign = signs[np.flatnonzero(lengths < lengths.min() * (1 + 1e-10))[0]]
        start = (sign < 0).astype(np.int64)
        tetrahedra = [
            np.cumsum(
                [start, *(np.eye(3, dtype=np.int64)[axis] * sign[axis] for axis in walk)], 0
            )
            for walk in _WALKS
        ]
        around = [
            (np.delete(t, v, axis=0) - t[v]) for t, v in product(tetrahedra, range(4))
        ]
        offsets, corners = np.unique(
            np.concatenate([np.zeros((1, 3), dtype=np.int64), *around]),
            axis=0,
            return_inverse=True,
        )
        centre = int(corners.ravel()[0])
        order = np.r_[centre, np.delete(np.arange(len(offsets)), centre)]
        position = np.argsort(order)
        others = position[corners.ravel()[1:]].reshape(24, 3)
        return cls(offsets[order] @ to_addresses.T, others)
