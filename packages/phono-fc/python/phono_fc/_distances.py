"""Distances between the atoms of a supercell."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from phono_grid import ShortestVectors, Supercell
from phono_grid.errors import ensure_type

T = TypeVar("T", bound=np.generic)
SAME_DISTANCE = 1e-5
"""Å; a distance this close to a cutoff radius counts as being on it."""


def pair_distances(supercell: Supercell) -> NDArray[np.float64]:
    r"""Distances of nearest images, the first atom in the primitive cell.

    Parameters
    ----------
    supercell : Supercell

    Returns
    -------
    (n_a, n_s) array
        Å; for a first atom elsewhere, see `row_of`.
    """
    ensure_type("supercell", supercell, Supercell)
    vectors = ShortestVectors.of(supercell)
    nearest = vectors.vectors[vectors.first] @ supercell.primitive.lattice
    return np.ascontiguousarray(np.linalg.norm(nearest, axis=-1).T)


def row_of(compact: NDArray[T], supercell: Supercell, atom: int) -> NDArray[T]:
    """The row of any supercell atom, (n_s,), from rows of primitive atoms."""
    to_home = supercell.translated(supercell.home[atom], np.arange(supercell.cell.n_atoms))
    row: NDArray[T] = compact[supercell.supercell_to_primitive[atom]][to_home]
    return row


def within(distances: NDArray[np.float64], cutoff: float | None) -> NDArray[np.bool_]:
    """Which distances are below the cutoff; all of them if there is none."""
    if cutoff is None:
        return np.ones(distances.shape, dtype=np.bool_)
    closer: NDArray[np.bool_] = distances < cutoff - SAME_DISTANCE
    return closer
