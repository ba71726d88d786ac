"""Third-order force constants of which only some blocks are kept."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid import Supercell
from phono_grid.errors import (
    DomainError,
    ensure_finite,
    ensure_flag,
    ensure_not_negative,
    ensure_positive,
    ensure_type,
    frozen,
)
from phono_grid.nouns import ValueNoun

from phono_fc._block_laws import EXCHANGES, BlockLaws, lawful_blocks
from phono_fc._compact_storage import full_index
from phono_fc._distances import pair_distances, within
from phono_fc._force_constants import ForceConstants


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SparseForceConstants3(ValueNoun):
    r"""Third-order force constants, block by block; what is not there is zero.

    All blocks of a crystal without translations and 300 atoms take 5.8 GB; those within 5 Å
    take some ten MB.

    Parameters
    ----------
    blocks : (n_e, 3, 3, 3) array_like
        ``Φ[e, α, β, γ]``, eV/Å³.
    atoms : (n_e, 3) array_like of int
        ``k, s, t``: an atom of the primitive cell and two of the supercell, in ascending
        order, each triple once.
    supercell : Supercell
    """

    blocks: NDArray[np.float64]
    atoms: NDArray[np.int64]
    supercell: Supercell

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("supercell", self.supercell, Supercell)
        blocks = frozen(self.blocks, "blocks", shape=("n_e", 3, 3, 3))
        ensure_finite("blocks", blocks)
        atoms = frozen(self.atoms, "atoms", np.int64, (len(blocks), 3))
        n_a, n_s = self.supercell.primitive.n_atoms, self.supercell.cell.n_atoms
        if ((atoms < 0) | (atoms >= [n_a, n_s, n_s])).any():
            raise DomainError(
                f"atoms: expected 0 to {n_a - 1} and twice 0 to {n_s - 1}, got "
                f"{atoms.min(axis=0)} to {atoms.max(axis=0)}"
            )
        object.__setattr__(self, "blocks", blocks)
        object.__setattr__(self, "atoms", atoms)
        if (np.diff(self.keys) <= 0).any():
            raise DomainError("atoms: expected ascending triples, each of them once")

    @classmethod
    def of(
        cls,
        force_constants: ForceConstants,
        *,
        cutoff: float | None = None,
        threshold: float = 0.0,
        restore: bool = True,
    ) -> "SparseForceConstants3":
        """Keep what is near and large enough of constants that are all there.

        Parameters
        ----------
        force_constants : ForceConstants
            Third order.
        cutoff : float, optional
            Å; blocks of which two atoms are as far apart or farther are dropped.
        threshold : float
            eV/Å³; blocks whose norm is not above are dropped. The norm is that of
            Frobenius, which a rotation does not change.
        restore : bool
            Whether index exchange and sum rule, which leaving out blocks breaks, are
            restored among what is kept, see `symmetrize_sparse`.
        """
        ensure_type("force_constants", force_constants, ForceConstants)
        ensure_not_negative("threshold", threshold, "eV/Å³")
        ensure_flag("restore", restore)
        if force_constants.order != 3:
            raise DomainError(
                f"force_constants must be of order 3, got {force_constants.order}"
            )
        supercell = force_constants.supercell
        near = NearAtoms(supercell, cutoff)
        rows = [
            kept_of_row(row, near[k], threshold)
            for k, row in zip(
                supercell.primitive_to_supercell, force_constants.values, strict=True
            )
        ]
        kept = gathered(rows, supercell)
        n_blocks = np.count_nonzero(force_constants.values.any(axis=(3, 4, 5)))
        if not restore or n_blocks <= len(kept) or not len(kept):
            return kept
        laws = BlockLaws.of(kept.atoms[:, :2], kept.exchanged())
        return cls(lawful_blocks(kept.blocks, laws), kept.atoms, supercell)

    def __repr__(self) -> str:
        """Size and supercell: ``SparseForceConstants3(9012 blocks, Supercell(…))``."""
        return f"SparseForceConstants3({len(self)} blocks, {self.supercell})"

    @property
    def keys(self) -> NDArray[np.int64]:
        """One number for each triple of atoms, that orders them."""
        return key_of(self.supercell, *self.atoms.T)

    @property
    def order(self) -> int:
        """Three."""
        return 3

    def __len__(self) -> int:
        """Number of blocks."""
        return len(self.blocks)

    def dense(self) -> ForceConstants:
        """The same constants with their zeros."""
        n_a, n_s = self.supercell.primitive.n_atoms, self.supercell.cell.n_atoms
        values = np.zeros((n_a, n_s, n_s, 3, 3, 3))
        values[tuple(self.atoms.T)] = self.blocks
        return ForceConstants(values, self.supercell)

    def exchanged(self) -> NDArray[np.int64]:
        """Where the blocks with exchanged atoms are.

        Returns
        -------
        (6, n_e) array of int
            For each of `EXCHANGES`, the block that has the atoms of block ``e`` in another
            order; -1 if it was not kept.
        """
        home = self.supercell.primitive_to_supercell
        triples = [home[self.atoms[:, 0]], self.atoms[:, 1], self.atoms[:, 2]]
        keys, blocks = self.keys, np.full((len(EXCHANGES), len(self)), -1)
        for row, exchange in zip(blocks, EXCHANGES, strict=True):
            index = full_index(self.supercell, [triples[m] for m in exchange])
            wanted = key_of(self.supercell, *index)
            places = np.searchsorted(keys, wanted).clip(max=max(len(keys) - 1, 0))
            is_kept = keys[places] == wanted
            row[is_kept] = places[is_kept]
        return blocks


Row = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Second and third atoms, and blocks, of one first atom."""


