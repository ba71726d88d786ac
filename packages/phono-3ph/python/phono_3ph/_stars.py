"""Stars of irreducible wave vectors, and rows of operators on them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid import Grid, IrreduciblePoints, ValueNoun
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    ensure_indices,
    ensure_integer,
    ensure_shape,
    ensure_type,
    finite,
    frozen,
)

from phono_3ph._extension import rust


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class QStars(ValueNoun):
    """Where every grid point comes from.

    Parameters
    ----------
    numbers : (n_q,) array_like of int
        The number of the irreducible point of its star.
    rotations : (n_q, 3, 3) array_like
        ``S = Σ R`` over the operations that take the irreducible point there, Cartesian.
    n_irreducible : int
        ``n_i``
    """

    numbers: NDArray[np.int64]
    rotations: NDArray[np.float64]
    n_irreducible: int

    def __post_init__(self) -> None:
        """Hold the arrays the way the kernels read them."""
        numbers = frozen(self.numbers, "numbers", np.int64, ("n_q",))
        rotations = finite(self.rotations, "rotations", (len(numbers), 3, 3))
        n_i = ensure_integer("n_irreducible", self.n_irreducible, 1)
        ensure_indices("numbers", numbers, n_i)
        object.__setattr__(self, "numbers", numbers)
        object.__setattr__(self, "rotations", frozen(rotations, "rotations"))
        object.__setattr__(self, "n_irreducible", n_i)

    @classmethod
    def of(cls, grid: Grid, irreducible: IrreduciblePoints) -> "QStars":
        """The stars of the irreducible points of ``grid``."""
        ensure_of_grid(grid, irreducible)
        a = grid.addresses[irreducible.points]
        numbers = np.zeros(grid.n_q, dtype=np.int64)
        rotations = np.zeros((grid.n_q, 3, 3))
        for r, cartesian in zip(grid.rotations, grid.rotations_cartesian, strict=True):
            images = grid.index(a @ r.T)
            numbers[images] = np.arange(len(a))
            # One operation takes different irreducible points to different images.
            rotations[images] += cartesian
        return cls(numbers, rotations, len(a))


def ensure_of_grid(grid: Grid, irreducible: IrreduciblePoints) -> None:
    """Require points whose stars are all of ``grid``."""
    ensure_type("grid", grid, Grid)
    ensure_type("irreducible", irreducible, IrreduciblePoints)
    ensure_indices("irreducible", irreducible.points, grid.n_q)
    if irreducible.weights.sum() != grid.n_q:
        raise DomainError(
            f"irreducible: their stars have {irreducible.weights.sum()} wave vectors, the "
            f"grid has {grid.n_q}; make them with IrreduciblePoints.of(grid)"
        )


def _checked(row: NDArray[np.float64], stars: QStars) -> tuple[NDArray[np.float64], QStars]:
    """Arguments of `reduced_row`."""
    ensure_type("stars", stars, QStars)
    row = finite(row, "row", ("n_T", "n_b", len(stars.numbers), "n_b"))
    ensure_shape("row", row, (*row.shape[:3], row.shape[1]))
    return row, stars


@accelerated_by(rust.reduced_row, _checked)
def reduced_row(row: NDArray[np.float64], stars: QStars) -> NDArray[np.float64]:
    r"""A row of the collision operator on vectors at irreducible wave vectors.

    .. math::

        B_{jx, i j' y} = \sum_R R_{xy} A_{j, R q_i\, j'} = \sum_{q'} S_{xy}(q') A_{j, q' j'}

    over all operations, or over the star of ``i``.

    Parameters
    ----------
    row : (n_T, n_b, n_q, n_b) array
        From `collision_row`.
    stars : QStars

    Returns
    -------
    (n_T, n_b, 3, n_i, n_b, 3) array
        ``B[T, j, x, i, j', y]``
    """
    n_t, n_b = row.shape[:2]
    out = np.zeros((stars.n_irreducible, 3, 3, n_t, n_b, n_b))
    turned = np.einsum("qxy,Tjqk->qxyTjk", stars.rotations, row)
    np.add.at(out, stars.numbers, turned)
    return out.transpose(3, 4, 1, 0, 5, 2)
