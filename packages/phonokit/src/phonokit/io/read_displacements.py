"""Displaced atoms, alone and in pairs, of the phono3py yaml family."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phonokit.io.tree import Tree

Vector = NDArray[np.float64]
STILL = "has length zero; correct it, or remove it and its forces"


@dataclass(frozen=True, slots=True, eq=False)
class Displaced:
    """One displaced atom of one supercell, in the units of the file.

    Parameters
    ----------
    atom : int
        From 0.
    displacement : (3,) array
    forces : (n_s, 3) array or None
        None if the file holds none.
    included : bool
        False for a pair beyond the cutoff, whose forces were not computed.
    """

    atom: int
    displacement: Vector
    forces: Vector | None
    included: bool = True

    @property
    def move(self) -> tuple[int, Vector]:
        """The atom and its displacement."""
        return self.atom, self.displacement


@dataclass(frozen=True, slots=True, eq=False)
class Displacements:
    """The displaced supercells of a file: singles, then pairs.

    Parameters
    ----------
    singles : tuple of Displaced
    pairs : tuple of (int, Displaced)
        The single that holds the first displacement, and the second displacement.
    """

    singles: tuple[Displaced, ...]
    pairs: tuple[tuple[int, Displaced], ...]

    @property
    def n_supercells(self) -> int:
        """How many supercells have a number, excluded pairs too."""
        return len(self.singles) + len(self.pairs)

    @property
    def all(self) -> list[Displaced]:
        """Singles, then pairs."""
        return [*self.singles, *(d for _, d in self.pairs)]

    @property
    def included(self) -> NDArray[np.bool_]:
        """Which of `all` are not beyond the cutoff."""
        return np.array([d.included for d in self.all])

    def moves(self, number: int) -> list[tuple[int, Vector]]:
        """The displaced atoms of a supercell and how they move, in units of the file."""
        n = len(self.singles)
        if number < n:
            return [self.singles[number].move]
        first, second = self.pairs[number - n]
        return [self.singles[first].move, second.move]


def read_displacements(tree: Tree, n_s: int) -> Displacements:
    """Read ``displacement_pairs`` for a supercell of ``n_s`` atoms."""
    items = list(tree.children("displacement_pairs"))
    if not items:
        raise tree.error("displacement_pairs", "is empty")
    singles = []
    pairs: list[tuple[int, Displaced]] = []
    for i, item in enumerate(items):
        _check_id(item, "displacement_id", i + 1)
        singles.append(_single_form(item, n_s))
        for second in _paired_with(item):
            for displaced in _either_form(second, n_s, len(items) + len(pairs) + 1):
                pairs.append((i, displaced))
    if not pairs:
        raise tree.error(
            "displacement_pairs", "no atom is paired with another; third order needs pairs"
        )
    return Displacements(tuple(singles), tuple(pairs))


def read_singles(tree: Tree, key: str, n_s: int) -> tuple[Displaced, ...]:
    """Read displacements of single atoms for a supercell of ``n_s`` atoms."""
    found = tuple(_single_form(item, n_s) for item in tree.children(key))
    if not found:
        raise tree.error(key, "is empty")
    return found


def _paired_with(item: Tree) -> Iterator[Tree]:
    """The second atoms of a first displacement, under the new key or the old one."""
    for key in ("paired_with", "second_atoms"):
        if key in item:
            yield from item.children(key)


def _either_form(second: Tree, n_s: int, number: int) -> Iterator[Displaced]:
    """The displacements of a second atom: a list without forces, or one with forces."""
    included = second.boolean("included", default=True)
    if "displacements" not in second:
        _check_id(second, "displacement_id", number)
        yield _single_form(second, n_s, included)
        return
    vectors = second.array("displacements", (-1, 3))
    if not vectors.any(axis=1).all():
        raise second.error("displacements", STILL)
    if "displacement_ids" in second:
        ids = second.array("displacement_ids", (len(vectors),))
        if (ids != number + np.arange(len(vectors))).any():
            raise second.error(
                "displacement_ids", f"expected consecutive numbers from {number}"
            )
    atom = _atom(second, n_s)
    for vector in vectors:
        yield Displaced(atom, vector, None, included)


def _single_form(item: Tree, n_s: int, included: bool = True) -> Displaced:
    """One displacement, with forces or without."""
    forces = item.array("forces", (n_s, 3)) if "forces" in item else None
    u = item.array("displacement", (3,))
    if not u.any():
        raise item.error("displacement", STILL)
    return Displaced(_atom(item, n_s), u, forces, included)


def _atom(item: Tree, n_s: int) -> int:
    """An atom number of the supercell, from 0."""
    atom = item.integer("atom")
    if not 1 <= atom <= n_s:
        raise item.error("atom", f"expected 1 to {n_s}, got {atom}")
    return atom - 1


def _check_id(item: Tree, key: str, expected: int) -> None:
    """Forces are found by number, so numbers have to be in order."""
    if key in item and item.integer(key) != expected:
        raise item.error(key, f"expected {expected}, got {item.integer(key)}")
