"""Fourth-order constants by differences of forces with three displaced atoms."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import Supercell, Symmetry, ValueNoun
from phono_grid.errors import (
    DomainError,
    ensure_positive,
    ensure_type,
    finite,
    frozen,
)

from phono_4ph._clusters import orbits
from phono_4ph._force_constants4 import ForceConstants4
from phono_4ph._least_squares4 import (
    Neighbours,
    constants_of,
    ensure_held,
    sum_rule_basis,
    symmetry_of,
)
from phono_4ph._triples import Candidates, independent

SIGNS = tuple(product((1, -1), repeat=3))
State = tuple[tuple[int, int, int], ...]
"""Atoms that are displaced: atom, axis, steps, in order."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TripleDisplacements(ValueNoun):
    r"""Supercells for third differences of forces.

    Each of ``n_t`` triples of (atom, axis) pairs is displaced by ``±distance`` in all eight
    ways; a pair that is there twice or three times moves by the sum. Supercells that
    several triples share are there once.

    Parameters
    ----------
    supercell : Supercell
    cutoff : float
        Å; constants of atoms any two of which are as far apart are zero.
    distance : float
        Å
    atoms, axes : (n_t, 3) array_like of int
        Atoms of the supercell, and Cartesian axes.
    """

    supercell: Supercell
    cutoff: float
    distance: float
    atoms: NDArray[np.int64]
    axes: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("supercell", self.supercell, Supercell)
        ensure_held("cutoff", self.cutoff, self.supercell)
        ensure_positive("distance", self.distance)
        atoms = frozen(self.atoms, "atoms", np.int64, ("n_t", 3))
        axes = frozen(self.axes, "axes", np.int64, atoms.shape)
        for name, array, end in (
            ("atoms", atoms, self.supercell.cell.n_atoms),
            ("axes", axes, 3),
        ):
            if array.size and not (array.min() >= 0 and array.max() < end):
                raise DomainError(f"{name} must be from 0 to {end - 1}, got {array}")
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        """Number of supercells."""
        return len(self._states())

    def __repr__(self) -> str:
        """``TripleDisplacements(27 triples, 132 supercells of 32 atoms)``."""
        n_s = self.supercell.cell.n_atoms
        return (
            f"TripleDisplacements({len(self.atoms)} triples, {len(self)} supercells of "
            f"{n_s} atoms)"
        )

    def displacements(self) -> Iterator[NDArray[np.float64]]:
        """The displacements of one supercell after the other, each (n_s, 3), Å."""
        for state in self._states():
            u = np.zeros((self.supercell.cell.n_atoms, 3))
            for atom, axis, steps in state:
                u[atom, axis] = steps * self.distance
            yield u

    def shares(self) -> list[list[tuple[int, int]]]:
        """For each supercell the triples that it belongs to, and with which sign."""
        found: list[dict[int, int]] = [{} for _ in self._states()]
        places = {state: i for i, state in enumerate(self._states())}
        for t in range(len(self.atoms)):
            for signs in SIGNS:
                some = found[places[self._state(t, signs)]]
                some[t] = some.get(t, 0) + int(np.prod(signs))
        return [list(some.items()) for some in found]

    def _states(self) -> list[State]:
        """Supercells in the order of the triples that first need them."""
        n_t = len(self.atoms)
        return list(
            dict.fromkeys(self._state(t, s) for t in range(n_t) for s in SIGNS).keys()
        )

    def _state(self, triple: int, signs: tuple[int, ...]) -> State:
        """One of the eight ways of a triple."""
        steps: dict[tuple[int, int], int] = {}
        pairs = zip(self.atoms[triple].tolist(), self.axes[triple].tolist(), strict=True)
        for pair, sign in zip(pairs, signs, strict=True):
            steps[pair] = steps.get(pair, 0) + sign
        return tuple((*pair, n) for pair, n in sorted(steps.items()) if n)


def triple_displacements(
    supercell: Supercell,
    *,
    cutoff: float,
    distance: float = 0.03,
    symmetry: Symmetry | None = None,
) -> TripleDisplacements:
    """Make the displacements from which fourth-order constants follow by differences.

    Triples of atoms within the cutoff, no two of which a symmetry operation makes of one
    another, and of them as many directions as the space group, the exchange of atoms and
    the sum rule leave constants to be found: those of the fewest supercells first.

    Parameters
    ----------
    supercell : Supercell
    cutoff : float
        Å; constants of four atoms any two of which are as far apart are zero.
    distance : float
        Å
    symmetry : Symmetry, optional
        Of the primitive cell; found if not given.

    Raises
    ------
    DomainError
        If the cutoff does not fit into the supercell, or holds no four atoms.
    """
    ensure_type("supercell", supercell, Supercell)
    ensure_held("cutoff", cutoff, supercell)
    candidates = _candidates(supercell, cutoff, symmetry)
    chosen = independent(candidates)
    if not chosen:
        raise DomainError(
            f"cutoff: the sum rule leaves no constants within {cutoff:g} Å; take a larger "
            "one"
        )
    return TripleDisplacements(
        supercell,
        cutoff,
        distance,
        np.array([candidate.atoms for candidate in chosen]).reshape(-1, 3),
        np.array([candidate.axes for candidate in chosen]).reshape(-1, 3),
    )


