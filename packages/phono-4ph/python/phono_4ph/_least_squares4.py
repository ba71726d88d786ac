"""Fourth-order constants from forces in supercells with random displacements."""

from math import factorial

import numpy as np
from numpy.typing import NDArray
from phono_fc import RandomDisplacementForces
from phono_grid import Cell, Supercell, Symmetry
from phono_grid.errors import DomainError, ensure_positive, ensure_shape, ensure_type

from phono_4ph._clusters import Orbit, orbits
from phono_4ph._force_constants4 import ForceConstants4
from phono_4ph._laws4 import symmetrize4

NULL = 1e-9
"""Relative eigenvalues of the sum rules below which they hold."""


def least_squares4(
    forces: RandomDisplacementForces,
    supercell: Supercell,
    *,
    cutoff: float,
    cutoff3: float | None = None,
    cutoff2: float | None = None,
    symmetry: Symmetry | None = None,
) -> ForceConstants4:
    r"""Fourth-order constants by least squares, orders 2 to 4 together.

    .. math::

        F_{a\alpha} = -\sum_{n=2}^4 \frac{1}{(n-1)!} \sum \Phi^{(n)}_{a\alpha, \ldots}
            u \cdots u

    with constants of clusters all of whose atoms are within a cutoff of each other, of the
    tensors that the space group and the exchange of atoms allow, under the sum rules of
    translation.

    Parameters
    ----------
    forces : RandomDisplacementForces
    supercell : Supercell
    cutoff : float
        Å, of fourth order.
    cutoff3, cutoff2 : float, optional
        Å, of third and second order; the most that the supercell holds if not given, and
        of third order no more than twice ``cutoff``.
    symmetry : Symmetry, optional
        Of the primitive cell; found if not given.

    Raises
    ------
    DomainError
        If a cutoff does not fit into the supercell, or there are too few forces.
    """
    ensure_type("forces", forces, RandomDisplacementForces)
    ensure_type("supercell", supercell, Supercell)
    n_s = supercell.cell.n_atoms
    ensure_shape("forces.displacements", forces.displacements, ("n", n_s, 3))
    cell = supercell.primitive
    symmetry = symmetry_of(cell, symmetry)
    ensure_positive("cutoff", cutoff)
    most = largest_cutoff(supercell)
    cutoffs = (
        most if cutoff2 is None else cutoff2,
        min(2 * cutoff, most) if cutoff3 is None else cutoff3,
        cutoff,
    )
    for name, value in zip(("cutoff2", "cutoff3", "cutoff"), cutoffs, strict=True):
        ensure_held(name, value, supercell)
    all_orbits = [
        orbits(cell, symmetry, n, c) for n, c in zip((2, 3, 4), cutoffs, strict=True)
    ]
    free = [sum_rule_basis(some, n) for n, some in zip((2, 3, 4), all_orbits, strict=True)]
    neighbours = Neighbours(supercell)
    columns = [
        -design(some, n, forces.displacements, neighbours) @ basis
        for n, some, basis in zip((2, 3, 4), all_orbits, free, strict=True)
    ]
    matrix = np.concatenate(columns, axis=1)
    if matrix.shape[0] < matrix.shape[1]:
        raise DomainError(
            f"forces: {matrix.shape[0]} components for {matrix.shape[1]} independent "
            "constants; compute more supercells, or take smaller cutoffs"
        )
    scale = np.linalg.norm(matrix, axis=0)
    scale[scale == 0] = 1
    solution, _, rank, _ = np.linalg.lstsq(
        matrix / scale, forces.forces.ravel(), rcond=None
    )
    if rank < matrix.shape[1]:
        raise DomainError(
            f"forces: determine {rank} of {matrix.shape[1]} independent constants; compute "
            "more supercells, with displacements of all atoms, or take smaller cutoffs"
        )
    fourth = (solution / scale)[-free[2].shape[1] :] if free[2].shape[1] else np.zeros(0)
    return constants_of(all_orbits[2], free[2] @ fourth, cell.lattice)


def largest_cutoff(supercell: Supercell) -> float:
    """Å; farther atoms could be nearer through another side of the supercell."""
    ensure_type("supercell", supercell, Supercell)
    heights = 1 / np.linalg.norm(np.linalg.inv(supercell.cell.lattice), axis=0)
    return float(heights.min() / 2 * (1 - 1e-9))


def ensure_held(name: str, cutoff: float, supercell: Supercell) -> None:
    """Refuse a cutoff that does not fit into a supercell."""
    ensure_positive(name, cutoff)
    most = largest_cutoff(supercell)
    if cutoff > most:
        raise DomainError(
            f"{name}: {cutoff:g} Å is more than the supercell holds, {most:.4g} Å; take "
            "a larger supercell"
        )


