"""Second-order force constants as one Fourier series."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants, LatticeForceConstants
from phono_grid import Cell, ShortestVectors, Supercell, ValueNoun
from phono_grid.errors import (
    DomainError,
    ensure_finite,
    ensure_shape,
    ensure_type,
    frozen,
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class HarmonicSeries(ValueNoun):
    r"""Second-order force constants on lattice vectors.

    .. math::

        D_{k\alpha, k'\beta}(q) = \frac{1}{\sqrt{m_k m_{k'}}} \sum_R
            \Phi_{\alpha\beta}(k, k', R)\, e^{2\pi i q \cdot (R + \tau_{k'} - \tau_k)}

    Every equidistant image has its share, so that the sum needs no multiplicities and no
    shortest vectors any more.

    Parameters
    ----------
    values : (n_e, 3, 3) array_like
        ``Φ[e, α, β]`` in eV/Å², without masses.
    atoms : (n_e, 2) array_like of int
        ``k, k'``.
    cells : (n_e, 3) array_like of int
        ``R``, the cell of atom ``k'`` as seen from that of ``k``, in lattice vectors.
    cell : Cell
        The primitive cell, ``n_a`` atoms.

    Raises
    ------
    DomainError
        If a value is not finite or an atom is not in the cell.
    """

    values: NDArray[np.float64]
    atoms: NDArray[np.int64]
    cells: NDArray[np.int64]
    cell: Cell

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("cell", self.cell, Cell)
        values = frozen(self.values, "values", shape=("n_e", 3, 3))
        n_e, n_a = len(values), self.cell.n_atoms
        for name, array in (
            ("values", values),
            ("atoms", frozen(self.atoms, "atoms", np.int64, (n_e, 2))),
            ("cells", frozen(self.cells, "cells", np.int64, (n_e, 3))),
        ):
            object.__setattr__(self, name, array)
        ensure_finite("values", self.values)
        if n_e and not ((self.atoms >= 0) & (self.atoms < n_a)).all():
            raise DomainError(
                f"atoms must be in 0 to {n_a - 1}, got {self.atoms.min()} to "
                f"{self.atoms.max()}"
            )

    def __repr__(self) -> str:
        """Size and crystal: ``HarmonicSeries(250 blocks, 2 atoms NaCl)``."""
        n_a = self.cell.n_atoms
        return f"HarmonicSeries({len(self.values)} blocks, {n_a} atoms {self.cell.formula})"

    @classmethod
    def of(
        cls,
        force_constants: ForceConstants | LatticeForceConstants,
        vectors: ShortestVectors | None = None,
    ) -> "HarmonicSeries":
        """Make the series of second-order ``force_constants``.

        ``vectors`` are those of its supercell, found if not given. A pair with ``m``
        equidistant images gives ``Φ / m`` to each; equal ``k, k', R`` are merged. Constants
        on lattice vectors are taken as they are.
        """
        if isinstance(force_constants, LatticeForceConstants):
            lattice = force_constants
            ensure_order(lattice.order)
            return cls(lattice.values, lattice.atoms, lattice.cells[:, 0], lattice.cell)
        ensure_second_order(force_constants)
        supercell = force_constants.supercell
        vectors = shortest_vectors_of(supercell, vectors)
        values, atoms, cells = gather_on_lattice(force_constants.values, supercell, vectors)
        return cls(values, atoms, cells, supercell.primitive)

    @property
    def vectors(self) -> NDArray[np.float64]:
        """``R + τ_k' - τ_k`` in lattice vectors, shape (n_e, 3)."""
        x = self.cell.positions
        return self.cells + x[self.atoms[:, 1]] - x[self.atoms[:, 0]]


def ensure_second_order(force_constants: ForceConstants) -> None:
    """Require force constants of order 2."""
    ensure_type("force_constants", force_constants, ForceConstants)
    ensure_order(force_constants.order)


def ensure_order(order: int) -> None:
    """Require order 2."""
    if order != 2:
        raise DomainError(f"force_constants must be of order 2, got {order}")


def shortest_vectors_of(
    supercell: Supercell, vectors: ShortestVectors | None
) -> ShortestVectors:
    """Shortest vectors of ``supercell``, computed if not given."""
    if vectors is None:
        return ShortestVectors.of(supercell)
    ensure_type("vectors", vectors, ShortestVectors)
    pairs = (supercell.cell.n_atoms, supercell.primitive.n_atoms)
    ensure_shape("vectors.multiplicities", vectors.multiplicities, pairs)
    if vectors.multiplicities.min() < 1:
        raise DomainError(
            "vectors.multiplicities must be positive: every pair of atoms has a shortest "
            "vector; take ShortestVectors.of(supercell)"
        )
    return vectors


def gather_on_lattice(
    values: NDArray[np.float64], supercell: Supercell, vectors: ShortestVectors
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Values of pairs ``[k, s, ...]`` on lattice vectors, with ``k, k'`` and ``R``."""
    m = vectors.multiplicities
    pair = np.repeat(np.arange(m.size), m.ravel())
    s, k = np.unravel_index(pair, m.shape)
    other = supercell.supercell_to_primitive[s]
    x = supercell.primitive.positions
    r = np.rint(vectors.vectors - x[other] + x[k]).astype(np.int64)
    weights = m[s, k].reshape(-1, *[1] * (values.ndim - 2))
    keys, entry = np.unique(np.column_stack([k, other, r]), axis=0, return_inverse=True)
    sums = np.zeros((len(keys), *values.shape[2:]))
    np.add.at(sums, entry.ravel(), values[k, s] / weights)
    return sums, keys[:, :2], keys[:, 2:]