class NearAtoms:
    """Which atoms are near one another, all three; row by row, or it would be large.

    Parameters
    ----------
    supercell : Supercell
    cutoff : float or None
        Å; all atoms are near if there is none.
    """

    def __init__(self, supercell: Supercell, cutoff: float | None) -> None:
        if cutoff is not None:
            ensure_positive("cutoff", cutoff)
        atoms = np.arange(supercell.cell.n_atoms)
        near = within(pair_distances(supercell), cutoff)
        self._pairs: NDArray[np.bool_] = near[full_index(supercell, np.ix_(atoms, atoms))]

    def __getitem__(self, atom: int) -> NDArray[np.bool_]:
        """The pairs that are near, both of them near an atom, (n_s, n_s)."""
        near_atom = self._pairs[atom]
        near: NDArray[np.bool_] = self._pairs & near_atom[:, None] & near_atom
        return near


def kept_of_row(row: NDArray[np.float64], near: NDArray[np.bool_], threshold: float) -> Row:
    """The blocks of a row, (n_s, n_s, 3, 3, 3), that are near and large enough."""
    s, t = np.nonzero(near)
    blocks = row[s, t]
    large = np.sqrt((blocks**2).sum(axis=(1, 2, 3))) > threshold
    return np.stack([s, t], axis=1)[large], blocks[large]


def gathered(rows: list[Row], supercell: Supercell) -> SparseForceConstants3:
    """Rows of all primitive atoms; what lacks a block with exchanged atoms is dropped."""
    first = np.repeat(np.arange(len(rows)), [len(atoms) for atoms, _ in rows])
    others = np.concatenate([atoms for atoms, _ in rows])
    blocks = np.concatenate([blocks for _, blocks in rows])
    atoms = np.concatenate([first[:, None], others], axis=1)
    while True:
        constants = SparseForceConstants3(blocks, atoms, supercell)
        complete = (constants.exchanged() >= 0).all(axis=0)
        if complete.all():
            return constants
        blocks, atoms = blocks[complete], atoms[complete]


def key_of(
    supercell: Supercell,
    k: NDArray[np.integer],
    s: NDArray[np.integer],
    t: NDArray[np.integer],
) -> NDArray[np.int64]:
    """A number for every triple of atoms, ascending as they do."""
    n_s = supercell.cell.n_atoms
    keys: NDArray[np.int64] = (k.astype(np.int64) * n_s + s) * n_s + t
    return keys
