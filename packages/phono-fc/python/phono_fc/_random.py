"""Random displacements of all atoms."""

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError, ensure_flag, ensure_integer, ensure_positive

MOST_ATOMS = 2**32
"""Displaced atoms of all supercells; a larger number is a mistake."""


def random_displacements(
    n_supercells: int,
    n_atoms: int,
    *,
    distance: float = 0.03,
    seed: int | None = None,
    gaussian: bool = False,
    plus_minus: bool = False,
) -> NDArray[np.float64]:
    r"""Displacements of all atoms in random directions.

    Every atom by the same length, the directions uniform on the sphere, or every component
    normally distributed. With a seed, those of fixed length are phonopy's.

    Parameters
    ----------
    n_supercells, n_atoms : int
    distance : float
        The length, or with ``gaussian`` the standard deviation of each component, Å.
    seed : int, optional
        The same seed gives the same displacements.
    gaussian : bool
    plus_minus : bool
        Whether all opposite displacements follow.

    Returns
    -------
    (n_supercells, n_atoms, 3) array
        Cartesian, Å; twice as many with ``plus_minus``.
    """
    n_supercells = ensure_integer("n_supercells", n_supercells, 1)
    n_atoms = ensure_integer("n_atoms", n_atoms, 1)
    ensure_flag("gaussian", gaussian)
    ensure_flag("plus_minus", plus_minus)
    if seed is not None:
        seed = ensure_integer("seed", seed, 0)
    ensure_positive("distance", distance)
    if n_supercells * n_atoms > MOST_ATOMS:
        raise DomainError(
            f"n_supercells times n_atoms must be {MOST_ATOMS} at most, got {n_supercells} "
            f"times {n_atoms}"
        )
    rng = np.random.default_rng(seed)
    n = n_supercells * n_atoms
    if gaussian:
        u = distance * rng.standard_normal((n_supercells, n_atoms, 3))
    else:
        # Twice as many as needed: a vector of no length has no direction.
        drawn = rng.standard_normal((3, 2 * n))
        lengths = np.linalg.norm(drawn, axis=0)
        usable = np.flatnonzero(lengths > 1e-10)[:n]
        directions = (drawn[:, usable] / lengths[usable]).T
        u = directions.reshape(n_supercells, n_atoms, 3) * distance
    return np.concatenate([u, -u]) if plus_minus else u
