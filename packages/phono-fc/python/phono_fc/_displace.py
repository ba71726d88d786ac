"""The fewest displacements from which symmetry makes all others."""

from itertools import combinations, product
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from phono_grid import Supercell, Symmetry
from phono_grid.arrays import distinct
from phono_grid.errors import (
    DomainError,
    ensure_flag,
    ensure_indices,
    ensure_positive,
    ensure_type,
)

from phono_fc._displacements import PairDisplacements, SingleDisplacements
from phono_fc._distances import pair_distances, row_of, within
from phono_fc._same_supercell import ensure_same_supercell

PlusMinus = Literal["auto"] | bool

AXES = np.eye(3, dtype=np.int64)
DIAGONALS = np.array(
    [
        *([1, 1, 0], [1, 0, 1], [0, 1, 1], [1, -1, 0], [1, 0, -1], [0, 1, -1]),
        *([1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]),
    ]
)
SAME_DIRECTION = 1e-4
"""Relative to the displacements: those in files are rounded at 1e-7, directions that differ
by symmetry differ by more than 1."""


def single_displacements(
    supercell: Supercell,
    symmetry: Symmetry,
    *,
    distance: float = 0.01,
    diagonal: bool = True,
    plus_minus: PlusMinus = "auto",
) -> SingleDisplacements:
    r"""Symmetry-distinct displacements of one atom.

    For the first atom of every orbit, the fewest directions :math:`d` whose images
    :math:`R d` under its site group span space: one, two, or the three lattice vectors.
    Candidates are the vectors of the supercell lattice, then sums of two and three of them.

    Parameters
    ----------
    supercell : Supercell
    symmetry : Symmetry
        The space group of ``supercell.cell``.
    distance : float
        Å
    diagonal : bool
        Whether sums of lattice vectors are candidates. Third order wants false: its first
        displacements are along the lattice vectors.
    plus_minus : "auto" or bool
        Whether the opposite displacement is made too: "auto" where no operation of the
        site group makes it from the first. For third order, true makes errors fall as the
        square of the distance; with "auto" they may fall linearly where symmetry is low.

    Returns
    -------
    SingleDisplacements
        In the order of phonopy and phono3py.

    Raises
    ------
    DomainError
        If ``distance`` is not positive or ``symmetry`` is of another cell.
    """
    ensure_type("symmetry", symmetry, Symmetry)
    ensure_flag("diagonal", diagonal)
    ensure_positive("distance", distance)
    ensure_same_supercell(supercell, symmetry)
    if not (isinstance(plus_minus, bool | np.bool_) or str(plus_minus) == "auto"):
        raise DomainError(f"plus_minus: expected 'auto', True or False, got {plus_minus!r}")
    atoms, directions = [], []
    for atom in symmetry.independent_atoms:
        group = symmetry.rotations[symmetry.site(int(atom))]
        signed = _signed(_spanning(group, diagonal), group, plus_minus)
        atoms += [atom] * len(signed)
        directions += signed
    return SingleDisplacements(np.array(atoms), _cartesian(directions, supercell, distance))


def pair_displacements(
    supercell: Supercell,
    symmetry: Symmetry,
    singles: SingleDisplacements,
    *,
    distance: float = 0.03,
    diagonal: bool = True,
    cutoff: float | None = None,
) -> PairDisplacements:
    r"""Symmetry-distinct second displacements for every first one [1]_.

    With the first atom displaced by :math:`u`, the symmetry left is the operations about it
    with :math:`R u = u`. For the first atom :math:`j` of every orbit under these, the
    directions are those that `single_displacements` takes for the operations that leave
    :math:`j` too; the opposite one is made where none of them makes it.

    Parameters
    ----------
    supercell : Supercell
    symmetry : Symmetry
        The space group of ``supercell.cell``.
    singles : SingleDisplacements
        The first displacements.
    distance : float
        Å
    diagonal : bool
        Whether sums of lattice vectors are candidates.
    cutoff : float, optional
        Å; pairs as far apart or farther are not included. A distance within 1e-5 Å of the
        cutoff counts as on it.

    Returns
    -------
    PairDisplacements
        In the order of phono3py, excluded pairs in their places.

    Raises
    ------
    DomainError
        If a length is not positive or ``symmetry`` is of another cell.

    References
    ----------
    .. [1] L. Chaput, A. Togo, I. Tanaka and G. Hug, Phys. Rev. B 84, 094302 (2011).
    """
    ensure_type("symmetry", symmetry, Symmetry)
    ensure_type("singles", singles, SingleDisplacements)
    ensure_flag("diagonal", diagonal)
    ensure_positive("distance", distance)
    ensure_same_supercell(supercell, symmetry)
    if cutoff is not None:
        ensure_positive("cutoff", cutoff)
    ensure_indices("singles.atoms", singles.atoms, supercell.cell.n_atoms)
    compact = pair_distances(supercell)
    pieces = []
    for n, (atom, u) in enumerate(zip(singles.atoms, singles.displacements, strict=True)):
        atoms, u2 = _second(supercell, symmetry, keeping(symmetry, int(atom), u), diagonal)
        apart = row_of(compact, supercell, int(atom))[atoms]
        pieces.append((np.full(len(atoms), n), atoms, u2 * distance, apart))
    if not pieces:
        raise DomainError("singles: no displacement at all")
    first, atoms, u2, apart = (np.concatenate(p) for p in zip(*pieces, strict=True))
    return PairDisplacements(first, atoms, u2, apart, within(apart, cutoff))


