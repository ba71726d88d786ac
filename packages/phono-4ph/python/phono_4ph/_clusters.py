"""Clusters of atoms, and the tensors that the space group leaves to them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell, Symmetry

Key = tuple[int, ...]
"""Atoms of a cluster, then cells of all but the first, relative to its own."""
ONE = 1e-6
"""Eigenvalues of a projector that are one."""


@dataclass(frozen=True, slots=True, eq=False)
class Orbit:
    """Clusters that the space group and exchanges of atoms take into one another.

    Parameters
    ----------
    keys : list of Key
    bases : (n_c, m, 3, ..., 3) array
        Independent tensors of every cluster: the same ``m`` coefficients belong to all.
    """

    keys: list[Key]
    bases: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SpaceGroup:
    """The operations on lattice vectors: ``(κ, R) → (p(κ), W R + s_κ)``."""

    rotations: NDArray[np.int64]
    cartesian: NDArray[np.float64]
    permutations: NDArray[np.int64]
    shifts: NDArray[np.int64]

    @classmethod
    def of(cls, cell: Cell, symmetry: Symmetry) -> "SpaceGroup":
        """The group of a primitive cell."""
        x = cell.positions
        moved = np.einsum("rab,kb->rka", symmetry.rotations, x)
        moved += symmetry.translations[:, None]
        shifts = np.rint(moved - x[symmetry.permutations]).astype(np.int64)
        return cls(
            symmetry.rotations, symmetry.rotations_cartesian, symmetry.permutations, shifts
        )

    def images(self, key: Key, order: int) -> Iterator[tuple[int, Key]]:
        """The cluster after each operation, in the order it has."""
        atoms = np.array(key[:order])
        cells = np.array((0, 0, 0, *key[order:])).reshape(order, 3)
        moved = np.einsum("rab,kb->rka", self.rotations, cells) + self.shifts[:, atoms]
        for r, (places, kinds) in enumerate(
            zip(moved, self.permutations[:, atoms], strict=True)
        ):
            yield r, (*kinds.tolist(), *places.ravel().tolist())


def clusters(cell: Cell, order: int, cutoff: float) -> list[Key]:
    """All clusters with a first atom in the home cell and all pairs within a cutoff, Å."""
    reach = (
        np.ceil(cutoff * np.linalg.norm(cell.reciprocal_lattice, axis=1)).astype(int) + 1
    )
    cells = np.array(list(product(*(range(-n, n + 1) for n in reach))))
    x = cell.positions @ cell.lattice
    keys: list[Key] = []
    for k in range(cell.n_atoms):
        offsets = (cells @ cell.lattice)[:, None] + x - x[k]
        near = np.argwhere(np.linalg.norm(offsets, axis=2) < cutoff)
        places, kinds = cells[near[:, 0]], near[:, 1]
        x_near = places @ cell.lattice + x[kinds]
        close = np.linalg.norm(x_near[:, None] - x_near, axis=2) < cutoff
        keys += [
            (k, *kinds[list(others)].tolist(), *places[list(others)].ravel().tolist())
            for others in _cliques(close, order - 1)
        ]
    return keys


def _cliques(close: NDArray[np.bool_], n: int) -> Iterator[tuple[int, ...]]:
    """All ordered ``n`` of some atoms, each pair of them close."""

    def extended(
        chosen: tuple[int, ...], allowed: NDArray[np.bool_]
    ) -> Iterator[tuple[int, ...]]:
        if len(chosen) == n:
            yield chosen
            return
        for i in np.flatnonzero(allowed).tolist():
            yield from extended((*chosen, i), allowed & close[i])

    yield from extended((), np.ones(len(close), dtype=bool))


def orbits(cell: Cell, symmetry: Symmetry, order: int, cutoff: float) -> list[Orbit]:
    """Clusters by orbit, with the tensors that symmetry allows."""
    group = SpaceGroup.of(cell, symmetry)
    orders = list(permutations(range(order)))
    powers = [tensor_power(rotation, order) for rotation in group.cartesian]
    left = set(clusters(cell, order, cutoff))
    made = []
    for first in sorted(left):
        if first not in left:
            continue
        projector, n_same = np.zeros((3**order,) * 2), 0
        ways: dict[Key, tuple[int, tuple[int, ...]]] = {}
        for r, image in group.images(first, order):
            for way in orders:
                key = exchanged(image, way)
                ways.setdefault(key, (r, way))
                if key == first:
                    n_same += 1
                    axes = powers[r].reshape((3,) * 2 * order)
                    axes = axes.transpose(*way, *range(order, 2 * order))
                    projector += axes.reshape(projector.shape)
        projector /= n_same
        values, vectors = np.linalg.eigh((projector + projector.T) / 2)
        allowed = vectors[:, values > 1 - ONE].T
        keys = sorted(ways)
        left -= set(keys)
        if not len(allowed):
            continue
        turned = [(allowed @ power.T).reshape(-1, *(3,) * order) for power in powers]
        bases = [
            turned[r].transpose(0, *(axis + 1 for axis in way))
            for r, way in (ways[key] for key in keys)
        ]
        made.append(Orbit(keys, np.array(bases)))
    return made


def exchanged(image: Key, way: tuple[int, ...]) -> Key:
    """A cluster with absolute cells in another order, the first atom in the home cell."""
    n = len(way)
    cells = [image[n + 3 * i : n + 3 * i + 3] for i in way]
    x, y, z = cells[0]
    moved = [c for a, b, d in cells[1:] for c in (a - x, b - y, d - z)]
    return (*(image[i] for i in way), *moved)


def tensor_power(rotation: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """The matrix of a rotation on tensors of ``n`` axes."""
    matrix: NDArray[np.float64] = rotation
    for _ in range(n - 1):
        product = matrix[:, None, :, None] * rotation[None, :, None, :]
        matrix = product.reshape(len(matrix) * 3, -1)
    return matrix
