"""The linear tetrahedron method around a grid point."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from phono_grid._grid import Grid
from phono_grid.errors import DomainError, ensure_flag, ensure_shape, ensure_type, frozen
from phono_grid.nouns import ValueNoun

# The main diagonal of a cell with corners numbered by bits joins i and 7 - i. A walk from
# one end to the other along three different edges is a tetrahedron; there are six.
_WALKS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Tetrahedra(ValueNoun):
    """The tetrahedra that meet at a grid point: one cut of the cells into 24, or several.

    Parameters
    ----------
    offsets : (15 n, 3) array_like of int
        Addresses of the distinct vertices relative to the point, for each of ``n`` cuts
        the point itself first.
    corners : (24 n, 3) array_like of int
        The three other vertices of each tetrahedron, as rows of ``offsets``; those of one
        cut come together, in the order of ``offsets``. Weights are the mean over the cuts.
    """

    offsets: NDArray[np.int64]
    corners: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Hold the arrays the way the kernels read them."""
        offsets = frozen(self.offsets, "offsets", np.int64, ("15 n", 3))
        n = max(len(offsets) // 15, 1)
        ensure_shape("offsets", offsets, (15 * n, 3))
        corners = frozen(self.corners, "corners", np.int64, (24 * n, 3))
        own = corners.reshape(n, 72) - 15 * np.arange(n)[:, None]
        if offsets[::15].any() or not ((own > 0) & (own < 15)).all():
            raise DomainError(
                "the first of every 15 offsets must be the point itself, and corners the "
                "others of the same cut"
            )
        object.__setattr__(self, "offsets", offsets)
        object.__setattr__(self, "corners", corners)

    @classmethod
    def of(cls, grid: Grid, *, symmetrized: bool = False) -> "Tetrahedra":
        """Cut the cells of ``grid`` along their shortest main diagonal.

        The first of equally short diagonals, among a+b+c, -a+b+c, a-b+c, a+b-c, is taken.
        The edges of a cell are the vectors ``M⁻¹`` of a generalised grid.

        Parameters
        ----------
        grid : Grid
        symmetrized : bool
            Add the cut's distinct images by the point group of ``grid``: one cut alone can
            have less symmetry than the crystal, and so can what is summed with it.
        """
        ensure_flag("symmetrized", symmetrized)
        ensure_type("grid", grid, Grid)
        offsets, corners = _one_cut(grid)
        images: dict[frozenset[frozenset[tuple[int, ...]]], NDArray[np.int64]] = {}
        for rotation in grid.rotations if symmetrized else np.eye(3, dtype=np.int64)[None]:
            rotated = offsets @ rotation.T
            # A cut is a set of tetrahedra, a tetrahedron a set of vertices.
            cut = frozenset(frozenset(map(tuple, t)) for t in rotated[corners].tolist())
            images.setdefault(cut, rotated)
        first = 15 * np.arange(len(images))[:, None, None]
        return cls(np.concatenate([*images.values()]), (corners + first).reshape(-1, 3))

    def __repr__(self) -> str:
        """Number of cuts: ``Tetrahedra(1 cut)``."""
        return f"Tetrahedra({self.n_cuts} cut{'s' if self.n_cuts != 1 else ''})"

    @property
    def n_cuts(self) -> int:
        """Number of cuts, of 24 tetrahedra each, that weights are the mean over."""
        return len(self.corners) // 24

    @property
    def vertices(self) -> NDArray[np.int64]:
        """Rows of ``offsets``, shape (24 n, 4); the first is the point itself."""
        return np.pad(self.corners, ((0, 0), (1, 0)))


def _one_cut(grid: Grid) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Offsets (15, 3) and corners (24, 3) of the cut along the shortest diagonal."""
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
    around = [(np.delete(t, v, axis=0) - t[v]) for t, v in product(tetrahedra, range(4))]
    offsets, corners = np.unique(
        np.concatenate([np.zeros((1, 3), dtype=np.int64), *around]),
        axis=0,
        return_inverse=True,
    )
    centre = int(corners.ravel()[0])
    order = np.r_[centre, np.delete(np.arange(len(offsets)), centre)]
    position = np.argsort(order)
    return offsets[order] @ to_addresses.T, position[corners.ravel()[1:]].reshape(24, 3)