def keeping(
    symmetry: Symmetry, atom: int, displacement: NDArray[np.float64]
) -> NDArray[np.int64]:
    """The operations that leave an atom and the direction of its displacement."""
    site = symmetry.site(atom)
    turned = symmetry.rotations_cartesian[site] @ displacement
    change = np.linalg.norm(turned - displacement, axis=1)
    kept: NDArray[np.int64] = site[change < SAME_DIRECTION * np.linalg.norm(displacement)]
    return kept


def _second(
    supercell: Supercell, symmetry: Symmetry, group: NDArray[np.int64], diagonal: bool
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Second atoms and unit displacements, for the operations the first one leaves."""
    permutations = symmetry.permutations[group]
    representatives = distinct(permutations.min(axis=0))
    leaves = permutations[:, representatives] == representatives
    # Directions depend on the bond group only, and there are few different ones.
    groups, which = np.unique(leaves, axis=1, return_inverse=True)
    units = []
    for kept in groups.T:
        rotations = symmetry.rotations[group[kept]]
        directions = _signed(_spanning(rotations, diagonal), rotations, "auto")
        units.append(_cartesian(directions, supercell, 1.0))
    which = which.ravel()
    counts = np.array([len(u) for u in units])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    n_each = counts[which]
    ends = np.cumsum(n_each)
    within_atom = np.arange(n_each.sum()) - np.repeat(ends - n_each, n_each)
    rows = np.repeat(starts[which], n_each) + within_atom
    return np.repeat(representatives, n_each), np.concatenate(units)[rows]


def _spanning(group: NDArray[np.int64], diagonal: bool) -> list[NDArray[np.int64]]:
    """The fewest directions whose images under the group span space."""
    candidates = np.concatenate([AXES, DIAGONALS]) if diagonal else AXES
    for d in candidates:
        images = distinct(group @ d, axis=0)
        if any(_volume(d, *two) for two in combinations(images, 2)):
            return [d]
    for d, r in product(candidates, group):
        for e in candidates:
            if _volume(d, r @ d, e):
                return [d, e]
    return list(AXES)


def _volume(a: NDArray[np.int64], b: NDArray[np.int64], c: NDArray[np.int64]) -> int:
    """``a · (b × c)`` of integers."""
    (a0, a1, a2), (b0, b1, b2), (c0, c1, c2) = a.tolist(), b.tolist(), c.tolist()
    product: int = (
        a0 * (b1 * c2 - b2 * c1) + a1 * (b2 * c0 - b0 * c2) + a2 * (b0 * c1 - b1 * c0)
    )
    return product


def _signed(
    directions: list[NDArray[np.int64]], group: NDArray[np.int64], plus_minus: PlusMinus
) -> list[NDArray[np.int64]]:
    """Every direction, followed by its opposite where that is wanted."""
    signed = []
    for d in directions:
        signed.append(d)
        made_by_symmetry = (group @ d == -d).all(axis=1).any()
        if plus_minus is True or (plus_minus == "auto" and not made_by_symmetry):
            signed.append(-d)
    return signed


def _cartesian(
    directions: list[NDArray[np.int64]], supercell: Supercell, distance: float
) -> NDArray[np.float64]:
    """Cartesian vectors of a length, from directions in axes of the supercell."""
    vectors = np.array(directions) @ supercell.cell.lattice
    unit: NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit * distance
