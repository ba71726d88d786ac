"""Displaced atoms, alone and in pairs, of the phono3py yaml family."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import FileError

from phonokit.io.tree import Tree

Vector = NDArray[np.float64]
NO_LENGTH = "has length zero; correct it, or remove it and its forces"


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a yaml file and its neighbours hold displacements of one kind, and forces.

    Parameters
    ----------
    pairs : str
        The key of displaced pairs of atoms, "" if there are none.
    singles : tuple of str
        The key of single displacements, and its older names.
    dataset : str
        The key of random displacements.
    files : tuple of str
        Of forces, in the order in which they are looked for.
    order : int
        The order of force constants that the data are for.
    """

    pairs: str
    singles: tuple[str, ...]
    dataset: str
    files: tuple[str, ...]
    order: int

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys of displacements."""
        return tuple(filter(None, (self.pairs, *self.singles, self.dataset)))

    def holds_displacements(self, tree: Tree) -> bool:
        """Whether a file has displacements of this place."""
        nested = self.nested_key(tree)
        taken = THIRD.nested_key(tree) if self is PHONON else None
        return nested is not None or any(key in tree for key in self.keys if key != taken)

    def nested_key(self, tree: Tree) -> str | None:
        """The key of random displacements as phonopy wrote them from 2019 to 2024.

        A list of supercells, each a list of atoms with a ``displacement``, under the name
        of single displacements.
        """
        names = self.singles or ("displacements",)
        if self is PHONON and "phono3py" in tree:
            names = names[:1]  # the other name is of third order
        for name in names:
            value = tree.value.get(name)
            if isinstance(value, list) and value and isinstance(value[0], list):
                return name
        return None


THIRD = Place("displacement_pairs", (), "dataset", ("FORCES_FC3", "forces.hdf5"), 3)
"""phono3py's files."""
SECOND = Place(
    "", ("displacements",), "dataset", ("FORCES_FC2", "FORCE_SETS", "forces.hdf5"), 2
)
"""phonopy's files."""
PHONON = Place(
    "",
    ("phonon_displacements", "displacements"),
    "phonon_dataset",
    ("FORCES_FC2", "forces_fc2.hdf5"),
    2,
)
"""The separate supercell of second order in phono3py's files."""


@dataclass(frozen=True, slots=True, eq=False)
class MovedAtoms:
    """Supercells with one or two displaced atoms, in the units of the file.

    Parameters
    ----------
    singles : tuple of Displaced
    pairs : tuple of (int, Displaced)
        The single that holds the first displacement, and the second displacement.
    """

    singles: tuple[Displaced, ...]
    pairs: tuple[tuple[int, Displaced], ...] = ()

    def forces(self, file: Path) -> NDArray[np.float64] | None:
        """Forces of included supercells that the file holds, None if it holds none."""
        displaced = [*self.singles, *(d for _, d in self.pairs)]
        wanted = [d for d in displaced if d.included]
        forces = [d.forces for d in wanted if d.forces is not None]
        if not forces:
            return None
        if len(forces) < len(wanted):
            number = [d.included and d.forces is None for d in displaced].index(True)
            raise FileError(
                f"{file}: only {len(forces)} of {len(wanted)} displaced supercells have "
                f"forces, number {number + 1} has none; add the missing ones"
            )
        return np.array(forces)


@dataclass(frozen=True, slots=True, eq=False)
class MovedCrystals:
    """Supercells with all atoms displaced, in the units of the file.

    Parameters
    ----------
    displacements : (n, n_s, 3) array
    inside : (n, n_s, 3) array or None
        Forces, if the file holds them.
    """

    displacements: Vector
    inside: Vector | None

    def forces(self, file: Path) -> NDArray[np.float64] | None:
        """Forces that the file holds, None if it holds none."""
        return self.inside


def read_displacements(
    tree: Tree, place: Place, n_s: int
) -> MovedAtoms | MovedCrystals | None:
    """Read displacements of one place for a supercell of ``n_s`` atoms, if any."""
    if place.dataset in tree:
        return _dataset(tree.child(place.dataset), n_s)
    if place.pairs and place.pairs in tree:
        return _pairs(tree, place.pairs, n_s)
    nested = place.nested_key(tree)
    if nested is not None:
        return _nested(tree, nested, n_s)
    key = next((key for key in place.singles if key in tree), None)
    return None if key is None else MovedAtoms(_singles(tree, key, n_s))


def _dataset(tree: Tree, n_s: int) -> MovedCrystals | None:
    """Random displacements, with forces or without."""
    if "displacements" not in tree:
        return None
    u = tree.array("displacements", (-1, n_s, 3))
    forces = tree.array("forces", (len(u), n_s, 3)) if "forces" in tree else None
    return MovedCrystals(u, forces)


def _nested(tree: Tree, key: str, n_s: int) -> MovedCrystals:
    """Random displacements, atom by atom, with forces or without."""
    u, forces = [], []
    for number, atoms in enumerate(tree.get(key), start=1):
        where = f"{key}[{number}]"
        if not isinstance(atoms, list) or len(atoms) != n_s:
            n = len(atoms) if isinstance(atoms, list) else 1
            raise tree.error(where, f"expected {n_s} displaced atoms, got {n}")
        items = list(Tree(tree.file, "", {where: atoms}, tree.blocks).children(where))
        u.append([item.array("displacement", (3,)) for item in items])
        names = [name for name in ("force", "forces") if name in items[0]]
        forces += [[item.array(name, (3,)) for item in items] for name in names[:1]]
    if forces and len(forces) != len(u):
        raise tree.error(
            key, f"only {len(forces)} of {len(u)} supercells have forces; add the others"
        )
    return MovedCrystals(np.array(u), np.array(forces) if forces else None)


def _pairs(tree: Tree, key: str, n_s: int) -> MovedAtoms:
    """Displaced atoms, and for each of them second ones."""
    items = list(tree.children(key))
    if not items:
        raise tree.error(key, "is empty")
    singles = []
    pairs: list[tuple[int, Displaced]] = []
    for i, item in enumerate(items):
        _check_id(item, "displacement_id", i + 1)
        singles.append(_single_form(item, n_s))
        for second in _paired_with(item):
            for displaced in _either_form(second, n_s, len(items) + len(pairs) + 1):
                pairs.append((i, displaced))
    if not pairs:
        raise tree.error(key, "no atom is paired with another; third order needs pairs")
    return MovedAtoms(tuple(singles), tuple(pairs))


def _singles(tree: Tree, key: str, n_s: int) -> tuple[Displaced, ...]:
    """Displacements of single atoms."""
    displaced = tuple(_single_form(item, n_s) for item in tree.children(key))
    if not displaced:
        raise tree.error(key, "is empty")
    return displaced


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
        raise second.error("displacements", NO_LENGTH)
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
        raise item.error("displacement", NO_LENGTH)
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