def symmetry_of(cell: Cell, symmetry: Symmetry | None) -> Symmetry:
    """The symmetry of a primitive cell, found if not given."""
    if symmetry is None:
        return Symmetry.of(cell)
    ensure_type("symmetry", symmetry, Symmetry)
    ensure_shape("symmetry.permutations", symmetry.permutations, ("n", cell.n_atoms))
    return symmetry


def constants_of(
    some: list[Orbit], coefficients: NDArray[np.float64], lattice: NDArray[np.float64]
) -> ForceConstants4:
    """Blocks of all clusters."""
    if not some:
        raise DomainError("cutoff: no cluster of four atoms is so small; take a larger one")
    keys, blocks, start = [], [], 0
    for orbit in some:
        m = orbit.bases.shape[1]
        part = coefficients[start : start + m]
        start += m
        keys += orbit.keys
        blocks.append(np.einsum("m,cmxyzw->cxyzw", part, orbit.bases))
    table = np.array(keys)
    constants = ForceConstants4.of(
        np.concatenate(blocks), table[:, :4], table[:, 4:].reshape(-1, 3, 3), lattice
    )
    return symmetrize4(constants)


def sum_rule_basis(some: list[Orbit], order: int) -> NDArray[np.float64]:
    """Combinations of coefficients that obey the sum over the last atom, in columns."""
    sizes = [orbit.bases.shape[1] for orbit in some]
    n = sum(sizes)
    sums: dict[tuple[int, ...], NDArray[np.float64]] = {}
    start = 0
    for orbit, m in zip(some, sizes, strict=True):
        for key, basis in zip(orbit.keys, orbit.bases, strict=True):
            without_last = (*key[: order - 1], *key[order:-3])
            row = sums.setdefault(without_last, np.zeros((3**order, n)))
            row[:, start : start + m] += basis.reshape(m, -1).T
        start += m
    square = np.zeros((n, n))
    for row in sums.values():
        square += row.T @ row
    values, vectors = np.linalg.eigh(square)
    return np.asarray(vectors[:, values <= NULL * max(values.max(initial=0), 1e-300)])


class Neighbours:
    """Atoms of a supercell at lattice vectors from one another.

    Parameters
    ----------
    supercell : Supercell
    """

    def __init__(self, supercell: Supercell) -> None:
        self._cell = supercell.primitive
        self._kinds = supercell.supercell_to_primitive
        self._fractional = supercell.cell.positions
        self._to = self._cell.lattice @ np.linalg.inv(supercell.cell.lattice)
        self._tables: dict[tuple[int, ...], NDArray[np.intp]] = {}

    def home(self, kind: int) -> NDArray[np.intp]:
        """All atoms of a kind, one in each primitive cell."""
        return np.flatnonzero(self._kinds == kind)

    def atoms(self, home: int, kind: int, cell: tuple[int, ...]) -> NDArray[np.intp]:
        """For each atom of kind ``home``, the one of ``kind`` that is ``cell`` away."""
        key = (home, kind, *cell)
        if key not in self._tables:
            x = self._cell.positions
            step = (np.array(cell) + x[kind] - x[home]) @ self._to
            targets, others = self._fractional[self.home(home)] + step, self.home(kind)
            away = targets[:, None] - self._fractional[others]
            away -= np.rint(away)
            self._tables[key] = others[np.abs(away).sum(axis=2).argmin(axis=1)]
        return self._tables[key]


def design(
    some: list[Orbit], order: int, u: NDArray[np.float64], neighbours: Neighbours
) -> NDArray[np.float64]:
    """Contribution of each coefficient to minus the forces, (n n_s 3, n_c)."""
    n, n_s, _ = u.shape
    out = np.zeros((n, n_s, 3, sum(orbit.bases.shape[1] for orbit in some)))
    start = 0
    for orbit in some:
        m = orbit.bases.shape[1]
        for key, basis in zip(orbit.keys, orbit.bases, strict=True):
            product = np.ones((n, len(neighbours.home(key[0])), 1))
            for i in range(1, order):
                cell = key[order + 3 * (i - 1) : order + 3 * i]
                moved = u[:, neighbours.atoms(key[0], key[i], cell)]
                product = (product[..., None] * moved[:, :, None]).reshape(
                    *product.shape[:2], -1
                )
            part = product @ basis.reshape(m * 3, -1).T / factorial(order - 1)
            place = neighbours.home(key[0])
            out[:, place, :, start : start + m] += part.reshape(
                n, len(place), m, 3
            ).swapaxes(2, 3)
        start += m
    return out.reshape(n * n_s * 3, -1)
