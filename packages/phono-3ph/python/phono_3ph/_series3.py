"""Third-order force constants as one Fourier series."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants, LatticeForceConstants, SparseForceConstants3
from phono_grid import Cell, ShortestVectors, Supercell, ValueNoun
from phono_grid.arrays import distinct
from phono_grid.backend import accelerated_by
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_finite,
    ensure_flag,
    ensure_not_negative,
    ensure_shape,
    ensure_type,
    ensure_volume,
    frozen,
)

from phono_3ph._extension import rust
from phono_3ph._mapped_constants import MappedForceConstants3
from phono_3ph._sparse_series3 import merged, shares_of_legs, sparse_series3


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Series3(ValueNoun):
    r"""Third-order force constants on lattice vectors.

    .. math::

        \tilde\Phi(\kappa_0 \alpha; \kappa_1 R_1 \beta; \kappa_2 R_2 \gamma)

    couples atom :math:`\kappa_0` of the home cell to atoms :math:`\kappa_1` and
    :math:`\kappa_2` of the cells :math:`R_1` and :math:`R_2`. Every equidistant image has
    its share and the three choices of the origin atom are averaged, so that a sum over
    entries needs no multiplicities, no shortest vectors and no origin average any more.

    Parameters
    ----------
    values : (n_e, 3, 3, 3) array_like
        ``Φ̃[e, α, β, γ]``, eV/Å³.
    atoms : (n_e, 3) array_like of int
        ``κ_0, κ_1, κ_2``.
    cells : (n_e, 2, 3) array_like of int
        ``R_1, R_2`` in primitive lattice vectors; entries with the same ``R_1 - R_2``
        follow one another.
    lattice : (3, 3) array_like, optional
        Primitive lattice vectors in rows, Å: phonons of another crystal are refused. If it
        is not given, only their number of atoms is compared.
    """

    values: NDArray[np.float64]
    atoms: NDArray[np.int64]
    cells: NDArray[np.int64]
    lattice: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        """Establish the invariants."""
        values = frozen(self.values, "values", shape=("n_e", 3, 3, 3))
        n_e = len(values)
        for name, array in (
            ("values", values),
            ("atoms", frozen(self.atoms, "atoms", np.int64, (n_e, 3))),
            ("cells", frozen(self.cells, "cells", np.int64, (n_e, 2, 3))),
        ):
            object.__setattr__(self, name, array)
        ensure_finite("values", self.values)
        if self.lattice is not None:
            lattice = frozen(self.lattice, "lattice", shape=(3, 3))
            ensure_finite("lattice", lattice)
            ensure_volume("lattice", lattice)
            object.__setattr__(self, "lattice", lattice)
        if (self.atoms < 0).any():
            raise DomainError(f"atoms must not be negative, got {self.atoms.min()}")

    @classmethod
    def of(
        cls,
        force_constants: ForceConstants | SparseForceConstants3 | LatticeForceConstants,
        *,
        threshold: float = 0.0,
        average_origin: bool = True,
    ) -> "Series3":
        """Make the series of third-order ``force_constants``, whichever hold them.

        Blocks whose largest element is not above ``threshold`` (eV/Å³) are dropped; 0 drops
        nothing but zeros. Without ``average_origin`` the first atom alone is the origin,
        and the three phonons of a triplet are not on the same footing.
        """
        ensure_not_negative("threshold", threshold, "eV/Å³")
        ensure_flag("average_origin", average_origin)
        kinds = ForceConstants, SparseForceConstants3, LatticeForceConstants
        ensure_third_order(force_constants, *kinds)
        entries = _kept(_entries(force_constants, average_origin), threshold)
        return cls(*entries, _primitive(force_constants).lattice)

    @classmethod
    def of_images(
        cls,
        force_constants: MappedForceConstants3,
        multiplicities: NDArray[np.int64],
        cells: NDArray[np.int64],
        *,
        average_origin: bool = True,
        alike: NDArray[np.bool_] | None = None,
    ) -> "Series3":
        """Make the series of constants whose images are given; `series3` has arguments."""
        ensure_third_order(force_constants, MappedForceConstants3)
        m = multiplicities
        entries = series3(
            force_constants, m, cells, average_origin=average_origin, alike=alike
        )
        return cls(*_kept(entries, 0.0))

    def reordered(self, order: tuple[int, int, int]) -> "Series3":
        r"""The same constants, the phonons of a triplet put in in another order.

        Phonon ``order[i]`` takes the place of phonon ``i``. With :math:`q + q' + q'' = G`
        this is a series too: the atom that phonon 0 now sits on becomes the origin.
        """
        if sorted(as_numbers(order, "order", np.int64, (3,)).tolist()) != [0, 1, 2]:
            raise DomainError(f"order must hold 0, 1 and 2, got {order}")
        place = np.argsort(order)
        cells = np.insert(self.cells, 0, 0, axis=1)[:, place]
        atoms = self.atoms[:, place]
        values = self.values.transpose(0, *(1 + place))
        cells = cells[:, 1:] - cells[:, :1]
        key = np.concatenate([cells[:, 0] - cells[:, 1], atoms, cells[:, 1]], axis=1)
        sort = np.lexsort(key.T[::-1])
        return Series3(values[sort], atoms[sort], cells[sort], self.lattice)

    @property
    def n_lattice_vectors(self) -> int:
        """Number of distinct ``R_1 - R_2``."""
        return len(distinct(self.cells[:, 0] - self.cells[:, 1], axis=0))


Constants3 = ForceConstants | SparseForceConstants3 | LatticeForceConstants
"""Third-order constants of all pairs, of some, or on lattice vectors."""


Entries = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]
"""Values, atoms and cells of a series."""


def _kept(entries: Entries, threshold: float) -> Entries:
    """The blocks whose largest element is above a threshold, in arrays of their own."""
    values, atoms, cells = entries
    # One element above it is enough: of most blocks no other is looked at.
    keep = np.abs(values[:, 0, 0, 0]) > threshold
    doubtful = np.flatnonzero(~keep)
    rest = values[doubtful]
    keep[doubtful] = np.abs(rest, out=rest).max(axis=(1, 2, 3), initial=0) > threshold
    if not keep.all():
        values, atoms, cells = values[keep], atoms[keep], cells[keep]
    for array in (values, atoms, cells):
        # Nobody else holds them: the constructor need not copy.
        array.flags.writeable = False
    return values, atoms, cells


def _primitive(force_constants: Constants3) -> Cell:
    """The primitive cell of constants."""
    if isinstance(force_constants, LatticeForceConstants):
        return force_constants.cell
    return force_constants.supercell.primitive


def _entries(force_constants: Constants3, average_origin: bool) -> Entries:
    """The arrays of a series."""
    if isinstance(force_constants, LatticeForceConstants):
        n_legs = 3 if average_origin else 1
        atoms, cells = force_constants.atoms.T, force_constants.cells
        shares = force_constants.values / n_legs
        legs = shares_of_legs(tuple(atoms), cells[:, 0], cells[:, 1], shares, n_legs=n_legs)
        return merged(*legs)
    vectors = ShortestVectors.of(force_constants.supercell)
    cells = image_cells(force_constants.supercell, vectors)
    m = vectors.multiplicities
    if isinstance(force_constants, SparseForceConstants3):
        return sparse_series3(force_constants, m, cells, average_origin=average_origin)
    return series3(force_constants, m, cells, average_origin=average_origin)


def image_cells(supercell: Supercell, vectors: ShortestVectors) -> NDArray[np.int64]:
    """The cell of each shortest vector's end, ``R = v - τ_s + τ_k``.

    Parameters
    ----------
    supercell : Supercell
    vectors : ShortestVectors
        Between the atoms of the supercell and those of the primitive cell.

    Returns
    -------
    (n_v, 3) array of int
        Primitive cells, in the order of the vectors.

    Raises
    ------
    DomainError
        If the vectors do not join atoms of the primitive cell.
    """
    ensure_type("supercell", supercell, Supercell)
    ensure_type("vectors", vectors, ShortestVectors)
    x = supercell.primitive.positions
    m = vectors.multiplicities.ravel()
    n_s, n_a = vectors.multiplicities.shape
    start = np.repeat(np.tile(np.arange(n_a), n_s), m)
    end = np.repeat(np.repeat(supercell.supercell_to_primitive, n_a), m)
    exact = vectors.vectors - x[end] + x[start]
    cells = np.rint(exact).astype(np.int64)
    if np.abs(exact - cells).max() > 1e-3:
        raise DomainError("vectors do not join atoms of the primitive cell")
    return cells


def ensure_third_order(force_constants: object, *kinds: type) -> None:
    """Require force constants of order 3."""
    ensure_type("force_constants", force_constants, *kinds)
    order = getattr(force_constants, "order", None)
    if order != 3:
        raise DomainError(f"force_constants must be of order 3, got {order}")


def _checked(
    force_constants: ForceConstants | MappedForceConstants3,
    multiplicities: NDArray[np.int64],
    cells: NDArray[np.int64],
    *,
    average_origin: bool = True,
    alike: NDArray[np.bool_] | None = None,
) -> tuple[Any, NDArray[np.int64], NDArray[np.int64]]:
    """Arguments of `series3`."""
    ensure_third_order(force_constants, ForceConstants, MappedForceConstants3)
    ensure_flag("average_origin", average_origin)
    supercell = force_constants.supercell
    n_s, n_a = (
        len(supercell.supercell_to_primitive),
        len(supercell.primitive_to_supercell),
    )
    if alike is not None:
        ensure_type("alike", alike, np.ndarray)
        ensure_shape("alike", alike, (n_a, n_s, n_s))
        if alike.dtype != np.bool_:
            raise DomainError(f"alike must be an array of bool, got {alike.dtype}")
    m = as_numbers(multiplicities, "multiplicities", np.int64, (n_s, n_a))
    if (m < 1).any():
        raise DomainError(f"multiplicities must be 1 or more, got {m.min()}")
    return force_constants, m, as_numbers(cells, "cells", np.int64, (int(m.sum()), 3))


@accelerated_by(rust.series3, _checked)
def series3(
    force_constants: ForceConstants | MappedForceConstants3,
    multiplicities: NDArray[np.int64],
    cells: NDArray[np.int64],
    *,
    average_origin: bool = True,
    alike: NDArray[np.bool_] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    r"""Third-order constants on lattice vectors, the origin averaged.

    With :math:`m_j` and :math:`m_k` equidistant images of supercell atoms :math:`j` and
    :math:`k` seen from atom :math:`\kappa`, at the cells :math:`R_j` and :math:`R_k`, each
    pair of images adds, with :math:`w = 1 / 3 m_j m_k`,

    .. math::

        w\, \Phi(\kappa, j, k) &\to \tilde\Phi(\kappa;\ \kappa_j R_j;\ \kappa_k R_k) \\
        w\, \Phi^{T_{01}}(\kappa, j, k) &\to
            \tilde\Phi(\kappa_j;\ \kappa\, {-R_j};\ \kappa_k\, R_k - R_j) \\
        w\, \Phi^{T_{02}}(\kappa, j, k) &\to
            \tilde\Phi(\kappa_k;\ \kappa_j\, R_j - R_k;\ \kappa\, {-R_k})

    where :math:`T` exchanges Cartesian axes; without ``average_origin`` the first line
    alone, :math:`w = 1 / m_j m_k`.

    Parameters
    ----------
    force_constants : ForceConstants or MappedForceConstants3
        Third order.
    multiplicities : (n_s, n_a) array of int
        Shortest vectors from primitive atom ``κ`` to supercell atom ``s``.
    cells : (n_v, 3) array of int
        The cells ``R`` these vectors end in, pair by pair in C order.
    average_origin : bool
    alike : (n_a, n_s, n_s) array of bool, optional
        Blocks :math:`\kappa, j, k` for which the first line stands for all three,
        :math:`w = 1 / m_j m_k`, as it does where constants are symmetric.

    Returns
    -------
    values, atoms, cells
        The arrays of `Series3`, ordered by ``R_1 - R_2``, atoms, ``R_2``.
    """
    supercell = force_constants.supercell
    kind = supercell.supercell_to_primitive
    m = multiplicities
    first = (np.cumsum(m.ravel()) - m.ravel()).reshape(m.shape)
    n_s, n_a = m.shape
    keys, blocks = [], []
    for k in range(n_a):
        # Every image seen from k: its atom, its cell and its share.
        atom = np.repeat(np.arange(n_s), m[:, k])
        seen = zip(first[:, k], m[:, k], strict=True)
        r = cells[np.concatenate([np.arange(start, start + n) for start, n in seen])]
        share = 1.0 / m[atom, k]
        a, b = np.indices((len(atom), len(atom))).reshape(2, -1)
        one = np.zeros(len(a), bool) if alike is None else alike[k, atom[a], atom[b]]
        one = one | (not average_origin)
        for n_legs, chosen in ((1, one), (3, ~one)):
            i, j = a[chosen], b[chosen]
            weight = share[i] * share[j] / n_legs
            phi = force_constants.values[k, atom[i], atom[j]] * weight[:, None, None, None]
            atoms = np.full(len(i), k), kind[atom[i]], kind[atom[j]]
            key, block = shares_of_legs(atoms, r[i], r[j], phi, n_legs=n_legs)
            keys.append(key)
            blocks.append(block)
    return merged(np.concatenate(keys), np.concatenate(blocks))
