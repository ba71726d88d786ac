"""The Cartesian frame of another program, found from its lattice vectors.

LAMMPS turns a crystal so that its first vector is along x and its second in the plane of x
and y; others choose their axes too. Forces turn with them.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 1e-4
"""Relative; lattice vectors that differ by more are others."""
LONGEST = 2
"""Lattice vectors of another choice are sums of so many of ours, at most."""


def frames_of(
    ours: NDArray[np.float64], theirs: NDArray[np.float64] | None
) -> Iterator[NDArray[np.float64]]:
    r"""The rotations, proper or not, that take their lattice to ours, the likeliest first.

    .. math:: A_\text{theirs} T = M A_\text{ours}, \qquad T^T T = 1, \quad \det M = \pm 1

    with :math:`M` of integers. A lattice with symmetry has several.

    Parameters
    ----------
    ours, theirs : (3, 3) arrays
        Lattice vectors in rows; None where a file has none, which is then in our frame.

    Yields
    ------
    (3, 3) array
        ``T``: their vectors, in rows, times ``T`` are in our frame.
    """
    if theirs is None:
        yield np.eye(3)
        return
    if abs(np.linalg.det(theirs)) < 1e-10:
        return
    choice = theirs @ np.linalg.inv(ours)
    whole = np.rint(choice)
    if _is_choice(whole) and np.abs(choice - whole).max() < TOLERANCE:
        yield np.eye(3)
    for m in _choices(ours, theirs):
        turn = np.linalg.inv(theirs) @ m @ ours
        # The nearest rotation: lattice vectors are rounded.
        u, _, v = np.linalg.svd(turn)
        turn = u @ v
        if np.abs(turn - np.eye(3)).max() > TOLERANCE:
            yield turn


def _choices(
    ours: NDArray[np.float64], theirs: NDArray[np.float64]
) -> Iterator[NDArray[np.float64]]:
    """Integer matrices that make vectors of theirs lengths and angles of ours."""
    metric, wanted = ours @ ours.T, theirs @ theirs.T
    scale = 3 * TOLERANCE * np.sqrt(np.outer(np.diag(wanted), np.diag(wanted)))
    if (np.abs(metric - wanted) <= scale).all():
        yield np.eye(3)
    vectors = np.array(list(product(range(-LONGEST, LONGEST + 1), repeat=3)), dtype=float)
    squares = np.einsum("va,ab,vb->v", vectors, metric, vectors)
    rows = [vectors[np.abs(squares - wanted[i, i]) <= scale[i, i]] for i in range(3)]
    for a, b in product(rows[0], rows[1]):
        if abs(a @ metric @ b - wanted[0, 1]) > scale[0, 1]:
            continue
        for c in rows[2]:
            m = np.array([a, b, c])
            fits = (np.abs(m @ metric @ m.T - wanted) <= scale).all()
            if fits and _is_choice(m) and not (m == np.eye(3)).all():
                yield m


def _is_choice(m: NDArray[np.float64]) -> bool:
    """Whether an integer matrix only chooses other vectors of the same lattice."""
    return bool(abs(abs(np.linalg.det(m)) - 1) < 1e-6)
