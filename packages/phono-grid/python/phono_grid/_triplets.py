"""Triplets of wave vectors that conserve crystal momentum."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phono_grid._extension import rust
from phono_grid._grid import Grid, ensure_room
from phono_grid.backend import accelerated_by
from phono_grid.errors import DomainError, ensure_index, ensure_type, frozen
from phono_grid.nouns import ValueNoun


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Triplets(ValueNoun):
    """Irreducible triplets ``q + q' + q'' = G`` at fixed ``q``.

    Parameters
    ----------
    points : (n_t, 3) array_like of int
        Grid indices of ``q, q', q''``.
    weights : (n_t,) array_like of int
        How many triplets each one stands for; they sum to ``n_q``.
    """

    points: NDArray[np.int64]
    weights: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Hold the arrays the way the kernels read them."""
        weights = frozen(self.weights, "weights", np.int64, ("n_t",))
        points = frozen(self.points, "points", np.int64, (*weights.shape, 3))
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "weights", weights)

    def __repr__(self) -> str:
        """Number of triplets: ``Triplets(146 of 1331)``."""
        return f"Triplets({len(self.points)} of {self.weights.sum()})"

    @classmethod
    def of(cls, grid: Grid, q: int) -> "Triplets":
        """Find the triplets at the wave vector of index ``q``."""
        return cls(*triplets_at(grid, q))


def _checked(grid: Grid, q: int) -> tuple[Grid, int]:
    """Arguments of `triplets_at`."""
    ensure_type("grid", grid, Grid)
    q = ensure_index("q", q, grid.n_q)
    if grid.shift.any():
        raise DomainError("grid: triplets need a grid centred on Γ, this one has a shift")
    ensure_room(grid, "triplets", 44)
    return grid, q


@accelerated_by(rust.triplets_at, _checked)
def triplets_at(grid: Grid, q: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    r"""Irreducible triplets at fixed ``q``.

    Pairs :math:`(q', q'')` with :math:`q + q' + q'' = G` that operations of the point group
    which leave ``q`` in place modulo a reciprocal lattice vector, or the exchange of
    :math:`q'` and :math:`q''`, take into one another are one triplet. It is represented by
    the smallest index of :math:`q'`.

    Returns
    -------
    points : (n_t, 3) array of int
        Grid indices of ``q, q', q''``; ``q'`` ascending.
    weights : (n_t,) array of int
    """
    a = grid.addresses
    little_group = [r for r in grid.rotations if grid.index(r @ a[q]) == q]
    third = grid.index(-a[q] - a)
    images = np.array([grid.index(a @ r.T) for r in little_group])
    smallest = images.min(axis=0)
    smallest = np.minimum(smallest, smallest[third])
    second, weights = np.unique(smallest, return_counts=True)
    points = np.stack([np.full_like(second, q), second, third[second]], axis=1)
    return points, weights
