"""Triples of atoms and directions, and the fourth-order constants that each measures."""

from dataclasses import dataclass
from itertools import permutations, product
from typing import Self

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell, Symmetry

from phono_4ph._clusters import Key, Orbit, SpaceGroup, exchanged
from phono_4ph._least_squares4 import Neighbours

NEW = (0.1, 1e-6)
"""Part of a row that must be new, relative: well conditioned, else at all."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Three (atom, axis) pairs; the atoms are those of the supercell."""

    key: Key
    atoms: tuple[int, int, int]
    axes: tuple[int, int, int]

    @property
    def n_equal(self) -> int:
        """Number of pairs of the three that are the same."""
        pairs = list(zip(self.atoms, self.axes, strict=True))
        return sum(a == b for i, a in enumerate(pairs) for b in pairs[:i])


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Every triple that symmetry makes of no other, with what it measures.

    Parameters
    ----------
    every : list of Candidate
    orbits : list of Orbit
        Of fourth order.
    free : (n_c, n_free) array
        Combinations of their coefficients that obey the sum rule.
    places : dict
        For each triple of atoms the clusters that begin with it: number of the orbit,
        number in it, and the fourth atom in the supercell.
    """

    every: list[Candidate]
    orbits: list[Orbit]
    free: NDArray[np.float64]
    places: dict[Key, list[tuple[int, int, int]]]

    @classmethod
    def of(
        cls,
        cell: Cell,
        symmetry: Symmetry,
        orbits: list[Orbit],
        free: NDArray[np.float64],
        neighbours: Neighbours,
    ) -> Self:
        """The triples in the clusters of fourth order."""
        places: dict[Key, list[tuple[int, int, int]]] = {}
        for number, orbit in enumerate(orbits):
            for member, key in enumerate(orbit.keys):
                fourth = int(neighbours.atoms(key[0], key[3], key[10:13])[0])
                triple = (*key[:3], *key[4:10])
                places.setdefault(triple, []).append((number, member, fourth))
        every = []
        for key in _representatives(set(places), SpaceGroup.of(cell, symmetry)):
            first = int(neighbours.home(key[0])[0])
            second, third = (
                int(neighbours.atoms(key[0], key[i], key[3 * i : 3 * i + 3])[0])
                for i in (1, 2)
            )
            every += [
                Candidate(key, (first, second, third), (x, y, z))
                for x, y, z in product(range(3), repeat=3)
            ]
        return cls(every, orbits, free, places)

    def rows(self, candidate: Candidate) -> NDArray[np.float64]:
        """Third differences for each free coefficient, (3 n_d, n_free)."""
        starts = np.cumsum([0, *(orbit.bases.shape[1] for orbit in self.orbits)])
        x, y, z = candidate.axes
        places = self.places[candidate.key]
        out = np.zeros((len(places), 3, starts[-1]))
        for row, (number, member, _) in zip(out, places, strict=True):
            basis = self.orbits[number].bases[member][:, x, y, z]
            row[:, starts[number] : starts[number + 1]] = basis.T
        return np.asarray(out.reshape(-1, starts[-1]) @ self.free)

    def fourth(self, candidate: Candidate) -> list[int]:
        """The atoms whose forces are in the rows."""
        return [atom for _, _, atom in self.places[candidate.key]]


def _representatives(left: set[Key], group: SpaceGroup) -> list[Key]:
    """One of all triples of atoms that the space group and exchanges make of each other."""
    orders = list(permutations(range(3)))
    chosen = []
    for key in sorted(left):
        if key in left:
            chosen.append(key)
            for _, image in group.images(key, 3):
                left -= {exchanged(image, way) for way in orders}
    return chosen


def independent(candidates: Candidates) -> list[Candidate]:
    """As few triples as determine all free coefficients, cheap ones first."""
    n = candidates.free.shape[1]
    known = np.zeros((0, n))
    chosen: list[Candidate] = []
    ordered = sorted(candidates.every, key=lambda candidate: -candidate.n_equal)
    for least in NEW:
        for candidate in ordered:
            if len(known) == n:
                return chosen
            rows = candidates.rows(candidate)
            new = rows - rows @ known.T @ known
            _, sizes, directions = np.linalg.svd(new, full_matrices=False)
            scale = np.linalg.norm(rows, 2)
            if scale > 0 and (sizes > least * scale).any():
                chosen.append(candidate)
                known = np.concatenate([known, directions[sizes > least * scale]])
                # Rounding must not leave directions that are not orthogonal.
                known = np.linalg.qr(known.T)[0].T
    return chosen
