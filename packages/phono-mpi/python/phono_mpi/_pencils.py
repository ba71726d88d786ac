"""Pencils: the lines of a three-dimensional grid along one axis."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_index,
    ensure_integer,
)

from phono_mpi._extension import rust

Layout = Literal["flat", "slab", "x_pencil", "y_pencil", "z_pencil"]
"""The ways to distribute the points of a grid over ranks."""


def shares(n: int, size: int, *, excess: Literal["first", "last"]) -> NDArray[np.int64]:
    """Numbers of items that ``size`` ranks have of ``n``; some ranks have one more."""
    each, more = divmod(n, size)
    sizes = np.full(size, each, dtype=np.int64)
    sizes[slice(0, more) if excess == "first" else slice(size - more, size)] += 1
    return sizes


MOST_RANKS = 2**24
"""More ranks than any machine has cores: what is larger is a mistake."""
MOST_POINTS = 2**40
"""Points of the largest grid."""


def checked_place(
    rank: int, size: int, nq: ArrayLike, layout: Layout
) -> tuple[int, int, NDArray[np.int64], Layout]:
    """Require integers and a name that make sense; return integers of Python and int64."""
    if not isinstance(layout, str) or layout not in get_args(Layout):
        raise DomainError(
            "layout must be 'flat', 'slab', 'x_pencil', 'y_pencil' or 'z_pencil', "
            f"got '{layout}'"
        )
    size = ensure_integer("size", size, 1, MOST_RANKS)
    rank = ensure_index("rank", rank, size)
    n = as_numbers(nq, "nq", np.int64, (3,))
    x, y, z = n.tolist()
    if min(x, y, z) < 1:
        raise DomainError(f"nq must be three positive integers, got {x} {y} {z}")
    if x * y * z > MOST_POINTS:
        raise DomainError(f"nq must make {MOST_POINTS} points at most, got {x} {y} {z}")
    return rank, size, n, layout


@accelerated_by(rust.get_pencil_indices, checked_place)
def get_pencil_indices(
    rank: int, size: int, nq: ArrayLike, layout: Layout
) -> NDArray[np.int64]:
    r"""The points of a grid that one rank holds.

    The flat index of a point is :math:`(i_x n_y + i_y) n_z + i_z`. A pencil layout gives
    whole lines along its axis, numbered by the two other coordinates with the last running
    fastest, and ``"slab"`` whole planes of y and z; the first ranks take the lines or
    planes in excess. ``"flat"`` gives points in the order of their index, those in excess
    to the last ranks, as `MpiDistributor` does.

    Parameters
    ----------
    rank, size : int
        This rank and the number of ranks.
    nq : (3,) array_like of int
        :math:`n_x, n_y, n_z`.
    layout : {"flat", "slab", "x_pencil", "y_pencil", "z_pencil"}

    Returns
    -------
    (n,) array of int
        Flat indices, line by line; empty for ranks beyond the number of lines or planes.

    Raises
    ------
    DomainError
        If the layout is unknown, the rank is not there or the grid has no points.
    """
    axes = {"flat": None, "slab": None, "x_pencil": 0, "y_pencil": 1, "z_pencil": 2}
    n = as_numbers(nq, "nq", np.int64, (3,))
    axis = axes[layout]
    points = np.arange(n.prod()).reshape(n)
    if axis is None:
        lines = points.reshape(-1, 1 if layout == "flat" else n[1] * n[2])
    else:
        lines = np.moveaxis(points, axis, 2).reshape(-1, n[axis])
    sizes = shares(len(lines), size, excess="last" if layout == "flat" else "first")
    first = sizes[:rank].sum()
    return lines[first : first + sizes[rank]].ravel()
