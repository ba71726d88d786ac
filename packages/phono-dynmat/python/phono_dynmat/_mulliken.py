"""Mulliken's names of the irreducible representations of a point group.

Rules of R. S. Mulliken, J. Chem. Phys. 23, 1997 (1955): the dimension, then the character
of the rotation about the principal axis, of inversion or the horizontal mirror, and of the
twofold axes or mirrors beside the principal axis.
"""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
PARALLEL = 1e-3
"""Tolerance of a cosine that is 0 or 1."""
ORDERS = {3: 1, -1: 2, 0: 3, 1: 4, 2: 6}
"""Order of a proper rotation by its trace."""


class PointGroup:
    """The operations of a point group, told apart by what they do."""

    def __init__(self, rotations: Array, lattice: Array) -> None:
        """Find axis and order of each operation, Cartesian, and the principal axis."""
        self.proper = np.linalg.det(rotations) > 0
        turns = np.where(self.proper[:, None, None], rotations, -rotations)
        self.orders = np.array([ORDERS[round(float(np.trace(r)))] for r in turns])
        self.axes = np.array([_axis(r) for r in turns])
        self.cubic = len(_distinct(self.axes[self.proper & (self.orders == 3)])) == 4
        self.main, self.principal = self._principal_axis()
        self.first = self._first_axis(lattice)

    def _principal_axis(self) -> tuple[int | None, Array]:
        """The operation whose character tells A from B, and its axis."""
        # A fourfold rotation with inversion goes before a twofold rotation.
        rank = np.where(self.proper, self.orders, 0)
        rank[~self.proper & (self.orders == 4)] = 4
        rank[rank == 1] = 0
        if not rank.any():
            mirrors = np.flatnonzero(~self.proper & (self.orders == 2))
            return None, self.axes[mirrors[0]] if len(mirrors) else np.array([0, 0, 1.0])
        best = np.flatnonzero(rank == rank.max())
        # The axis that is closest to z, where several are alike.
        main = best[np.argmax(np.abs(self.axes[best, 2]).round(6))]
        return int(main), self.axes[main]

    def _first_axis(self, lattice: Array) -> Array:
        """The shortest lattice vector across the principal axis, of length 1."""
        n = np.stack(np.meshgrid(*[np.arange(-3, 4)] * 3, indexing="ij"), -1).reshape(-1, 3)
        vectors = n[n.any(axis=1)] @ lattice
        lengths = np.linalg.norm(vectors, axis=1)
        across = np.abs(vectors @ self.principal) < PARALLEL * lengths
        if not across.any():
            return np.array([1.0, 0, 0])
        shortest = np.where(across, lengths, np.inf)
        near = np.flatnonzero(shortest < shortest.min() * (1 + PARALLEL))
        x = vectors[near[np.argmax(vectors[near, 0].round(6))]]
        return np.asarray(x / np.linalg.norm(x))

    def among(self, *, proper: bool, order: int) -> NDArray[np.int64]:
        """The operations of a kind: (False, 1) is inversion, (False, 2) are mirrors."""
        return np.flatnonzero((self.proper == proper) & (self.orders == order))

    def along(self, operations: NDArray[np.int64], axis: Array) -> NDArray[np.int64]:
        """Operations whose axis, or normal, is along ``axis``."""
        cosines = np.abs(self.axes[operations] @ axis)
        return operations[cosines > 1 - PARALLEL]

    def across(self, operations: NDArray[np.int64], axis: Array) -> NDArray[np.int64]:
        """Operations whose axis, or normal, is across ``axis``."""
        cosines = np.abs(self.axes[operations] @ axis)
        return operations[cosines < PARALLEL]


