"""Pencils: the lines of a three-dimensional grid along one axis."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.backend import accelerated_by
from phono_grid.errors import DomainError, ensure_shape

from phono_mpi._extension import rust

Layout = Literal["flat", "slab", "x_pencil", "y_pencil", "z_pencil"]
"""The ways to distribute the points of a grid over ranks."""


def shares(n: int, size: int, *, excess: Literal["first", "last"]) -> NDArray[np.int64]:
    """Numbers of items that ``size`` ranks have of ``n``; some ranks have one more."""
    each, more = divmod(n, size)
    sizes = np.full(size, each, dtype=np.int64)
    sizes[slice(0, more) if excess == "first" else slice(size - more, size)] += 1
    return sizes


@accelerated_by(rust.get_pencil_indices)
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
    if layout not in axes:
        raise DomainError(
            "layout must be 'flat', 'slab', 'x_pencil', 'y_pencil' or 'z_pencil', "
            f"got '{layout}'"
        )
    if size < 1:
        raise DomainError(f"size must be positive, got {size}")
    if not 0 <= rank < size:
        raise DomainError(f"rank: {rank} is out of range, expected 0 to {size - 1}")
    n = np.asarray(nq)
    ensure_shape("nq", n, (3,))
    if (n < 1).any():
        raise DomainError(f"nq must be three positive integers, got {n[0]} {n[1]} {n[2]}")

    axis = axes[layout]
    points = np.arange(n.prod()).reshape(n)
    if axis is None:
        lines = points.reshape(-1, 1 if layout == "flat" else n[1] * n[2])
    else:
        lines = np.moveaxis(points, axis, 2).reshape(-1, n[axis])
    sizes = shares(len(lines), size, excess="last" if layout == "flat" else "first")
    first = sizes[:rank].sum()
    return lines[first : first + sizes[rank]].ravel()
