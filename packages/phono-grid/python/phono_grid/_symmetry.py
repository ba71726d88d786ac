"""The space group of a cell and what it does to atoms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._cell import Cell
from phono_grid._extension import rust
from phono_grid._spglib import SYMPREC, magnetic_dataset, magnetic_symbol, spglib_dataset
from phono_grid._supercell import Supercell
from phono_grid.arrays import distinct
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_flag,
    ensure_index,
    ensure_positive,
    ensure_type,
    finite,
    frozen,
)
from phono_grid.memory import ensure_memory
from phono_grid.nouns import ValueNoun


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Symmetry(ValueNoun):
    """Space-group operations ``x → R x + t`` of a cell.

    Parameters
    ----------
    rotations : (n_r, 3, 3) array_like of int
        ``R`` on fractional coordinates.
    translations : (n_r, 3) array_like
        ``t``, fractional.
    rotations_cartesian : (n_r, 3, 3) array_like
        The same rotations on Cartesian vectors, as columns.
    permutations : (n_r, n_a) array_like of int
        ``permutations[r, k]`` is the atom that operation ``r`` takes atom ``k`` to.
    symbol : str
        Hermann-Mauguin symbol; of a magnetic crystal the number of Belov, Neronova and
        Smirnova.
    """

    rotations: NDArray[np.int64]
    translations: NDArray[np.float64]
    rotations_cartesian: NDArray[np.float64]
    permutations: NDArray[np.int64]
    symbol: str

    def __post_init__(self) -> None:
        """Hold the arrays the way the kernels read them."""
        n_r = len(frozen(self.rotations, "rotations", np.int64, ("n_r", 3, 3)))
        for name, dtype, shape in (
            ("rotations", np.int64, (n_r, 3, 3)),
            ("translations", np.float64, (n_r, 3)),
            ("rotations_cartesian", np.float64, (n_r, 3, 3)),
            ("permutations", np.int64, (n_r, "n_a")),
        ):
            object.__setattr__(self, name, frozen(getattr(self, name), name, dtype, shape))
        if not isinstance(self.symbol, str):
            raise DomainError(f"symbol must be a string, got {self.symbol!r}")

    @classmethod
    def of(cls, cell: Cell, symprec: float = SYMPREC, *, masses: bool = True) -> "Symmetry":
        """Find the space group with spglib; ``symprec`` in Å.

        In a cell with magnetic moments, the operations that keep them, alone or together
        with time reversal, which leaves force constants as they are: moments are axial
        vectors, collinear ones plain numbers.

        Parameters
        ----------
        cell : Cell
        symprec : float
        masses : bool
            Whether atoms of one symbol with different masses differ. Vibrations have the
            symmetry with masses; forces, force constants and Born charges do not know
            them, and may have more of it.
        """
        ensure_type("cell", cell, Cell)
        ensure_flag("masses", masses)
        kinds = cell.isotopes if masses else cell.species
        if cell.magnetic_moments is None:
            dataset = spglib_dataset(cell, symprec, kinds)
            symbol = dataset.international
        else:
            dataset = magnetic_dataset(cell, symprec, kinds)
            symbol = magnetic_symbol(dataset)
        rotations = np.asarray(dataset.rotations, dtype=np.int64)
        translations = np.asarray(dataset.translations)
        to_cartesian = cell.lattice.T
        cartesian = to_cartesian @ rotations @ np.linalg.inv(to_cartesian)
        permutations = atom_permutations(cell, rotations, translations, symprec=2 * symprec)
        return cls(rotations, translations, cartesian, permutations, symbol)

    @classmethod
    def of_translations(cls, supercell: Supercell) -> "Symmetry":
        """No operations but the lattice translations of the primitive cell.

        Parameters
        ----------
        supercell : Supercell
            A supercell of one primitive cell has the identity alone.
        """
        ensure_type("supercell", supercell, Supercell)
        cell = supercell.cell
        copies = cell.positions[supercell.supercell_to_primitive == 0]
        translations = copies - cell.positions[supercell.primitive_to_supercell[0]]
        translations -= np.rint(translations)
        rotations = np.broadcast_to(np.eye(3, dtype=np.int64), (len(copies), 3, 3))
        permutations = atom_permutations(cell, rotations, translations, symprec=2 * SYMPREC)
        return cls(rotations, translations, rotations.astype(float), permutations, "P1")

    @classmethod
    def identity(cls, cell: Cell) -> "Symmetry":
        """The identity alone, whatever symmetry ``cell`` has."""
        ensure_type("cell", cell, Cell)
        atoms = np.arange(cell.n_atoms)
        return cls.of_translations(Supercell(cell, cell, atoms, atoms))

    def __repr__(self) -> str:
        """Symbol and sizes: ``Symmetry(Fm-3m, 192 operations on 8 atoms)``."""
        n_r, n_a = self.permutations.shape
        return f"Symmetry({self.symbol}, {n_r} operations on {n_a} atoms)"

    @property
    def n_operations(self) -> int:
        """Number of operations, pure translations of a non-primitive cell included."""
        return len(self.rotations)

    @property
    def independent_atoms(self) -> NDArray[np.int64]:
        """The first atom of every orbit, ascending."""
        return distinct(self.permutations.min(axis=0))

    def site(self, atom: int) -> NDArray[np.int64]:
        """The operations that leave ``atom`` where it is, its site symmetry."""
        atom = ensure_index("atom", atom, self.permutations.shape[1])
        return np.flatnonzero(self.permutations[:, atom] == atom)

    def reciprocal_rotations(self) -> NDArray[np.int64]:
        """The point group on fractional wave vectors, ``q → W q``, time reversal included.

        ``W`` is the transpose of a direct rotation; ``-W`` is added where the crystal has
        no inversion, because ``f(-q) = f(q)``.
        """
        group = distinct(self.rotations.transpose(0, 2, 1), axis=0)
        if not (group == -np.eye(3, dtype=np.int64)).all(axis=(1, 2)).any():
            group = np.concatenate([group, -group])
        # The identity first, as everywhere.
        first = (group == np.eye(3, dtype=np.int64)).all(axis=(1, 2))
        return np.concatenate([group[first], group[~first]])


def _checked(
    cell: Cell, rotations: ArrayLike, translations: ArrayLike, *, symprec: float = SYMPREC
) -> tuple[Cell, NDArray[np.int64], NDArray[np.float64]]:
    """Arguments of `atom_permutations`."""
    ensure_type("cell", cell, Cell)
    r = as_numbers(rotations, "rotations", np.int64)
    n_r = len(r) if r.ndim else 0
    r = as_numbers(r, "rotations", np.int64, (n_r, 3, 3))
    t = finite(translations, "translations", (n_r, 3))
    ensure_positive("symprec", symprec)
    what = f"rotations: permutations of {cell.n_atoms} atoms by {n_r} operations"
    ensure_memory(what, 8 * n_r * cell.n_atoms, "take fewer operations at a time")
    return cell, r, t


@accelerated_by(rust.atom_permutations, _checked)
def atom_permutations(
    cell: Cell, rotations: ArrayLike, translations: ArrayLike, *, symprec: float = SYMPREC
) -> NDArray[np.int64]:
    r"""Where operations take the atoms of a cell.

    Atom :math:`k` goes to the atom :math:`p` of the same kind with
    :math:`\lvert L^T (x_p - R x_k - t - n) \rvert < \epsilon` for an integer :math:`n`.

    Parameters
    ----------
    cell : Cell
    rotations : (n_r, 3, 3) array_like of int
        ``R`` on fractional coordinates.
    translations : (n_r, 3) array_like
        ``t``, fractional.
    symprec : float
        ``ε`` in Å.

    Returns
    -------
    (n_r, n_a) array of int
        ``permutations[r, k] = p``.

    Raises
    ------
    DomainError
        If an operation takes an atom where there is none.
    """
    rotations, translations = np.asarray(rotations), np.asarray(translations)
    n_r = len(rotations)
    x = cell.positions
    permutations = np.empty((n_r, cell.n_atoms), dtype=np.int64)
    same_kind = cell.species[:, None] == cell.species
    for r in range(n_r):
        image = x @ rotations[r].T + translations[r]
        d = x - image[:, None]
        d -= np.rint(d)
        distance = np.linalg.norm(d @ cell.lattice, axis=-1)
        distance[~same_kind] = np.inf
        permutations[r] = distance.argmin(axis=1)
        missing = np.flatnonzero(distance.min(axis=1) >= symprec)
        if missing.size:
            raise DomainError(
                f"operation {r} takes atom {missing[0]} where there is no atom of its kind "
                f"within symprec = {symprec:g} Å; is it a symmetry of this cell?"
            )
    return permutations