def mulliken_names(characters: Array, rotations: Array, lattice: Array) -> tuple[str, ...]:
    """Names of irreducible representations over the real numbers.

    Parameters
    ----------
    characters : (n_i, n_g) array
        Of each representation; two that are conjugate to each other are added to one.
    rotations : (n_g, 3, 3) array
        Cartesian, as columns.
    lattice : (3, 3) array
        Lattice vectors in rows, to choose among axes that are alike.
    """
    group = PointGroup(rotations, lattice)
    identity = group.among(proper=True, order=1)[0]
    names = [
        _letter(group, x, round(float(x[identity])))
        + _subscript(group, x, round(float(x[identity])))
        + _parity(group, x)
        for x in characters
    ]
    many = Counter(names)
    count: Counter[str] = Counter()
    for i, name in enumerate(names):
        if many[name] > 1:  # no rule above tells them apart
            count[name] += 1
            names[i] = f"{name}({count[name]})"
    return tuple(names)


def _letter(group: PointGroup, x: Array, dimension: int) -> str:
    """A, B, E or T."""
    if dimension > 1:
        return {2: "E", 3: "T"}.get(dimension, f"G{dimension}")
    twofold = group.among(proper=True, order=2)
    if len(twofold) == 3 and (group.orders > 2).sum() == 0:  # D2, D2h
        return "A" if (x[twofold] > 0).all() else "B"
    if group.cubic or group.main is None:
        return "A"
    return "A" if x[group.main] > 0 else "B"


def _subscript(group: PointGroup, x: Array, dimension: int) -> str:
    """1, 2 or 3, where the letter leaves several."""
    if group.cubic:
        fourfold = np.flatnonzero(group.orders == 4)
        if dimension == 2 or not len(fourfold):
            return ""
        return "1" if x[fourfold[0]] > 0 else "2"
    sixfold = group.among(proper=True, order=6)
    if dimension == 2:
        return ("1" if x[sixfold[0]] > 0 else "2") if len(sixfold) else ""
    if dimension > 1 or group.main is None:
        return ""
    twofold, mirrors = group.among(proper=True, order=2), group.among(proper=False, order=2)
    if len(twofold) == 3 and (group.orders > 2).sum() == 0:
        return _of_three_axes(group, x, twofold)
    beside = group.across(twofold, group.principal)
    if len(beside):
        chosen = group.along(beside, group.first)
        deciding = chosen if len(chosen) else beside
    else:
        beside = group.across(mirrors, group.principal)
        if not len(beside):
            return ""
        # As in the symbol 4mm or 6mm: the mirror whose normal is the first axis.
        chosen = group.along(beside, group.first)
        deciding = chosen if len(chosen) else beside
    return "1" if x[deciding[0]] > 0 else "2"


def _of_three_axes(group: PointGroup, x: Array, twofold: NDArray[np.int64]) -> str:
    """1, 2, 3 for the axes closest to z, y, x."""
    if (x[twofold] > 0).all():
        return ""
    axes = group.axes[twofold]
    z = int(np.argmax(np.abs(axes[:, 2])))
    others = [i for i in range(3) if i != z]
    y = max(others, key=lambda i: abs(axes[i, 1]))
    order = [z, y, next(i for i in others if i != y)]
    return str(1 + next(n for n, i in enumerate(order) if x[twofold[i]] > 0))


def _parity(group: PointGroup, x: Array) -> str:
    """Either g or u where there is inversion, one or two primes where there is a mirror."""
    inversion = group.among(proper=False, order=1)
    if len(inversion):
        return "g" if x[inversion[0]] > 0 else "u"
    mirrors = group.along(group.among(proper=False, order=2), group.principal)
    threefold = group.main is None or group.orders[group.main] == 3
    if len(mirrors) and threefold:
        return "'" if x[mirrors[0]] > 0 else "''"
    return ""


def _axis(rotation: Array) -> Array:
    """The axis of a proper rotation, up to its sign; z for the identity."""
    values, vectors = np.linalg.eig(rotation)
    if np.abs(rotation - np.eye(3)).max() < PARALLEL:
        return np.array([0.0, 0, 1])
    axis = vectors[:, np.argmin(np.abs(values - 1))].real
    return np.asarray(axis / np.linalg.norm(axis))


def _distinct(axes: Array) -> list[Array]:
    """Axes that are not parallel to each other."""
    found: list[Array] = []
    for axis in axes:
        if all(abs(axis @ other) < 1 - PARALLEL for other in found):
            found.append(axis)
    return found
