"""A supercell, the primitive cell of the same crystal, and the maps between them."""

from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._cell import SAME_MASS, Cell, cell_of
from phono_grid._foreign_cells import ensure_attributes
from phono_grid._lattice_points import LatticePoints
from phono_grid._spglib import SYMPREC, ensure_apart, spglib_dataset
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_indices,
    ensure_shape,
    ensure_type,
    finite,
    frozen,
)
from phono_grid.memory import ensure_memory
from phono_grid.nouns import ValueNoun

BYTES_PER_ATOM = 2048
"""An upper bound on the memory, for each atom, of a supercell, its shortest vectors and
permutations by four operations, temporary arrays included."""
MOST_CELLS = 10**6
"""Along one axis."""

_H = 0.5
CENTRING = {
    "P": np.eye(3),
    "F": np.array([[0, _H, _H], [_H, 0, _H], [_H, _H, 0]]),
    "I": np.array([[-_H, _H, _H], [_H, -_H, _H], [_H, _H, -_H]]),
    "A": np.array([[1, 0, 0], [0, _H, -_H], [0, _H, _H]]),
    "C": np.array([[_H, _H, 0], [-_H, _H, 0], [0, 0, 1]]),
    "R": np.array([[2, -1, -1], [1, 1, -2], [1, 1, 1]]) / 3,
}
"""Primitive axes in columns, in conventional axes, for every centring letter."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Supercell(ValueNoun):
    """A supercell and its primitive cell.

    Parameters
    ----------
    cell : Cell
        The supercell, ``n_s`` atoms.
    primitive : Cell
        The primitive cell, ``n_a`` atoms, in the same Cartesian frame.
    primitive_to_supercell : (n_a,) array_like of int
        The supercell atom that represents each primitive atom.
    supercell_to_primitive : (n_s,) array_like of int
        The primitive atom that each supercell atom is a copy of.

    Attributes
    ----------
    home : (n_s,) array of int
        The lattice translation that takes each atom to its representative.

    Notes
    -----
    Memory is linear in ``n_s``: at most 2 kB an atom to make a supercell and its shortest
    vectors, 22 MB for 10 648 atoms. Only the table `translations` grows with ``n_s² / n_a``
    and is made when it is asked for.
    """

    cell: Cell
    primitive: Cell
    primitive_to_supercell: NDArray[np.int64]
    supercell_to_primitive: NDArray[np.int64]
    home: NDArray[np.int64] = field(init=False, compare=False)
    _lattice_points: LatticePoints = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Check the maps and find the lattice point of every atom."""
        ensure_type("cell", self.cell, Cell)
        ensure_type("primitive", self.primitive, Cell)
        n_s, n_a = self.cell.n_atoms, self.primitive.n_atoms
        p2s = frozen(
            self.primitive_to_supercell, "primitive_to_supercell", np.int64, (n_a,)
        )
        s2p = frozen(
            self.supercell_to_primitive, "supercell_to_primitive", np.int64, (n_s,)
        )
        ensure_indices("primitive_to_supercell", p2s, n_s)
        ensure_indices("supercell_to_primitive", s2p, n_a)
        if not (s2p[p2s] == np.arange(n_a)).all():
            raise DomainError(
                "supercell_to_primitive does not invert primitive_to_supercell"
            )
        points = LatticePoints.of(self.cell, self.primitive.lattice, p2s, s2p)
        object.__setattr__(self, "primitive_to_supercell", p2s)
        object.__setattr__(self, "supercell_to_primitive", s2p)
        object.__setattr__(self, "home", frozen(points.home, "home", np.int64))
        object.__setattr__(self, "_lattice_points", points)

    @classmethod
    def of(
        cls,
        unit_cell: Cell,
        supercell_matrix: ArrayLike,
        primitive_matrix: ArrayLike | str = "auto",
        *,
        symprec: float = SYMPREC,
    ) -> "Supercell":
        r"""Build both cells from a unit cell.

        .. math::

            (a_s\ b_s\ c_s) = (a_u\ b_u\ c_u) M, \qquad (a_p\ b_p\ c_p) = (a_u\ b_u\ c_u) P

        Parameters
        ----------
        unit_cell : Cell
        supercell_matrix : (3, 3) or (3,) array_like of int
            ``M``, positive determinant; three numbers are a diagonal.
        primitive_matrix : (3, 3) array_like, a centring letter, or "auto"
            ``P``; "auto" asks spglib.
        symprec : float
            Å, for "auto".

        Notes
        -----
        The order of atoms is that of phonopy: unit-cell atoms outermost, then lattice
        points of the box that frames the supercell, first axis fastest.
        """
        ensure_type("unit_cell", unit_cell, Cell)
        m = _supercell_matrix(supercell_matrix)
        n_s = round(abs(np.linalg.det(m))) * unit_cell.n_atoms
        what = f"supercell_matrix: a supercell of {n_s} atoms"
        ensure_memory(what, BYTES_PER_ATOM * n_s, "use a smaller one")
        ensure_apart(unit_cell)
        cell, atoms, points = _supercell(unit_cell, m)
        p = primitive_axes(unit_cell, primitive_matrix, symprec)
        return cls._with_primitive(unit_cell, cell, unit_cell.positions[atoms] + points, p)

    @classmethod
    def from_phonopy(cls, phonon: Any) -> "Supercell":
        """Take the cells of a ``Phonopy`` object, atoms in its order, with its masses.

        Parameters
        ----------
        phonon : phonopy.Phonopy
            Its attributes ``supercell``, ``primitive`` and ``calculator`` are read.
        """
        ensure_attributes("phonon", phonon, ("supercell", "primitive"), "a Phonopy object")
        return cls._from_phonopy_cells(phonon, phonon.supercell, phonon.primitive)

    @classmethod
    def from_phono3py(cls, phonon: Any, order: int = 3) -> "Supercell":
        """Take the cells of a ``Phono3py`` object, atoms in its order, with its masses.

        Parameters
        ----------
        phonon : phono3py.Phono3py
            Its attributes ``supercell`` and ``primitive``, for second order
            ``phonon_supercell`` and ``phonon_primitive``, and ``calculator`` are read.
        order : int
            Order of the force constants that are to be in it, 2 or 3. The supercell of
            second order is given on the primitive cell of third order: the same atoms in
            the same order.
        """
        names = ("supercell", "primitive", "phonon_supercell", "phonon_primitive")
        ensure_attributes("phonon", phonon, names, "a Phono3py object")
        if order not in (2, 3):
            raise DomainError(f"order must be 2 or 3, got {order!r}")
        third = cls._from_phonopy_cells(phonon, phonon.supercell, phonon.primitive)
        if order == 3:
            return third
        cells = phonon.phonon_supercell, phonon.phonon_primitive
        return cls._from_phonopy_cells(phonon, *cells).on_primitive(third.primitive)

    @classmethod
    def _from_phonopy_cells(
        cls, phonon: Any, supercell: Any, primitive: Any
    ) -> "Supercell":
        """Take two cells, and the maps between them that the primitive one holds."""
        maps = ("p2s_map", "s2p_map", "p2p_map")
        ensure_attributes("primitive", primitive, maps, "a Primitive of phonopy")
        calculator = getattr(phonon, "calculator", None)
        return cls(
            Cell.from_phonopy(supercell, calculator=calculator),
            Cell.from_phonopy(primitive, calculator=calculator),
            primitive.p2s_map,
            np.array([primitive.p2p_map[atom] for atom in primitive.s2p_map]),
        )

    def on_primitive(self, primitive: Cell) -> "Supercell":
        """The same supercell with another primitive cell of its crystal.

        Parameters
        ----------
        primitive : Cell
            The same lattice and atoms, which may be in another order or moved by lattice
            vectors.

        Raises
        ------
        DomainError
            If it is the primitive cell of another crystal.
        """
        ensure_type("primitive", primitive, Cell)
        same = primitive.n_atoms == self.primitive.n_atoms
        if same and np.allclose(primitive.lattice, self.primitive.lattice, atol=1e-4):
            d = primitive.positions[:, None] - self.primitive.positions
            apart = np.linalg.norm((d - np.rint(d)) @ primitive.lattice, axis=2)
            own = apart.argmin(axis=1)
            kinds = [self.primitive.symbols[k] for k in own]
            alike = np.abs(self.primitive.masses[own] - primitive.masses).max() < SAME_MASS
            alike = alike and kinds == list(primitive.symbols)
            if apart.min(axis=1).max() < 1e-3 and alike:
                return Supercell(
                    self.cell,
                    primitive,
                    self.primitive_to_supercell[own],
                    np.argsort(own)[self.supercell_to_primitive],
                )
        raise DomainError(
            f"primitive: {primitive} has other atoms or another lattice than "
            f"{self.primitive}; give cells of one crystal"
        )

    @classmethod
    def _with_primitive(
        cls, unit: Cell, cell: Cell, positions: NDArray[np.float64], p: NDArray[np.float64]
    ) -> "Supercell":
        """Find the primitive atoms among ``positions`` (in unit-cell axes)."""
        lattice = p.T @ unit.lattice
        n_a = round(np.linalg.det(p) * unit.n_atoms)
        x = positions @ np.linalg.inv(p).T
        s2p, representatives = _copies(x, lattice, cell)
        if len(representatives) != n_a:
            raise DomainError(
                f"primitive_matrix: expected {n_a} primitive atoms, found "
                f"{len(representatives)}; it is not a lattice of this crystal"
            )
        primitive = cell_of(lattice, _wrap(x[representatives]), cell, representatives)
        return cls(cell, primitive, representatives, s2p)

    def __repr__(self) -> str:
        """Sizes: ``Supercell(64 atoms, 32 primitive cells of Si2)``."""
        n_s, formula = self.cell.n_atoms, self.primitive.formula
        return f"Supercell({n_s} atoms, {self.n_cells} primitive cells of {formula})"

    @property
    def n_cells(self) -> int:
        """Primitive cells in the supercell."""
        return self.cell.n_atoms // self.primitive.n_atoms

    @property
    def translations(self) -> NDArray[np.int64]:
        """``translations[t, s]``: where translation ``t`` takes atom ``s``.

        Shape (n_s / n_a, n_s): 8 bytes an entry, 400 MB for 10 000 atoms of silicon. For
        some atoms use `translated`.
        """
        n_t, n_s = self.n_cells, self.cell.n_atoms
        ensure_memory("translations", 8 * n_t * n_s, "use Supercell.translated")
        table = self._lattice_points.table()
        table.flags.writeable = False
        return table

    def translated(self, translations: ArrayLike, atoms: ArrayLike) -> NDArray[np.int64]:
        """Where lattice translations take atoms, both of any shapes that broadcast."""
        t = as_numbers(translations, "translations", np.int64)
        s = as_numbers(atoms, "atoms", np.int64)
        ensure_indices("translations", t, self.n_cells)
        ensure_indices("atoms", s, self.cell.n_atoms)
        return self._lattice_points.translated(t, s)