def finite_differences4(
    triples: TripleDisplacements,
    forces: Iterable[ArrayLike],
    *,
    symmetry: Symmetry | None = None,
) -> ForceConstants4:
    r"""Fourth-order constants from the forces of `triple_displacements`.

    .. math::

        \Phi_{a\alpha, b\beta, c\gamma, d\delta} \approx -\frac{1}{8 h^3}
            \sum_{s_1 s_2 s_3 = \pm 1} s_1 s_2 s_3\, F_{d\delta}(s_1 h_{a\alpha} +
            s_2 h_{b\beta} + s_3 h_{c\gamma})

    The second, third and fifth orders drop out; what is left of the sixth is of the order
    :math:`h^2`. All differences together are solved by least squares for the constants that
    the space group, the exchange of atoms and the sum rule allow.

    Parameters
    ----------
    triples : TripleDisplacements
    forces : iterable of (n_s, 3) array_like
        eV/Å, of ``triples.displacements()``, in that order; one at a time is held.
    symmetry : Symmetry, optional
        Of the primitive cell; found if not given.

    Raises
    ------
    DomainError
        If there are more or fewer forces than supercells, or the triples do not determine
        all constants.
    """
    ensure_type("triples", triples, TripleDisplacements)
    n_s = triples.supercell.cell.n_atoms
    differences = np.zeros((len(triples.atoms), n_s, 3))
    shares, number = triples.shares(), 0
    for number, one in enumerate(_one_by_one(forces), start=1):
        force = finite(one, "forces", (n_s, 3))
        for triple, sign in shares[number - 1] if number <= len(shares) else ():
            differences[triple] -= sign * force
    if number != len(shares):
        raise DomainError(
            f"forces: expected those of {len(shares)} supercells, got {number}"
        )
    differences /= 8 * triples.distance**3
    candidates = _candidates(triples.supercell, triples.cutoff, symmetry)
    known = {(c.atoms, c.axes): c for c in candidates.every}
    rows, right = [], []
    for atoms, axes, difference in zip(
        triples.atoms.tolist(), triples.axes.tolist(), differences, strict=True
    ):
        candidate = known.get((tuple(atoms), tuple(axes)))
        if candidate is None:
            raise DomainError(f"triples: atoms {atoms} are no triple within the cutoff")
        rows.append(candidates.rows(candidate))
        right.append(difference[candidates.fourth(candidate)].ravel())
    return constants_of(
        candidates.orbits,
        candidates.free @ _solved(rows, right, candidates.free.shape[1]),
        triples.supercell.primitive.lattice,
    )


def _one_by_one(forces: Iterable[ArrayLike]) -> Iterator[ArrayLike]:
    """An iterator, if there can be one."""
    try:
        return iter(forces)
    except TypeError:
        kind = type(forces).__name__
        raise DomainError(
            f"forces must be an iterable of (n_s, 3) arrays, got {kind}"
        ) from None


def _solved(
    rows: list[NDArray[np.float64]], right: list[NDArray[np.float64]], n: int
) -> NDArray[np.float64]:
    """Coefficients by least squares."""
    matrix = np.concatenate(rows) if rows else np.zeros((0, n))
    values = np.concatenate(right) if right else np.zeros(0)
    solution, _, rank, _ = np.linalg.lstsq(matrix, values, rcond=None)
    if rank < n:
        raise DomainError(
            f"triples: determine {rank} of {n} independent constants; take those of "
            "triple_displacements"
        )
    return np.asarray(solution)


def _candidates(
    supercell: Supercell, cutoff: float, symmetry: Symmetry | None
) -> Candidates:
    """All triples within a cutoff."""
    cell = supercell.primitive
    symmetry = symmetry_of(cell, symmetry)
    some = orbits(cell, symmetry, 4, cutoff)
    if not some:
        raise DomainError("cutoff: no cluster of four atoms is so small; take a larger one")
    neighbours = Neighbours(supercell)
    return Candidates.of(cell, symmetry, some, sum_rule_basis(some, 4), neighbours)
