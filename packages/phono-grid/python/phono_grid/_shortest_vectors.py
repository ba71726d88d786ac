"""Shortest vectors between the atoms of a periodic supercell."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phono_grid._extension import rust
from phono_grid._reduction import minkowski_reduction
from phono_grid._spglib import SYMPREC
from phono_grid._supercell import Supercell
from phono_grid.arrays import distinct
from phono_grid.backend import accelerated_by, unchecked
from phono_grid.errors import (
    DomainError,
    ensure_positive,
    ensure_type,
    ensure_volume,
    finite,
    frozen,
)
from phono_grid.memory import ensure_memory
from phono_grid.nouns import ValueNoun


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ShortestVectors(ValueNoun):
    """All equidistant shortest vectors from primitive atoms to supercell atoms.

    Parameters
    ----------
    vectors : (n_v, 3) array_like
        Vectors in primitive fractional coordinates, pair by pair.
    multiplicities : (n_s, n_a) array_like of int
        How many vectors pair ``(s, k)`` has; the pairs follow one another in C order.
    """

    vectors: NDArray[np.float64]
    multiplicities: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Hold the arrays the way the kernels read them."""
        m = frozen(self.multiplicities, "multiplicities", np.int64, ("n_s", "n_a"))
        if m.size and m.min() < 0:
            raise DomainError(f"multiplicities must not be negative, got {m.min()}")
        v = frozen(self.vectors, "vectors", shape=(int(m.sum()), 3))
        object.__setattr__(self, "multiplicities", m)
        object.__setattr__(self, "vectors", v)

    @classmethod
    def of(cls, supercell: Supercell, symprec: float = SYMPREC) -> "ShortestVectors":
        """Find them; lengths within ``symprec`` Å are equal."""
        ensure_type("supercell", supercell, Supercell)
        x, lattice = supercell.cell.positions, supercell.cell.lattice
        origins = x.take(supercell.primitive_to_supercell, axis=0)
        _ensure_possible(len(x), len(origins), symprec)
        axes = supercell.primitive.lattice
        # A supercell has checked its arrays.
        find = unchecked(shortest_vectors)
        return _of_kernel(*find(x, origins, lattice, axes, symprec=symprec))

    def __repr__(self) -> str:
        """Sizes: ``ShortestVectors(4012, from 2 to 64 atoms)``."""
        n_s, n_a = self.multiplicities.shape
        return f"ShortestVectors({len(self.vectors)}, from {n_a} to {n_s} atoms)"

    @property
    def first(self) -> NDArray[np.int64]:
        """Where the vectors of pair ``(s, k)`` begin, shape (n_s, n_a)."""
        m = self.multiplicities
        return (np.cumsum(m.ravel()) - m.ravel()).reshape(m.shape)


def _of_kernel(
    vectors: NDArray[np.float64], multiplicities: NDArray[np.int64]
) -> ShortestVectors:
    """Freeze the result of a kernel, which nobody else has, without a copy or a check."""
    shortest = object.__new__(ShortestVectors)
    for name, array in (("vectors", vectors), ("multiplicities", multiplicities)):
        array.flags.writeable = False
        object.__setattr__(shortest, name, array)
    return shortest


def _checked(
    positions: ArrayLike,
    origins: ArrayLike,
    basis: ArrayLike,
    axes: ArrayLike | None = None,
    *,
    symprec: float = SYMPREC,
) -> tuple[NDArray[np.float64] | None, ...]:
    """Arguments of `shortest_vectors`."""
    x_s = finite(positions, "positions", ("n_s", 3))
    x_k = finite(origins, "origins", ("n_a", 3))
    rows = finite(basis, "basis", (3, 3))
    ensure_volume("basis", rows)
    if axes is not None:
        axes = finite(axes, "axes", (3, 3))
        ensure_volume("axes", axes)
    _ensure_possible(len(x_s), len(x_k), symprec)
    return x_s, x_k, rows, axes


def _ensure_possible(n_s: int, n_a: int, symprec: float) -> None:
    """Require a tolerance, and room for the vectors of all pairs."""
    ensure_positive("symprec", symprec)
    pairs = f"{n_s} positions and {n_a} origins: their vectors"
    ensure_memory(pairs, 112 * n_s * n_a, "take fewer origins at a time")


@accelerated_by(rust.shortest_vectors, _checked)
def shortest_vectors(
    positions: ArrayLike,
    origins: ArrayLike,
    basis: ArrayLike,
    axes: ArrayLike | None = None,
    *,
    symprec: float = SYMPREC,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    r"""All shortest vectors between atoms of a periodic cell.

    .. math::

        \{ x_s - x_k + n \;:\; \lvert B^T (x_s - x_k + n) \rvert < d_{min} + \epsilon \}

    over lattice vectors :math:`n`. There is no limit on their number.

    Parameters
    ----------
    positions : (n_s, 3) array_like
        ``x_s``, where the vectors end, in the coordinates of ``basis``.
    origins : (n_a, 3) array_like
        ``x_k``, where the vectors begin.
    basis : (3, 3) array_like
        ``B``, lattice vectors in rows, Å, however skewed.
    axes : (3, 3) array_like, optional
        Vectors in rows, Å, in whose coordinates the result is; ``basis`` if not given.
    symprec : float
        ``ε`` in Å.

    Returns
    -------
    vectors : (n_v, 3) array of float
        In the coordinates of ``axes``; pair by pair, pairs ``(s, k)`` in C order.
    multiplicities : (n_s, n_a) array of int
        How many vectors each pair has.

    Raises
    ------
    DomainError
        If basis or axes have no volume, a number is not finite, or memory too small.
    ShapeError
    """
    # In a reduced basis and for differences in [-1/2, 1/2], the shortest image is among the
    # sums of -1, 0, 1 times a, b, c and -(a + b + c).
    signs = np.array(list(product((-1, 0, 1), repeat=4)))
    points = distinct(signs[:, :3] - signs[:, 3:], axis=0)

    u = minkowski_reduction(np.asarray(basis))
    rows, from_basis = u @ np.asarray(basis), np.rint(np.linalg.inv(u))
    x_s, x_k = (np.asarray(x) @ from_basis for x in (positions, origins))
    d = x_s[:, None] - x_k
    candidates = (d - np.rint(d))[:, :, None] + points
    lengths = np.linalg.norm(candidates @ rows, axis=-1)
    shortest = lengths < lengths.min(axis=-1, keepdims=True) + symprec
    within = u if axes is None else rows @ np.linalg.inv(np.asarray(axes))
    return candidates[shortest] @ within, shortest.sum(axis=-1)