def _copies(
    x: NDArray[np.float64], lattice: NDArray[np.float64], cell: Cell
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The primitive atom of every atom of ``cell``, and the first copy of each.

    ``x`` are positions in the axes of the primitive ``lattice``. Atoms are compared with
    those nearby along one axis only.
    """
    s2p = np.full(cell.n_atoms, -1)
    wrapped = x - np.floor(x)
    order = np.argsort(wrapped[:, 0], kind="stable")
    along = wrapped[order, 0]
    reach = 2 * SYMPREC * float(np.linalg.norm(np.linalg.inv(lattice)[:, 0]))
    representatives: list[int] = []
    kinds = cell.kinds
    for s in range(cell.n_atoms):
        if s2p[s] >= 0:
            continue
        near = _near(along, order, wrapped[s, 0], reach)
        d = x[near] - x[s]
        d -= np.rint(d)
        same = np.linalg.norm(d @ lattice, axis=1) < 2 * SYMPREC
        same &= kinds[near] == kinds[s]
        s2p[near[same]] = len(representatives)
        representatives.append(s)
    return s2p, np.array(representatives)


def _near(
    along: NDArray[np.float64], order: NDArray[np.int64], x: float, reach: float
) -> NDArray[np.int64]:
    """Which of ``order`` are ``along`` an axis within ``reach`` of ``x``, modulo 1."""
    if reach >= 0.5:
        return order
    windows = [(x + n - reach, x + n + reach) for n in (-1, 0, 1)]
    ranges = [np.searchsorted(along, window) for window in windows]
    return np.concatenate([order[first:end] for first, end in ranges])


def primitive_axes(
    unit_cell: Cell, matrix: ArrayLike | str = "auto", symprec: float = SYMPREC
) -> NDArray[np.float64]:
    """``P`` from a matrix, a centring letter or "auto"."""
    if isinstance(matrix, str):
        if matrix.lower() == "auto":
            dataset = spglib_dataset(unit_cell, symprec)
            centring = CENTRING[dataset.international[0]]
            p = np.linalg.inv(dataset.transformation_matrix) @ centring
        elif matrix.upper() in CENTRING:
            p = CENTRING[matrix.upper()]
        else:
            letters = ", ".join(CENTRING)
            raise DomainError(
                f"primitive_matrix: expected a 3 x 3 matrix, 'auto' or one of {letters}, "
                f"got {matrix!r}"
            )
    else:
        p = finite(matrix, "primitive_matrix", (3, 3))
    if not 0 < np.linalg.det(p) < 1 + 1e-8:
        raise DomainError(
            f"primitive_matrix must have a determinant in (0, 1], got {np.linalg.det(p):g}"
        )
    return np.asarray(p)


def _supercell_matrix(matrix: ArrayLike) -> NDArray[np.int64]:
    """``M`` as a 3 x 3 integer matrix of positive determinant."""
    values = as_numbers(matrix, "supercell_matrix")
    if values.shape == (3,):
        values = np.diag(values)
    ensure_shape("supercell_matrix", values, (3, 3))
    whole = np.rint(values)
    if not (np.abs(values - whole) < 1e-8).all() or np.abs(whole).max() > MOST_CELLS:
        raise DomainError("supercell_matrix must hold integers, below a million")
    m = whole.astype(np.int64)
    if round(np.linalg.det(m)) < 1:
        raise DomainError(
            f"supercell_matrix must have a positive determinant, got {np.linalg.det(m):g}"
        )
    return np.asarray(m)


def _supercell(
    unit: Cell, m: NDArray[np.int64]
) -> tuple[Cell, NDArray[np.int64], NDArray[np.int64]]:
    """The supercell, and the unit-cell atom and lattice point of each of its atoms."""
    corners = np.array(list(product((0, 1), repeat=3))) @ m.T
    size = corners.max(axis=0) - corners.min(axis=0)
    c, b, a = np.meshgrid(*(np.arange(n) for n in size[::-1]), indexing="ij")
    box = np.stack([a.ravel(), b.ravel(), c.ravel()], axis=1)
    # Lattice points l and l' are the same in the supercell if adj(M) (l - l') is 0 modulo
    # det M: integers, so no tolerance.
    determinant = round(np.linalg.det(m))
    adjugate = np.rint(np.linalg.inv(m) * determinant).astype(np.int64)
    classes = (box @ adjugate.T) % determinant
    _, first = np.unique(classes, axis=0, return_index=True)
    points = box[np.sort(first)]
    atoms = np.repeat(np.arange(unit.n_atoms), len(points))
    points = np.tile(points, (unit.n_atoms, 1))
    positions = (unit.positions[atoms] + points) @ np.linalg.inv(m).T
    return cell_of(m.T @ unit.lattice, _wrap(positions), unit, atoms), atoms, points


def _wrap(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coordinates in [0, 1)."""
    wrapped = positions - np.floor(positions)
    return np.where(wrapped >= 1, 0.0, wrapped)
