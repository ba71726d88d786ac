"""Sparse third-order constants on lattice vectors."""

import numpy as np
from numpy.typing import NDArray
from phono_fc import SparseForceConstants3

Arrays = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]


def sparse_series3(
    constants: SparseForceConstants3,
    multiplicities: NDArray[np.int64],
    cells: NDArray[np.int64],
    *,
    average_origin: bool = True,
) -> Arrays:
    """Arrays of `Series3` from sparse constants, equal to `series3` of the dense ones.

    Parameters
    ----------
    constants : SparseForceConstants3
    multiplicities : (n_s, n_a) array of int
        Shortest vectors from primitive atom ``κ`` to supercell atom ``s``.
    cells : (n_v, 3) array of int
        The cells these vectors end in, pair by pair in C order.
    average_origin : bool
        Whether each of the three atoms is the origin in turn.

    Returns
    -------
    values, atoms, cells
        The arrays of `Series3`.
    """
    kind = constants.supercell.supercell_to_primitive
    m = multiplicities
    first = (np.cumsum(m.ravel()) - m.ravel()).reshape(m.shape)
    k, s, t = constants.atoms.T
    n_images = m[s, k] * m[t, k]
    # Every pair of images of every block.
    e = np.repeat(np.arange(len(k)), n_images)
    number = np.arange(len(e)) - np.repeat(np.cumsum(n_images) - n_images, n_images)
    k, s, t = k[e], s[e], t[e]
    r_s = cells[first[s, k] + number // m[t, k]]
    r_t = cells[first[t, k] + number % m[t, k]]
    n_legs = 3 if average_origin else 1
    weight = 1 / (n_legs * n_images[e])
    phi = constants.blocks[e] * weight[:, None, None, None]
    kinds = k, kind[s], kind[t]
    return merged(*shares_of_legs(kinds, r_s, r_t, phi, n_legs=n_legs))


def shares_of_legs(
    atoms: tuple[NDArray[np.int64], ...],
    r1: NDArray[np.int64],
    r2: NDArray[np.int64],
    phi: NDArray[np.float64],
    *,
    n_legs: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Keys and blocks of all shares, the first ``n_legs`` atoms at the origin in turn.

    Returns
    -------
    keys : (n_legs n, 9) array of int
        ``R_1 - R_2``, atoms, ``R_2``.
    blocks : (n_legs n, 3, 3, 3) array
    """
    k, kind_j, kind_k = atoms
    keys, blocks = [], []
    legs = (
        ((k, kind_j, kind_k), r1, r2, (0, 1, 2, 3)),
        ((kind_j, k, kind_k), -r1, r2 - r1, (0, 2, 1, 3)),
        ((kind_k, kind_j, k), r1 - r2, -r2, (0, 3, 2, 1)),
    )
    for leg, one, other, axes in legs[:n_legs]:
        keys.append(np.concatenate([one - other, np.stack(leg, axis=1), other], axis=1))
        blocks.append(phi.transpose(axes))
    return np.concatenate(keys), np.concatenate(blocks)


def merged(keys: NDArray[np.int64], blocks: NDArray[np.float64]) -> Arrays:
    """Add up the shares of equal entries, in ascending order of their keys."""
    key, inverse = np.unique(keys, axis=0, return_inverse=True)
    values = np.zeros((len(key), 3, 3, 3))
    np.add.at(values, inverse.ravel(), blocks)
    r2 = key[:, 6:]
    return values, key[:, 3:6], np.stack([key[:, :3] + r2, r2], axis=1)
